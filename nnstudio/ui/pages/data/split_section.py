"""Which samples are learnt from and which are held out: three bars with counts, and the rule."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.data.info import DataError
from nnstudio.project.data.split import Split
from nnstudio.ui.forms.sections import Section
from nnstudio.ui.forms.setting_rows import SettingRows
from nnstudio.ui.pages.data.parts_rows import PartsRows
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.data_page import edits
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import PARTS, SPLITS
from nnstudio.workspace.schema_settings import Setting, settings_of

LINE, NAME = 24, 104
COLOURS = {"train": 1.0, "validation": 0.62, "test": 0.32}
"""How solid the bar of each part is: one hue, as in the curves of a training."""
TITLES = {
    "by": "Drawn",
    "validation": "Validation",
    "test": "Test",
    "seed": "Seed",
    "max_samples": "At most",
    "duplicates_apart": "Equal may part",
}
SETTINGS = [
    Setting(
        found.name,
        TITLES.get(found.name, found.title),
        found.note
        or "Stratified gives each class its share; grouped keeps groups together; by time holds "
        "the last ones out.",
        found.kind,
        found.choices,
        found.optional,
        found.shown_when,
        found.numeric,
    )
    for found in settings_of(Split)
]


class PartBars(QWidget):
    """A bar for each part, its length the share of all samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sizes: dict[str, int] = {}
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_sizes(self, sizes: Mapping[str, int]) -> None:
        """Show so many samples in each part."""
        self._sizes = dict(sizes)
        self.setAccessibleName(
            ", ".join(f"{PARTS[name]} {count:,}" for name, count in sizes.items())
        )
        self.updateGeometry()
        self.update()

    def texts(self) -> list[str]:
        """What the lines say."""
        whole = max(1, sum(self._sizes.values()))
        return [
            f"{PARTS[name]} {count:,} ({count / whole:.0%})" for name, count in self._sizes.items()
        ]

    # -- Qt -----------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(200, LINE * max(1, len(self._sizes)) + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole, longest = max(1, sum(self._sizes.values())), max(self._sizes.values(), default=0)
        figures = theme.mono_font(12)
        painter.setFont(figures)
        room = painter.fontMetrics().horizontalAdvance(f"{longest:,}  100 %") + 8
        for k, (name, count) in enumerate(self._sizes.items()):
            line = QRectF(0, k * LINE, self.width(), LINE)
            painter.setFont(theme.text_font())
            painter.setPen(theme.qcolor("muted"))
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, PARTS[name])
            bar = QRectF(NAME, line.top() + 7, max(8.0, self.width() - NAME - room), LINE - 14)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolor("hover"))
            painter.drawRoundedRect(bar, 4, 4)
            if count:
                bar.setWidth(max(4.0, bar.width() * count / whole))
                painter.setBrush(theme.qcolor("accent", COLOURS[name]))
                painter.drawRoundedRect(bar, 4, 4)
            painter.setFont(figures)
            painter.setPen(theme.qcolor("text" if count else "muted"))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            share = f"{100 * count / whole:.0f} %" if count else ""
            painter.drawText(line.adjusted(0, 0, -44, 0), side, f"{count:,}")
            painter.setPen(theme.qcolor("muted"))
            painter.drawText(line.adjusted(0, 0, -2, 0), side, share)


class SplitSection(Section):
    """The parts, and the rule by which they come about."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__("Split", parent=parent)
        self._page = page
        self.bars = PartBars()
        self.problem = WrappedLabel()
        self.problem.setProperty("role", "error")
        self.rows = SettingRows({"by": SPLITS})
        self.rows.set_settings(SETTINGS)
        self.rows.committed.connect(self._set)
        self.rows.confirm_requested.connect(self._confirm)
        self.folders = PartsRows(page)
        for widget in (self.bars, self.problem, self.folders, self.rows):
            self.add(widget)

    def refresh(self) -> None:
        """Show the split as it is now."""
        page = self._page
        split, overview = page.spec.split, page.overview
        told = overview.split_problem if overview is not None else ""
        self.problem.set_full_text(told)
        self.problem.setVisible(bool(told))
        self.bars.setVisible(overview is not None and not told)
        if overview is not None:
            self.bars.show_sizes(overview.sizes())
        self.folders.refresh()
        fresh = Split()
        names = Split.model_fields
        guesses = {
            name: guess.why
            for name in names
            if (guess := edits.guess_about(page.spec, f"split.{name}")) is not None
        }
        self.rows.show_values(
            {name: getattr(split, name) for name in names},
            {name: getattr(fresh, name) for name in names},
            guesses,
        )

    def _set(self, setting: Setting, text: str) -> None:
        try:
            spec = edits.with_split(self._page.spec, setting, text)
        except DataError as error:
            self.rows.refuse(setting.name, str(error))
            return
        self.rows.accept(setting.name)
        self._page.apply(spec, f"Set {setting.title.lower()}")

    def _confirm(self, name: str) -> None:
        spec = edits.confirmed(self._page.spec, [f"split.{name}"])
        self._page.apply(spec, "Confirm a guess")
