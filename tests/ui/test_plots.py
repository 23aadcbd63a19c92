"""The training panel and its plots: what is fed is what is shown, kept and exported."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Metrics,
    Started,
    StepsDone,
)
from nnstudio.ui.plots.axis import Axis
from nnstudio.ui.plots.chart import Chart
from nnstudio.ui.plots.series import Series, thinned
from nnstudio.ui.plots.ticks import tick_text
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme.apply import apply_theme
from nnstudio.ui.training.panel import WIDE, TrainingPanel
from nnstudio.ui.training.plots import TALL, TrainingPlots


def training(epochs: int = 3, steps: int = 20) -> list[Event]:
    """The events of a small training; one told step every five."""
    told: list[Event] = [Started("cpu", epochs, steps, 640, 160, 1_084_421, 1)]
    for epoch in range(1, epochs + 1):
        for step in range(steps * (epoch - 1) + 5, steps * epoch + 1, 5):
            told.append(StepsDone(epoch, step, steps * epochs, 2 / step, 0.5, 1e-3, 12_345.6, 65.0))
        metrics = Metrics(1 / epoch, 0.9, 160)
        told.append(EpochDone(epoch, epochs, Metrics(0.5, 0.8, 640), metrics, 1e-3, 1.5, best=True))
    return told


@pytest.fixture
def plots(qapp: QApplication, qtbot: QtBot) -> TrainingPlots:
    apply_theme(qapp, "dark")
    made = TrainingPlots()
    qtbot.addWidget(made)
    made.resize(900, 220)
    made.show()
    return made


@pytest.fixture
def panel(qapp: QApplication, qtbot: QtBot) -> TrainingPanel:
    apply_theme(qapp, "dark")
    made = TrainingPanel()
    qtbot.addWidget(made)
    made.resize(900, 240)
    made.show()
    return made


def feed(plots: TrainingPlots, events: list[Event]) -> None:
    for event in events:
        plots.add_event(event)
    plots.redraw()


def test_points_stand_at_their_epochs(plots: TrainingPlots) -> None:
    feed(plots, training())
    x, y = plots.points("train_loss")
    assert x[:4] == [0.25, 0.5, 0.75, 1.0]
    assert x[-1] == 3.0
    assert y[0] == pytest.approx(0.4)
    assert plots.points("validation_loss") == ([1.0, 2.0, 3.0], [1.0, 0.5, pytest.approx(1 / 3)])
    assert plots.points("validation_accuracy")[1] == [90.0] * 3
    assert plots.points("learning_rate")[1] == [1e-3] * 12
    assert len(plots.points("samples_per_second")[0]) == 12
    with pytest.raises(KeyError, match="train_loss"):
        plots.points("loss")
    plots.clear()
    assert plots.points("train_loss") == ([], [])


def test_a_run_told_by_epochs_only_has_a_training_curve_too(plots: TrainingPlots) -> None:
    feed(plots, [event for event in training() if not isinstance(event, StepsDone)])
    assert plots.points("train_loss") == ([1.0, 2.0, 3.0], [0.5] * 3)


def test_without_accuracy_there_is_none(plots: TrainingPlots) -> None:
    plots.add_event(StepsDone(1, 1, 10, 1.0, None, 1e-3, 10.0, None))
    plots.add_event(EpochDone(1, 1, Metrics(1.0, None, 1), Metrics(1.0, None, 1), 1e-3, 1.0))
    plots.redraw()
    assert plots.points("train_accuracy") == ([], [])
    assert plots.points("validation_accuracy") == ([], [])


def numbers(epoch: int, r2: float | None) -> EpochDone:
    return EpochDone(epoch, 2, Metrics(0.5, None, 640, r2), Metrics(0.4, None, 160, r2), 1e-3, 1.5)


def test_numbers_are_judged_by_r2(panel: TrainingPanel) -> None:
    plots = panel.plots
    for event in (training()[0], numbers(1, -0.2), numbers(2, 0.75)):
        panel.handle(event)
    plots.redraw()
    assert plots.points("validation_r2") == ([1.0, 2.0], [-0.2, 0.75])
    assert plots.r2.isVisibleTo(plots)
    assert not plots.accuracy.isVisibleTo(plots)
    assert panel.table.visible_texts()[0][3:5] == ["0.7500", "0.7500"]
    assert panel.table.to_csv().splitlines()[0] == "Epoch,Loss,Val. loss,R²,Val. R²,Rate,Time"
    panel.begin()
    panel.handle(training()[0])
    panel.handle(training(1)[-1])
    assert plots.accuracy.isVisibleTo(plots)
    assert not plots.r2.isVisibleTo(plots)
    assert panel.table.visible_texts()[0][3] == "80.00 %"


def test_without_accuracy_and_r2_the_loss_has_the_width(plots: TrainingPlots) -> None:
    feed(plots, [training()[0], numbers(1, None)])
    assert not plots.accuracy.isVisibleTo(plots)
    assert not plots.r2.isVisibleTo(plots)


def test_training_and_validation_share_a_hue_and_differ_in_dash(plots: TrainingPlots) -> None:
    for chart, word in ((plots.loss, "loss"), (plots.accuracy, "accuracy")):
        train = chart.curve(f"train_{word}").line.opts["pen"]
        validation = chart.curve(f"validation_{word}").line.opts["pen"]
        assert train.color() == validation.color()
        assert train.style() == Qt.PenStyle.SolidLine
        assert validation.style() == Qt.PenStyle.CustomDashLine


def test_nothing_is_drawn_before_redraw(plots: TrainingPlots) -> None:
    line = plots.loss.curve("train_loss").line
    for event in training():
        plots.add_event(event)
    assert line.getData()[0] is None or len(line.getData()[0]) == 0
    plots.redraw()
    assert len(line.getOriginalDataset()[0]) == 12


def test_a_legend_entry_hides_its_curve(plots: TrainingPlots) -> None:
    feed(plots, training())
    curve = plots.loss.curve("train_loss")
    plots.loss.entry("train_loss").click()
    assert not curve.line.isVisible()
    assert not curve.raw.isVisible()
    plots.loss.entry("train_loss").click()
    assert curve.line.isVisible()


def test_smoothing_keeps_the_points_behind(plots: TrainingPlots) -> None:
    feed(plots, training())
    curve = plots.loss.curve("train_loss")
    plots.smoothing.slider.setValue(0)
    assert not curve.raw.isVisible()
    assert list(curve.line.getOriginalDataset()[1]) == plots.points("train_loss")[1]
    plots.smoothing.slider.setValue(90)
    assert curve.raw.isVisible()
    assert list(curve.raw.getOriginalDataset()[1]) == plots.points("train_loss")[1]
    assert list(curve.line.getOriginalDataset()[1]) != plots.points("train_loss")[1]
    validation = plots.loss.curve("validation_loss").line.getOriginalDataset()[1]
    assert list(validation) == plots.points("validation_loss")[1]


def test_values_on_hover_are_those_at_the_epoch(plots: TrainingPlots) -> None:
    feed(plots, training())
    assert plots.loss.entry("train_loss").value == "0.0333"
    plots.loss.hovered.emit(1.04)
    assert plots.loss.entry("train_loss").value == "0.1000"
    assert plots.loss.entry("validation_loss").value == "1.0000"
    assert plots.accuracy.entry("validation_accuracy").value == "90.00 %"
    assert plots.accuracy.crosshair.isVisible()
    epochs = plots.points("train_loss")[0]
    for beside, end in ((-0.4, epochs[0]), (99.0, epochs[-1])):  # there is nothing to tell of
        plots.loss.hovered.emit(beside)
        assert plots.loss.crosshair.value() == end
    plots.loss.hovered.emit(None)
    assert not plots.accuracy.crosshair.isVisible()
    assert plots.loss.entry("train_loss").value == "0.0333"


def test_a_logarithm_and_a_loss_that_is_no_number_draw_without_a_warning(
    plots: TrainingPlots, qapp: QApplication
) -> None:
    feed(plots, training())
    for k, loss in enumerate((0.0, -1.0, math.nan, math.inf, 0.3)):
        plots.add_event(StepsDone(4, 61 + k, 80, loss, 0.5, 1e-3, 1.0, None))
    plots.loss.set_log(True)
    plots.redraw()
    plots.loss.hovered.emit(3.2)
    qapp.processEvents()
    assert not plots.grab().isNull()
    plots.loss.log_button.click()
    qapp.processEvents()
    assert not plots.grab().isNull()


def test_rate_and_speed_are_shown_where_there_is_room(plots: TrainingPlots) -> None:
    feed(plots, training())
    assert not plots.rate.isVisible()
    plots.resize(900, TALL + 60)
    assert plots.rate.isVisible()
    assert plots.speed.entry("samples_per_second").value == "12,346"


def test_the_plots_follow_the_theme(plots: TrainingPlots, qapp: QApplication) -> None:
    feed(plots, training())
    apply_theme(qapp, "light")
    light = theme.load("light")
    assert plots.loss.plot.backgroundBrush().color().name() == light.plot["background"]
    pen = plots.loss.curve("train_loss").line.opts["pen"]
    assert pen.color().name() == light.plot["loss"]
    apply_theme(qapp, "dark")


def test_a_long_run_is_drawn_thinned(plots: TrainingPlots) -> None:
    plots.add_event(Started("cpu", 100, 1_000, 1, 1, 1, 1))
    for step in range(1, 40_001):
        plots.add_event(StepsDone(1 + step // 1_000, step, 100_000, 1.0, 0.5, 1e-3, 1.0, None))
    plots.redraw()
    plots.grab()
    drawn = plots.loss.curve("train_loss").line.getData()[0]
    assert len(plots.points("train_loss")[0]) == 40_000
    assert 0 < len(drawn) < 8_000


class Paints(QObject):
    """How often the plot of a chart is painted."""

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart)
        self.count = 0
        self.viewport = chart.plot.viewport()
        self.viewport.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += watched is self.viewport and event.type() == QEvent.Type.Paint
        return False


def settle(qapp: QApplication) -> None:
    for _ in range(5):
        qapp.processEvents()


def test_an_update_paints_each_chart_once_and_only_what_changed(
    plots: TrainingPlots, qapp: QApplication
) -> None:
    feed(plots, training())
    settle(qapp)
    paints = [Paints(plots.loss), Paints(plots.accuracy)]
    for step in range(61, 70):
        plots.add_event(StepsDone(4, step, 80, 5.0 + step, step / 100, 1e-3, 1.0, None))
        plots.redraw()
        settle(qapp)
    assert [paint.count for paint in paints] == [9, 9]
    plots.redraw()
    plots.add_event(StepsDone(4, 70, 80, 1.0, None, 1e-3, 1.0, None))
    plots.redraw()
    settle(qapp)
    assert [paint.count for paint in paints] == [10, 9]


def test_charts_take_turns(plots: TrainingPlots, qtbot: QtBot) -> None:
    feed(plots, training())
    drawn: list[str] = []
    plots.loss.redraw = lambda: drawn.append("loss")  # type: ignore[method-assign]
    plots.accuracy.redraw = lambda: drawn.append("accuracy")  # type: ignore[method-assign]
    plots.redraw_in_turn()
    assert drawn == ["loss"]
    qtbot.waitUntil(lambda: drawn == ["loss", "accuracy"])


def test_a_zoom_shows_all_points_of_its_part(plots: TrainingPlots, qapp: QApplication) -> None:
    plots.add_event(Started("cpu", 100, 1_000, 1, 1, 1, 1))
    for step in range(1, 10_001):
        value = 9.0 if step == 5_555 else 1.0 + step / 10_000
        plots.add_event(StepsDone(1, step, 100_000, value, 0.5, 1e-3, 1.0, None))
    plots.smoothing.slider.setValue(0)
    plots.redraw()
    line, plot = plots.loss.curve("train_loss").line, plots.loss.plot
    box = plot.getPlotItem().getViewBox()
    assert len(line.getOriginalDataset()[0]) < 4_000
    assert max(line.getOriginalDataset()[1]) == 9.0  # no point that stands out is lost
    everything = box.viewRange()
    assert everything[0][0] < 0.01
    assert everything[0][1] > 10.0
    box.setXRange(5.5, 5.6, padding=0)
    box.sigRangeChangedManually.emit(box.mouseEnabled())
    settle(qapp)
    plots.grab()
    assert len(line.getOriginalDataset()[0]) == 10_000
    assert 100 <= len(line.getData()[0]) < 400
    plots.add_event(StepsDone(11, 10_001, 100_000, 1.0, 0.5, 1e-3, 1.0, None))
    plots.redraw()
    assert box.viewRange()[0] == pytest.approx([5.5, 5.6])
    plot.all_requested.emit()
    settle(qapp)
    assert box.viewRange()[0] == pytest.approx(everything[0], abs=0.01)
    assert len(line.getOriginalDataset()[0]) < 4_000


def test_export(plots: TrainingPlots, tmp_path: Path) -> None:
    feed(plots, training())
    plots.export(tmp_path / "plots.png")
    assert QImage(str(tmp_path / "plots.png")).width() >= 900
    plots.export(tmp_path / "plots.svg")
    root = ElementTree.parse(tmp_path / "plots.svg").getroot()
    assert root.tag.endswith("svg")
    assert "Loss" in (tmp_path / "plots.svg").read_text("utf-8")
    plots.export(tmp_path / "plots.csv")
    with (tmp_path / "plots.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    losses = [float(row["value"]) for row in rows if row["series"] == "validation_loss"]
    assert losses == plots.points("validation_loss")[1]
    with pytest.raises(ValueError, match=r"'\.bmp'"):
        plots.export(tmp_path / "plots.bmp")


# -- series and axes ------------------------------------------------------------------------------


def test_smoothing_is_that_of_tensorboard() -> None:
    series = Series("loss")
    values = [1.0, 0.0, 0.5, 0.25]
    for k, value in enumerate(values):
        series.add(k, value)
    mean, wanted = 0.0, []
    for k, value in enumerate(values, start=1):
        mean = 0.6 * mean + 0.4 * value
        wanted.append(mean / (1 - 0.6**k))
    assert list(series.smooth(0.6)) == pytest.approx(wanted)
    series.add(9, 1.0)
    mean = 0.6 * mean + 0.4
    assert series.smooth(0.6)[-1] == pytest.approx(mean / (1 - 0.6**5))
    assert list(series.smooth(0)) == [*values, 1.0]


def test_after_a_resume_later_points_give_way() -> None:
    series = Series("loss")
    for k in range(5):
        series.add(k, k)
    series.smooth(0.5)
    series.add(2, 20)
    assert list(series.x) == [0, 1, 2]
    assert list(series.y) == [0, 1, 20]
    assert len(series.smooth(0.5)) == 3


def test_thinning_keeps_the_extremes_of_each_stretch() -> None:
    x = np.arange(10, dtype=float)
    y = np.array([0, 5, 1, math.nan, math.nan, math.nan, 3, -4, 2, 7], dtype=float)
    assert thinned(x, y, 10)[1] is y
    few_x, few_y = thinned(x, y, 8)
    assert list(few_x) == [0, 0, 3, 3, 6, 6, 9, 9]
    assert list(few_y[[0, 1, 4, 5, 6, 7]]) == [0, 5, -4, 3, 7, 7]
    assert np.isnan(few_y[[2, 3]]).all()
    assert len(thinned(x[:0], y[:0], 8)[0]) == 0


def test_nearest_point() -> None:
    series = Series("loss")
    assert series.nearest(1) is None
    for x in (1, 2, 4):
        series.add(x, 0)
    assert [series.nearest(x) for x in (-5, 1.4, 1.6, 3.1, 99)] == [0, 0, 1, 2, 2]


@pytest.mark.parametrize(
    ("value", "spacing", "text"),
    [
        (0.5, 0.5, "0.5"),
        (2, 1, "2"),
        (1500, 500, "1,500"),
        (0.25, 0.05, "0.25"),
        (0, 0.1, "0.0"),
        (1e-5, 1e-5, "1e-05"),
    ],
)
def test_figures_of_an_axis(value: float, spacing: float, text: str) -> None:
    assert tick_text(value, spacing) == text


def test_ticks_of_a_logarithmic_axis(qapp: QApplication) -> None:
    axis = Axis("left")
    axis.setLogMode(x=False, y=True)
    ((_, ticks),) = axis.logTickValues(-1.1, 0.4, 300, ())
    assert axis.tickStrings(ticks, 1, 1) == ["0.1", "0.2", "0.5", "1", "2"]
    ((_, ticks),) = axis.logTickValues(-5.2, 0.1, 300, ())
    assert axis.tickStrings(ticks, 1, 1) == ["1e-05", "0.0001", "0.001", "0.01", "0.1", "1"]


# -- the panel ------------------------------------------------------------------------------------


def test_an_empty_panel_offers_the_act_that_fills_it(panel: TrainingPanel, qtbot: QtBot) -> None:
    assert panel.empty.isVisible()
    assert not panel.plots.isVisible()
    with qtbot.waitSignal(panel.run_requested):
        panel.empty.button.click()


def test_the_panel_says_how_it_goes(panel: TrainingPanel) -> None:
    panel.begin()
    panel.set_state("Running")
    for event in training():
        panel.handle(event)
    assert panel.plots.isVisible()
    assert panel.state.text() == "Running"
    assert panel.state.property("tone") == "accent"
    texts = {name: figure.value.text() for name, figure in panel.figures.items()}
    assert texts == {
        "epoch": "3 / 3",
        "step": "60 / 60",
        "speed": "12,346",
        "left": "1:05",
        "device": "cpu",
    }
    assert panel.progress.value() == panel.progress.maximum()
    panel.set_state("Completed")
    panel.handle(Completed(3, 3_725.0, 2, None, None))
    assert panel.state.property("tone") == "good"
    assert panel.figures["left"].title.text() == "Took"
    assert panel.figures["left"].value.text() == "1:02:05"
    panel.reset()
    assert panel.empty.isVisible()
    assert panel.plots.points("train_loss") == ([], [])
    assert panel.table.rows() == []


def test_all_that_comes_is_drawn_once(panel: TrainingPanel, qtbot: QtBot) -> None:
    panel.begin()
    drawn = []
    panel.plots.loss.redraw = lambda: drawn.append(1)  # type: ignore[method-assign]
    for event in training():
        panel.handle(event)
    assert drawn == []
    qtbot.waitUntil(lambda: bool(drawn))
    assert drawn == [1]


def test_a_failure_is_said_in_its_sentence(panel: TrainingPanel) -> None:
    panel.begin()
    panel.handle(Failed("fc expects 4608 features, flatten gives 6144.", "", 12))
    assert panel.note.isVisible()
    assert "4608" in panel.note.text()
    panel.begin()
    assert not panel.note.isVisible()


def test_the_table_of_epochs(panel: TrainingPanel, qapp: QApplication) -> None:
    panel.begin()
    for event in training():
        panel.handle(event)
    assert not panel.table.isVisible()
    panel.table_button.click()
    assert panel.table.isVisible()
    assert [row[0] for row in panel.table.visible_texts()] == ["3", "2", "1"]
    assert panel.table.visible_texts()[0][1:5] == ["0.5000", "0.3333", "80.00 %", "90.00 %"]
    panel.table.sortByColumn(2, Qt.SortOrder.DescendingOrder)
    assert [row[0] for row in panel.table.visible_texts()] == ["1", "2", "3"]
    panel.handle(EpochDone(4, 4, Metrics(1.0, None, 1), None, 1e-3, 1.0))
    assert panel.table.visible_texts()[-1][2:5] == ["–", "–", "–"]
    assert panel.table.to_csv().splitlines()[0].startswith("Epoch,Loss")
    panel.table.mark_best(2)
    stars = [
        panel.table.model().index(row, 0).data(Qt.ItemDataRole.DecorationRole) is not None
        for row in range(4)
    ]
    assert stars == [False, True, False, False]
    qapp.processEvents()
    assert not panel.grab().isNull()


def test_a_wide_panel_has_the_table_beside_the_plots(panel: TrainingPanel) -> None:
    panel.begin()
    panel.resize(WIDE + 10, 300)
    assert panel.table.isVisible()
    panel.table_button.click()
    panel.resize(WIDE + 60, 300)
    assert not panel.table.isVisible()
