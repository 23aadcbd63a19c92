"""When a search ends, asked in a small window: what is left empty stays as it is."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from nnstudio.project.refusal import Refusal
from nnstudio.studies.search.plan import Limits
from nnstudio.ui.forms.setting_rows import SettingRows
from nnstudio.ui.theme import current as theme
from nnstudio.ui.widgets.title import PROGRAM
from nnstudio.workspace.schema_settings import Setting, settings_of
from nnstudio.workspace.studies_page.drafts import SearchDraft, with_text

NAMES = ("trials", "minutes", "no_progress")
WIDTH = 360


class LimitsDialog(QDialog):
    """Asks for the limits of a search."""

    def __init__(self, parent: QWidget | None, limits: Limits) -> None:
        super().__init__(parent)
        self.setWindowTitle(PROGRAM)
        minutes = None if limits.seconds is None else limits.seconds / 60
        self._draft = SearchDraft(
            trials=limits.trials, minutes=minutes, no_progress=limits.no_progress
        )
        asked = QLabel("When does the search end?", wordWrap=True)
        asked.setFont(theme.text_font(15, QFont.Weight.DemiBold))
        told = QLabel(
            "It ends by whichever comes first. A limit that is set can be changed, not taken away.",
            wordWrap=True,
        )
        told.setProperty("role", "muted")
        self.rows = SettingRows(label_width=128)
        every = settings_of(SearchDraft)
        self.rows.set_settings(one for one in every if one.name in NAMES)
        self.rows.committed.connect(self._set)
        for widget in (asked, told, self.rows):
            widget.setFixedWidth(WIDTH)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        take = buttons.addButton("Change the limits", QDialogButtonBox.ButtonRole.AcceptRole)
        take.setProperty("role", "primary")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)
        for widget in (asked, told, self.rows):
            column.addWidget(widget)
        column.addWidget(buttons)
        column.setSizeConstraint(QVBoxLayout.SizeConstraint.SetFixedSize)
        self._show()

    @property
    def limits(self) -> Limits:
        """What was entered."""
        return self._draft.limits

    def _show(self) -> None:
        values = self._draft.model_dump()
        self.rows.show_values(values, dict.fromkeys(NAMES))

    def _set(self, setting: Setting, text: str) -> None:
        try:
            self._draft = with_text(self._draft, setting, text)
        except Refusal as error:
            self.rows.refuse(setting.name, str(error))
            return
        self.rows.accept(setting.name)
        self._show()


def ask_limits(parent: QWidget | None, limits: Limits) -> Limits | None:
    """Ask for other limits; None if it was called off."""
    dialog = LimitsDialog(parent, limits)
    taken = dialog.exec()
    found = dialog.limits if taken else None
    dialog.deleteLater()
    return found
