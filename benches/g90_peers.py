"""CPU time per message to the cloud of pyg90alarm 3.1.2 and of the codec, on the same messages.

Usage: python3 benches/g90_peers.py [path of the `benches` binary]. Needs `pip install pyg90alarm==3.1.2`; ends with 1 without it.
Both decode every message to a typed one, with the library's own loop over its classes.
"""

import importlib.metadata
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VERSION = "3.1.2"
TARGET = 1000.0
ROUNDS = 7


def main() -> int:
    try:
        from pyg90alarm.cloud.messages import CLOUD_MESSAGE_CLASSES
        from pyg90alarm.cloud.protocol import G90CloudMessageContext, G90CloudMessageNoMatch
    except ImportError as error:
        print(f"pyg90alarm {VERSION} is not installed: {error}", file=sys.stderr)
        return 1
    found = importlib.metadata.version("pyg90alarm")
    if found != VERSION:
        print(f"pyg90alarm is {found}, not {VERSION}", file=sys.stderr)
        return 1
    logging.disable(logging.CRITICAL)

    context = G90CloudMessageContext(
        device_id=None,
        local_ip="127.0.0.1",
        local_port=5678,
        cloud_ip="127.0.0.1",
        cloud_port=5678,
        upstream_host=None,
        upstream_port=None,
        remote_host="127.0.0.1",
        remote_port=12345,
    )

    def decode(message: bytes) -> object:
        for kind in CLOUD_MESSAGE_CLASSES:
            try:
                return kind.from_wire(message, context=context)
            except G90CloudMessageNoMatch:
                continue
        return None

    target = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parent.parent / "target"))
    binary = sys.argv[1] if len(sys.argv) > 1 else str(target / "release" / "benches")
    with tempfile.TemporaryDirectory() as folder:
        pool = os.path.join(folder, "pool.txt")
        subprocess.run([binary, "g90", "pool", pool], check=True)
        with open(pool, encoding="ascii") as file:
            messages = [bytes.fromhex(line) for line in file]
        if not all(decode(message) for message in messages):
            print("pyg90alarm does not decode all messages", file=sys.stderr)
            return 1

        peers, codecs, ratios = [], [], []
        for _ in range(ROUNDS):
            before = time.process_time()
            for message in messages:
                decode(message)
            peer = (time.process_time() - before) * 1e9 / len(messages)
            codec = float(subprocess.run([binary, "g90", "cpu", pool], check=True, capture_output=True, text=True).stdout)
            peers.append(peer)
            codecs.append(codec)
            ratios.append(peer / codec)

    ratio = statistics.median(ratios)
    print(f"pyg90alarm {VERSION} on Python {sys.version.split()[0]}")
    print(f"CPU time per message: pyg90alarm {statistics.median(peers):.0f} ns, codec {statistics.median(codecs):.1f} ns")
    verdict = "pass" if ratio >= TARGET else "MISS"
    print(f"ratio {ratio:.0f} [{min(ratios):.0f}-{max(ratios):.0f}], at least {TARGET:.0f} wanted: {verdict}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
