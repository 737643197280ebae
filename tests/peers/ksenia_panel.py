#!/usr/bin/env python3
"""A Ksenia panel by a script, on the Python library `websockets`.

Usage: ksenia_panel.py PORT --pin PIN [--cert FILE --key FILE] [--tls12] [--old-ciphers] [--fragments N] [--escaped]

Listens on 127.0.0.1:PORT (0 lets the system choose), prints `READY PORT`, and what clients ask: `OPEN N`, `ASKED N CMD PAYLOAD_TYPE`,
`CLOSED N CODE`, where N counts connections; `BAD N ...` for what no client should send. Answers go out in frames of `--fragments`
characters each, with `--escaped` as ASCII with JSON escapes. Takes on standard input:

  zone N STATE      tells a change to the clients that registered
  zones N           how many zones there are from now on
  ping              pings them
  bye               closes with `Bye...`, and refuses connections with HTTP 500 until `back`
  back
  drop              cuts all TCP connections
  quit
"""

import argparse
import http
import json
import ssl
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve

PATHS = ["/KseniaWsock", "/KseniaWsock/"]
MAC = "A4580F941B25"
_print_lock = threading.Lock()


def say(*words):
    with _print_lock:
        print(*words, flush=True)


def crc(covered):
    """The register after the last bit, as the protocol's description has it."""
    register = 0xFFFF
    for byte in covered:
        for bit in range(7, -1, -1):
            top = register & 0x8000
            register = (register << 1 | byte >> bit & 1) & 0xFFFF
            if top:
                register ^= 0x1021
    return register


class Client:
    def __init__(self, number, connection):
        self.number, self.connection = number, connection
        self.name = ""
        self.session = self.registered = False


