"""Pictures of a block's graph, as PNG or SVG, without a window.

For the command line, the gallery and documents.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from nnstudio.analysis.report import BlockReport
from nnstudio.errors import UserError
from nnstudio.project.storage.atomic import replacing
from nnstudio.project.values import Project
from nnstudio.ui.canvas.scene import CanvasScene

MARGIN = 32.0
MOST_PIXELS = 12_000
_SHARP = 2.0


def scene_of(project: Project, block: str, report: BlockReport) -> CanvasScene:
    """Make a scene of its own, with everything in full detail."""
    scene = CanvasScene()
    scene.show(project, block, report)
    return scene


def write(
    project: Project,
    block: str,
    report: BlockReport,
    path: Path,
    *,
    overwrite_read_only: bool = False,
) -> None:
    """Write the picture of a block; the ending of the name, `.png` or `.svg`, says which.

    Raises:
        UserError: another ending.
        ReadOnlyFileError: the file is read-only, and `overwrite_read_only` is False.
        FileError: the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in (".png", ".svg"):
        raise UserError(f"expected a name that ends in .png or .svg, received '{path.name}'")
    scene = scene_of(project, block, report)
    area = _area(scene)
    with replacing(path, overwrite_read_only=overwrite_read_only) as new:
        if kind == ".svg":
            _write_svg(scene, area, new, block)
        else:
            scale = min(_SHARP, MOST_PIXELS / max(area.width(), area.height()))
            if not draw(scene, scale).save(str(new), "PNG"):  # type: ignore[call-overload]
                raise OSError("the picture is too large, or the disk is full")


def image(project: Project, block: str, report: BlockReport, size: QSize) -> QImage:
    """Draw the picture fitted into `size`, as small as a thumbnail if wanted."""
    scene = scene_of(project, block, report)
    area = _area(scene)
    scale = min(size.width() / area.width(), size.height() / area.height(), 1.0)
    scene.set_scale(scale)
    return draw(scene, scale)


def draw(scene: CanvasScene, scale: float) -> QImage:
    """Draw the whole of a scene as it is, `scale` pixels to a unit."""
    area = _area(scene)
    size = (area.size() * scale).toSize().expandedTo(QSize(1, 1))
    drawn = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(scene.look.canvas)
    painter = QPainter(drawn)
    _render(scene, painter, QRectF(drawn.rect()), area)
    painter.end()
    return drawn


def _area(scene: CanvasScene) -> QRectF:
    rect = scene.content_rect()
    return (rect if not rect.isNull() else QRectF(0, 0, 160, 90)).marginsAdded(
        QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    )


def _write_svg(scene: CanvasScene, area: QRectF, path: Path, title: str) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    size = area.size().toSize()
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(title)
    painter = QPainter()
    if not painter.begin(generator):
        raise OSError("the drawing cannot be begun")
    whole = QRectF(0, 0, size.width(), size.height())
    painter.fillRect(whole, scene.look.canvas)
    _render(scene, painter, whole, area)
    painter.end()


def _render(scene: CanvasScene, painter: QPainter, target: QRectF, area: QRectF) -> None:
    painter.setRenderHints(
        QPainter.RenderHint.Antialiasing
        | QPainter.RenderHint.TextAntialiasing
        | QPainter.RenderHint.SmoothPixmapTransform
    )
    scene.render(painter, target, area, Qt.AspectRatioMode.KeepAspectRatio)
