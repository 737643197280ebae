#!/usr/bin/env python3
"""The bridge firmware in QEMU against simulated panels on this computer.

Usage: bridge.py [--runs N] [--capture FOLDER] PANELCTL IMAGE[@MACHINE]...

Each run starts an image and its panels, and checks: every panel is connected and its state told; a message of more than 60 KB passes
through 2 KB; what happens at a panel is told; orders are obeyed, and refused where they should be; it all comes back when the network goes
away and returns, and when a panel does; no code is in the log. Images run in turn until there were N runs. Before that, once per image:
what it says about a missing or wrong configuration, a panic, a hard fault, a program that hangs; and that there is no heap in it.

Prints what it checks; ends with 1 at the first thing that is not as it should be.
"""

import argparse
import os
import pathlib
import socket
import sys
import time

import lab
import programs
from lab import HOST, IMAGE_ADDRESS, Client, Qemu, WebSocketWire, check, free_port
from programs import Failure, running

NESS_CODE = "481516"
KSENIA_CODE = "234299"
# With as many zones a message of a simulated Ksenia panel is longer than 60 KB.
KSENIA_ZONES = 644
LONG_MESSAGE = 60_000
KTS_KEY = "7203945518"
# Where the image waits for the KTS host.
KTS_PORT = 5000
# Where the image hears of a G90 panel.
NOTIFY_PORT = 12901
STATIC = (f"ip={IMAGE_ADDRESS}/24", f"gateway={HOST}")


class House:
    """The simulated panels."""

    def __init__(self, panelctl, children):
        self._panelctl, self._children = panelctl, children
        self.ness, self.ness_port = self._start("ness", "--exit-delay", "2", code=NESS_CODE)
        self._ksenia_options = ("--zones", str(KSENIA_ZONES), "--exit-delay", "2")
        self.ksenia, self.ksenia_port = self._start("ksenia", *self._ksenia_options, code=KSENIA_CODE)
        self.wire = WebSocketWire(self.ksenia_port)
        self.notify_port = free_port(socket.SOCK_DGRAM)
        self.g90, self.g90_port = self._start("g90", "--notify-to", f"127.0.0.1:{self.notify_port}")

        # A host dials; a connection that it does not know to be dead is noticed by its signs of life.
        self.kts_port = free_port()
        command = (panelctl, "simulate", "kts", "--server", f"127.0.0.1:{self.kts_port}", "--redial", "1", "--keepalive", "10", "--script", "-")
        self.kts = running(children, "simulated KTS host", *command, env={"PANELCTL_KEY": KTS_KEY})

    def _start(self, family, *options, code="", port=0):
        command = (self._panelctl, "simulate", family, "--script", "-", "--listen", f"127.0.0.1:{port}", *options)
        child = running(self._children, f"simulated {family}", *command, env={"PANELCTL_CODE": code} if code else None)
        return child, int(child.wait_for(r"^listening on .*:(\d+)$").group(1))

    def restart_ksenia(self):
        self.ksenia.kill()
        self.ksenia, _ = self._start("ksenia", *self._ksenia_options, code=KSENIA_CODE, port=self.ksenia_port)


def follow_ness(house, client):
    house.ness.tell("zone 5 open")
    client.wait_for(event="zone", panel="ness", zone=5, open=True)
    client.order(11, "ness", "arm", mode="home", code=NESS_CODE)
    client.wait_for(event="done", panel="ness", id=11, outcome="confirmed")
    client.wait_for(event="area", panel="ness", area=0, mode="home")
    client.order(12, "ness", "disarm", code=NESS_CODE)
    client.wait_for(event="done", panel="ness", id=12, outcome="confirmed")
    client.order(13, "ness", "switch", output=2)
    client.wait_for(event="done", panel="ness", id=13)
    client.wait_for(event="output", panel="ness", output=2, on=True)
    house.ness.wait_for(r"aux.* 2 .*on")


