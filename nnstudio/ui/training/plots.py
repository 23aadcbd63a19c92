"""The charts of a training, fed by its events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from nnstudio.training.events import EpochDone, Event, Started, StepsDone
from nnstudio.ui.plots.chart import Chart
from nnstudio.ui.plots.series import Series
from nnstudio.ui.plots.writing import write_plots
from nnstudio.ui.theme import current as theme

TALL = 300
"""From this height on there is room for the learning rate and the speed below."""

TURN = 16
"""Milliseconds from drawing one chart to drawing the next."""


class Smoothing(QWidget):
    """The slider for the smoothing of training curves."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.slider = QSlider(Qt.Orientation.Horizontal, minimum=0, maximum=98, value=60)
        self.slider.setFixedWidth(96)
        self.slider.setAccessibleName("Smoothing of the training curves")
        self.setToolTip(
            "Smooths the training curves; the points stay faint behind. "
            "Validation is drawn as it is."
        )
        self._title = label = QLabel("Smoothing")
        label.setProperty("role", "muted")
        label.setFont(theme.text_font(12))
        self._value = QLabel()
        self._value.setFont(theme.mono_font(12))
        self._value.setFixedWidth(32)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (label, self.slider, self._value):
            row.addWidget(widget)
        self.slider.valueChanged.connect(self._tell)
        self._tell()

    @property
    def weight(self) -> float:
        """0 to 0.98."""
        return self.slider.value() / 100

    def show_title(self, shown: bool) -> None:
        """Leave the word out where there is little room; the tooltip has it."""
        self._title.setVisible(shown)

    def _tell(self) -> None:
        self._value.setText(f"{self.weight:.2f}")


