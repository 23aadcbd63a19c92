"""A worker of a search that is paused."""

from __future__ import annotations

from pathlib import Path

from nnstudio.studies.search.plan import Limits
from nnstudio.studies.search.start import begin
from nnstudio.studies.search.worker import Told
from tests.fake_search import FakeTrainer, plan, work


def test_a_paused_search_says_so_once_and_ends_if_all_is_done(tmp_path: Path) -> None:
    folder = begin(tmp_path, plan(limits=Limits(trials=1)))
    folder.change("pause")
    told: list[Told] = []
    left = iter([False] * 3 + [True] * 9)
    told_why = work(folder, FakeTrainer(tmp_path), leaves=lambda: next(left), told=told.append)
    assert told_why == "This worker was told to leave."
    assert [one.kind for one in told] == ["paused", "over"]
    folder.change("run")
    work(folder, FakeTrainer(tmp_path))
    folder.change("pause")
    assert work(folder, FakeTrainer(tmp_path)) == "All 1 trials are done."
