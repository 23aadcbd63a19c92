"""Reports made from kept runs, read as HTML, and held against the figures they are made of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import nnstudio
from nnstudio.evaluation.figures.class_figures import ClassFigures
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage import file
from nnstudio.report.render import html_of
from nnstudio.runs.record import update_record
from nnstudio.runs.states import State
from nnstudio.runs.store import VARIABLE
from nnstudio.studies.search.plan import Limits, Objective
from nnstudio.studies.search.start import begin
from nnstudio.studies.study import Study, read_study
from nnstudio.workspace.opened_run import OpenedRun, open_folder
from nnstudio.workspace.reporting.wishes import NO_WISHES, Wishes
from nnstudio.workspace.reporting.writing import Subject, document_of, subject_of
from nnstudio.workspace.studies.figures import figures_of
from tests.fake_search import plan, work
from tests.kept_runs import kinds, table, train_kinds
from tests.report.read_page import Page

EVIL = "<script>alert('a & b')</script>"
FEW: dict[str, Any] = {"epochs": 1, "device": "cpu", "threads": 1, "missing": "drop", "test": 0.2}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store with a run, and studies beside it."""
    place = tmp_path_factory.mktemp("reports")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(place / "runs"))
        data = table(place / "kinds.csv")
        train_kinds(place / "run", data)
        models = {"small": kinds(), f"large {EVIL}": kinds()}
        more = {**FEW, "data": str(data), "folder": place / "study"}
        nnstudio.compare(models, folds=2, **more)
        yield place


def page(*subjects: Subject, wishes: Wishes = NO_WISHES) -> Page:
    return Page(html_of(document_of(subjects, wishes)))


def copied(place: Path, name: str) -> OpenedRun:
    """A copy of the run beside it, from where its project finds the data, too."""
    shutil.copytree(place / "run", place / name)
    return open_folder(place / name)


def test_a_run_says_what_its_evaluation_says(place: Path) -> None:
    run = open_folder(place / "run")
    figures = run.evaluate().figures
    assert isinstance(figures, ClassFigures)
    assert figures.confusion is not None
    found = page(run)
    assert found.headings[0] == "Kinds"
    wanted = ["Question and answer", "Model", "Data", "Settings", "Training", "Results"]
    wanted += ["Analysis", "How to repeat it", "Generated source"]
    assert [one for one in found.headings if one in wanted] == wanted
    values = found.column("Figures", "Value")
    accuracy = figures.accuracy
    assert accuracy.value is not None
    assert accuracy.low is not None
    assert accuracy.high is not None
    assert values["Accuracy"] == f"{100 * accuracy.value:.2f} %"
    between = f"{100 * accuracy.low:.2f} to {100 * accuracy.high:.2f} %"
    assert found.column("Figures", "95 % interval")["Accuracy"] == between
    assert values["Macro F1"] == f"{figures.macro_f1.value:.4f}"
    head, *rows = found.table("Confusion matrix")
    assert head == ["Right \\ given", "a", "b", "c", "All"]
    counts = [[0 if cell == "·" else int(cell) for cell in row[1:-1]] for row in rows]
    assert counts == [list(row) for row in figures.confusion.counts]
    recall = found.column("Class by class", "Recall")
    assert recall["b"] == f"{figures.by_class[1].recall.value:.4f}"
    assert any(one.startswith("ROC curves") for one in found.pictures)
    assert f"{figures.curves.roc[0].area.value:.3f}" in found.text  # type: ignore[union-attr]
    layers = found.column("Layers", "Parameters")
    assert (layers["Kinds"], layers["hidden"], layers["norm"]) == ("67", "24", "16")
    parts = found.column("Samples in each part", "Test")
    assert parts["All"] == str(figures.samples)
    assert "class Kinds(nn.Module)" in found.text
    assert f"nnstudio evaluate {run.record.id}" in found.text


def test_it_loads_nothing_runs_nothing_and_is_the_same_each_time(place: Path) -> None:
    run = open_folder(place / "run")
    text = html_of(document_of([run]))
    found = Page(text)
    assert found.loaded == []
    assert "script" not in found.tags
    assert len(found.ids) == len(set(found.ids))
    assert set(found.targets) <= set(found.ids)
    assert "@import" not in text
    assert "url(http" not in text
    assert html_of(document_of([run])) == text


def test_what_people_name_is_text(place: Path) -> None:
    run = copied(place, "named")
    update_record(run.folder, {"name": EVIL, "note": f"{EVIL}\x00"})
    wishes = Wishes(title="", question=f"Why {EVIL}?", author=EVIL)
    found = page(open_folder(run.folder), wishes=wishes)
    assert "script" not in found.tags
    assert found.headings[0] == EVIL
    assert f"Why {EVIL}?" in found.text


def test_a_run_without_weights_says_why(place: Path) -> None:
    run = copied(place, "failed")
    shutil.rmtree(run.folder / "checkpoints")
    update_record(run.folder, {"state": State.FAILED, "result": {"sentence": "The loss is nan."}})
    found = page(open_folder(run.folder))
    assert any("There are no figures: 'Kinds' has no checkpoint" in one for one in found.notes)
    assert any("failed before a whole epoch: The loss is nan." in one for one in found.notes)
    assert "Figures" not in found.tables
    assert "Without figures nothing can be said" in found.text
    assert "class Kinds(nn.Module)" in found.text