class TrainingPlots(QWidget):
    """Loss and accuracy side by side, learning rate and speed below where there is room.

    Where numbers are predicted R² stands in the place of the accuracy; where there is neither,
    the loss has all of the width.

    Feed events with `add_event`, then call `redraw` once for all that came. The x axis counts
    epochs: 1.5 is the middle of the second one.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = Chart("Loss", "loss", log=True)
        self.loss.add_series("train_loss", "Training", short="Train")
        self.loss.add_series("validation_loss", "Validation", short="Val.", dashed=True)
        self.accuracy = Chart("Accuracy", "accuracy", percent=True)
        self.accuracy.add_series("train_accuracy", "Training", short="Train")
        self.accuracy.add_series("validation_accuracy", "Validation", short="Val.", dashed=True)
        self.r2 = Chart("R²", "accuracy")
        self.r2.add_series("train_r2", "Training", short="Train")
        self.r2.add_series("validation_r2", "Validation", short="Val.", dashed=True)
        self.rate = Chart("Learning rate", "learning_rate", log=True)
        self.rate.add_series("learning_rate", "Rate", widest="0.00e-00")
        self.speed = Chart("Speed", "speed")
        self.speed.add_series("samples_per_second", "Samples/s", widest="0,000,000")
        self.charts = (self.loss, self.accuracy, self.r2, self.rate, self.speed)
        self._charts = {key: chart for chart in self.charts for key in chart.series}
        self.smoothing = Smoothing()
        self.smoothing.slider.valueChanged.connect(self._smooth)
        for chart in self.charts:
            chart.hovered.connect(self._on_hover)
        self._waiting: list[Chart] = []
        self._turns = QTimer(self, singleShot=True, interval=TURN)
        self._turns.timeout.connect(self._redraw_next)
        self._steps_per_epoch = 1
        self._last_step = 0.0
        self._below = QWidget()
        above = _row(self.charts[:3])
        self._below.setLayout(_row(self.charts[3:]))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(above, 5)
        column.addWidget(self._below, 3)
        self._below.hide()
        self._show_figures(accuracy=True, r2=False)
        self._smooth()

    def add_event(self, event: Event) -> None:
        """Take up one event; nothing is drawn before `redraw`."""
        match event:
            case Started():
                self._steps_per_epoch = max(event.steps_per_epoch, 1)
            case StepsDone():
                x = self._last_step = event.step / self._steps_per_epoch
                self._add("train_loss", x, event.loss)
                self._add("train_accuracy", x, _percent(event.accuracy))
                self._add("learning_rate", x, event.learning_rate)
                self._add("samples_per_second", x, event.samples_per_second)
            case EpochDone():
                self._on_epoch(event)

    def _on_epoch(self, event: EpochDone) -> None:
        x = float(event.epoch)
        self._show_figures(event.train.accuracy is not None, event.train.r2 is not None)
        self._add("train_r2", x, event.train.r2)
        if self._last_step <= event.epoch - 1:
            # No steps were told, as in a run read back from its history.
            self._add("train_loss", x, event.train.loss)
            self._add("train_accuracy", x, _percent(event.train.accuracy))
            self._add("learning_rate", x, event.learning_rate)
        if event.validation is not None:
            self._add("validation_loss", x, event.validation.loss)
            self._add("validation_accuracy", x, _percent(event.validation.accuracy))
            self._add("validation_r2", x, event.validation.r2)
        if event.best:
            self.loss.mark_best("validation_loss", event.epoch)
            self.accuracy.mark_best("validation_accuracy", event.epoch)
            self.r2.mark_best("validation_r2", event.epoch)

    def _show_figures(self, accuracy: bool, r2: bool) -> None:
        self.accuracy.setVisible(accuracy)
        self.r2.setVisible(r2)

    def _add(self, key: str, x: float, y: float | None) -> None:
        if y is not None:
            self._series(key).add(x, y)

    def _series(self, key: str) -> Series:
        chart = self._charts.get(key)
        if chart is None:
            known = ", ".join(self._charts)
            raise KeyError(f"expected one of the series {known}, received {key!r}")
        return chart.curve(key).series

    def redraw(self) -> None:
        """Draw what has come, where it can be seen."""
        self._turns.stop()
        for chart in self.charts:
            if chart.isVisibleTo(self):
                chart.redraw()

    def redraw_in_turn(self) -> None:
        """Draw the same, one chart after the other: the window is never held up for all."""
        self._waiting = [chart for chart in self.charts if chart.isVisibleTo(self)]
        self._redraw_next()

    def _redraw_next(self) -> None:
        if self._waiting:
            self._waiting.pop(0).redraw()
        if self._waiting:
            self._turns.start()

    def points(self, series: str) -> tuple[list[float], list[float]]:
        """Return epochs and values of train_loss, validation_accuracy, ... (in percent).

        Raises:
            KeyError: no such series.
        """
        found = self._series(series)
        return list(found.x), list(found.y)

    def clear(self) -> None:
        """Forget the last training."""
        self._last_step = 0.0
        self._show_figures(accuracy=True, r2=False)
        for chart in self.charts:
            chart.clear()

    def _smooth(self) -> None:
        for chart in (self.loss, self.accuracy, self.r2, self.speed):
            chart.set_smoothing(self.smoothing.weight)

    def _on_hover(self, x: float | None) -> None:
        for chart in self.charts:
            chart.show_at(x)

    # -- files --------------------------------------------------------------------------------

    def export(self, path: Path, *, overwrite_read_only: bool = False) -> None:
        """Write the charts as PNG or SVG, or their points as CSV, by the ending.

        Raises:
            UserError: another ending.
            ReadOnlyFileError: the file is read-only, and `overwrite_read_only` is False.
            FileError: the file cannot be written.
        """
        self._on_hover(None)
        write_plots(self, path, self._rows(), overwrite_read_only=overwrite_read_only)

    def _rows(self) -> Iterator[Sequence[object]]:
        yield ("series", "epoch", "value")
        for chart in self.charts:
            for key, series in chart.series.items():
                yield from ((key, x, y) for x, y in zip(series.x, series.y, strict=True))

    # -- Qt -----------------------------------------------------------------------------------

    def minimumSizeHint(self) -> QSize:
        return QSize(460, 96)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if (self.height() >= TALL) != self._below.isVisibleTo(self):
            self._below.setVisible(self.height() >= TALL)
            self.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.redraw()


def _row(charts: Sequence[Chart]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for chart in charts:
        row.addWidget(chart, 1)
    return row


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
