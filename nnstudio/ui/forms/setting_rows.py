"""Rows of a form made from a schema; a guess carries a mark, and its reason with a button."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nnstudio.ui.forms.rows import LABEL_WIDTH, FieldRow, FieldState
from nnstudio.ui.forms.sections import Column
from nnstudio.workspace.schema_settings import Setting, text_of

Words = Mapping[str, Mapping[str, str]]
"""What the choices of a setting are called, by its name."""


class SettingRows(Column):
    """A row for each setting. `committed(setting, text)` when one is to be another.

    `confirm_requested(name)` when the user agrees to a guess.
    """

    committed = Signal(object, str)
    confirm_requested = Signal(str)

    def __init__(
        self,
        words: Words | None = None,
        label_width: int = LABEL_WIDTH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent=parent)
        self.words = words or {}
        self._label_width = label_width
        self._settings: tuple[Setting, ...] = ()
        self.rows: dict[str, FieldRow] = {}

    @property
    def settings(self) -> dict[str, Setting]:
        """The settings of the rows, by name."""
        return {setting.name: setting for setting in self._settings}

    def set_settings(self, settings: Iterable[Setting]) -> None:
        """Make the rows, if they are others."""
        wanted = tuple(settings)
        if wanted == self._settings:
            return
        self._settings = wanted
        self.clear()
        self.rows = {}
        for setting in wanted:
            state = FieldState(
                setting.name, setting.kind, label=setting.title, choices=self._choices(setting)
            )
            row = FieldRow(state, label_width=self._label_width)
            row.committed.connect(self._committer(setting))
            self.rows[setting.name] = row
            self.add(row)

    def show_values(
        self,
        values: Mapping[str, object],
        defaults: Mapping[str, object],
        guesses: Mapping[str, str] | None = None,
        *,
        all_shown: bool = True,
    ) -> int:
        """Show values by name; one without a default cannot be reset.

        guesses: the reasons of those that were guessed. all_shown: also those that are as they
        usually are; returns how many of them are hidden.
        """
        hidden = 0
        for setting in self._settings:
            row = self.rows[setting.name]
            value, default = values.get(setting.name), defaults.get(setting.name)
            given = setting.name in defaults and value != default
            why = (guesses or {}).get(setting.name, "")
            row.show_state(
                FieldState(
                    setting.name,
                    setting.kind,
                    label=setting.title,
                    value=self._word(setting, value)
                    if setting.kind != "text" or value != default
                    else "",
                    given=given or setting.name not in defaults,
                    resettable=given,
                    placeholder=self._word(setting, default) or "none",
                    fallback=text_of(default),
                    choices=self._choices(setting),
                    help=setting.note,
                    problem=f"Guessed: {why}" if why else "",
                    severity="advice",
                    fix=("Confirm", self._confirmer(setting.name)) if why else None,
                )
            )
            matters = all(text_of(values.get(k)) in v for k, v in setting.shown_when.items())
            usual = setting.name in defaults and not (given or why)
            hidden += matters and usual and not all_shown
            row.setVisible(matters and (all_shown or not usual))
        return hidden

    def refuse(self, name: str, sentence: str) -> None:
        """Say at a row why what was entered was not taken."""
        if name in self.rows:
            self.rows[name].refuse(sentence)

    def accept(self, name: str) -> None:
        """What was entered in a row has been taken."""
        if name in self.rows:
            self.rows[name].accept()

    def _choices(self, setting: Setting) -> tuple[str, ...]:
        words = self.words.get(setting.name, {})
        return tuple(words.get(choice, choice) for choice in setting.choices)

    def _word(self, setting: Setting, value: object) -> str:
        text = text_of(value)
        return self.words.get(setting.name, {}).get(text, text)

    def _committer(self, setting: Setting) -> Callable[[str, str], None]:
        back = {word: value for value, word in self.words.get(setting.name, {}).items()}
        return lambda _name, text: self.committed.emit(setting, back.get(text, text))

    def _confirmer(self, name: str) -> Callable[[], None]:
        return lambda: self.confirm_requested.emit(name)
