"""The real app as a process in a terminal of its own: type, read the screen, take it away."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.durability.screen import Screen

# A terminal that draws frames as one says so, and then a half-drawn one is never looked at.
_SYNCHRONISED = (b"\x1b[?2026$p", "\x1b[?2026;2$y")

PATIENCE = 30.0  # seconds until something that should happen has not
_ROOT = Path(__file__).parents[2]
_IN_TERMINAL = 'tty=$1; shift; exec "$@" <"$tty" >"$tty" 2>&1'


class Terminal:
    """A process in a pseudo terminal of `size` = (rows, columns).

    `output` holds every byte it wrote; `screen` what they draw. Waiting is for conditions; the
    output is read all the while, as a terminal does. `before` is shell code run first. A process
    that does not lead the terminal's session gets no SIGHUP when the terminal goes.
    """

    def __init__(
        self,
        *arguments: object,
        size: tuple[int, int] = (30, 120),
        environment: Mapping[str, str],
        before: str = "",
        leads: bool = True,
        program: Sequence[str] = ("-m", "annotator"),
    ) -> None:
        self.master, self._slave = pty.openpty()
        self.screen = Screen(*size)
        self.output = bytearray()
        self._set_size(*size)
        os.set_blocking(self.master, False)
        # The shell that opens the terminal as the leader of a session is controlled by it.
        command = [sys.executable, *program, *map(str, arguments)]
        self.process = subprocess.Popen(
            ["sh", "-c", before + _IN_TERMINAL, "sh", os.ttyname(self._slave), *command],
            env={**environment, "PYTHONPATH": str(_ROOT)},
            start_new_session=leads,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self.process.pid
        self._cpu = 0.0

    # -- typing and reading ------------------------------------------------------------------------

    def type(self, keys: str) -> None:
        data = keys.encode()
        while data:
            select.select([], [self.master], [], PATIENCE)
            data = data[os.write(self.master, data) :]

    def wait_for(self, condition: str | Callable[[str], bool], patience: float = PATIENCE) -> None:
        """Read until the screen's text holds a string or a condition. Fails if it never does."""
        met = condition if callable(condition) else lambda text: condition in text
        deadline = time.monotonic() + patience
        while self.screen.drawing or not met(self.screen.text):
            left = deadline - time.monotonic()
            alive = self.process.poll() is None
            if left <= 0 or not (self.read(min(left, 0.2)) or alive):
                wanted = condition if isinstance(condition, str) else "what was awaited"
                raise AssertionError(
                    f"not on the screen: {wanted}\n{self.screen.text}\n"
                    f"(the process {'runs' if alive else f'ended: {self.process.returncode}'})"
                )

    def read(self, seconds: float) -> bool:
        """Take in what is written within a time; returns at the first output. False for none."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return False
        asked, answer = _SYNCHRONISED
        if asked in self.output[-len(asked) :] + data:
            self.type(answer)
        self.output += data
        self.screen.feed(data)
        return bool(data)

    def read_for(self, seconds: float) -> None:
        """Take in all that is written within a time."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read(left)

    def resize(self, rows: int, columns: int) -> None:
        """As a window does: the size changes, and the process is told."""
        self.screen.resize(rows, columns)
        self._set_size(rows, columns)

    # -- the end -----------------------------------------------------------------------------------

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9, and what was written before it."""
        self.process.kill()
        self.process.wait(PATIENCE)
        while self.read(0):
            pass

    def hang_up(self) -> None:
        """Take the terminal away."""
        for descriptor in (self.master, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self.master = self._slave = -1

    def wait(self, patience: float = PATIENCE) -> int:
        """The exit code; the terminal, if still there, is read until the end."""
        deadline = time.monotonic() + patience
        with open(os.pidfd_open(self.pid), "rb", buffering=0) as end:
            while not select.select([end], [], [], 0 if self.master >= 0 else 0.02)[0]:
                assert time.monotonic() < deadline, f"still running after {patience} s"
                if self.master >= 0:
                    self.read(0.05)
        # A process that ended and was not waited for still tells what it used.
        self._cpu = self.cpu
        self.process.wait()
        while self.master >= 0 and self.read(0):
            pass
        return self.process.returncode

    @property
    def cpu(self) -> float:
        """Seconds of CPU used so far; the last value once the process is gone."""
        with suppress(OSError):
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            self._cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return self._cpu

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(PATIENCE)
        self.hang_up()

    def _set_size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


@contextmanager
def terminal(
    *arguments: object,
    environment: Mapping[str, str],
    size: tuple[int, int] = (30, 120),
    before: str = "",
    leads: bool = True,
    program: Sequence[str] = ("-m", "annotator"),
) -> Iterator[Terminal]:
    opened = Terminal(
        *arguments,
        size=size,
        environment=environment,
        before=before,
        leads=leads,
        program=program,
    )
    try:
        yield opened
    finally:
        opened.close()
