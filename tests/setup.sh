# What the checks need beyond stable Rust, installed when it is missing. Sourced by `./test`. For Debian and its relatives.

# Runs its arguments as root: directly, or through sudo where there is one.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        echo "neither root nor sudo, so this must be run by hand: $*" >&2
        return 1
    fi
}

# Installs those of the named Debian packages that are missing.
apt_install_missing() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
    done
    [ "${#missing[@]}" -eq 0 ] && return 0
    as_root apt-get -q update || return
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"
}

# A compiler with the sources of its `core` library, to build for targets that have no ready-made one, and a linker.
install_bare_metal() {
    local packages=(rustc-web cargo-web rust-web-src lld-14 lld)
    apt_install_missing "${packages[@]}" || return
    # An older one is brought up to date: embedded dependencies want it newer than the distribution's first.
    if dpkg --compare-versions "$(dpkg-query -W -f='${Version}' rustc-web)" lt 1.96; then
        as_root apt-get -q update || return
        as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${packages[@]}" || return
    fi
    local sysroot
    sysroot=$(/usr/bin/rustc --print sysroot) || return
    [ -f "$sysroot/lib/rustlib/src/rust/library/core/Cargo.toml" ] || { echo "no library sources below $sysroot" >&2; return 1; }
    command -v ld.lld >/dev/null || { echo "no ld.lld" >&2; return 1; }
}

# The boards that firmware images run on.
install_qemu() {
    apt_install_missing qemu-system-arm qemu-system-misc python3
}

# build_bare_metal CRATE TARGET [CARGO_ARGS...]: builds the library of a no_std crate, `core` included.
build_bare_metal() {
    local crate=$1 target=$2 linker=${2//-/_}
    shift 2
    linker=CARGO_TARGET_${linker^^}_LINKER
    # Settings meant for the host compiler do not belong here.
    env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS -u RUSTC_WRAPPER -u RUSTC_WORKSPACE_WRAPPER \
        RUSTC_BOOTSTRAP=1 RUSTC=/usr/bin/rustc "$linker=ld.lld" CARGO_TARGET_DIR="$PWD/target/bare-metal" \
        /usr/bin/cargo build -Zbuild-std=core --locked --release --lib --manifest-path "$crate/Cargo.toml" --target "$target" "$@"
}

# install_rustc_185 DIR: the oldest supported compiler, unpacked below DIR. Afterwards DIR/rustc runs it.
install_rustc_185() {
    local dir deb tool version='1.85.0+dfsg3-1~deb12u3'
    mkdir -p "$1/debs" && dir=$(cd "$1" && pwd) || return
    "$dir/rustc" --version 2>/dev/null | grep -q '^rustc 1\.85\.' && return 0
    local packages=("rustc-web=$version" "libstd-rust-web-dev=$version" libstd-rust-web-1.85 libllvm19)
    apt-cache show "${packages[@]}" >/dev/null 2>&1 || as_root apt-get -q update || return
    (cd "$dir/debs" && apt-get -q download "${packages[@]}") || return
    for deb in "$dir"/debs/*.deb; do
        dpkg -x "$deb" "$dir/root" || return
    done
    rm -r "$dir/debs"
    for tool in rustc rustdoc; do
        printf '#!/bin/sh\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$dir/root/usr/lib/x86_64-linux-gnu" "$dir/root/usr/bin/$tool" >"$dir/$tool"
        chmod +x "$dir/$tool"
    done
    "$dir/rustc" --version | grep -q '^rustc 1\.85\.'
}

# install_python_peers DIR: a virtual environment with the Python libraries that the checks talk to.
install_python_peers() {
    local dir=$1 stamp=$1/.pins
    local pins=('nessclient[cli]==1.3.1' 'click==8.5.1' 'justbackoff==0.6.0' 'pyserial==3.5' 'pyserial-asyncio-fast==0.16'
        'websockets==17.4' 'pyg90alarm==3.1.2')
    if [ -x "$dir/bin/python" ] && [ -f "$stamp" ] && [ "$(cat "$stamp")" = "${pins[*]}" ] && "$dir/bin/python" -c '' 2>/dev/null; then
        return 0
    fi
    # Debian's python3 has a venv module that makes no environment without ensurepip.
    python3 -c 'import venv, ensurepip' 2>/dev/null || apt_install_missing python3 python3-venv || return
    rm -f "$stamp"
    python3 -m venv --clear "$dir" || return
    "$dir/bin/python" -m pip install --quiet --disable-pip-version-check "${pins[@]}" || return
    "$dir/bin/python" -c 'import nessclient, nessclient.cli.server.alarm_server, pyg90alarm, websockets.sync.server' || return
    printf '%s' "${pins[*]}" >"$stamp"
}

# What OpenSSL is built with.
install_openssl_build() {
    apt_install_missing perl make gcc libc6-dev
}

# install_defmt_print DIR: shows the log of a firmware image.
install_defmt_print() {
    "$1/bin/defmt-print" --version 2>/dev/null | grep -q '^defmt-print 1\.' && return 0
    cargo install --quiet --locked --debug --root "$1" --version '^1.0' defmt-print
}

# install_cargo_deny DIR: the licence and dependency check.
install_cargo_deny() {
    "$1/bin/cargo-deny" --version 2>/dev/null | grep -q '0\.20\.' && return 0
    cargo install --quiet --locked --root "$1" --version '^0.20' cargo-deny
}
