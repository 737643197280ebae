#!/usr/bin/env python3
"""Our WebSocket, TLS and Ksenia controller against the Python library `websockets` and GnuTLS, over loopback, both ways.

Usage: ksenia_interop.py PROGRAMS

PROGRAMS is the folder with `panelctl`, and the programs `ksenia_watch` and `ws_echo` in its folder `examples`.

1. `ksenia_watch` against a panel made of `websockets`, plain and by TLS: TLS 1.2 and 1.3, the ciphers of old panels.
2. `ksenia_watch` against `gnutls-serv` without secure renegotiation.
3. `panelctl watch ksenia` and `panelctl send ksenia` against the same panels.
4. A client of `websockets` against `panelctl simulate ksenia` and `ws_echo`, plain and by TLS.

Prints what it checks; ends with 1 at the first thing that is not as it should be.
"""

import json
import os
import pathlib
import random
import socket
import ssl
import subprocess
import sys
import tempfile
import time

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

import programs as peers
from ksenia_panel import crc
from programs import PATIENCE, Failure, running

HERE = pathlib.Path(__file__).resolve().parent
PIN = "190734"
WRONG_PIN = "836510"


def check(good, what):
    peers.count()
    if not good:
        raise Failure(what)


class Certificate:
    """A self-signed certificate for `localhost`, made by the command `openssl`."""

    def __init__(self, folder, name, *options):
        self.cert, self.key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
        subprocess.run(
            ["openssl", "req", "-x509", "-nodes", *options, "-days", "2", "-subj", "/CN=panel", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", self.key, "-out", self.cert],
            check=True, capture_output=True, timeout=PATIENCE,
        )
        shown = subprocess.run(
            ["openssl", "x509", "-in", self.cert, "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True, text=True,
            timeout=PATIENCE,
        ).stdout
        self.pin = shown.split("=")[1].strip()


class Setting:
    def __init__(self, folder_of_programs, folder):
        examples = folder_of_programs / "examples"
        self.panelctl, self.watcher, self.echo = folder_of_programs / "panelctl", examples / "ksenia_watch", examples / "ws_echo"
        self.programs = []
        self.new = Certificate(folder, "new", "-newkey", "rsa:2048")
        self.other = Certificate(folder, "other", "-newkey", "rsa:2048")
        self.old = Certificate(folder, "old", "-newkey", "rsa:1024", "-sha1")

    def panel(self, *options):
        program = running(self.programs, "panel", sys.executable, str(HERE / "ksenia_panel.py"), "0", "--pin", PIN, *options)
        return program, program.wait_for(r"^READY (\d+)").group(1)

    def watch(self, address, *options, pin=PIN):
        return running(self.programs, "ksenia_watch", str(self.watcher), address, *options, env={"KSENIA_PIN": pin})

    def fails(self, address, *options, expect):
        """A connection that must not come about."""
        watch = self.watch(address, *options)
        watch.wait_for(expect)
        watch.never("^connected")
        watch.end(expected=1)


def a_session(setting, panel, watch, number=1):
    """From the login to the farewell, with everything that a panel does on the way."""
    panel.wait_for(rf"^OPEN {number}", rf"^ASKED {number} LOGIN USER", rf"^ASKED {number} READ ", rf"^ASKED {number} REALTIME REGISTER")
    watch.wait_for("^connected", "^logged in", "^record ZONES Some\\(3\\)", "^ready, registered: true")
    panel.tell("zone 2 A")
    watch.wait_for(r"^notice .*[Zz]one.*2")
    panel.tell("ping")
    panel.wait_for("^PONG")
    watch.tell("output 1 on")
    panel.wait_for(rf"^ASKED {number} CMD_USR CMD_SET_OUTPUT")
    watch.wait_for("^record STATUS_OUTPUTS Some\\(1\\)", "^done: Confirmed")
    # A second login, over its own connection, which ends before the first.
    watch.tell("scenario 1")
    user = number + 1
    panel.wait_for(rf"^OPEN {user}", rf"^ASKED {user} LOGIN USER", rf"^ASKED {user} CMD_USR CMD_EXE_SCENARIO", rf"^ASKED {user} LOGOUT USER", rf"^CLOSED {user} 1000")
    watch.wait_for("^scenario 1: Confirmed")
    watch.tell("quit")
    panel.wait_for(rf"^ASKED {number} LOGOUT USER", rf"^CLOSED {number} 1000")
    watch.wait_for("^closed: closed on request")
    watch.end()
    watch.never(PIN)
    watch.never("fault|broken|refused|Wrong|Absent")


def client_against_panel(setting):
    print("our controller against a panel of websockets")
    for options in [[], ["--fragments", "7"], ["--escaped", "--fragments", "1000"]]:
        panel, port = setting.panel(*options)
        watch = setting.watch(f"ws://127.0.0.1:{port}")
        a_session(setting, panel, watch)
        watch.never("warning")

        # Both spellings of the path, and one that is none.
        watch = setting.watch(f"ws://127.0.0.1:{port}/KseniaWsock/")
        watch.wait_for("^ready")
        watch.tell("quit")
        watch.end()
        watch = setting.watch(f"ws://127.0.0.1:{port}/elsewhere")
        watch.wait_for("^closed: opening handshake failed: .*404")
        panel.wait_for("^BAD 0 path")
        watch.end()
        panel.tell("quit")
        panel.end()

    panel, port = setting.panel()
    address = f"ws://127.0.0.1:{port}"
    print("  a wrong PIN is tried once")
    watch = setting.watch(address, pin=WRONG_PIN)
    watch.wait_for("^closed: the panel refused the login")
    panel.wait_for("^ASKED 1 LOGIN USER", "^CLOSED 1 1000")
    watch.end()
    watch.never(WRONG_PIN)

    print("  an answer many times longer than the buffer")
    panel.tell("zones 900")
    watch = setting.watch(address)
    watch.wait_for(r"^record ZONES Some\(900\)", r"^record STATUS_ZONES Some\(900\)", "^ready")
    watch.never("fault|Wrong|Absent")

    print("  a panel that is being programmed")
    panel.tell("bye")
    watch.wait_for("^closed: the programming of the panel changes")
    panel.wait_for("^CLOSED 2 1000")
    watch.end()
    watch = setting.watch(address)
    watch.wait_for("^closed: opening handshake failed: .*500")
    watch.end()
    panel.tell("back")

    print("  a connection that is cut")
    watch = setting.watch(address)
    watch.wait_for("^ready")
    panel.tell("drop")
    watch.wait_for("^closed: the peer closed the connection")
    panel.tell("quit")
    panel.end()


def client_against_tls(setting):
    new, other, old = setting.new, setting.other, setting.old
    for name, options in [("TLS 1.3", []), ("TLS 1.2", ["--tls12"])]:
        print(f"our controller against a panel of websockets by {name}")
        panel, port = setting.panel("--cert", new.cert, "--key", new.key, *options)
        address = f"wss://127.0.0.1:{port}"
        watch = setting.watch(address, "--pin-sha256", new.pin)
        a_session(setting, panel, watch)
        watch.never("warning")
        watch = setting.watch(f"wss://localhost:{port}", "--ca-file", new.cert, "--tls12")
        a_session(setting, panel, watch, 3)
        watch = setting.watch(address, "--insecure")
        a_session(setting, panel, watch, 5)
        check(sum("warning: nobody checks" in line for line in watch.seen) == 1, "one warning for the unverified certificate")

        setting.fails(address, expect="self-signed certificate.*" + new.pin)
        setting.fails(address, "--pin-sha256", other.pin, expect="not the pinned one.*" + new.pin)
        setting.fails(address, "--ca-file", new.cert, expect="IP address mismatch")
        setting.fails(f"wss://localhost:{port}", "--ca-file", other.cert, expect="not trusted")
        panel.never("^OPEN 7")
        panel.tell("quit")
        panel.end()

    print("our controller against an old panel: AES128-SHA, 1024 bits, SHA-1")
    panel, port = setting.panel("--cert", old.cert, "--key", old.key, "--old-ciphers")
    address = f"wss://127.0.0.1:{port}"
    for options in [[], ["--pin-sha256", old.pin], ["--insecure"], ["--insecure", "--legacy-renegotiation"]]:
        setting.fails(address, *options, expect="old ciphers")
    setting.fails(address, "--old-ciphers", expect="not trusted")
    setting.fails(address, "--old-ciphers", "--pin-sha256", new.pin, expect="not the pinned one")
    watch = setting.watch(address, "--old-ciphers", "--pin-sha256", old.pin)
    a_session(setting, panel, watch)
    panel.tell("quit")
    panel.end()


def client_against_gnutls(setting):
    print("our controller against GnuTLS without secure renegotiation")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    # It speaks HTTP and no WebSocket, so that the answer to the handshake is a page.
    server = running(
        setting.programs, "gnutls-serv", "gnutls-serv", "--http", "--port", port, "--x509certfile", setting.new.cert, "--x509keyfile",
        setting.new.key, "--priority", "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION",
    )
    server.wait_for(r"listening on IPv4 .* port \d+|IPv4 .*port.*done")
    address, pin = f"wss://127.0.0.1:{port}", setting.new.pin
    for options in [["--pin-sha256", pin], ["--insecure"], ["--insecure", "--old-ciphers"], ["--insecure", "--tls12"]]:
        setting.fails(address, *options, expect="does not know secure renegotiation: legacy renegotiation must be allowed")
    setting.fails(address, "--legacy-renegotiation", expect="not trusted")
    setting.fails(address, "--legacy-renegotiation", "--pin-sha256", setting.other.pin, expect="not the pinned one")
    watch = setting.watch(address, "--legacy-renegotiation", "--pin-sha256", pin)
    watch.wait_for("^connected", "^closed: opening handshake failed")
    watch.end()


def client_against_our_server(setting):
    for tls in [False, True]:
        print(f"a client of websockets against our server, {'by TLS' if tls else 'plain'}")
        options = [setting.new.cert, setting.new.key] if tls else []
        echo = running(setting.programs, "ws_echo", str(setting.echo), "127.0.0.1:0", *options)
        port = echo.wait_for(r"^listening on 127\.0\.0\.1:(\d+)").group(1)
        context = ssl.create_default_context(cafile=setting.new.cert) if tls else None
        host = f"{'wss' if tls else 'ws'}://localhost:{port}"

        def dial(path="/KseniaWsock", protocols=("KS_WSOCK",)):
            return connect(host + path, ssl=context, subprotocols=list(protocols), max_size=None, proxy=None)

        for path in ["/KseniaWsock", "/KseniaWsock/"]:
            with dial(path) as client:
                check(client.subprotocol == "KS_WSOCK", "the subprotocol")
                check("permessage-deflate" not in str(client.response.headers), "no extension")
                exchange(client)
                client.close(1000, "done")
            echo.wait_for("^close 1000")
        with dial() as client:
            client.close(3456, "for a reason")
        echo.wait_for("^close 3456")
        for path, protocols, status in [("/elsewhere", ["KS_WSOCK"], 404), ("/KseniaWsock", ["other"], 400)]:
            try:
                dial(path, protocols)
                raise Failure(f"{path} {protocols} was accepted")
            except InvalidStatus as refused:
                check(refused.response.status_code == status, f"{refused.response.status_code} for {path} {protocols}")
            echo.wait_for("^refused: ")
        # More than the server takes.
        with dial() as client:
            try:
                client.send(b"x" * (1 << 20) + b"y")
                while True:
                    client.recv(timeout=PATIENCE)
            except ConnectionClosed as closed:
                check(closed.rcvd is not None and closed.rcvd.code == 1009, f"a message too long ends with {closed.rcvd}")
        echo.wait_for("^broken: ")
        echo.never("^ended")


def panelctl_against_panel(setting):
    old = setting.old
    plain, old_tls = [], ["--old-ciphers", "--tls12", "--pin-sha256", old.pin]
    for name, at_panel, at_client in [("plain", [], plain), ("old TLS", ["--cert", old.cert, "--key", old.key, "--old-ciphers"], old_tls)]:
        print(f"panelctl against a panel of websockets, {name}")
        panel, port = setting.panel(*at_panel)
        address = f"{'wss' if at_client else 'ws'}://127.0.0.1:{port}"

        def send(*words, expect=0, pin=PIN, options=at_client, address=address):
            """Runs `panelctl send` and returns what it says."""
            command = [setting.panelctl, "send", "ksenia", "--json", *options, address, *words]
            environment = {**os.environ, "PANELCTL_CODE": pin}
            done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
            said = done.stdout + done.stderr
            check(done.returncode == expect, f"send {words} ended with {done.returncode}: {said}")
            check(pin not in said, f"send {words} shows the code")
            return said

        watch = running(
            setting.programs, "watch", setting.panelctl, "watch", "ksenia", address, "--json", *at_client, env={"PANELCTL_CODE": PIN}
        )
        watch.wait_for('"event":"up"', '"event":"logged_in"', '"event":"ready","registered":true')
        panel.tell("zone 2 A")
        watch.wait_for(r'"notice":"zone","zone":2,"state":\{"open":true')
        send("output", "1", "on")
        watch.wait_for('"notice":"output","output":1,"on":true')
        for words in [["scenario", "1"], ["bypass", "2", "on"]]:
            check('"confirmed"' in send(*words), f"{words} is confirmed")
        check("lares 4.0" in send("version"), "the model")
        send("logs", expect=4)
        send("version", pin=WRONG_PIN, expect=4)
        if at_client:
            send("version", options=[], expect=2)
            send("version", options=["--old-ciphers", "--pin-sha256", setting.new.pin], expect=2)
        panel.tell("bye")
        panel.wait_for("^CLOSED 1 1000")
        check(not any(line.startswith("CLOSED") and not line.endswith(" 1000") for line in panel.seen), "every end is in good order")
        watch.wait_for('"event":"down"')
        panel.tell("back")
        watch.wait_for('"event":"up"', '"event":"ready","registered":true')
        watch.never(f'"fault"|{PIN}')
        panel.never("^BAD")
        watch.kill()
        panel.tell("quit")
        panel.end()


class Session:
    """A client by hand: messages with a right CRC out, and checked ones in."""

    def __init__(self, client):
        self.client, self.number, self.login, self.pushed = client, 0, "", []

    def receive(self):
        text = self.client.recv(timeout=PATIENCE)
        message = json.loads(text)
        covered = text[: text.rindex('"CRC_16"') + 8].encode()
        check(message["CRC_16"] == f"0x{crc(covered):04X}", f"the CRC of {text}")
        return message

    def ask(self, command, form, **payload):
        """Sends a request and gives the content of its answer. Changes that come first are kept."""
        self.number += 1
        members = {"SENDER": "interop", "RECEIVER": "", "CMD": command, "ID": str(self.number), "PAYLOAD_TYPE": form}
        members["PAYLOAD"] = {**({"ID_LOGIN": self.login} if self.login else {}), **payload}
        members["TIMESTAMP"] = str(int(time.time()))
        text = json.dumps(members)[:-1] + ', "CRC_16"'
        self.client.send(f'{text}: "0x{crc(text.encode()):04x}"}}')
        while True:
            message = self.receive()
            if message["CMD"] == command + "_RES":
                check(message["ID"] == str(self.number), f"the number of {message}")
                return message["PAYLOAD"]
            self.pushed.append(message)

    def push(self, name):
        """Waits for changes of this kind."""
        while True:
            message = self.pushed.pop(0) if self.pushed else self.receive()
            check(message["PAYLOAD_TYPE"] == "CHANGES", f"a change: {message}")
            records = message["PAYLOAD"]["interop"].get(name)
            if records:
                return records


def client_against_simulated_panel(setting):
    for tls in [False, True]:
        print(f"a client of websockets against our simulated panel, {'by TLS' if tls else 'plain'}")
        options = ["--certificate", setting.new.cert, "--key", setting.new.key] if tls else []
        panel = running(
            setting.programs, "panel", setting.panelctl, "simulate", "ksenia", "--listen", "127.0.0.1:0", "--script", "-", "--zones", "40",
            "--exit-delay", "1", *options, env={"PANELCTL_CODE": PIN},
        )
        port = panel.wait_for(r"^listening on 127\.0\.0\.1:(\d+)").group(1)
        context = ssl.create_default_context(cafile=setting.new.cert) if tls else None
        for path in ["/KseniaWsock", "/KseniaWsock/"]:
            address = f"{'wss' if tls else 'ws'}://localhost:{port}{path}"
            with connect(address, ssl=context, subprotocols=["KS_WSOCK"], proxy=None) as client:
                check(Session(client).ask("LOGIN", "USER", PIN=WRONG_PIN)["RESULT_DETAIL"] == "LOGIN_KO", "a wrong PIN")
            with connect(address, ssl=context, subprotocols=["KS_WSOCK"], proxy=None) as client:
                check(client.subprotocol == "KS_WSOCK", "the subprotocol")
                session = Session(client)
                login = session.ask("LOGIN", "USER", PIN=PIN)
                check(login["RESULT"] == "OK", "the PIN")
                session.login = login["ID_LOGIN"]
                lists = session.ask("READ", "MULTI_TYPES", TYPES=["ZONES", "STATUS_ZONES", "SCENARIOS"], ID_READ="1")
                check([zone["ID"] for zone in lists["ZONES"]] == [str(n) for n in range(1, 41)], "40 zones")
                check(len(lists["STATUS_ZONES"]) == 40 and len(lists["SCENARIOS"]) == 4, "states and scenarios")
                types = ["STATUS_ZONES", "STATUS_OUTPUTS", "STATUS_PARTITIONS"]
                check("STATUS_ZONES" in session.ask("REALTIME", "REGISTER", TYPES=types), "the snapshot")
                panel.tell("zone 7 open")
                check(session.push("STATUS_ZONES")[0]["ID"] == "7", "the zone that opened")
                panel.tell("zone 7 close")
                session.push("STATUS_ZONES")
                done = session.ask("CMD_USR", "CMD_SET_OUTPUT", PIN=PIN, OUTPUT={"ID": "2", "STA": "ON"})
                check(done["RESULT"] == "OK", f"the output: {done}")
                check(session.push("STATUS_OUTPUTS")[0] == {"ID": "2", "STA": "ON"}, "the output that went on")
                session.ask("CMD_USR", "CMD_SET_OUTPUT", PIN=PIN, OUTPUT={"ID": "2", "STA": "OFF"})
                check(client.ping(b"are you there").wait(PATIENCE), "a pong")
                check(session.ask("LOGOUT", "USER")["RESULT"] == "OK", "the logout")
        panel.never(f"{PIN}|{WRONG_PIN}")
        panel.tell("quit")
        panel.end()


def exchange(client):
    """Messages of every length at which the frame header changes, whole and in fragments, with pings between them."""
    chance = random.Random(7)
    for size in [0, 1, 125, 126, 127, 4095, 4096, 65535, 65536, 300_000]:
        data = chance.randbytes(size)
        client.send(data)
        check(client.recv(timeout=PATIENCE) == data, f"{size} bytes")
        text = "".join(chance.choice("aè€🏠\"\\\n") for _ in range(size))
        if len(text.encode()) <= 1 << 20:
            client.send(text)
            check(client.recv(timeout=PATIENCE) == text, f"{size} characters")
        check(client.ping(chance.randbytes(size % 126)).wait(PATIENCE), "a pong")
    parts = [chance.choice(["", "due", "città", "🏠" * 500]) for _ in range(200)]
    client.send(parts)
    check(client.recv(timeout=PATIENCE) == "".join(parts), "fragments")
    begun = time.monotonic()
    for number in range(200):
        client.send(str(number))
    check([client.recv(timeout=PATIENCE) for _ in range(200)] == [str(number) for number in range(200)], "many at once")
    check(time.monotonic() - begun < PATIENCE, "in time")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        setting = Setting(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(folder))
        try:
            client_against_panel(setting)
            client_against_tls(setting)
            client_against_gnutls(setting)
            panelctl_against_panel(setting)
            client_against_simulated_panel(setting)
            client_against_our_server(setting)
        except (Failure, subprocess.TimeoutExpired) as failure:
            print(f"FAILED: {failure}", file=sys.stderr)
            sys.exit(1)
        finally:
            for program in setting.programs:
                program.kill()
    print(f"{peers.checks} checks passed")


if __name__ == "__main__":
    main()
