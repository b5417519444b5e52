"""A project as a user has it, and the command line as a user calls it."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest

from annotator.cli import main
from annotator.formats.intake import Draft, Options
from annotator.formats.reading import read
from annotator.model.session import Session
from annotator.project import Project

BRIDGE = """Bridge reopens

Premier Ilse Varn said on Friday that the Lowmark bridge will reopen. “It is safe,” Varn told
Radio Osk. The ferry guild rejects the plan.

“Too early,” wrote its warden Tam Brode.
"""


@dataclass(frozen=True)
class Result:
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return orjson.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def _own_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings, cache or name of whoever runs it."""
    monkeypatch.setenv("ANNOTATOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("LOGNAME", "mira")
    monkeypatch.setenv("USER", "mira")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a fresh project, which is also where we are."""
    folder = tmp_path / "news"
    Project.create(folder).close()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    """Call the command line in this process: `run("add", "x.txt")`."""

    def call(*arguments: object) -> Result:
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        assert b"Traceback" not in err
        return Result(int(ended.value.code or 0), out.decode(), err.decode())

    return call


@pytest.fixture
def run_process() -> Run:
    """Call the command line as a process of its own, with what comes in on its pipe."""

    def call(*arguments: object, input: bytes = b"", cwd: Path | None = None) -> Result:
        done = subprocess.run(
            [sys.executable, "-m", "annotator", *map(str, arguments)],
            input=input,
            capture_output=True,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
            timeout=60,
        )
        return Result(done.returncode, done.stdout.decode(), done.stderr.decode())

    return call


def add_text(project: Project, id: str, text: str) -> None:
    """Put one article into a project by way of a file."""
    file = project.root / f"{id}.txt"
    file.write_bytes(text.encode("utf-8"))
    items = read(file, Options(source="Osk Wire", language="en"))
    project.store.add_articles([item.article for item in items if isinstance(item, Draft)])
    file.unlink()


def mark(session: Session, label: str, words: str, **attributes: Any) -> str:
    """Label the first occurrence of some words; returns the span's id."""
    start = session.article.text.index(words)
    return session.add_span(label, [(start, start + len(words))], attributes).id


def annotate_bridge(project: Project, annotator: str) -> Session:
    """The bridge article with a claim, a quoted claim and a stance, saved and still open."""
    session = project.session("bridge", annotator)
    varn = session.add_entity("Ilse Varn", "person", "named")
    guild = session.add_entity("ferry guild", "org", "named")
    osk = session.add_entity("Radio Osk", "media", "named")
    premier = mark(session, "SPEAKER", "Premier Ilse Varn")
    session.link(premier, "ref", varn.id, "entity")
    said = mark(session, "CUE", "said")
    claim = mark(session, "CLAIM", "that the Lowmark bridge will reopen", topic="reopening")
    session.link(claim, "holder", premier)
    session.link(claim, "cue", said)
    quote = mark(session, "CLAIM", "“It is safe,”", form="direct", check="worth")
    again = session.article.text.index("Varn told")
    short = session.add_span("SPEAKER", [(again, again + 4)]).id
    radio = mark(session, "SPEAKER", "Radio Osk")
    session.link(radio, "ref", osk.id, "entity")
    session.link(short, "ref", varn.id, "entity")
    session.link(quote, "holder", short)
    session.link(quote, "relay", radio)
    stance = mark(session, "STANCE", "rejects", stance="against")
    who = mark(session, "SPEAKER", "The ferry guild")
    session.link(who, "ref", guild.id, "entity")
    session.link(stance, "holder", who)
    session.link(stance, "target", "reopening", "topic")
    session.link(stance, "claim", claim)
    session.set_status("done")
    project.checkpoint(session)
    return session


@pytest.fixture
def annotated(root: Path) -> Path:
    """A project with one annotated article and one that is not."""
    project = Project.open(root)
    add_text(project, "bridge", BRIDGE)
    add_text(project, "untouched", "Nothing happened.\n")
    project.add_topic("reopening")
    annotate_bridge(project, "mira")
    project.close()
    return root
