"""kill -9 at any moment: what the screen acknowledged is there at the next start."""

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.durability.annotator import Acknowledged, Annotator, edits_on_disk
from tests.durability.conftest import MakeProject
from tests.durability.terminal import terminal

KILLS = 102  # of each worker, while keys arrive
EARLY = 0.15  # share of starts that are killed as well, before the screen is there
SIZE = (44, 120)


def _work_and_be_killed(seed: int, root: Path, environment: Mapping[str, str]) -> int:
    """One annotator's bad days; returns how many edits were acknowledged."""
    chance = random.Random(seed)
    name = f"kim{seed}"
    command = ("--project", root, "--as", name, "open", "ferry")
    annotator = Annotator(chance)
    ahead: int | None = 0  # edits that no checkpoint has yet; None where that is not known
    for day in range(KILLS):
        if chance.random() < EARLY:
            with terminal(*command, environment=environment, size=SIZE) as opened:
                opened.read_for(chance.uniform(0.1, 0.8))
                opened.kill()
            assert len(edits_on_disk(root, name)) == len(annotator.acknowledged)
            ahead = None
        with terminal(*command, environment=environment, size=SIZE) as opened:
            opened.wait_for(f"· {name} ·")
            if ahead:
                opened.wait_for(f"Recovered {ahead} edit")
            elif ahead == 0:
                assert "Recovered" not in opened.screen.text
            start = len(annotator.acknowledged)
            annotator.begin()
            for _ in range(chance.randint(0, 3)):
                annotator.step(opened)
            at_most = annotator.press_blindly(opened)
            opened.read_for(chance.uniform(0, 0.06))
            opened.kill()
            assert b"Traceback" not in opened.output
        edits = edits_on_disk(root, name)
        told = len(annotator.acknowledged)
        where = f"seed {seed}, kill {day}"
        assert told <= len(edits) <= told + at_most, where
        for item, edit in zip(annotator.acknowledged, edits, strict=False):
            assert item.told_by(edit), where
        # The rest was typed and not yet told; from here on it is known to be there.
        for edit in edits[told:]:
            annotator.acknowledged.append(Acknowledged.of(edit))
        ahead = len(edits) - start
    return len(annotator.acknowledged)


def test_nothing_acknowledged_is_lost(
    make_project: MakeProject, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    roots = [make_project(tmp_path / f"news{seed}") for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(_work_and_be_killed, (1, 2), roots, [environment] * 2))
    assert min(counts) > KILLS
