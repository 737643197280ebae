#!/usr/bin/env python3
"""nessclient's Client driven line by line.

Usage: client.py HOST PORT [--update-interval SECONDS] [--infer-arming-state]
                 [--no-initial-update] [--model-table legacy|rev16]

Prints one line for everything the client notices:

  CONNECTED   DISCONNECTED   (again after each reconnection)
  EVENT <packet command> <packet data> <class> <field>=<value> ...
  STATE <arming state> <arming mode or ->
  ZONE <number> open|closed
  AUX <number> on|off
  PANEL <model> <version>
  OK <command>   ERROR <command>: <reason>
  LOST <exception>           the client's own loop failed; the program ends with 1

Commands, one per line on standard input:

  arm_away [CODE]   arm_home [CODE]   disarm CODE   panic CODE
  aux N on|off      update            panel_info    send KEYS
  state             quit              (the end of the input quits too)
"""

import argparse
import asyncio
import contextlib
import enum
import logging
import sys

from nessclient import Client
from nessclient.connection import IP232Connection
from nessclient.event import DecodeOptions, PanelVersionUpdate

MODEL_TABLES = {
    "legacy": PanelVersionUpdate.ModelLegacyMapper,
    "rev16": PanelVersionUpdate.ModelRev16Mapper,
}


def say(*parts):
    print(*parts, flush=True)


def shown(value):
    """A value as one word: names for enums, `a+b` for lists, `-` for nothing."""
    if isinstance(value, enum.Enum):
        return value.name
    if isinstance(value, (list, tuple)):
        return "+".join(shown(item) for item in value) or "-"
    if value is None:
        return "-"
    return str(value).replace(" ", "T")


def describe(event):
    """The event's class and public fields as one line."""
    fields = (
        f"{name}={shown(value)}"
        for name, value in sorted(vars(event).items())
        if not name.startswith("_")
    )
    return " ".join([type(event).__name__, *fields])


class ReportingConnection(IP232Connection):
    """A TCP connection that says when it comes and goes."""

    def __init__(self, host, port):
        super().__init__(host=host, port=port)
        self.first_up = asyncio.Event()

    async def connect(self):
        result = await super().connect()
        say("CONNECTED")
        self.first_up.set()
        return result

    async def read(self):
        line = await super().read()
        if line is None:
            say("DISCONNECTED")
        return line


def watch(client):
    """Reports what the client notices."""

    @client.on_event_received
    def _event(event):
        say("EVENT", describe(event))

    @client.on_state_change
    def _state(state, mode):
        say("STATE", shown(state), shown(mode))

    @client.on_zone_change
    def _zone(number, is_open):
        say("ZONE", number, "open" if is_open else "closed")

    @client.on_aux_output_change
    def _aux(number, is_on):
        say("AUX", number, "on" if is_on else "off")


async def run(client, words):
    """Carries out one command."""
    match words:
        case ["arm_away", *code] if len(code) < 2:
            await client.arm_away(*code)
        case ["arm_home", *code] if len(code) < 2:
            await client.arm_home(*code)
        case ["disarm", code]:
            await client.disarm(code)
        case ["panic", code]:
            await client.panic(code)
        case ["aux", number, ("on" | "off") as what]:
            await client.aux_output(int(number), what == "on")
        case ["update"]:
            await client.update()
        case ["panel_info"]:
            info = await client.get_panel_info()
            say("PANEL", info.model.name, info.version)
        case ["send", keys]:
            await client.send_command(keys)
        case ["state"]:
            zones = client.alarm.zones
            opened = [str(n) for n, zone in enumerate(zones, 1) if zone.triggered]
            unknown = [str(n) for n, zone in enumerate(zones, 1) if zone.triggered is None]
            say("NOW", shown(client.alarm.arming_state), "open", shown(opened), "unknown", shown(unknown))
        case _:
            raise ValueError("unknown command")


async def input_lines():
    """Lines of standard input, without blocking the loop."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield line.decode().strip()


async def obey(client):
    """Carries out the commands of standard input until its end or `quit`."""
    async for line in input_lines():
        words = line.split()
        if words == ["quit"]:
            return
        if not words:
            continue
        try:
            await run(client, words)
            say("OK", line)
        except Exception as problem:  # report, and take the next command
            say("ERROR", f"{line}:", type(problem).__name__, problem)


async def main():
    parser = argparse.ArgumentParser(description="alarm panel client")
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("--update-interval", type=int, default=60)
    parser.add_argument("--infer-arming-state", action="store_true")
    parser.add_argument("--no-initial-update", action="store_true")
    parser.add_argument("--model-table", choices=MODEL_TABLES)
    options = parser.parse_args()

    # What the client complains about (bad packets, refused connections).
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)

    table = MODEL_TABLES[options.model_table] if options.model_table else None
    connection = ReportingConnection(options.host, options.port)
    client = Client(
        connection=connection,
        update_interval=options.update_interval,
        infer_arming_state=options.infer_arming_state,
        decode_options=DecodeOptions(table) if table else None,
    )
    watch(client)

    # keepalive() connects, receives and refreshes until it is cancelled. It ends
    # by itself only when something inside it fails.
    alive = asyncio.create_task(client.keepalive())
    commands = asyncio.create_task(obey(client))
    tasks = [alive, commands]
    if not options.no_initial_update:
        tasks.append(asyncio.create_task(update_once_up(client, connection)))
    await asyncio.wait([alive, commands], return_when=asyncio.FIRST_COMPLETED)
    status = 0
    if alive.done():
        say("LOST", repr(alive.exception()))
        status = 1
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with contextlib.suppress(Exception):
        await asyncio.wait_for(client.close(), timeout=1)
    return status


async def update_once_up(client, connection):
    """Asks for the whole state as soon as there is a connection."""
    await connection.first_up.wait()
    await client.update()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
