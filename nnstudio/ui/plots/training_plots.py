"""The charts of a training, fed by its events."""

from __future__ import annotations

import csv
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from nnstudio.training.events import EpochDone, Event, Started, StepsDone
from nnstudio.ui import theme
from nnstudio.ui.plots.chart import Chart


class TrainingPlots(QWidget):
    """Loss and accuracy side by side. Feed events, then call `redraw` once."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.loss = Chart("Loss", "loss")
        self.loss.add_series("train_loss", "Training")
        self.loss.add_series("validation_loss", "Validation", dashed=True)
        self.accuracy = Chart("Accuracy", "accuracy", percent=True)
        self.accuracy.add_series("train_accuracy", "Training")
        self.accuracy.add_series("validation_accuracy", "Validation", dashed=True)
        self.rate = Chart("Learning rate", "learning_rate")
        self.rate.add_series("learning_rate", "Rate")
        self.charts = (self.loss, self.accuracy, self.rate)
        self._steps_per_epoch = 1
        self.smoothing = QSlider(Qt.Orientation.Horizontal, minimum=0, maximum=95, value=0)
        self.smoothing.setFixedWidth(110)
        self.smoothing.setToolTip("Smoothing of the training curves; the points stay faint behind")
        self.smoothing.valueChanged.connect(lambda value: self._smooth(value / 100))
        self.log = QCheckBox("Log scale")
        self.log.setToolTip("Logarithmic loss")
        self.log.toggled.connect(self.loss.set_log)
        self.show_rate = QCheckBox("Learning rate")
        self.show_rate.toggled.connect(self.rate.setVisible)
        self.rate.hide()
        label = QLabel("Smoothing")
        label.setProperty("role", "muted")
        label.setFont(theme.text_font(12))
        self.controls = QHBoxLayout()
        self.controls.setSpacing(10)
        for widget in (label, self.smoothing, self.log, self.show_rate):
            self.controls.addWidget(widget)
        self.controls.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.loss, 3)
        row.addWidget(self.accuracy, 3)
        row.addWidget(self.rate, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self.controls)
        column.addLayout(row, 1)

    def add_event(self, event: Event) -> None:
        """Take up one event; nothing is drawn before `redraw`."""
        match event:
            case Started():
                self._steps_per_epoch = max(event.steps_per_epoch, 1)
            case StepsDone():
                x = event.step / self._steps_per_epoch
                self.loss.series["train_loss"].add(x, event.loss)
                self.rate.series["learning_rate"].add(x, event.learning_rate)
                if event.accuracy is not None:
                    self.accuracy.series["train_accuracy"].add(x, 100 * event.accuracy)
            case EpochDone() if event.validation is not None:
                self.loss.series["validation_loss"].add(event.epoch, event.validation.loss)
                if event.validation.accuracy is not None:
                    accuracy = 100 * event.validation.accuracy
                    self.accuracy.series["validation_accuracy"].add(event.epoch, accuracy)

    def redraw(self) -> None:
        """Draw what has come."""
        for chart in self.charts:
            if chart.isVisibleTo(self):
                chart.redraw()

    def points(self, key: str) -> tuple[list[float], list[float]]:
        """The points of a series: train_loss, validation_loss, train_accuracy, ..."""
        for chart in self.charts:
            if key in chart.series:
                return list(chart.series[key].x), list(chart.series[key].y)
        raise KeyError(f"there is no series '{key}'")

    def clear(self) -> None:
        """Forget the last training."""
        for chart in self.charts:
            chart.clear()

    def _smooth(self, weight: float) -> None:
        for chart in (self.loss, self.accuracy):
            chart.set_smoothing(weight)

    # -- files --------------------------------------------------------------------------------

    def export(self, path: Path) -> None:
        """Write the charts as PNG or SVG, or their points as CSV, by the ending.

        Raises `ValueError` for another ending.
        """
        match path.suffix.lower():
            case ".png":
                self.grab().save(str(path))
            case ".svg":
                self._write_svg(path)
            case ".csv":
                self._write_csv(path)
            case ending:
                raise ValueError(f"Plots are written as .png, .svg or .csv, received '{ending or path.name}'")

    def _write_svg(self, path: Path) -> None:
        made = QSvgGenerator()
        made.setFileName(str(path))
        made.setSize(QSize(self.width(), self.height()))
        made.setViewBox(QRectF(0, 0, self.width(), self.height()))
        painter = QPainter(made)
        self.render(painter)
        painter.end()

    def _write_csv(self, path: Path) -> None:
        with path.open("w", newline="", encoding="utf-8") as stream:
            writer = csv.writer(stream)
            writer.writerow(["series", "epoch", "value"])
            for chart in self.charts:
                for key, series in chart.series.items():
                    writer.writerows((key, x, y) for x, y in zip(series.x, series.y, strict=True))