def test_a_stopped_run_is_judged_and_said_to_be_stopped(place: Path) -> None:
    run = copied(place, "stopped")
    update_record(run.folder, {"state": State.STOPPED})
    found = page(open_folder(run.folder), wishes=Wishes(part="validation"))
    assert any("was stopped after 2 whole epochs" in one for one in found.notes)
    assert "The best epoch was chosen by these very samples" in found.text
    assert "Accuracy" in found.column("Figures", "Value")


def test_a_comparison_says_what_its_figures_say(place: Path) -> None:
    study = read_study(place / "study")
    figures = figures_of(study)
    found = page(study)
    name = f"large {EVIL}"
    assert "script" not in found.tags
    one = figures.models[1].head["accuracy"]
    assert one.mean is not None
    assert one.deviation is not None
    means = found.column("Mean ± deviation", "Accuracy")
    assert means[name] == f"{100 * one.mean:.2f} ± {100 * one.deviation:.2f} %"
    assert found.column("Mean ± deviation", "Trained parameters")["small"] == "67"
    joined = figures.models[1].joined
    assert isinstance(joined, ClassFigures)
    assert joined.confusion is not None
    _, *rows = found.table("Confusion matrix of all held-out samples")
    assert sum(int(row[-1]) for row in rows) == joined.answers
    # the two are the same model with the same seed: that must not become a winner
    assert "No difference can be shown" in found.text or "nothing can be said" in found.text
    assert "beats" not in found.text
    assert "So nothing can be concluded" in found.text
    assert "The same as small." in found.text
    assert "nnstudio compare" in found.text
    assert len(found.ids) == len(set(found.ids))


def test_a_cross_validation_has_its_folds(place: Path) -> None:
    study = read_study(place / "study")
    alone = replace(study, plan=replace(study.plan, variants=study.plan.variants[:1]))
    figures = figures_of(alone)
    found = page(alone)
    assert found.headings[0] == "small on 2 folds"
    rows = found.table("Run by run")
    shown = [one.figures.head()["accuracy"].value for one in figures.models[0].cells.values()]
    assert [row[3] for row in rows[1:]] == [f"{100 * value:.2f} %" for value in shown if value]
    spread = figures.head["macro F1"]
    assert found.column("Figures over the runs", "Lowest")["Macro F1"] == f"{spread.lowest:.4f}"


def test_a_study_without_a_finished_run_says_so(place: Path, tmp_path: Path) -> None:
    study: Study = replace(read_study(place / "study"), runs=tmp_path)
    found = page(study)
    assert any("No run of small" in one for one in found.notes)
    assert "Without figures nothing can be said" in found.text
    assert "0 of 4 runs are done" in found.text


def test_a_search_has_its_trials_and_its_limits(tmp_path: Path) -> None:
    text = file.dumps(kinds())
    folder = begin(tmp_path / "s", plan(limits=Limits(trials=5)), text)
    work(folder)
    found = page(folder)
    rows = found.table("The best trials")
    values = [float(row[1]) for row in rows[1:]]
    assert len(values) == 5
    assert values == sorted(values, reverse=True)
    assert rows[0] == ["Trial", "accuracy", "hidden", "learning_rate"]
    assert "The best of 5 trials is number" in found.text
    assert any("The run of trial" in one and "cannot be opened" in one for one in found.notes) or (
        "cannot be opened" in found.text
    )
    assert "What decided most can be told from 20 completed trials on, not from 5." in found.text
    assert "--search learning_rate=0.0001..0.1:log" in found.text


def test_two_objectives_have_a_front(tmp_path: Path) -> None:
    two = (Objective.of("accuracy"), Objective.of("seconds"))
    folder = begin(
        tmp_path / "s", plan(objectives=two, limits=Limits(trials=4)), file.dumps(kinds())
    )
    assert "No trial has been completed" in page(folder).text
    work(folder)
    found = page(folder)
    assert found.table("The trials that no other beats in both")[0][1:3] == ["accuracy", "seconds"]
    assert any("no other beats in both" in one for one in found.pictures)


def test_runs_and_studies_are_compared_in_one_report(place: Path) -> None:
    other = copied(place, "other")
    update_record(other.folder, {"name": "Kinds again"})
    subjects = [open_folder(place / "run"), open_folder(other.folder), read_study(place / "study")]
    found = page(*subjects)
    rows = found.table("All of them")
    assert [row[0] for row in rows[1:]] == ["Kinds", "Kinds again", "small", f"large {EVIL}"]
    assert rows[1][2:4] == ["67", "0"]
    assert rows[1][4:] == rows[2][4:]
    assert "No difference can be shown between Kinds and Kinds again" in found.text
    assert found.headings[0] == "2 runs and 1 study compared"
    assert len(found.ids) == len(set(found.ids))
    assert found.text.count("class Kinds(nn.Module)") == 1


def test_what_there_is_nothing_of_is_refused(place: Path) -> None:
    with pytest.raises(Refusal, match="there is no run or study nonsense: expected its folder"):
        subject_of("nonsense")
    with pytest.raises(Refusal, match="at least one run or study"):
        document_of([])
