"""Files with something wrong are read or refused in one sentence: the short form of the trial."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.robustness.data_files import GOOD, write
from tests.robustness.data_trial import end_of, trial_of
from tests.robustness.other_files import OTHER

MUTATIONS = 60


@pytest.mark.parametrize("kind", GOOD)
def test_mutated_files(kind: str, tmp_path: Path) -> None:
    good = GOOD[kind][1]()
    assert end_of(write(kind, -1, tmp_path, good)) == "read"
    ends = set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for seed in range(MUTATIONS):
            ends.add(end_of(write(kind, seed, tmp_path, good)))
    assert "refused" in ends


@pytest.mark.parametrize("kind", OTHER)
def test_mutated_tables_pictures_and_recordings(kind: str, tmp_path: Path) -> None:
    make, end = trial_of(kind, tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert end(make(-1)) == "read"
        for seed in range(8):
            end(make(seed))
