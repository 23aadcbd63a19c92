"""Sounds made audible, where Qt's multimedia is installed; elsewhere there is no button for it."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QByteArray, QObject


def can_play() -> bool:
    """True if there is something to play with."""
    return find_spec("PySide6.QtMultimedia") is not None


class Player(QObject):
    """Plays one sound at a time."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sink: Any = None
        self._buffer: QBuffer | None = None

    def play(self, values: NDArray[Any], rate: int) -> None:
        """Play a sound (length,) from -1 to 1 at a rate in Hz."""
        media: Any = importlib.import_module("PySide6.QtMultimedia")
        self.stop()
        loudest = max(1.0, float(np.abs(values).max(initial=0.0)))
        samples = (np.asarray(values, np.float64) / loudest * 32_767).astype("<i2")
        form = media.QAudioFormat()
        form.setSampleRate(rate)
        form.setChannelCount(1)
        form.setSampleFormat(media.QAudioFormat.SampleFormat.Int16)
        self._buffer = QBuffer(self)
        self._buffer.setData(QByteArray(samples.tobytes()))
        self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        self._sink = media.QAudioSink(form, self)
        self._sink.start(self._buffer)

    def stop(self) -> None:
        """Be quiet."""
        if self._sink is not None:
            self._sink.stop()
            self._sink.deleteLater()
            self._sink = None
