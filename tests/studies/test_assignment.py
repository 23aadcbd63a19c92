"""A document's plan is trained and judged step by step, and gone on with where it was left."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nnstudio.__main__ import main
from nnstudio.assets import asset
from nnstudio.project.presets import load_target
from nnstudio.project.refusal import Refusal
from nnstudio.project.search.published import PublishedSpace, published_spaces
from nnstudio.project.search.space import Space
from nnstudio.project.settings import with_settings
from nnstudio.runs.store import VARIABLE
from nnstudio.studies import assignment
from nnstudio.studies.assignment import (
    Assignment,
    Search,
    Trainings,
    assignment_of,
    assignments,
    read_begun,
    unfinished,
)
from nnstudio.studies.errors import StudyError
from nnstudio.studies.places import VARIABLE as STUDIES
from nnstudio.workspace.assignments import running
from nnstudio.workspace.assignments.results import results_of, write_results
from tests.kept_runs import kinds, table

SPACE = Space.model_validate(
    {"axes": [{"kind": "choices", "name": "learning_rate", "choices": [0.01, 0.02]}]}
)


MODELS = ["Kinds/a", "Kinds/b"]


def plan(folder: Path) -> dict[str, Any]:
    """Two models of a table, once, on two folds, and a search of the second."""
    settings = {"epochs": 1, "device": "cpu", "threads": 1, "missing": "drop"}
    search = {"model": MODELS[1], "space": "s", "objective": "accuracy", "trials": 1}
    return {
        "name": "tiny",
        "document": "A tiny document",
        "title": "A tiny document",
        "notes": ["{test} for the test."],
        "models": MODELS,
        "data": str(table(folder / "kinds.csv")),
        "settings": {**settings, "validation": 0.2, "test": 0.25},
        "steps": [
            {"kind": "trainings", "name": "once", "title": "Once"},
            {"kind": "comparison", "name": "folds", "title": "Folds", "folds": 2},
            {"kind": "search", "name": "search", "title": "Search", **search},
        ],
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A place with that plan alone, its runs and its studies."""
    place = tmp_path_factory.mktemp("assignment")
    (place / "assignments").mkdir()
    (place / "assignments" / "tiny.json").write_text(json.dumps(plan(place)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(place / "runs"))
        patch.setenv(STUDIES, str(place / "studies"))
        patch.setattr(assignment, "asset", lambda *parts: place.joinpath(*parts))
        spaces = (PublishedSpace("s", "ours", "", SPACE),)
        patch.setattr(running, "load_target", lambda model: kinds())
        patch.setattr(running, "published_spaces", lambda model: spaces)
        assignments.cache_clear()
        yield place
    assignments.cache_clear()


@pytest.fixture(scope="module")
def done(world: Path) -> Path:
    """The folder of it, from its beginning to its end."""
    assert main(["study", "tiny", "--study", str(world / "done")]) == 0
    return world / "done"


def test_every_step_is_an_ordinary_study_with_its_figures(done: Path, world: Path) -> None:
    told = json.loads((done / "results.json").read_text())
    assert told["complete"]
    steps = [(row["step"], row["model"]) for row in told["rows"]]
    assert steps == [
        *(("once", one) for one in MODELS),
        *(("folds", one) for one in MODELS),
        ("search", MODELS[1]),
    ]
    for row in told["rows"]:
        assert set(row["figures"]) == {"accuracy", "macro_f1", "roc_auc"}
        assert (row["trainable"], row["frozen"]) == (67, 0)
    assert told["rows"][0]["samples"] == told["rows"][4]["samples"]  # the test part judges both
    assert told["rows"][4]["best"]["learning_rate"] in (0.01, 0.02)
    assert told["pairs"][0]["figure"] == "accuracy"
    assert [one["about"] for one in told["analysis"]][1:3] == [
        "2 models on 2 folds",
        "Search for Kinds",
    ]
    report = (done / "report.html").read_text()
    assert told["notes"] == ["25 % for the test."]
    assert "<li>25 % for the test.</li>" in report
    assert "A tiny document" in report
    assert all(one["sentences"][0].split(":")[0] in report for one in told["analysis"])
    kinds_kept = [
        json.loads((done / "steps" / name / "study.json").read_text())["kind"]
        for name in ("folds", "search")
    ]
    assert kinds_kept == ["comparison", "search"]
    assert len([one for one in (world / "runs").iterdir() if one.is_dir()]) == 2 + 4 + 1
    rows = list(csv.DictReader((done / "results.csv").read_text().splitlines()))
    assert [float(row["accuracy"]) for row in rows] == [
        pytest.approx(row["figures"]["accuracy"]["value"]) for row in told["rows"]
    ]


def test_what_is_finished_is_not_done_again(done: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items: list[running.Item] = []
    running.study(read_begun(done), watch=running.Watch(item=items.append))
    assert [one.before for one in items] == [True] * 6
    assert main(["study", "tiny", "--study", str(done), "--epochs", "3"]) == 2
    assert main(["study", str(done), "--folds", "3"]) == 2
    said = capsys.readouterr().err
    assert said.count("begun with other data, settings, folds or trials: leave them out") == 2


def test_it_goes_on_after_a_stop(world: Path, done: Path) -> None:
    begun = running.begin(assignment_of("tiny").wished(trials=0), world / "stopped")
    items: list[running.Item] = []
    running.study(begun, watch=running.Watch(item=items.append), wants_stop=lambda: len(items) > 2)
    assert [one.state for one in items] == ["completed"] * 3
    found = results_of(read_begun(begun.folder))
    assert [row.step for row in found.rows] == ["once", "once", "folds"]
    assert found.missing == ("Folds: 3 of 4 runs are left.",)
    (world / "not-done").mkdir()
    assert unfinished(begun.plan, world) == [begun.folder]
    items.clear()
    running.study(read_begun(begun.folder), watch=running.Watch(item=items.append))
    assert [one.before for one in items] == [True, True, True, False, False, False]
    found = results_of(begun)
    assert found.missing == ()
    write_results(found)
    assert unfinished(begun.plan, world) == []


def test_a_step_that_cannot_be_done_is_told_and_the_others_are(world: Path) -> None:
    plan = assignment_of("tiny").wished(folds=500, trials=1)
    plan = plan.model_copy(update={"steps": plan.steps[1:]})
    begun = running.begin(plan, world / "too-many")
    items: list[running.Item] = []
    running.study(begun, watch=running.Watch(item=items.append))
    assert [(one.step, one.state) for one in items] == [
        ("folds", "failed"),
        ("search", "completed"),
    ]
    assert "too few for 500 folds" in items[0].sentence


def test_a_damaged_or_changed_one_is_refused(world: Path, tmp_path: Path) -> None:
    begun = running.begin(assignment_of("a tiny document"), tmp_path / "one")
    with pytest.raises(StudyError, match="There is an assignment in"):
        running.begin(begun.plan, tmp_path / "one")
    record = tmp_path / "one" / "assignment.json"
    told = record.read_text()
    record.write_text(told.replace('"folds": 2', '"folds": 1'))
    with pytest.raises(StudyError, match=r"assignment\.json is damaged: .*at least 2"):
        read_begun(tmp_path / "one")
    record.write_text(told[:100])
    with pytest.raises(StudyError, match="is damaged: it tells no assignment"):
        read_begun(tmp_path / "one")
    record.write_text(told)
    project = tmp_path / "one" / "project.nns"
    project.write_text(project.read_text().replace("hidden", "hidder"))
    with pytest.raises(StudyError, match="is not the model that the assignment was begun with"):
        read_begun(tmp_path / "one")


def test_unknown_documents_are_named(world: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in told["documents"]] == ["tiny"]
    assert told["begun"] == []  # those of the tests lie elsewhere
    assert main(["study", "essay"]) == 2
    assert "There is no plan for 'essay'" in capsys.readouterr().err
    with pytest.raises(Refusal, match="folds: expected at least 2"):
        assignment_of("tiny").wished(folds=1)


def test_plans_that_come_with_the_program_can_be_followed() -> None:
    paths = sorted(asset("assignments").glob("*.json"))
    for path in paths:
        one = Assignment.model_validate_json(path.read_bytes())
        assert one.name == path.stem
        for model in one.models:
            project = with_settings(load_target(model), one.settings)
            assert project.about.document == one.document
        for step in one.steps:
            if isinstance(step, Search):
                root = load_target(step.model).root
                assert step.space in {space.name for space in published_spaces(root)}
    (audio,) = (path for path in paths if path.stem == "environmental-audio")
    assert Assignment.model_validate_json(audio.read_bytes()).trainings == 4 + 4 * 4 + 2 * 20


def test_its_runs_are_found_where_they_were_moved_to(
    world: Path, done: Path, tmp_path: Path
) -> None:
    shutil.copytree(done, tmp_path / "studies" / "done")
    record = tmp_path / "studies" / "done" / "assignment.json"
    told = json.loads(record.read_text())
    (tmp_path / "gone").mkdir()
    told |= {"runs": str(tmp_path / "gone" / "runs"), "runs_from_here": "../../runs"}
    record.write_text(json.dumps(told))
    name = f"{told['id']}-once-m1"
    shutil.copytree(world / "runs" / name, tmp_path / "runs" / name)
    found = read_begun(record.parent)
    step = found.plan.steps[0]
    assert isinstance(step, Trainings)
    assert found.run_folder(step, 0).samefile(tmp_path / "runs" / name)
