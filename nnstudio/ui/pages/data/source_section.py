"""Where the data come from, what was understood of it, and every option of the reader."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QWidget

from nnstudio.data.info import DataError
from nnstudio.ui.forms.sections import Facts, Section
from nnstudio.ui.forms.setting_rows import SettingRows
from nnstudio.ui.theme import icons
from nnstudio.workspace.data_page import edits
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import what_it_is
from nnstudio.workspace.schema_settings import Setting

WORDS = {
    "delimiter": {"\t": "tab", " ": "blanks"},
    "format": {"text": "Text", "parquet": "Parquet", "excel": "Excel"},
}


class SourceSection(Section):
    """What the source is; `change_requested` by its button."""

    change_requested = Signal()

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__("Source", parent=parent)
        self._page = page
        self.facts = Facts()
        self.options = SettingRows(WORDS, 112)
        self.options.committed.connect(self._set)
        self.options.confirm_requested.connect(self._confirm)
        self.change_button = QPushButton("Change...")
        icons.attach(self.change_button, "open", "muted", 16)
        self.change_button.clicked.connect(self.change_requested)
        self.confirm_button = QPushButton("Confirm guesses")
        self.confirm_button.setProperty("role", "small")
        icons.attach(self.confirm_button, "tick", "muted", 16)
        self.confirm_button.clicked.connect(self._confirm_all)
        self.more_button = QToolButton(checkable=True)
        self.more_button.setProperty("role", "chip")
        self.more_button.setToolTip("Options of the reader that are as usual")
        self.more_button.setAccessibleName("All options of the reader")
        self.more_button.clicked.connect(lambda _on: self.refresh())
        buttons = QWidget()
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.change_button)
        row.addWidget(self.more_button)
        row.addStretch(1)
        row.addWidget(self.confirm_button)
        self.add(self.facts)
        self.add(self.options)
        self.add(buttons)

    def refresh(self) -> None:
        """Show the source as it is now."""
        page, spec = self._page, self._page.spec
        overview = page.overview
        lines = [("Data", page.name, ""), ("Kind", what_it_is(spec.source), "")]
        if overview is not None:
            used = overview.sizes()
            count = len(overview.samples)
            lines.append(("Samples", f"{count:,}", ""))
            left_out = count - sum(used.values())
            if left_out and not overview.split_problem:
                lines.append(("Left out", f"{left_out:,}", ""))
        self.facts.show_lines(lines)
        self.options.set_settings(edits.options_of(spec))
        model = type(spec.source).model_fields
        guesses = {
            guess.about.partition(".")[2]: guess.why
            for guess in spec.guesses
            if guess.about.startswith("source.") and not guess.confirmed
        }
        hidden = self.options.show_values(
            {name: getattr(spec.source, name) for name in model},
            {name: info.default for name, info in model.items() if not info.is_required()},
            guesses,
            all_shown=self.more_button.isChecked(),
        )
        self.options.setVisible(len(self.options.rows) > hidden)
        self.more_button.setText("Fewer" if self.more_button.isChecked() else f"{hidden} more")
        self.more_button.setVisible(hidden > 0 or self.more_button.isChecked())
        self.confirm_button.setVisible(any(not guess.confirmed for guess in spec.guesses))

    def _set(self, setting: Setting, text: str) -> None:
        try:
            spec = edits.with_option(self._page.spec, setting, text)
        except DataError as error:
            self.options.refuse(setting.name, str(error))
            return
        self.options.accept(setting.name)
        self._page.apply(spec, f"Set {setting.title.lower()}")

    def _confirm(self, name: str) -> None:
        spec = edits.confirmed(self._page.spec, [f"source.{name}"])
        self._page.apply(spec, "Confirm a guess")

    def _confirm_all(self) -> None:
        spec = self._page.spec
        self._page.apply(
            edits.confirmed(spec, [guess.about for guess in spec.guesses]), "Confirm all guesses"
        )
