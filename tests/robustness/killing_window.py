"""A search of the page Studies whose window, or whose worker, is killed at random moments.

`python -m tests.robustness.killing_window KILLS [SEED] [SAMPLER]` begins a search with folds in a
real window without a screen and kills the window, its worker or both so often while there is work
left. Each time it opens the next window and goes on in it as a user would, and it holds what comes
of it against the same search without a kill.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from nnstudio.project.search.space import Choices, RealRange, Space, WholeRange
from nnstudio.studies.search.folder import StudyFolder
from nnstudio.studies.search.result import Follower
from nnstudio.workspace.studies_page.drafts import SearchDraft
from tests.robustness.killing import project
from tests.robustness.killing_search import FOLDS, compared, done

TRIALS = 24
LONGEST = 600.0
"""Seconds after which a window that has not come to the end of its search counts as stuck."""


def planned(sampler: str) -> tuple[Space, SearchDraft]:
    """What is varied, and how it is searched."""
    batch = WholeRange(name="batch_size", low=16, high=40, step=8)
    optimizer = Choices(name="optimizer", choices=("SGD", "Adam"))
    rate = RealRange(name="learning_rate", low=1e-4, high=0.3, log=True)
    axes = (batch, optimizer) if sampler == "grid" else (rate, batch, optimizer)
    draft = SearchDraft.model_validate(
        {
            "objective": "accuracy",
            "sampler": sampler,
            "trials": None if sampler == "grid" else TRIALS,
            "folds": FOLDS,
        }
    )
    return Space(axes=axes), draft


def window(place: Path, sampler: str) -> None:
    """A window in which the search is begun, or gone on with, until it is completed."""
    from PySide6.QtTest import QTest

    from nnstudio.ui.app import create_window
    from nnstudio.workspace.studies_page.rows import StudyState
    from nnstudio.workspace.workspace import Workspace

    made = project()
    space, draft = planned(sampler)
    made = replace(made, training=made.training.with_values(epochs=2), search=space)
    shown = create_window(Workspace(made), folder=place)
    shown.show()
    acts, page = shown.actions_table, shown.studies.page
    acts.run("page.studies")
    end = time.monotonic() + LONGEST

    def settle() -> None:
        QTest.qWait(50)
        while shown.studies.jobs.is_busy or shown.studies.acting.is_busy:
            QTest.qWait(20)

    settle()
    if page.selection is None:
        acts.run("studies.new")
        settle()
        page.planning.search = draft
        print("begins", flush=True)
        if not acts.run("studies.begin"):
            sys.exit(f"it cannot be begun: {acts.action('studies.begin').toolTip()}")
    else:
        print("goes on", flush=True)
    while time.monotonic() < end:
        page.look()
        settle()
        now = page.selection
        if now is not None and now.state is StudyState.COMPLETED:
            print("completed", flush=True)
            return
        if now is not None and not now.state.is_active:
            acts.run("studies.resume")
            settle()
    sys.exit(f"after {LONGEST:g} s it is {now.state if now else 'not there'}")


def start(place: Path, sampler: str) -> subprocess.Popen[str]:
    """A window in a process of its own, once it has begun the search or gone on with it."""
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name, "--window", str(place), sampler],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def workers(place: Path) -> Iterator[int]:
    """The processes that train for the search of a window."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError, ValueError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"--as-worker" in words and any(str(place).encode() in word for word in words):
                yield int(entry.name)


def kill(process: int) -> bool:
    """Kill it, if it is there."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
        return True
    return False


def study_in(place: Path) -> StudyFolder | None:
    """The search that a window has begun."""
    found = list((place / "studies").glob("*/project.nns"))
    assert len(found) < 2, f"{len(found)} searches were begun"
    return StudyFolder.open(found[0].parent) if found else None


def is_completed(place: Path) -> bool:
    """True once no trial of the search is left."""
    folder = study_in(place)
    if folder is None:
        return False
    rows = Follower(folder).result().rows
    return len(rows) >= TRIALS and all(row.state not in ("running", "waiting") for row in rows)


def trial(kills: int, seed: int, sampler: str, told: list[str]) -> str:
    """Kill the windows and workers of one search so often; what went wrong, "" if nothing.

    told: gets a word for each kill.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as base:
        whole, killed = Path(base) / "whole", Path(base) / "killed"
        began = time.monotonic()
        if start(whole, sampler).wait():
            return "it does not come to its end without a kill"
        takes = time.monotonic() - began
        before: dict[str, Any] = {}
        while len(told) < kills and not is_completed(killed):
            shown = start(killed, sampler)
            time.sleep(chance.random() * takes * (0.6 if study_in(killed) is None else 0.25))
            both = chance.choice(("window", "worker", "both"))
            if both != "window":
                told += ["worker" for one in list(workers(killed)) if kill(one)]
                time.sleep(chance.random())
            if both == "worker" and shown.poll() is None:
                time.sleep(chance.random() * 3)  # the window sees it, and goes on by itself
            if shown.poll() is None:
                told += ["window"] * kill(shown.pid)
            shown.wait()
            folder = study_in(killed)
            if folder is None:
                continue
            if chance.random() < 0.5:
                told += ["worker" for one in list(workers(killed)) if kill(one)]
            now = done(folder)
            if any(now.get(name) != what for name, what in before.items()):
                return "something that was done was lost or done again"
            before = now
        if code := start(killed, sampler).wait():
            return f"the last window does not come to its end: {code}"
        one, other = study_in(whole), study_in(killed)
        assert one is not None
        assert other is not None
        now = done(other)
        if any(now.get(name) != what for name, what in before.items()):
            return "something that was done was lost or done again"
        return compared(one, other, killed / "runs")


if __name__ == "__main__":
    if sys.argv[1] == "--window":
        window(Path(sys.argv[2]), sys.argv[3])
        sys.exit(0)
    kills, seed, sampler = [*sys.argv[1:], *("0", "random")[len(sys.argv) - 2 :]]
    told: list[str] = []
    wrong = trial(int(kills), int(seed), sampler, told)
    counts = ", ".join(f"{told.count(kind)} kills of a {kind}" for kind in ("window", "worker"))
    print(f"{sampler}, {counts}: " + (wrong or "equal to the bit, nothing lost or repeated"))
    sys.exit(1 if wrong else 0)
