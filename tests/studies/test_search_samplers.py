"""Samplers beside TPE: they take spaces of every kind of axis, and say what they cannot use."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from nnstudio.project.search.space import Choices, RealRange, Space, WholeRange
from nnstudio.studies.search.optuna_store import load_study, open_storage
from nnstudio.studies.search.plan import Limits, Sampler
from nnstudio.studies.search.result import Follower
from nnstudio.studies.search.samplers import weakness
from nnstudio.studies.search.start import begin
from tests.fake_search import plan, work

MIXED = Space(
    axes=(
        WholeRange(name="model.hidden", low=8, high=64, step=8),
        RealRange(name="learning_rate", low=1e-4, high=1e-1, log=True),
        RealRange(name="dropout", low=0, high=0.5, step=0.1),
        Choices(name="optimizer", choices=("SGD", "Adam", None)),
        WholeRange(name="patience", low=3, high=3),
    )
)


@pytest.mark.parametrize(
    ("sampler", "trials"),
    [("qmc", 6), ("cmaes", 6), pytest.param("gp", 11, marks=pytest.mark.slow)],
)
def test_every_kind_of_axis(tmp_path: Path, sampler: Sampler, trials: int) -> None:
    if sampler == "cmaes" and importlib.util.find_spec("cmaes") is None:
        pytest.skip("cmaes is not installed")
    made = plan(sampler=sampler, space=MIXED, limits=Limits(trials=trials))
    folder = begin(tmp_path, made)
    work(folder)
    rows = Follower(folder).result().rows
    assert [row.state for row in rows] == ["completed"] * trials
    for row in rows:
        for axis in MIXED.axes:
            value, listed = row.point[axis.name], axis.values()
            assert value in listed if listed is not None else 1e-4 <= value <= 1e-1
    assert len({tuple(row.point.items()) for row in rows}) == trials
    if sampler == "cmaes":  # it was asked, instead of chance
        trial = load_study(open_storage(folder.storage), folder.name).trials[-1]
        assert any(name.startswith("cma:") for name in trial.system_attrs)
    assert ("choices (optimizer) are drawn at random" in weakness(made)) == (sampler != "gp")
