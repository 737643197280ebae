"""CPU time per line of nessclient 1.3.1 and of the codec, on the same lines.

Usage: python3 benches/peers.py [path of the `benches` binary]. Needs `pip install nessclient==1.3.1`; ends with 1 without it.
Both decode every line to a typed event. The codec verifies the checksum too; nessclient does not.
"""

import importlib.metadata
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VERSION = "1.3.1"
TARGET = 300.0
ROUNDS = 7


def main() -> int:
    try:
        from nessclient.event import BaseEvent
        from nessclient.packet import Packet
    except ImportError as error:
        print(f"nessclient {VERSION} is not installed: {error}", file=sys.stderr)
        return 1
    found = importlib.metadata.version("nessclient")
    if found != VERSION:
        print(f"nessclient is {found}, not {VERSION}", file=sys.stderr)
        return 1

    target = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parent.parent / "target"))
    binary = sys.argv[1] if len(sys.argv) > 1 else str(target / "release" / "benches")
    with tempfile.TemporaryDirectory() as folder:
        pool = os.path.join(folder, "pool.txt")
        subprocess.run([binary, "pool", pool], check=True)
        with open(pool, encoding="ascii") as file:
            lines = file.read().split()

        # nessclient refuses every genuine event with START 83 (it takes the address for one digit), and view states and models that
        # it has no name for. Both sides are spared those lines.
        def decodes(line: str) -> bool:
            try:
                BaseEvent.decode(Packet.decode(line))
            except Exception:
                return False
            return True

        accepted = [line for line in lines if decodes(line)]
        share = len(accepted) / len(lines)
        if share < 0.8:
            print(f"nessclient decodes only {share:.0%} of the lines", file=sys.stderr)
            return 1
        common = os.path.join(folder, "common.txt")
        with open(common, "w", encoding="ascii") as file:
            file.write("\n".join(accepted) + "\n")

        peers, codecs, ratios = [], [], []
        for _ in range(ROUNDS):
            before = time.process_time()
            for line in accepted:
                BaseEvent.decode(Packet.decode(line))
            peer = (time.process_time() - before) * 1e9 / len(accepted)
            codec = float(subprocess.run([binary, "cpu", common], check=True, capture_output=True, text=True).stdout)
            peers.append(peer)
            codecs.append(codec)
            ratios.append(peer / codec)

    ratio = statistics.median(ratios)
    print(f"nessclient {VERSION} on Python {sys.version.split()[0]} decodes {share:.1%} of the lines")
    print(f"CPU time per line: nessclient {statistics.median(peers):.0f} ns, codec {statistics.median(codecs):.1f} ns")
    verdict = "pass" if ratio >= TARGET else "MISS"
    print(f"ratio {ratio:.0f} [{min(ratios):.0f}-{max(ratios):.0f}], at least {TARGET:.0f} wanted: {verdict}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
