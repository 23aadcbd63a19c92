"""Windows that are never larger than the screen they come up on."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

WIDTH, HEIGHT = 0.92, 0.9
"""The part of a screen that a window may have, its frame and title aside."""

SMALLEST = QSize(800, 560)
USUAL = QSize(1440, 900)


def first_size(screen: QSize) -> QSize:
    """The size of the first window: the usual one, or what a smaller screen has room for."""
    return USUAL.boundedTo(room(screen)).expandedTo(SMALLEST).boundedTo(screen)


def room(screen: QSize) -> QSize:
    """What a window may have of a screen."""
    return QSize(round(WIDTH * screen.width()), round(HEIGHT * screen.height()))


def resize_within_screen(window: QWidget, width: int, height: int) -> None:
    """Give a window the size it would like to have, or what there is room for."""
    window.resize(QSize(width, height).boundedTo(room(window.screen().availableSize())))