def follow_ksenia(house, client):
    house.ksenia.tell(f"zone {KSENIA_ZONES} open")
    client.wait_for(event="zone", panel="ksenia", zone=KSENIA_ZONES, open=True)
    client.order(21, "ksenia", "switch", output=2)
    client.wait_for(event="done", panel="ksenia", id=21, outcome="confirmed")
    client.wait_for(event="output", panel="ksenia", output=2, on=True)
    house.ksenia.wait_for(r"^output 2 on$")
    client.order(22, "ksenia", "arm", area=1, mode="away")
    client.wait_for(event="done", panel="ksenia", id=22, outcome="confirmed")
    client.order(23, "ksenia", "disarm", area=1)
    client.wait_for(event="done", panel="ksenia", id=23, outcome="confirmed")
    check(house.wire.longest >= LONG_MESSAGE, f"the longest message had only {house.wire.longest} bytes")


def follow_g90(house, client):
    client.order(51, "g90", "arm", mode="home")
    client.wait_for(event="done", panel="g90", id=51, outcome="confirmed")
    client.wait_for(event="area", panel="g90", area=0, state="armed", mode="home")
    # What sensors do comes by the other protocol.
    house.g90.tell("sensor 1 active")
    client.wait_for(event="zone", panel="g90", zone=1, open=True)
    house.g90.tell("disarm")
    client.wait_for(event="area", panel="g90", area=0, state="disarmed")


def follow_kts(house, client):
    house.kts.tell("set 1 6 200")
    client.wait_for(event="value", panel="kts", object="6", value="200")
    client.order(61, "kts", "switch", output=1)
    client.wait_for(event="done", panel="kts", id=61, outcome="confirmed")
    house.kts.wait_for(r"object 1 is 1$")
    client.order(62, "kts", "disarm")
    client.wait_for(event="refused", panel="kts", id=62)


def refuse(client):
    """What is no order, and one that no machine takes."""
    client.send("\x00" * 2000)
    client.wait_for(event="refused", id=0, why="too long")
    client.send("{")
    client.wait_for(event="refused", id=0, why="not an order")
    client.order(31, "nobody", "arm")
    client.wait_for(event="refused", id=31, why="unknown panel")
    client.order(32, "ness", "bypass", zone=77)
    client.wait_for(event="refused", id=32, panel="ness")


def show(port, **wanted):
    """What is known is told to who comes."""
    client = Client(port)
    client.wait_for(event="state")
    client.wait_for(**wanted)
    client.wait_for(event="current")
    client.close()


def lose_network(house, qemu, client, over_uart):
    """The network goes, and comes back. Gives the client to go on with."""
    panels = ["ksenia", "g90", "kts"] if over_uart else ["ness", "ksenia", "g90", "kts"]
    qemu.monitor("set_link n0 off")
    qemu.wait_for(*(rf"{panel}: the network is down" for panel in panels))
    house.ness.tell("zone 6 open")
    house.ksenia.tell("zone 7 open")
    time.sleep(0.5)
    qemu.monitor("set_link n0 on")
    qemu.wait_for(*(rf"{panel}: ready" for panel in panels))
    if over_uart:
        # With the network went the address from DHCP, and with the address all connections.
        client = Client(qemu.port)
    else:
        # What was told meanwhile comes late.
        client.wait_for(event="down", panel="ksenia")
        client.wait_for(event="up", panel="ksenia")
    client.wait_for(event="zone", panel="ksenia", zone=7, open=True)
    client.order(41, "ksenia", "switch", output=2, on=False)
    client.wait_for(event="done", panel="ksenia", id=41, outcome="confirmed")
    client.order(42, "ness", "refresh")
    client.wait_for(event="done", panel="ness", id=42)
    # The bridge has asked for it if it was not told.
    show(qemu.port, event="zone", panel="ness", zone=6, open=True)
    return client


def lose_panel(house, client):
    house.restart_ksenia()
    client.wait_for(event="down", panel="ksenia")
    client.wait_for(event="up", panel="ksenia")
    client.wait_for(event="zone", panel="ksenia", zone=7, open=False)
    client.wait_for(event="ready", panel="ksenia")