class Panel:
    def __init__(self, args):
        self.args = args
        self.clients = []
        self.opened = 0
        self.zones = 3
        self.gone = False
        self.lock = threading.Lock()

    def message(self, receiver, command, number, form, payload):
        members = {"SENDER": MAC, "RECEIVER": receiver, "CMD": command, "ID": number, "PAYLOAD_TYPE": form, "PAYLOAD": payload}
        members["TIMESTAMP"] = str(int(time.time()))
        text = json.dumps(members, ensure_ascii=self.args.escaped, separators=(",", ":"))[:-1] + ',"CRC_16"'
        return f'{text}:"0x{crc(text.encode()):04X}"}}'

    def send(self, client, text):
        size = self.args.fragments
        if size:
            client.connection.send([text[at : at + size] for at in range(0, len(text), size)])
        else:
            client.connection.send(text)

    def lists(self, names):
        everything = {
            "ZONES": [{"ID": str(n), "DES": f"Città {n} 🏠", "PRT": "1", "CMD": "F", "BYP_EN": "T"} for n in range(1, self.zones + 1)],
            "PARTITIONS": [{"ID": "1", "DES": "Casa", "TIN": "30", "TOUT": "30"}],
            "OUTPUTS": [{"ID": "1", "DES": 'Luce "A"', "TYPE": "DIGITAL", "CAT": "LIGHT"}],
            "SCENARIOS": [{"ID": "1", "DES": "Tutto", "PIN": "P", "CAT": "ARM"}],
            "STATUS_ZONES": [{"ID": str(n), "STA": "R", "BYP": "NO", "T": "N", "A": "N"} for n in range(1, self.zones + 1)],
            "STATUS_PARTITIONS": [{"ID": "1", "ARM": "D", "T": "0", "AST": "OK", "TST": "OK"}],
            "STATUS_OUTPUTS": [{"ID": "1", "STA": "OFF"}],
            "STATUS_SYSTEM": [{"ID": "1", "ARM": {"D": "Disinserito", "S": "D"}}],
        }
        return {name: everything.get(name, []) for name in names}

    def answer(self, client, asked):
        command, form, payload = asked["CMD"], asked["PAYLOAD_TYPE"], asked["PAYLOAD"]
        good = {"RESULT": "OK", "RESULT_DETAIL": "CMD_PROCESSED"}
        if command == "LOGIN":
            client.name = asked["SENDER"]
            client.session = payload["PIN"] == self.args.pin
            if client.session:
                return form, {"RESULT": "OK", "RESULT_DETAIL": "LOGIN_OK", "ID_LOGIN": str(client.number)}
            return form, {"RESULT": "FAIL", "RESULT_DETAIL": "LOGIN_KO"}
        if not client.session or payload.get("ID_LOGIN") != str(client.number):
            return form, {"RESULT": "FAIL", "RESULT_DETAIL": "NOT_LOGGED"}
        if command == "LOGOUT":
            client.session = False
            return form, {"RESULT": "OK", "RESULT_DETAIL": "ID_OK", "ID_LOGIN": str(client.number)}
        if command == "READ":
            # Panels take no notice of the 16th and later ones.
            return form, {"RESULT": "OK", "RESULT_DETAIL": "READ_OK", **self.lists(payload["TYPES"][:15])}
        if command == "REALTIME":
            client.registered = True
            return "REGISTER_ACK", {"RESULT": "OK", **self.lists(payload["TYPES"])}
        if command == "SYSTEM_VERSION":
            return "REPLY", {"RESULT": "OK", "RESULT_DETAIL": "SYSTEM_VERSION_OK", "MODEL": "lares 4.0 40IP wls"}
        if command == "CMD_USR" and payload.get("PIN") == self.args.pin:
            if form == "CMD_SET_OUTPUT":
                self.push("STATUS_OUTPUTS", [{"ID": payload["OUTPUT"]["ID"], "STA": payload["OUTPUT"]["STA"]}])
            return form, good
        return form, {"RESULT": "FAIL", "RESULT_DETAIL": "CMD_NOT_AVAILABLE"}

    def push(self, name, records):
        for client in self.registered():
            payload = {client.name: {name: records}}
            self.send(client, self.message(client.name, "REALTIME", "0", "CHANGES", payload))

    def registered(self):
        with self.lock:
            return [client for client in self.clients if client.registered]

    def serve(self, connection):
        with self.lock:
            self.opened += 1
            client = Client(self.opened, connection)
            self.clients.append(client)
        say("OPEN", client.number)
        try:
            for text in connection:
                self.take(client, text)
        except ConnectionClosed:
            pass
        finally:
            with self.lock:
                self.clients.remove(client)
            say("CLOSED", client.number, connection.close_code)

    def take(self, client, text):
        if not isinstance(text, str):
            say("BAD", client.number, "binary")
            return
        asked = json.loads(text)
        covered = text[: text.rindex('"CRC_16"') + 8].encode()
        if asked["CRC_16"] != f"0x{crc(covered):04X}":
            say("BAD", client.number, "CRC", asked["CRC_16"])
            return
        say("ASKED", client.number, asked["CMD"], asked["PAYLOAD_TYPE"])
        form, payload = self.answer(client, asked)
        self.send(client, self.message(asked["SENDER"], asked["CMD"] + "_RES", asked["ID"], form, payload))

    def look(self, connection, request):
        """Before the upgrade."""
        if self.gone:
            return connection.respond(http.HTTPStatus.INTERNAL_SERVER_ERROR, "")
        if request.path not in PATHS:
            say("BAD", 0, "path", request.path)
            return connection.respond(http.HTTPStatus.NOT_FOUND, "")
        return None

    def obey(self, words):
        with self.lock:
            clients = list(self.clients)
        match words:
            case ["zone", number, state]:
                self.push("STATUS_ZONES", [{"ID": number, "STA": state, "BYP": "NO", "T": "N", "A": "N"}])
            case ["zones", number]:
                self.zones = int(number)
            case ["ping"]:
                for client in clients:
                    say("PONG" if client.connection.ping(b"are you there").wait(10) else "NO PONG")
            case ["bye"]:
                self.gone = True
                for client in clients:
                    client.connection.close(1000, "Bye...")
            case ["back"]:
                self.gone = False
            case ["drop"]:
                for client in clients:
                    client.connection.socket.close()
            case _:
                say("ERROR", *words)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--pin", required=True)
    parser.add_argument("--cert")
    parser.add_argument("--key")
    parser.add_argument("--tls12", action="store_true")
    parser.add_argument("--old-ciphers", action="store_true")
    parser.add_argument("--fragments", type=int, default=0)
    parser.add_argument("--escaped", action="store_true")
    args = parser.parse_args()
    context = None
    if args.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if args.old_ciphers:
            context.set_ciphers("AES128-SHA:@SECLEVEL=0")
        if args.tls12 or args.old_ciphers:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(args.cert, args.key)
    panel = Panel(args)
    with serve(
        panel.serve, "127.0.0.1", args.port, ssl=context, subprotocols=["KS_WSOCK"], process_request=panel.look, ping_interval=None
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        say("READY", server.socket.getsockname()[1])
        for line in sys.stdin:
            words = line.split()
            if words == ["quit"]:
                break
            panel.obey(words)


if __name__ == "__main__":
    main()
