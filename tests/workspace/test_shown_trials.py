"""A search as its charts draw it: columns, best so far, curves, and what lies between points."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnstudio.project.search.space import Choices, RealRange, Space
from nnstudio.runs.folder import HISTORY_FILE
from nnstudio.studies.search.optuna_store import load_study, open_storage
from nnstudio.studies.search.plan import Limits, Objective
from nnstudio.studies.search.result import SearchResult, TrialRow, best_of
from nnstudio.studies.search.start import begin
from nnstudio.workspace.studies_page.field import field_of
from nnstudio.workspace.studies_page.shown_trials import (
    NO_CURVE,
    choice_text,
    importance_of,
    parameters_of,
    shown,
)
from nnstudio.workspace.studies_page.trials_reader import TrialsReader
from tests.fake_search import FakeTrainer, plan, work
from tests.made_up_trials import trials


def test_a_search_is_followed_trial_by_trial(tmp_path: Path) -> None:
    folder = begin(tmp_path / "s", plan(epochs=6, pruner="median", limits=Limits(trials=4)))
    reader = TrialsReader(folder)
    assert len(reader.look()) == 0
    work(folder, FakeTrainer(tmp_path, epochs=3))
    now = reader.look()
    assert reader.look() is now
    study = load_study(open_storage(folder.storage), folder.name)
    kept = study.get_trials()
    assert now.numbers.tolist() == [trial.number for trial in kept]
    assert now.values[:, 0].tolist() == [trial.value for trial in kept]
    assert now.points.tolist() == [
        [trial.params["model.hidden"], trial.params["learning_rate"]] for trial in kept
    ]
    ends = [trial.datetime_complete for trial in kept]
    assert now.ended.tolist() == [end.timestamp() for end in ends if end is not None]
    best = [max(one.value or 0 for one in kept[: k + 1]) for k in range(4)]
    assert now.best_so_far.tolist() == best
    assert now.best == {study.best_trial.number}
    assert [len(curve.x) for curve in now.curves] == [3, 3, 3, 3]
    assert now.curves[1].y.tolist() == list(kept[1].intermediate_values.values())
    assert "4 of at least 20 completed trials" in now.importance.reason
    folder.change(limits=Limits(trials=5))
    work(folder, FakeTrainer(tmp_path, epochs=3))
    later = reader.look()
    assert len(later) == 5
    assert later.rows[0] is now.rows[0]
    assert later.curves[0] is now.curves[0]


def test_curves_of_trials_that_are_never_cut_short_are_those_of_their_runs(tmp_path: Path) -> None:
    folder = begin(tmp_path / "s", plan(limits=Limits(trials=2)))
    work(folder, FakeTrainer(tmp_path))
    lines = "epoch,train_accuracy,validation_accuracy\n1,0.5,0.25\n2,0.75,0.5\n"
    (tmp_path / "runs" / "t0" / HISTORY_FILE).write_text(lines)
    now = TrialsReader(folder).look()
    assert (now.curves[0].x.tolist(), now.curves[0].y.tolist()) == ([1, 2], [0.25, 0.5])
    assert now.curves[1] is NO_CURVE


def test_choices_are_places_and_what_a_trial_lacks_is_no_number() -> None:
    space = Space(
        axes=(
            Choices(name="model.act", choices=(None, True, "relu")),
            RealRange(name="act", low=0.0, high=1.0),
        )
    )
    chosen = plan(space=space)
    rows = (
        TrialRow(0, "completed", {"model.act": True, "act": 0.5}, (0.5,)),
        TrialRow(1, "running", {"act": 0.25}),
        TrialRow(2, "completed", {"model.act": "relu", "act": 1.0}, (0.25,)),
    )
    result = SearchResult(chosen, rows, best_of(chosen, rows), 3)
    found = shown(result, {}, importance_of({}, 2))
    assert found.points[:, 0].tolist()[::2] == [1, 2]
    assert np.isnan(found.points[1, 0])
    assert found.completed.tolist() == [True, False, True]
    assert found.best_so_far.tolist() == [0.5, 0.5, 0.5]
    first, second = parameters_of(space)
    assert (first.label, second.label) == ("model.act", "act")
    assert first.choices == ("none", "yes", "relu")
    assert choice_text((64, 1_024)) == "64, 1,024"


def test_ranks_go_by_the_direction_and_not_by_how_far_off_a_value_is() -> None:
    chosen = plan(objectives=(Objective.of("loss"),))
    rows = tuple(
        TrialRow(k, "completed", {}, (value,)) for k, value in enumerate((3.0, 0.1, 1e9, 0.1))
    )
    found = shown(SearchResult(chosen, rows, (1,), 4), {}, importance_of({}, 4))
    assert found.ranks.tolist() == [0.5, 1.0, 0.0, 1.0]
    assert found.best_so_far.tolist() == [3.0, 0.1, 0.1, 0.1]


def test_why_nothing_can_be_said_of_importance() -> None:
    assert importance_of({}, 19).reason.startswith("19 of at least 20")
    assert "have the same value" in importance_of({}, 25).reason
    told = importance_of({"a": 0.25, "b": 0.75}, 25)
    assert (told.names, told.shares, told.trials) == (("b", "a"), (0.75, 0.25), 25)
    assert trials(200, objectives=2).importance.trials > 20


def test_a_field_is_linear_between_points_and_nothing_outside_of_them() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0.2, 0.8, (2, 500))
    found = field_of(x, y, 2 * x - y)
    at = (np.arange(len(found.levels)) + 0.5) / len(found.levels)
    across, up = np.meshgrid(at, at)
    there = np.isfinite(found.levels)
    assert found.levels[there] == pytest.approx((2 * across - up)[there], abs=1e-9)
    assert there[30:42, 30:42].all()
    assert not there[:, :12].any()
    assert not there[:12].any()
    assert field_of(x[:40], x[:40], y[:40]).reason == "all points lie on one line"
    assert "at least three" in field_of(x[:2], y[:2], y[:2]).reason
