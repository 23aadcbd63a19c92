"""Plots as files: the picture of a widget as PNG or SVG, or its points as CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from nnstudio.errors import UserError
from nnstudio.project.storage.atomic import replacing

ENDINGS = (".png", ".svg", ".csv")


def write_plots(
    shown: QWidget,
    path: Path,
    rows: Iterable[Sequence[object]],
    *,
    overwrite_read_only: bool = False,
) -> None:
    """Write what is shown as PNG or SVG, or the rows as CSV, by the ending.

    Raises:
        UserError: another ending.
        ReadOnlyFileError: the file is read-only, and `overwrite_read_only` is False.
        FileError: the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        got = ending or path.name
        raise UserError(f"Plots are written as .png, .svg or .csv, received '{got}'.")
    with replacing(path, overwrite_read_only=overwrite_read_only) as new:
        match ending:
            case ".png":
                if not shown.grab().save(str(new), "PNG"):  # type: ignore[call-overload]
                    raise OSError("the picture is too large, or the disk is full")
            case ".svg":
                _write_svg(shown, new)
            case _:
                with new.open("w", newline="", encoding="utf-8") as stream:
                    csv.writer(stream).writerows(rows)


def _write_svg(shown: QWidget, path: Path) -> None:
    made = QSvgGenerator()
    made.setFileName(str(path))
    made.setSize(shown.size())
    made.setViewBox(QRect(0, 0, shown.width(), shown.height()))
    made.setTitle(shown.accessibleName() or "Training")
    painter = QPainter()
    if not painter.begin(made):
        raise OSError("the drawing cannot be begun")
    shown.render(painter, QPoint())
    painter.end()
