"""From arrays to pictures, curves and waves that can be painted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap, QPolygonF

from nnstudio.ui.theme import current as theme
from nnstudio.workspace.data_page.mosaic import bytes_of


def image_of(values: NDArray[Any]) -> QImage:
    """A picture of (C, H, W) or (H, W) values: bytes as they are, others from lowest to highest.

    Of two channels or more than four the first is shown; of no values the picture is empty.
    """
    pixels = np.asarray(values)
    if pixels.ndim == 2:
        pixels = pixels[None]
    if pixels.shape[0] not in (1, 3, 4):
        pixels = pixels[:1]
    if not pixels.size:
        return QImage()
    pixels = bytes_of(pixels)
    _, height, width = pixels.shape
    if pixels.shape[0] == 1:
        data = np.ascontiguousarray(pixels[0])
        kind = QImage.Format.Format_Grayscale8
    else:
        data = np.ascontiguousarray(np.moveaxis(pixels, 0, -1))
        many = pixels.shape[0] == 4
        kind = QImage.Format.Format_RGBA8888 if many else QImage.Format.Format_RGB888
    made = QImage(data.data, width, height, data.strides[0], kind)
    return made.copy()  # it would only borrow the array


def mask_of(values: NDArray[Any]) -> QImage:
    """A picture of the class numbers of a mask, in the colours of the theme's series."""
    numbers = np.asarray(values)
    numbers = numbers[0] if numbers.ndim == 3 else numbers
    colours = [theme.qcolor("plot.background"), *map(theme.qcolor, theme.current().series)]
    table = np.array([[c.red(), c.green(), c.blue()] for c in colours], np.uint8)
    return image_of(np.moveaxis(table[numbers.astype(np.int64) % len(table)], -1, 0))


def pixmap_of(image: QImage, room: QSize, ratio: float) -> QPixmap:
    """The picture within `room`; small ones are enlarged in whole, sharp pixels."""
    if image.isNull():
        return QPixmap()
    wanted = room * ratio
    smooth = image.width() > wanted.width() or image.height() > wanted.height()
    mode = (
        Qt.TransformationMode.SmoothTransformation
        if smooth
        else Qt.TransformationMode.FastTransformation
    )
    drawn = QPixmap.fromImage(image.scaled(wanted, Qt.AspectRatioMode.KeepAspectRatio, mode))
    drawn.setDevicePixelRatio(ratio)
    return drawn


def channels_of(values: NDArray[Any], most: int = 3) -> NDArray[np.float64]:
    """(channels, length) of a signal (C, L), (L, C) or (L,): the first few channels."""
    numbers = np.asarray(values, np.float64)
    if numbers.ndim == 1:
        numbers = numbers[None]
    numbers = numbers.reshape(numbers.shape[0], -1)
    if numbers.shape[0] > numbers.shape[1]:
        numbers = numbers.T
    return numbers[:most]


def paint_curve(
    painter: QPainter, area: QRectF, values: NDArray[Any], beside: NDArray[Any] | None = None
) -> None:
    """Draw a signal into an area: a line for each channel, from its lowest to its highest value.

    beside: another signal that is drawn on the same scale.
    """
    channels = channels_of(values)
    both = channels if beside is None else np.concatenate((channels, channels_of(beside)), 1)
    finite = both[np.isfinite(both)]
    if not finite.size:
        return
    low, high = float(finite.min()), float(finite.max())
    span = (high - low) or 1.0
    series = theme.current().series
    for k, channel in enumerate(channels):
        line = _thinned(channel, int(area.width()))
        x = np.linspace(area.left(), area.right(), len(line))
        y = area.bottom() - (line - low) / span * area.height()
        pen = QPen(theme.qcolor(series[k % len(series)]), 1.25)
        painter.setPen(pen)
        points = [QPointF(a, b) for a, b in zip(x, y, strict=True) if np.isfinite(b)]
        painter.drawPolyline(QPolygonF(points))


def _thinned(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    """About two values for each pixel: of each stretch its lowest and highest."""
    length = -(-len(values) // max(1, width))
    if length <= 2:
        return values
    starts = np.arange(0, len(values), length)
    low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
    return np.column_stack((low, high)).ravel()


def paint_wave(
    painter: QPainter, area: QRectF, values: NDArray[Any], beside: NDArray[Any] | None = None
) -> None:
    """Draw the envelope of a sound around the middle of an area.

    beside: another sound that is drawn on the same scale.
    """
    channel = channels_of(values, 1)[0]
    count = max(1, int(area.width() // 2))
    stretch = -(-len(channel) // count)
    starts = np.arange(0, len(channel), stretch)
    low = np.nan_to_num(np.fmin.reduceat(channel, starts))
    high = np.nan_to_num(np.fmax.reduceat(channel, starts))
    sounds = (channel,) if beside is None else (channel, channels_of(beside, 1)[0])
    loudest = max(1e-9, *(float(np.abs(one).max(initial=0.0)) for one in sounds))
    middle, half = area.center().y(), area.height() / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.qcolor("accent"))
    step = area.width() / len(starts)
    for k in range(len(starts)):
        top, bottom = middle - half * high[k] / loudest, middle - half * low[k] / loudest
        height = max(1.0, bottom - top)
        painter.drawRect(QRectF(area.left() + k * step, top, max(1.0, step - 0.75), height))
