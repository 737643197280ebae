#!/usr/bin/env bash
# Proves that nothing in codec-core can panic: links a program for thumbv6m at every opt level, see src/main.rs. Then adds one index to a
# copy of a codec, and wants that not to link. LEVELS="z 3" tries these opt levels only.
set -euo pipefail
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/no-panic}

# link LEVEL ROOT: what a program for a microcontroller is built with, at one opt level; from the folder whose `.cargo/config.toml` holds.
link() (
    cd "$2/firmware-example"
    # At level 1 the crate that does MD5 keeps checks that never fail.
    local md5=()
    [ "$1" != 1 ] || md5=(--config 'profile.release.package.md-5.opt-level=3')
    env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER -u RUSTC_WORKSPACE_WRAPPER \
        RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc CARGO_TARGET_THUMBV6M_NONE_EABI_LINKER=ld.lld CARGO_PROFILE_RELEASE_OPT_LEVEL="$1" \
        /usr/bin/cargo build -Zbuild-std=core -Zbuild-std-features=compiler-builtins-mem --quiet --release --locked "${md5[@]}" \
        -p no-panic --target thumbv6m-none-eabi
)

for level in ${LEVELS:-z s 1 2 3}; do
    link "$level" .
    echo "opt-level $level: links, nothing can panic"
done

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r Cargo.toml codec-core codec-embassy firmware-example "$copy"
sed -i 's/^pub fn decode(text: &\[u8\]).*{$/&\n    let _first = core::hint::black_box(text[0]);/' "$copy/codec-core/src/ness/wire.rs"
! cmp -s {.,"$copy"}/codec-core/src/ness/wire.rs || { echo "the control build changes nothing" >&2; exit 1; }
if link z "$copy" 2>"$copy/errors"; then
    echo "a codec with an index links too: the proof proves nothing" >&2
    exit 1
fi
grep -q 'undefined symbol: a_panic_can_be_reached' "$copy/errors" || { cat "$copy/errors" >&2; exit 1; }
echo "with an index: does not link, as it should"
