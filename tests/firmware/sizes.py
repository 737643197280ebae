#!/usr/bin/env python3
"""What codec-core costs on a microcontroller: code, memory, stack, instructions.

Usage: sizes.py check|write

Builds the programs of `firmware-example/sizes` (one protocol each, never run, `opt-level = "z"`) and `firmware-example/measure` (run in QEMU, where
every instruction is counted, `opt-level = "s"`) with Debian's compiler.

`check` compares with `benches/size.golden`, and ends with 1 if anything has grown. `write` writes that file, and `docs/memory.md` from it. The numbers
hold for one version of the compiler; with another one `check` says so and compares nothing.
"""

import os
import pathlib
import re
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FIRMWARE = ROOT / "firmware-example"
GOLDEN = ROOT / "benches" / "size.golden"
DOCUMENT = ROOT / "docs" / "memory.md"
TARGET_DIR = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target" / "sizes")).resolve()
ARM, RISCV = "thumbv6m-none-eabi", "riscv32imc-unknown-none-elf"

# What the project wants of code, in bytes, of instructions per frame, and of instructions per byte.
CODE_LIMITS = {
    "ness_decode": 1536, "g90_cloud_decode": 614, "kts_decode": 1536, "ksenia_decode": 2048,
    "ness_controller": 6144, "g90_cloud_controller": 6144, "kts_controller": 10240, "ksenia_controller": 20480,
}
FRAME_LIMITS = {"ness_line": 700, "g90_cloud_message": 100}
BYTE_LIMITS = {"ksenia_changes": 45}
RAM_LIMIT, STACK_LIMIT = 512, 300
PROTOCOLS = {"ness": "Ness", "ksenia": "Ksenia", "g90_cloud": "G90 cloud", "g90_local": "G90 local", "g90_notify": "G90 notifications", "kts": "KTS"}
FRAMES = {
    "ness_line": "Ness, an event with address and time",
    "g90_cloud_message": "G90 cloud, an answer to a hello",
    "g90_notification": "G90 notification, armed",
    "kts_registration": "KTS, a registration",
    "ksenia_changes": "Ksenia, a push of ten zones, with its CRC",
}


def compiler():
    return subprocess.run(["/usr/bin/rustc", "--version"], check=True, capture_output=True, text=True).stdout.strip()


