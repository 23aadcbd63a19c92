"""The start page: presets as cards, an empty canvas, recent projects, and lost work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from nnstudio.compiler.inference import full_report
from nnstudio.errors import UserError
from nnstudio.project.values import Project
from nnstudio.ui.files.recent import RecentFiles
from nnstudio.ui.start.preset_card import EmptyCard, PresetCard, PresetInfo
from nnstudio.ui.start.start_side import GallerySide
from nnstudio.ui.theme import current as theme
from nnstudio.ui.theme import icons
from nnstudio.ui.widgets.flow_area import FlowArea

Load = Callable[[str], Project]
FIRST = "Good to begin with"
OTHER = "Other models"
STARTERS = ("SimpleMLP", "SimpleCNN", "TCN")
"""Small models of the basic kinds, beside the empty canvas: each learns its data in seconds."""
FEW = 6
"""With no more presets than this, all stay in their families."""


GAP = 12
"""Between two cards: four stand beside each other in the window as it opens first."""


class Gallery(QWidget):
    """Everything one can begin with.

    Its cards are made when it is first shown, the picture of each when it comes into sight: who
    opens a project at once does not wait for them.
    """

    preset_chosen = Signal(str)
    empty_chosen = Signal()
    open_requested = Signal()
    file_chosen = Signal(Path)
    recover_requested = Signal(object)
    forget_requested = Signal(object)

    def __init__(
        self,
        presets: Sequence[PresetInfo],
        load: Load,
        recent: RecentFiles,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._presets = presets
        self._waiting: deque[PresetCard] = deque()
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._fill_one)
        self.side = GallerySide(recent, self)
        self.side.open_requested.connect(self.open_requested)
        self.side.file_chosen.connect(self.file_chosen)
        self.side.recover_requested.connect(self.recover_requested)
        self.side.forget_requested.connect(self.forget_requested)
        self.search = QLineEdit(placeholderText="Search the examples", clearButtonEnabled=True)
        self.search.setMinimumWidth(160)
        self.search.setMaximumWidth(280)
        self.search.setAccessibleName("Search the examples")
        magnifier = self.search.addAction(
            icons.icon("search", "muted", 16), QLineEdit.ActionPosition.LeadingPosition
        )
        icons.attach(magnifier, "search", "muted", 16)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._open_first)
        self.empty_card = EmptyCard()
        self.empty_card.chosen.connect(self.empty_chosen)
        self.cards: list[PresetCard] = []
        self._sections: list[tuple[QLabel, QWidget, list[PresetCard]]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side)
        row.addWidget(self._make_page(), 1)

    def _make_page(self) -> QScrollArea:
        area = QScrollArea(self, widgetResizable=True)
        page = QWidget(area.viewport())
        page.setObjectName("galleryPage")
        column = QVBoxLayout(page)
        column.setContentsMargins(32, 28, 32, 32)
        column.setSpacing(8)
        title = QLabel("Start from an example", wordWrap=True)
        title.setFont(theme.text_font(20, QFont.Weight.DemiBold))
        below = QLabel(
            "Each one opens as a project of your own. Nothing you do changes the example.",
            wordWrap=True,
        )
        below.setProperty("role", "muted")
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(title)
        words.addWidget(below)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(words, 3)
        head.addWidget(self.search, 2, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(head)
        column.addSpacing(8)
        self._families = QVBoxLayout()
        self._families.setSpacing(8)
        column.addLayout(self._families)
        self._nothing = QLabel("No example fits.")
        self._nothing.setProperty("role", "muted")
        self._nothing.hide()
        column.addWidget(self._nothing)
        column.addStretch(1)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # what stands in it has the focus
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        return area

    def _fill_page(self) -> None:
        """Make the cards, once."""
        if self._sections:
            return
        presets, page = self._presets, self._families.parentWidget()
        families: dict[str, list[PresetInfo]] = {FIRST: []}
        for info in presets:
            starter = len(presets) > FEW and info.name in STARTERS
            family = FIRST if starter else info.family or OTHER
            families.setdefault(family, []).append(info)
        for family, infos in families.items():
            label = QLabel(family, page)
            label.setFont(theme.text_font(13, QFont.Weight.DemiBold))
            label.setContentsMargins(0, 14 if self._sections else 6, 0, 2)
            holder = FlowArea(GAP, page, wide=True)
            if family == FIRST:
                holder.add(self.empty_card)
                infos.sort(key=lambda info: STARTERS.index(info.name))
            cards = [PresetCard(info, holder) for info in infos]
            for card in cards:
                card.chosen.connect(partial(self.preset_chosen.emit, card.info.name))
                card.seen.connect(partial(self._on_seen, card))
                holder.add(card)
            self.cards += cards
            self._families.addWidget(label)
            self._families.addWidget(holder)
            self._sections.append((label, holder, cards))

    def card(self, name: str) -> PresetCard | None:
        """Return the card of a preset."""
        self._fill_page()
        return next((card for card in self.cards if card.info.name == name), None)

    # -- pictures -----------------------------------------------------------------------------

    def _on_seen(self, card: PresetCard) -> None:
        if card not in self._waiting:
            self._waiting.append(card)
            self._timer.start()

    def _fill_one(self) -> None:
        if not self._waiting:
            self._timer.stop()
            return
        card = self._waiting.popleft()
        if card.visibleRegion().isEmpty():  # scrolled past; it asks again when it comes back
            return
        card.wants_project = False
        try:
            project = self._load(card.info.name)
            report = full_report(project).root
        except (OSError, UserError) as error:  # must not keep the others from being shown
            card.show_problem(str(error))
            return
        told = "" if report.parameters is None else f"{report.parameters:,} parameters"
        card.show_project(project, report, told)

    # -- searching ----------------------------------------------------------------------------

    def _filter(self, typed: str) -> None:
        wanted = typed.lower().split()
        any_shown = False
        self.empty_card.setVisible(not wanted)
        for label, holder, cards in self._sections:
            shown = 0
            for card in cards:
                fits = all(word in card.words() for word in wanted)
                card.setVisible(fits)
                shown += fits
            seen = shown > 0 or (not wanted and self.empty_card.parent() is holder)
            label.setVisible(seen)
            holder.setVisible(seen)
            holder.updateGeometry()
            any_shown = any_shown or shown > 0
        self._nothing.setVisible(not any_shown)

    def _open_first(self) -> None:
        """Enter opens the first example that fits what was typed."""
        if not self.search.text().strip():
            return
        cards = (card for _label, _holder, cards in self._sections for card in cards)
        first = next((card for card in cards if not card.isHidden()), None)
        if first is not None:
            first.chosen.emit()

    def focus_search(self) -> None:
        """Put the cursor into the search; typing replaces what was looked for last."""
        self.search.setFocus()
        self.search.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill_page()
        self.side.reload()
