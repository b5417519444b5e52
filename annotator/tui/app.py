"""The app: one project, one annotator, one screen; signals, themes and the way out."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import select
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App
from textual.geometry import Size

from annotator.model.errors import AnnotatorError
from annotator.project import Project
from annotator.tui.keys import Keymap
from annotator.tui.screens.annotate import AnnotateScreen


def commands() -> type:
    """The palette's commands, imported when it is first opened."""
    from annotator.tui.screens.palette import Commands

    return Commands


GRACE = 2.0  # seconds until a process that cannot leave is ended


class AnnotatorApp(App[int]):
    """Hosts the labelling screen.

    Exit codes: 0 left by key, 128 + n ended by signal n; a lost terminal counts as SIGHUP (129).
    """

    TITLE = "annotator"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar = []
    COMMANDS: ClassVar = {commands}

    def __init__(self, project: Project, annotator: str, article: str | None = None) -> None:
        super().__init__()
        self.project = project
        self.annotator = annotator
        self.first = article
        self.keymap = Keymap(project.settings.keys)
        self.desk = self._make_desk()
        self.report: Path | None = None
        self._watchdog: threading.Timer | None = None
        self._ending = False

    def on_resize(self, event: events.Resize) -> None:
        """See to it that the last size told is the one that the terminal has now.

        Of two changes the earlier may be told last: the second signal can come while the size after
        the first was read and not yet told.
        """
        now = self._terminal_size()
        if all(now) and now != event.size:
            self.post_message(events.Resize(now, now))

    def _terminal_size(self) -> Size:
        """Columns and rows; zero where there is no terminal to ask."""
        if self.is_headless:
            return Size()
        try:
            return Size(*os.get_terminal_size())
        except OSError:
            return Size()

    def _make_desk(self) -> AnnotateScreen:
        return AnnotateScreen(self.project, self.annotator, self.keymap)

    def on_mount(self) -> None:
        self.use_theme(dark=self.project.settings.theme != "light")
        self._listen_for_the_end()
        recovered = self.project.recover(self.annotator)
        self.desk.load_queue()
        first = self.first or self.desk.unfinished() or self.desk.any_article()
        self.push_screen(self.desk)
        if first is None:
            self.exit(1, return_code=1, message=self._nothing_to_do())
            return
        self.call_later(self._open, first, [item for item in recovered if item.edits])
        self.call_after_refresh(self._settle)

    def _nothing_to_do(self) -> str:
        if self.project.store.heads():
            return f"No article is assigned to {self.annotator}; `annotator assign` shows who has."
        return "This project has no articles yet; `annotator add PATHS` adds some."

    def _settle(self) -> None:
        """What is loaded stays; a collector that goes through it all the time costs key presses."""
        gc.collect()
        gc.freeze()

    def _open(self, article_id: str, recovered: list) -> None:  # type: ignore[type-arg]
        try:
            self.desk.open_article(article_id)
        except AnnotatorError as error:
            self.exit(1, return_code=1, message=str(error))
            return
        said = [f"Recovered {_count(r.edits)} in {r.article_id}." for r in recovered]
        said += self.keymap.conflicts(self.project.scheme)
        said += [f"{p.path}, line {p.line}: {p.message}" for p in self.project.store.problems]
        if said:
            more = f" (and {len(said) - 1} more; `annotator check` lists all)" if said[1:] else ""
            self.desk.say(said[0] + more, "warning")

    def action_toggle_dark(self) -> None:
        self.use_theme(dark=not self.current_theme.dark)

    def use_theme(self, *, dark: bool) -> None:
        """Dark or light; the native colours where the terminal has only sixteen."""
        few = not self.is_headless and self.console.color_system in ("standard", "windows")
        self.theme = f"{'ansi' if few else 'textual'}-{'dark' if dark else 'light'}"

    # -- the end -----------------------------------------------------------------------------------

    async def action_quit(self) -> None:
        """Textual's own binding of ctrl+q comes before ours: it asks the screen all the same."""
        if hasattr(self.desk, "session"):
            self.desk.perform("quit")
        else:
            self.exit(0)

    def _listen_for_the_end(self) -> None:
        """Leave in order when the terminal goes away, whether or not a signal says so."""
        loop = asyncio.get_running_loop()
        for name in ("SIGHUP", "SIGTERM"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                    loop.add_signal_handler(number, self._end, number)
        if not self.is_headless and hasattr(select, "poll"):
            threading.Thread(target=self._watch_terminal, args=(loop,), daemon=True).start()

    def _end(self, number: int) -> None:
        if self._watchdog is None:
            self._start_watchdog(number)
        if self._ending:
            return
        self._ending = True
        with contextlib.suppress(Exception):
            self.desk.close_article()
        self.exit(128 + number, return_code=128 + number)

    def _start_watchdog(self, number: int) -> None:
        self._watchdog = threading.Timer(GRACE, os._exit, (128 + number,))
        self._watchdog.daemon = True
        self._watchdog.start()

    def _watch_terminal(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait until the terminal is gone and take that as a hang-up, whether or not one is sent.

        In a thread, because the loop may be stuck in writing to what is no longer there; Textual's
        input thread would spin on it for ever.
        """
        try:
            watched = select.poll()
            watched.register(sys.__stdin__.fileno(), 0)  # type: ignore[union-attr]
            gone = any(state & select.POLLHUP for _, state in watched.poll())
        except (AttributeError, OSError, ValueError):
            return
        if gone:
            self._start_watchdog(signal.SIGHUP)
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself
                loop.call_soon_threadsafe(self._end, signal.SIGHUP)

    def _handle_exception(self, error: Exception) -> None:
        """Write a report without article text to a file, instead of a traceback on the terminal."""
        if self.is_headless:
            super()._handle_exception(error)
            return
        # A failed worker tells its own error only as the cause.
        causes: list[BaseException] = [error]
        while (cause := causes[-1].__cause__) is not None and cause not in causes:
            causes.append(cause)
        path = self.project.root / ".annotator" / "crash.txt"
        with contextlib.suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            path.write_text("\n".join(map(_redacted, causes)), encoding="utf-8")
            self.report = path
        with contextlib.suppress(Exception):
            self.desk.close_article()
        self.exit(70, return_code=70)


def _redacted(error: BaseException) -> str:
    """Where an error came from and its kind; its message may hold article text."""
    frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
    return "".join(frames) + type(error).__name__ + "\n"


def _let_go_of_terminal() -> None:
    """What a lost terminal did not take would fail again as Python ends, as exit code 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with open(os.devnull, "wb") as nowhere:
                os.dup2(nowhere.fileno(), stream.fileno())


def _count(edits: int) -> str:
    return "1 edit" if edits == 1 else f"{edits} edits"


def run(project: Project, annotator: str, *, article: str | None = None, mouse: bool = True) -> int:
    """Open the labelling screen and return the exit code. Raises AnnotatorError if it is in use."""
    return run_app(AnnotatorApp(project, annotator, article), mouse=mouse)


def run_app(app: AnnotatorApp, *, mouse: bool = True) -> int:
    """Run an app with the lock of whose work it edits; see `run`."""
    with app.project.lock(app.annotator):
        return run_unlocked(app, mouse=mouse)


def run_unlocked(app: AnnotatorApp, *, mouse: bool = True) -> int:
    """Run an app that edits nothing."""
    app.run(mouse=mouse and app.project.settings.mouse)
    _let_go_of_terminal()
    if app.report is not None:
        raise AnnotatorError(
            f"Something went wrong inside the program; your work is saved. "
            f"A report without any article text is in {app.report}."
        )
    return app.return_code or 0
