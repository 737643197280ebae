#!/bin/sh
# build.sh BOARD TARGET [CARGO_ARGS...]: builds a board's image, core library included, with Debian's compiler. Elsewhere a toolchain of
# rustup's that has the target does the same with a plain `cargo build`; see README.md.
set -eu
cd "$(dirname "$0")"
board=$1 target=$2
shift 2
linker=CARGO_TARGET_$(echo "$target" | tr 'a-z.-' 'A-Z__')_LINKER
exec env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER -u RUSTC_WORKSPACE_WRAPPER \
    RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc "$linker=ld.lld" DEFMT_LOG="${DEFMT_LOG:-info}" \
    CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$PWD/../target/firmware}" \
    /usr/bin/cargo "${VERB:-build}" -Zbuild-std="${LIBRARIES:-core}" -Zbuild-std-features=compiler-builtins-mem --release --locked -p "bridge-$board" --target "$target" "$@"