def build(package, target, level):
    for_host = ("RUSTUP_TOOLCHAIN", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER")
    environment = {name: value for name, value in os.environ.items() if name not in for_host}
    linker = f"CARGO_TARGET_{target.upper().replace('-', '_').replace('.', '_')}_LINKER"
    environment |= {
        "RUSTC_BOOTSTRAP": "1", "RUSTC": "/usr/bin/rustc", linker: "ld.lld", "CARGO_PROFILE_RELEASE_OPT_LEVEL": level,
        "CARGO_TARGET_DIR": str(TARGET_DIR),
    }
    command = ["/usr/bin/cargo", "build", "-Zbuild-std=core", "-Zbuild-std-features=compiler-builtins-mem", "--release", "--locked", "--quiet",
               "-p", package, "--target", target]
    # From there, for its `.cargo/config.toml`.
    subprocess.run(command, check=True, env=environment, cwd=FIRMWARE)
    return TARGET_DIR / target / "release"


def code(program):
    """Bytes of code and constants in an ELF file: what is loaded and never written."""
    data = program.read_bytes()
    (sections,) = struct.unpack_from("<I", data, 32)
    size, count = struct.unpack_from("<HH", data, 46)
    total = 0
    for at in range(sections, sections + size * count, size):
        _, kind, flags, _, _, length = struct.unpack_from("<6I", data, at)
        loaded, writable = kind == 1 and flags & 2, flags & 1
        total += length if loaded and not writable else 0
    return total


def run(program, command):
    text = subprocess.run([*command, "-kernel", str(program)], check=True, capture_output=True, text=True, timeout=120).stdout
    return {name: int(number) for name, number in re.findall(r"^(\S+) (\d+)$", text, re.MULTILINE)}


def measure():
    found = {}
    folder = build("sizes", ARM, "z")
    programs = sorted(path.stem for path in (FIRMWARE / "sizes" / "src" / "bin").glob("*.rs"))
    empty = code(folder / "empty")
    found |= {f"code.{name}": code(folder / name) - empty for name in programs if name != "empty"}
    quiet = ["-display", "none", "-serial", "null", "-monitor", "none", "-semihosting-config", "enable=on,target=native", "-icount", "shift=10"]
    arm = run(build("measure", ARM, "s") / "measure", ["qemu-system-arm", "-M", "mps2-an385", *quiet])
    riscv = run(
        build("measure", RISCV, "s") / "measure",
        ["qemu-system-riscv32", "-M", "virt", "-cpu", "rv32,a=off,f=off,d=off,v=off", "-bios", "none", *quiet],
    )
    for name, number in arm.items():
        kind, _, what = name.partition(".")
        if what != "nothing":
            # Less what a call itself takes.
            found[name] = number - (arm["instructions.nothing"] if kind == "instructions" else 0)
    for what in FRAMES:
        found[f"riscv.{what}"] = riscv[f"instructions.{what}"] - riscv["instructions.nothing"]
    return found


def read():
    lines = GOLDEN.read_text().splitlines()
    return lines[0].removeprefix("# "), {name: int(number) for name, number in (line.split() for line in lines[1:])}


def over(number, limit):
    if limit is None:
        return ""
    return f"{limit:,}" if number <= limit else f"{limit:,}, **{number - limit:,} over**"


def document(version, numbers):
    out = [
        "# Memory and instructions",
        "",
        "Written by `python3 tests/firmware/sizes.py write` from `benches/size.golden`; `./test sizes` fails when a number grows.",
        f"Compiler: {version}.",
        "",
        "## Code",
        "",
        "Bytes of code and constants on a Cortex-M0+ (thumbv6m, `opt-level = \"z\"`) above an empty program. A machine is all of it: decoder, encoder, session.",
        "",
        "| protocol | reading a frame | limit | controller | limit | panel |",
        "|---|---|---|---|---|---|",
    ]
    for key, name in PROTOCOLS.items():
        cells = []
        for part in ("decode", "controller", "panel"):
            number = numbers.get(f"code.{key}_{part}")
            cells.append("" if number is None else f"{number:,}")
            if part != "panel":
                cells.append("" if number is None else over(number, CODE_LIMITS.get(f"{key}_{part}")))
        out.append(f"| {name} | " + " | ".join(cells) + " |")
    out += [
        "",
        "## Memory",
        "",
        f"Bytes of each machine on a 32-bit core, at most {RAM_LIMIT}; beside it are the two buffers and the tables that the caller hands in. And the most stack",
        "that one call of it took while both talked: connecting, logging in, reading all, an order.",
        "",
        "| protocol | controller | stack | panel | stack |",
        "|---|---|---|---|---|",
    ]
    for key, name in PROTOCOLS.items():
        cells = [str(numbers.get(f"{kind}.{key}_{side}", "")) for side in ("controller", "panel") for kind in ("ram", "stack")]
        out.append(f"| {name} | " + " | ".join(cells) + " |")
    length = len((FIRMWARE / "measure" / "src" / "changes.json").read_bytes())
    out += [
        "",
        "## One frame",
        "",
        f"From bytes to the typed event, `opt-level = \"s\"`. Stack in bytes, at most {STACK_LIMIT}; instructions as QEMU counts them, exact and the same in every",
        f"run. A limit of {BYTE_LIMITS['ksenia_changes']} per byte is {BYTE_LIMITS['ksenia_changes'] * length:,} for the {length:,} bytes of the Ksenia message.",
        "",
        "| frame | stack | limit | instructions, Cortex-M0+ | limit | instructions, RV32IMC |",
        "|---|---|---|---|---|---|",
    ]
    for key, name in FRAMES.items():
        limit = FRAME_LIMITS.get(key) or (BYTE_LIMITS[key] * length if key in BYTE_LIMITS else None)
        stack, arm, riscv = (numbers[f"{kind}.{key}"] for kind in ("stack", "instructions", "riscv"))
        out.append(f"| {name} | {stack} | {over(stack, STACK_LIMIT)} | {arm:,} | {over(arm, limit)} | {riscv:,} |")
    out += [
        "",
        "## What is over its limit",
        "",
        "The limits come from prototypes that handed out bare members of a message. What is written down here also checks all of it, in any order and",
        "spelling, keeps what it does not know and says where a fault is. Faster ways for the usual forms of frames are for larger processors only.",
        "",
        "- Ksenia and KTS: a scanner for lists larger than the memory 3 to 4 KB, a general reader of JSON 2.2 KB, UTF-8 in `core` 0.6 KB; SHA-1 of the",
        "  WebSocket 2.7 KB, MD5 and SHA-256 2.3 KB: their crates have no small form.",
        "- G90 cloud: its notifications are JSON too. What one tells, and what follows for the house, takes 4 KB.",
        "- Ness: 256 bytes of a line are the table of hexadecimal digits; without it a line would take 1,060 instructions.",
        "- Controllers have a typed command for everything that their protocol can do: a program that never submits some of them is smaller, since the linker",
        "  drops them only where the compiler can see that.",
        "- Instructions per byte of a Ksenia message: the CRC without a table 14, ends of strings 11, members 9, the look for a second wrapper around the",
        "  content 12, names 9. Of a G90 cloud message 25 put unaligned numbers together.",
        "- Stack: a Ksenia frame has its message, list and view there, a KTS frame what is being read and what it says, a notification its typed form.",
    ]
    return "\n".join(out) + "\n"


def main():
    if sys.argv[1:] not in (["check"], ["write"]):
        print(__doc__, file=sys.stderr)
        return 2
    version = compiler()
    if sys.argv[1] == "write":
        numbers = measure()
        lines = [f"{name} {number}" for name, number in sorted(numbers.items())]
        GOLDEN.write_text("\n".join([f"# {version}", *lines]) + "\n")
        DOCUMENT.write_text(document(version, numbers))
        return 0
    held, golden = read()
    if DOCUMENT.read_text() != document(held, golden):
        print(f"{DOCUMENT.name} is not what `sizes.py write` makes of {GOLDEN.name}", file=sys.stderr)
        return 1
    if held != version:
        print(f"the numbers hold for {held}, this is {version}: nothing is compared")
        return 0
    numbers = measure()
    wrong = [f"{name}: {golden.get(name)} became {numbers.get(name)}" for name in sorted(golden.keys() | numbers.keys())
             if numbers.get(name, 1 << 31) > golden.get(name, -1)]
    smaller = sum(numbers[name] < golden[name] for name in golden.keys() & numbers.keys())
    print(f"{len(numbers)} numbers, {smaller} smaller than written down")
    print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


sys.exit(main())
