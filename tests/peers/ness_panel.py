#!/usr/bin/env python3
"""nessclient's simulated panel without its screen.

Usage: mock_server.py PORT [--zones N] [--model NAME] [--version MAJOR.MINOR]
                           [--exit-delay SECONDS] [--entry-delay SECONDS]

Listens on 127.0.0.1:PORT (0 lets the system choose), prints `READY PORT`, then
takes one command per line on standard input and answers each with `OK ...` or
`ERROR ...`. Packets are shown as they pass: `RX <line>` from a client,
`TX <line>` to all clients, and `BAD <line>` (with a `LOG`) if the panel could
not make sense of a line. The end of the input ends the program at once.

  arm [away|home|day|night|vacation]    disarm    trip
  zone N open|close                     aux N on|off
  state                                 quit
"""

import argparse
import os
import socket
import sys
import threading
import time

from nessclient.cli.server import alarm as panel_state
from nessclient.cli.server.alarm_server import AlarmServer
from nessclient.cli.server.zone import Zone
from nessclient.event import PanelVersionUpdate

HOST = "127.0.0.1"
_print_lock = threading.Lock()


def say(text):
    """Prints one whole line, whichever thread calls."""
    with _print_lock:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Panel:
    """The simulated panel, its network side, and a line-oriented control."""

    def __init__(self, port, zones, model, version):
        self.port = port or free_port()
        major, minor = (int(part) for part in version.split("."))
        self._server = AlarmServer(
            host=HOST,
            port=self.port,
            num_zones=zones,
            panel_model=PanelVersionUpdate.Model[model],
            panel_major_version=major,
            panel_minor_version=minor,
        )
        # AlarmServer keeps both parts to itself; start() would open the screen,
        # so its network half is started directly.
        self._alarm = self._server._alarm
        self._net = self._server._server
        self._one_at_a_time()
        self._trace_packets()

    def _one_at_a_time(self):
        """The panel tells a change before it keeps it: one that came from another thread between the two would be lost."""
        lock = threading.RLock()

        def locked(change):
            def run(*arguments):
                with lock:
                    return change(*arguments)

            return run

        for name in ["arm", "disarm", "trip", "update_zone", "update_aux_output", "_arm_complete", "_trip_complete"]:
            setattr(self._alarm, name, locked(getattr(self._alarm, name)))

    def _trace_packets(self):
        send = self._net._write_to_all_clients

        def traced_send(line):
            say(f"TX {line}")
            send(line)

        self._net._write_to_all_clients = traced_send
        self._net._log_callback = lambda text: say("LOG " + " | ".join(text.split("\n")))
        # Without a packet: the line was not understood, or handling it failed.
        self._net._rx_callback = lambda line, packet: say(f"{'RX' if packet else 'BAD'} {line}")

    def start(self, patience=5.0):
        """Listens, and returns when the port really accepts."""
        self._net.start(host=HOST, port=self.port)
        deadline = time.monotonic() + patience
        while True:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def run(self, words):
        """Carries out one command and returns what to answer."""
        match words:
            case ["arm"]:
                self._alarm.arm()
            case ["arm", mode]:
                self._alarm.arm(panel_state.Alarm.ArmingMode[f"ARMED_{mode.upper()}"])
            case ["disarm"]:
                self._alarm.disarm()
            case ["trip"]:
                self._alarm.trip()
            case ["zone", number, ("open" | "close") as what]:
                state = Zone.State.UNSEALED if what == "open" else Zone.State.SEALED
                self._alarm.update_zone(self._known(self._alarm.zones, number), state)
            case ["aux", number, ("on" | "off") as what]:
                output = self._known(self._alarm.aux_outputs, number)
                self._alarm.update_aux_output(output, what == "on")
            case ["state"]:
                return self._summary()
            case _:
                raise ValueError("unknown command")
        return " ".join(words)

    @staticmethod
    def _known(items, number):
        wanted = int(number)
        if all(item.id != wanted for item in items):
            raise ValueError(f"no number {wanted}")
        return wanted

    def _summary(self):
        mode = self._alarm.arming_mode
        opened = [str(z.id) for z in self._alarm.zones if z.state is Zone.State.UNSEALED]
        lit = [str(o.id) for o in self._alarm.aux_outputs if o.state is o.State.ON]
        return "state={} mode={} open={} aux={}".format(
            self._alarm.state.value,
            mode.value if mode else "-",
            ",".join(opened) or "-",
            ",".join(lit) or "-",
        )


def main():
    parser = argparse.ArgumentParser(description="simulated alarm panel on loopback")
    parser.add_argument("port", type=int)
    parser.add_argument("--zones", type=int, default=16)
    parser.add_argument("--model", default="D16X", choices=[m.name for m in PanelVersionUpdate.Model])
    parser.add_argument("--version", default="8.7")
    parser.add_argument("--exit-delay", type=float, default=1.0)
    parser.add_argument("--entry-delay", type=float, default=1.0)
    options = parser.parse_args()

    # Read by the panel each time a delay starts.
    panel_state.EXIT_DELAY = options.exit_delay
    panel_state.ENTRY_DELAY = options.entry_delay

    panel = Panel(options.port, options.zones, options.model, options.version)
    panel.start()
    say(f"READY {panel.port}")

    for line in sys.stdin:
        words = line.split()
        if not words:
            continue
        if words == ["quit"]:
            break
        try:
            say("OK " + panel.run(words))
        except (ValueError, KeyError, OSError) as problem:
            say(f"ERROR {line.strip()}: {problem}")

    # Delay timers are ordinary threads; a normal exit would wait for them.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
