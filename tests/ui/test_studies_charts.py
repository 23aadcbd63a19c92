"""The charts of a search and the results of a study: what is drawn, told, picked and brushed."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.studies.plan import Cell
from nnstudio.ui.pages.studies.charts import CHARTS, Chart
from nnstudio.ui.pages.studies.charts.base import TrialsChart
from nnstudio.ui.pages.studies.charts.contour import Contour
from nnstudio.ui.pages.studies.charts.importance import Importance
from nnstudio.ui.pages.studies.charts.learning_curves import LearningCurves
from nnstudio.ui.pages.studies.charts.parallel_coordinates import ParallelCoordinates
from nnstudio.ui.pages.studies.results import RESULTS, Result
from nnstudio.ui.pages.studies.results.answer_view import AnswerView
from nnstudio.ui.pages.studies.results.fold_curves import FoldCurves
from nnstudio.ui.pages.studies.results.fold_plots import mean_line
from nnstudio.ui.pages.studies.results.held_out import HeldOut
from nnstudio.ui.pages.studies.results.pairs_view import PairsView
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.workspace.studies_page.shown_trials import ShownTrials
from tests.made_up_results import result
from tests.made_up_trials import trials


def first(whole: ShownTrials, count: int) -> ShownTrials:
    """The trials as they were when there were fewer."""
    return replace(
        whole,
        rows=whole.rows[:count],
        numbers=whole.numbers[:count],
        points=whole.points[:count],
        values=whole.values[:count],
        started=whole.started[:count],
        ended=whole.ended[:count],
        curves=whole.curves[:count],
        best=frozenset({int(np.nanargmax(whole.values[:count, 0]))}),
    )


def show(qtbot: QtBot, made: TrialsChart, shown: ShownTrials) -> None:
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    made.show_trials(shown)
    qtbot.waitUntil(lambda: not made.is_painting)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.id)
def test_each_chart_says_what_it_will_show_and_then_shows_it(
    chart: Chart, qapp: QApplication, qtbot: QtBot
) -> None:
    apply_theme(qapp, "dark")
    made = chart.make(None)
    show(qtbot, made, trials(0, objectives=chart.objectives))
    assert not made.is_drawn
    assert all(made.nothing.shown_texts)
    empty = made.grab().toImage()
    made.show_trials(trials(60, objectives=chart.objectives))
    qtbot.waitUntil(lambda: not made.is_painting)
    assert made.is_drawn
    assert made.grab().toImage() != empty
    if isinstance(made, Importance):
        assert "learning_rate 46 %" in made.accessibleDescription()
        return
    picked: list[int] = []
    made.picked.connect(picked.append)
    made.setFocus()
    key = Qt.Key.Key_PageDown if isinstance(made, ParallelCoordinates) else Qt.Key.Key_Right
    qtbot.keyClick(made, key)
    qtbot.keyClick(made, Qt.Key.Key_Return)
    assert made.accessibleDescription().startswith(f"Trial {picked[0]:,}")
    assert f"Trial {picked[0]:,}" in made.readout.text()


def test_a_trial_under_the_mouse_is_told_and_picked(qtbot: QtBot) -> None:
    made = CHARTS[0].make(None)
    shown = trials(40)
    show(qtbot, made, shown)
    k = int(np.flatnonzero(shown.completed)[3])
    at = QPoint(round(float(made.marks.x[k])), round(float(made.marks.y[k])))
    qtbot.mouseMove(made, at)
    assert f"Trial {k}" in made.readout.text()
    with qtbot.waitSignal(made.picked) as told:
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [k]
    assert made.nearest(QPointF(3, 3)) is None


def test_brushes_filter_by_mouse_and_by_keys(qtbot: QtBot) -> None:
    made = ParallelCoordinates()
    shown = trials(60)
    show(qtbot, made, shown)
    told: list[frozenset[int] | None] = []
    made.brushed.connect(told.append)
    rates = shown.parameter("learning_rate")
    assert rates is not None
    x = round(float(made.across[rates]))
    top, bottom = round(made.area.top()), round(made.area.bottom())
    qtbot.mousePress(made, Qt.MouseButton.LeftButton, pos=QPoint(x, bottom))
    qtbot.mouseMove(made, QPoint(x, (top + bottom) // 2))
    qtbot.mouseRelease(made, Qt.MouseButton.LeftButton, pos=QPoint(x, (top + bottom) // 2))
    low = {
        row.number
        for row in shown.rows
        if row.values and row.point["learning_rate"] <= made.scales[rates].value(0.5)
    }
    assert told[-1] == low
    qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(x, top + 20))
    assert told[-1] is None
    made.axis = None
    made.setFocus()
    qtbot.keyClick(made, Qt.Key.Key_Right)  # hidden
    qtbot.keyClick(made, Qt.Key.Key_Space)
    qtbot.keyClick(made, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    low_end, high_end = made.brushes.stretches[0]
    assert (low_end, high_end) == pytest.approx((0.5, 0.95))
    inside = set(shown.numbers[made.marks.place[made.selected()]].tolist())
    assert told[-1] == inside
    assert inside < {row.number for row in shown.rows if row.values}
    assert made.accessibleDescription().startswith("hidden from 136 to 2")
    qtbot.keyClick(made, Qt.Key.Key_Escape)
    assert told[-1] is None


def test_a_brush_is_followed_as_trials_come_and_ends_with_its_search(qtbot: QtBot) -> None:
    made = ParallelCoordinates()
    whole = trials(60)
    show(qtbot, made, first(whole, 50))
    made.set_brushes(made.brushes.with_stretch(0, 0.0, 1.0))
    told: list[frozenset[int] | None] = []
    made.brushed.connect(told.append)
    made.show_trials(whole)
    assert told[-1] is not None
    assert max(told[-1]) >= 50
    made.show_trials(replace(whole, id="another"))
    assert told[-1] is None


def test_a_chart_is_written_as_lines_and_its_trials_as_numbers(
    qtbot: QtBot, tmp_path: Path
) -> None:
    made = CHARTS[0].make(None)
    shown = trials(40, objectives=2)
    show(qtbot, made, shown)
    for ending in ("svg", "csv"):
        made.export_button.ask_export = lambda ending=ending: tmp_path / f"chart.{ending}"
        qtbot.mouseClick(made.export_button, Qt.MouseButton.LeftButton)
    drawn = (tmp_path / "chart.svg").read_text("utf-8")
    assert "<image" not in drawn
    assert "Accuracy" in drawn
    with (tmp_path / "chart.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [int(row["trial"]) for row in rows] == shown.numbers.tolist()
    assert [row["accuracy"] for row in rows] == [
        str(one.values[0]) if one.values else "" for one in shown.rows
    ]
    made.export_button.ask_export = lambda: tmp_path / "chart.gif"
    with qtbot.waitSignal(made.export_button.refused) as told:
        made.export_button.ask_and_export()
    assert "written as .png, .svg or .csv" in told.args[0]


def test_new_curves_are_painted_onto_those_that_are_there(qtbot: QtBot) -> None:
    whole = trials(60, running=False)
    made, anew = LearningCurves(), LearningCurves()
    show(qtbot, made, first(whole, 57))
    made.show_trials(first(whole, 59))
    qtbot.waitUntil(lambda: not made.is_painting)
    show(qtbot, anew, first(whole, 59))
    assert made.painted == anew.painted
    assert len(made.painted) == sum(len(curve.x) > 0 for curve in whole.curves[:59])


def test_a_contour_takes_two_numbers_and_says_where_it_guesses(qtbot: QtBot) -> None:
    made = Contour()
    shown = trials(60)
    show(qtbot, made, shown)
    assert [shown.parameters[k].name for k in made.chosen] == ["learning_rate", "model.hidden"]
    assert "between them: a guess" in [key.words for key in made.legend()]
    offered = {made.choices[0].itemText(k) for k in range(made.choices[0].count())}
    assert "optimizer" not in offered
    alone = replace(shown, id="x", parameters=shown.parameters[:2], points=shown.points[:, :2])
    made.show_trials(alone)
    assert "this search has one" in " ".join(made.nothing.shown_texts)


@pytest.mark.parametrize("one", RESULTS, ids=lambda one: one.id)
def test_each_result_says_what_it_will_show_and_then_shows_it(one: Result, qtbot: QtBot) -> None:
    made = one.make(None)
    qtbot.addWidget(made)
    made.resize(700, 400)
    made.show()
    models = ("small", "large")[: one.models]
    made.show_result(result(models, done=-1))
    assert not made.is_shown
    assert all(made.nothing.shown_texts)
    told = result(models)
    made.show_result(told)
    assert made.is_shown
    if isinstance(made, FoldCurves):
        made.plots.setFocus()
        qtbot.keyClick(made.plots, Qt.Key.Key_Right)
        qtbot.keyClick(made.plots, Qt.Key.Key_Right)
        said = made.plots.accessibleDescription()
        assert said.startswith("Fold 1, epoch 24, training ")
        with qtbot.waitSignal(made.cell_picked) as picked:
            qtbot.keyClick(made.plots, Qt.Key.Key_Return)
        assert picked.args == [Cell(0, 0, 0, 0)]
    if isinstance(made, AnswerView):
        assert made.sentence.text() == told.answer.sentence
    if isinstance(made, HeldOut):
        assert told.figures is not None
        assert made.classes.visible_texts()[0][0] == "kick"
        assert "400 held-out predictions" in made.head.about.text()
    if isinstance(made, PairsView):
        assert "cannot give a p below 0.125" in made.notes.text()


def test_the_mean_of_curves_is_of_the_epochs_that_all_have() -> None:
    one = np.array([1.0, 2, 3]), np.array([1.0, 2, 4])
    other = np.array([1.0, 2]), np.array([3.0, 4])
    line = mean_line(0, [one, other], dashed=True)
    assert line is not None
    assert (line.x.tolist(), line.y.tolist()) == ([1, 2], [2, 3])
    assert line.deviation is not None
    assert line.deviation.tolist() == pytest.approx([2**0.5, 2**0.5])