def run(panelctl, image, machine, over_uart, capture):
    children = []
    house = None
    try:
        house = House(panelctl, children)
        config = [f"ksenia={HOST}:{house.wire.port}", f"ksenia-pin={KSENIA_CODE}", f"g90={HOST}:{house.g90_port}"]
        config += [f"kts={KTS_PORT}", "kts-sn=08ABEF000001", f"kts-key={KTS_KEY}"]
        if over_uart:
            # DHCP, then.
            config += ["ness=uart"]
            serial = f"tcp:127.0.0.1:{house.ness_port}"
        else:
            config += [f"ness={HOST}:{house.ness_port}", *STATIC]
            serial = "null"
        forwards = [("udp", house.notify_port, NOTIFY_PORT), ("tcp", house.kts_port, KTS_PORT)]
        qemu = Qemu(image, machine, config, serial=serial, forwards=forwards, capture=capture)
        children.append(qemu)
        client = Client(qemu.port)
        # It may have become ready before the client came.
        qemu.wait_for(r"ness: ready", r"ksenia: ready", r"g90: ready", r"kts: ready")
        follow_ness(house, client)
        follow_ksenia(house, client)
        follow_g90(house, client)
        follow_kts(house, client)
        refuse(client)
        # Beside the first client there is place for another, and then the next.
        for _ in range(3):
            show(qemu.port, event="zone", panel="ksenia", zone=KSENIA_ZONES, open=True)
        client = lose_network(house, qemu, client, over_uart)
        lose_panel(house, client)
        for code in (NESS_CODE, KSENIA_CODE, KTS_KEY):
            check(not any(code in line for line in qemu.everything()), "a code is in the log")
    finally:
        for child in children:
            child.kill()
        if house:
            house.wire.close()


def report_mistakes(image, machine):
    """How an image ends that cannot run."""
    cases = [
        ([], 2, r"^error: no configuration$"),
        (["ness=10.0.2.2:2401", "colour=red"], 2, r"^error: word 2 of the configuration has no known key$"),
        (["ksenia=10.0.2.2:80"], 2, r"^error: the configuration needs `ksenia-pin=` as well$"),
        (["ness=10.0.2.2:2401", "try=panic"], 101, r"panicked at "),
        (["ness=10.0.2.2:2401", "try=fault"], 102, r"^hard fault: "),
    ]
    if machine == "mps2-an385":
        # A reset ends QEMU.
        cases.append((["ness=10.0.2.2:2401", "try=hang"], 0, r"^the watchdog was not fed"))
    for config, code, line in cases:
        qemu = Qemu(image, machine, config, options=["-no-reboot"])
        try:
            qemu.wait_for(line)
            ended = qemu.code()
            check(ended == code, f"{config} ends with {ended}")
        finally:
            qemu.kill()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--capture", type=pathlib.Path, help="where to keep what went over the network of each run")
    parser.add_argument("panelctl")
    parser.add_argument("images", nargs="+", metavar="IMAGE[@MACHINE]")
    arguments = parser.parse_args()
    images = [(name, machine or "mps2-an385") for name, _, machine in (image.partition("@") for image in arguments.images)]
    try:
        for image, machine in images:
            lab.no_heap(image)
            report_mistakes(image, machine)
            print(f"{os.path.basename(image)} on {machine}: no heap, mistakes are told", flush=True)
        for number in range(arguments.runs):
            image, machine = images[number % len(images)]
            over_uart = number // len(images) % 2 == 1
            capture = arguments.capture and arguments.capture / f"run-{number + 1}.pcap"
            begun = time.monotonic()
            run(arguments.panelctl, image, machine, over_uart, capture)
            link = "a UART" if over_uart else "TCP"
            print(f"run {number + 1}: {os.path.basename(image)} on {machine}, Ness over {link}: {time.monotonic() - begun:.1f} s", flush=True)
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        return 1
    print(f"{programs.checks} things checked")
    return 0


sys.exit(main())
