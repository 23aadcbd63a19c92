"""Trainings that are killed at random go on to the bit; see `killing.py`, which does a hundred."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import forked

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a trial is a fork")

HOURS = 4 * 3600.0


def killed(count: int, seed: int, program: str = "killing", *before: str) -> None:
    """In a program of its own, which has no threads when it forks."""
    words = ("-m", f"tests.robustness.{program}", *before, str(count), str(seed))
    done = forked.run(*words, cwd=Path(__file__).parents[2], patience=HOURS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_kill_and_a_double_one() -> None:
    killed(2, 1)


@pytest.mark.slow
def test_thirty_kills() -> None:
    killed(30, 2)


@pytest.mark.slow
def test_a_study_is_killed_once() -> None:
    killed(1, 3, "killing_study")


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_a_study_is_killed_three_times(seed: int) -> None:
    killed(3, seed, "killing_study")


@pytest.mark.slow
@pytest.mark.parametrize("sampler", ["random", "grid", "tpe"])
def test_a_search_with_folds_is_killed_three_times(sampler: str) -> None:
    killed(3, 1, "killing_search", sampler)
