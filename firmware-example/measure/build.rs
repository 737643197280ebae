//! Memory of the boards, for the linker scripts of cortex-m-rt and riscv-rt.

use std::path::PathBuf;
use std::{env, fs};

const ARM: &str = "MEMORY {\n    FLASH : ORIGIN = 0x00000000, LENGTH = 4M\n    RAM : ORIGIN = 0x20000000, LENGTH = 256K\n}\n";
const RISCV: &str = "\
MEMORY {
    RAM : ORIGIN = 0x80000000, LENGTH = 1M
}
REGION_ALIAS(\"REGION_TEXT\", RAM);
REGION_ALIAS(\"REGION_RODATA\", RAM);
REGION_ALIAS(\"REGION_DATA\", RAM);
REGION_ALIAS(\"REGION_BSS\", RAM);
REGION_ALIAS(\"REGION_HEAP\", RAM);
REGION_ALIAS(\"REGION_STACK\", RAM);
";

fn main() {
    let memory = if env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "arm") { ARM } else { RISCV };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), memory).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search={}", out.display());
    if memory == RISCV {
        println!("cargo:rustc-link-arg-bins=-Tmemory.x");
    }
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rerun-if-changed=build.rs");
}
