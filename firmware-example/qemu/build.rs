//! Memory of the two boards, for the linker script of cortex-m-rt.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    // On the an505 these are the secure aliases, as it starts in that state.
    let (flash, ram) = match env::var_os("CARGO_FEATURE_AN505") {
        Some(_) => ("0x10000000", "0x38000000"),
        None => ("0x00000000", "0x20000000"),
    };
    // As much as a small microcontroller has, not as much as the board.
    let memory = format!("MEMORY {{\n    FLASH : ORIGIN = {flash}, LENGTH = 1M\n    RAM : ORIGIN = {ram}, LENGTH = 256K\n}}\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("memory.x"), memory).expect("OUT_DIR can be written");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    println!("cargo:rerun-if-changed=build.rs");
}
