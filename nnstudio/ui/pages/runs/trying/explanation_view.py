"""On which values of a sample an answer rests, laid over its picture or below its curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.ui.pages.data.pictures import image_of, paint_curve
from nnstudio.ui.theme import current as theme

if TYPE_CHECKING:  # needs torch
    from nnstudio.evaluation.explaining import Explanation

METHODS = (
    ("Nothing", None),
    ("Saliency", "saliency"),
    ("Integrated gradients", "integrated_gradients"),
    ("Occlusion", "occlusion"),
    ("Grad-CAM", "grad_cam"),
)
"""Titles with the methods that they stand for."""
FOR, AGAINST = "accent", "category.linear"
"""Blue and orange in every theme."""


def told(explanation: Explanation, explains: str) -> str:
    """What the colours mean."""
    if explanation.method == "saliency":
        return f"What {explains} is most sensitive to, either way"
    if explanation.method == "grad_cam":
        return f"What speaks for {explains}"
    text = f"Blue speaks for {explains}, orange against it"
    if explanation.apart is not None and explanation.apart > 0.05:
        text += f"; inexact, the sum is {explanation.apart:.2g} off"
    return text


class ExplanationView(QWidget):
    """Shows one explanation over the sample as the model got it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.values: NDArray[Any] | None = None
        self._given: NDArray[Any] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 80)
        self.setAccessibleName("Explanation of the answer")
        theme.notifier.changed.connect(self._on_theme)

    def show_explanation(
        self, explanation: Explanation | None, given: NDArray[Any] | None = None
    ) -> None:
        """Show another one. given: the sample as the model got it."""
        self._given = given
        self.values = None
        if explanation is not None and given is not None:
            values = np.asarray(explanation.values, np.float64)
            is_picture = given.ndim == 3 and min(given.shape[-2:]) > 3
            if is_picture and values.ndim == 3:  # channels together
                values = values.sum(0)
            self.values = values
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.values is None or self._given is None:
            return
        painter = QPainter(self)
        values = self.values
        if values.ndim >= 2 and min(values.shape[-2:]) > 3:
            self._paint_picture(painter, values.reshape(-1, *values.shape[-2:]).sum(0))
        else:
            self._paint_bars(painter, values)

    def _paint_picture(self, painter: QPainter, values: NDArray[Any]) -> None:
        height, width = values.shape
        scale = min(self.width() / width, self.height() / height)
        area = QRectF(0, 0, width * scale, height * scale)
        assert self._given is not None
        grey = np.asarray(self._given, np.float64).reshape(-1, *self._given.shape[-2:]).mean(0)
        painter.drawImage(area, image_of(grey))
        painter.fillRect(area, theme.qcolor("plot.background", 0.55))
        painter.drawImage(area, _coloured(values))

    def _paint_bars(self, painter: QPainter, values: NDArray[Any]) -> None:
        flat = values.reshape(-1, values.shape[-1]).sum(0) if values.ndim > 1 else values
        area = QRectF(self.rect()).adjusted(0, 2, 0, -2)
        if len(flat) >= 8 and self._given is not None:  # a curve above, what it adds below
            paint_curve(painter, area.adjusted(0, 0, 0, -area.height() / 2), self._given)
            area.setTop(area.center().y() + 4)
        low, high = min(0.0, float(flat.min())), max(0.0, float(flat.max()))
        span = (high - low) or 1.0
        zero = area.bottom() + low / span * area.height()
        step = area.width() / len(flat) if len(flat) >= 8 else min(32.0, area.width() / len(flat))
        for k, number in enumerate(flat.tolist()):
            tall = max(0.75, abs(number) / span * area.height())
            top = zero - tall if number >= 0 else zero
            place = QRectF(k * step, top, max(0.75, step * 0.85), tall)
            painter.fillRect(place, theme.qcolor(FOR if number >= 0 else AGAINST))

    def _on_theme(self, _theme: object) -> None:
        self.update()


def _coloured(values: NDArray[Any]) -> QImage:
    """Colours whose strength is that of the values, for and against."""
    strength = np.abs(np.nan_to_num(values))
    strength = strength / (strength.max() or 1.0)
    pixels = np.zeros((4, *values.shape), np.uint8)
    for sign, token in ((values >= 0, FOR), (values < 0, AGAINST)):
        colour = theme.qcolor(token)
        for channel, level in enumerate((colour.red(), colour.green(), colour.blue())):
            pixels[channel][sign] = level
    pixels[3] = (255 * strength).astype(np.uint8)
    return image_of(pixels)
