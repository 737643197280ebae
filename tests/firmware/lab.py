"""What a firmware image meets: QEMU around it, the clients of its port, and a wire that counts what passes."""

import json
import os
import pathlib
import queue
import socket
import struct
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))

import programs  # noqa: E402
from programs import PATIENCE, Failure, Program  # noqa: E402

# Where QEMU's network has this computer, and the image.
HOST, IMAGE_ADDRESS = "10.0.2.2", "10.0.2.15"
JSON_PORT = 4000


def check(good, what):
    programs.count()
    if not good:
        raise Failure(what)


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Qemu(Program):
    """An image that runs, and QEMU's monitor."""

    def __init__(self, image, machine, config, serial="null", forwards=(), capture=None, options=()):
        self.port = free_port()
        self._folder = tempfile.TemporaryDirectory()
        monitor = os.path.join(self._folder.name, "monitor")
        arguments = ",".join(f"arg={word}" for word in ("bridge", *config))
        forwarded = "".join(
            f",hostfwd={kind}:127.0.0.1:{here}-:{there}" for kind, here, there in (("tcp", self.port, JSON_PORT), *forwards)
        )
        command = [
            "qemu-system-arm", "-M", machine, "-display", "none", "-serial", serial,
            "-monitor", f"unix:{monitor},server=on,wait=off",
            "-semihosting-config", f"enable=on,target=native,{arguments}",
            "-nic", f"user,id=n0,model=lan9118{forwarded}", "-kernel", image, *options,
        ]
        if capture:
            command += ["-object", f"filter-dump,id=f0,netdev=n0,file={capture}"]
        # Without the time, a line begins with the level.
        super().__init__("the image", *command, decoder=["defmt-print", "-e", image, "--log-format", "{L} {s}"])
        self._monitor_path = monitor

    def monitor(self, command):
        """One command; waits until it was obeyed."""
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(PATIENCE)
            sock.connect(self._monitor_path)
            reader = sock.makefile("rb")
            self._prompt(reader)
            sock.sendall(command.encode() + b"\n")
            self._prompt(reader)

    @staticmethod
    def _prompt(reader):
        text = b""
        while not text.endswith(b"(qemu) "):
            byte = reader.read(1)
            if not byte:
                raise Failure("QEMU's monitor went away")
            text += byte

    def code(self):
        """Waits for the end; the exit code."""
        return self._child.wait(timeout=PATIENCE)

    def everything(self):
        """All lines so far."""
        while True:
            try:
                line = self._lines.get_nowait()
            except queue.Empty:
                return self.seen
            if line is None:
                self._lines.put(None)
                return self.seen
            self.seen.append(line)

    def kill(self):
        super().kill()
        self._folder.cleanup()


class Client:
    """A client of the image's JSON port."""

    def __init__(self, port):
        deadline = time.monotonic() + PATIENCE
        while True:
            # QEMU accepts before the image does: a connection counts when its first line has come.
            try:
                self._sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
                self._sock.settimeout(2)
                self._reader = self._sock.makefile("rb")
                first = self._reader.readline()
                if first:
                    break
            except OSError:
                pass
            if time.monotonic() > deadline:
                raise Failure("nobody serves the JSON port")
            time.sleep(0.1)
        self._sock.settimeout(None)
        self.seen = [json.loads(first)]
        self._lines = queue.Queue()
        self._lines.put(self.seen.pop())
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            for line in self._reader:
                self._lines.put(json.loads(line))
        except (OSError, ValueError) as error:
            self._lines.put({"event": "ended", "why": repr(error)})
        self._lines.put(None)

    def wait_for(self, patience=PATIENCE, **wanted):
        """Waits for a line with these members, among those not looked at before."""
        deadline = time.monotonic() + patience
        while True:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                tail = "\n".join(f"    {json.dumps(line)}" for line in self.seen[-30:])
                raise Failure(f"waited in vain for {wanted}; the last lines:\n{tail}")
            self.seen.append(line)
            if all(line.get(key) == value for key, value in wanted.items()):
                programs.count()
                return line

    def send(self, text):
        self._sock.sendall(text.encode() + b"\n")

    def order(self, number, panel, what, **members):
        self.send(json.dumps({"id": number, "panel": panel, "do": what, **members}))

    def close(self):
        self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()


class WebSocketWire:
    """Passes connections on, and measures the messages that come back: WebSocket frames behind an HTTP answer."""

    def __init__(self, port):
        self.longest = 0
        self._target = port
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                continue
            threading.Thread(target=self._pass, args=(near, far, lambda data: None), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near, self._meter()), daemon=True).start()

    @staticmethod
    def _pass(source, sink, look):
        try:
            while data := source.recv(65536):
                look(data)
                sink.sendall(data)
        except OSError:
            pass
        for sock in (source, sink):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def _meter(self):
        buffered, head, message = bytearray(), True, 0

        def look(data):
            nonlocal head, message
            buffered.extend(data)
            if head:
                end = buffered.find(b"\r\n\r\n")
                if end < 0:
                    return
                del buffered[: end + 4]
                head = False
            while len(buffered) >= 2:
                final, opcode, size, start = buffered[0] >> 7, buffered[0] & 15, buffered[1] & 127, 2
                if size >= 126:
                    form, start = (">H", 4) if size == 126 else (">Q", 10)
                    if len(buffered) < start:
                        return
                    (size,) = struct.unpack_from(form, buffered, 2)
                if len(buffered) < start + size:
                    return
                del buffered[: start + size]
                if opcode < 8:
                    message += size
                    if final:
                        self.longest, message = max(self.longest, message), 0

        return look

    def close(self):
        self._server.close()


def symbols(image):
    """Names in the symbol table of a 32-bit little-endian ELF file."""
    data = pathlib.Path(image).read_bytes()
    check(data[:6] == b"\x7fELF\x01\x01", f"{image} is no 32-bit little-endian ELF file")
    (sections,) = struct.unpack_from("<I", data, 32)
    size, count = struct.unpack_from("<HH", data, 46)
    table = [struct.unpack_from("<10I", data, sections + number * size) for number in range(count)]
    names = set()
    for _, kind, _, _, offset, length, link, _, _, entry in table:
        if kind == 2:
            strings = table[link][4]
            for at in range(offset, offset + length, entry):
                (name,) = struct.unpack_from("<I", data, at)
                names.add(data[strings + name : data.index(b"\0", strings + name)].decode())
    check(len(names) > 100, f"{image} has no symbols")
    return names


def no_heap(image):
    heap = [name for name in symbols(image) if "__rust_alloc" in name or "__rg_alloc" in name or name == "malloc"]
    check(not heap, f"there is a heap in {image}: {heap}")


if __name__ == "__main__":
    # lab.py IMAGE...: whether there is no heap in them.
    try:
        for path in sys.argv[1:]:
            no_heap(path)
            print(f"no heap in {os.path.basename(path)}")
    except Failure as failure:
        sys.exit(f"FAILED: {failure}")
