"""Child processes whose output can be waited for, and how many things were checked."""

import os
import queue
import re
import subprocess
import threading
import time

PATIENCE = 60.0
checks = 0


def count(number=1):
    """Something was checked."""
    global checks
    checks += number


class Failure(Exception):
    pass


class Program:
    """A child process whose output lines can be waited for. With a `decoder`, a command, its standard output passes through that first."""

    def __init__(self, name, *command, env=None, decoder=None):
        self.name = name
        self.seen = []
        self._lines = queue.Queue()
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if decoder else subprocess.STDOUT,
            text=True,
            bufsize=1,
            env={**os.environ, **(env or {})},
        )
        outputs, self._decoder = [self._child.stdout], None
        if decoder:
            self._decoder = subprocess.Popen(decoder, stdin=self._child.stdout, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            self._child.stdout.close()
            outputs = [self._decoder.stdout, self._child.stderr]
        self._reading = len(outputs)
        self._lock = threading.Lock()
        for output in outputs:
            threading.Thread(target=self._read, args=[output], daemon=True).start()

    def _read(self, output):
        for line in output:
            self._lines.put(line.rstrip("\n"))
        with self._lock:
            self._reading -= 1
            if not self._reading:
                self._lines.put(None)

    def tell(self, line):
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()

    def wait_for(self, *patterns):
        """Waits until every pattern was seen, in any order, in lines not looked at before. Returns the last match."""
        missing, match = list(patterns), None
        deadline = time.monotonic() + PATIENCE
        while missing:
            try:
                line = self._lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                self.fail(f"waited in vain for {missing}")
            self.seen.append(line)
            for pattern in missing:
                found = re.search(pattern, line)
                if found:
                    match = found
                    missing.remove(pattern)
                    count()
                    break
        return match

    def never(self, pattern):
        """Fails if a line seen so far matches."""
        count()
        for line in self.seen:
            if re.search(pattern, line):
                self.fail(f"did not expect {line!r}")

    def fail(self, what):
        tail = "\n".join(f"    {line}" for line in self.seen[-30:])
        raise Failure(f"{self.name}: {what}; its last lines:\n{tail}")

    def end(self, expected=0):
        """Closes the input and waits for a good end."""
        self._child.stdin.close()
        code = self._child.wait(timeout=PATIENCE)
        if code != expected:
            self.fail(f"ended with {code}")

    def kill(self):
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        if self._decoder:
            # It ends with its input.
            self._decoder.wait()


def running(programs, *args, **kwargs):
    program = Program(*args, **kwargs)
    programs.append(program)
    return program
