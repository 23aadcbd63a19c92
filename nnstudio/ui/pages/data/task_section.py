"""What is asked of the model: a task for each target."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QWidget

from nnstudio.project.data.fields import Target
from nnstudio.ui.forms.rows import FieldRow, FieldState
from nnstudio.ui.forms.sections import Column, Section
from nnstudio.ui.widgets.wrapped_label import WrappedLabel
from nnstudio.workspace.data_page import edits
from nnstudio.workspace.data_page.controller import DataPage
from nnstudio.workspace.data_page.words import TASKS


class TaskSection(Section):
    """A row for each target; without one it says how a field becomes one."""

    def __init__(self, page: DataPage, parent: QWidget | None = None) -> None:
        super().__init__("Task", parent=parent)
        self._page = page
        self._rows = Column()
        self._none = WrappedLabel("Nothing is asked yet: give a field the role Target.")
        self._none.setProperty("role", "muted")
        self.rows: dict[str, FieldRow] = {}
        self.add(self._rows)
        self.add(self._none)

    def refresh(self) -> None:
        """Show the tasks as they are now."""
        targets = self._page.spec.targets
        if [target.name for target in targets] != list(self.rows):
            self._rows.clear()
            self.rows = {}
            for target in targets:
                row = FieldRow(self._state(target))
                row.committed.connect(partial(self._set))
                self.rows[target.name] = row
                self._rows.add(row)
        for target in targets:
            self.rows[target.name].show_state(self._state(target))
        self._none.setVisible(not targets)

    def _state(self, target: Target) -> FieldState:
        spec = self._page.spec
        guess = edits.guess_about(spec, *edits.about_task(target))
        return FieldState(
            target.name,
            "choice",
            label=target.name,
            value=TASKS[target.task],
            given=True,
            choices=tuple(TASKS[task] for task in edits.tasks_of(spec, target)),
            resettable=False,
            remark=_classes(target),
            problem=f"Guessed: {guess.why}" if guess is not None else "",
            severity="advice",
            fix=("Confirm", partial(self._confirm, guess.about)) if guess is not None else None,
        )

    def _set(self, name: str, word: str) -> None:
        task = next((task for task, said in TASKS.items() if said == word), None)
        if task is not None:
            spec = edits.with_task(self._page.spec, name, task)
            self._page.apply(spec, f"Set task to {word.lower()}")

    def _confirm(self, about: str) -> None:
        self._page.apply(edits.confirmed(self._page.spec, [about]), "Confirm a guess")


def _classes(target: Target) -> str:
    """`10 classes: 0, 1, 2, ...`, as many as have room in about a line."""
    if not target.classes:
        return ""
    told = ", ".join(word if word.strip() else "blank" for word in target.classes[:12])
    if len(told) > 60 or len(target.classes) > 12:
        told = told[:60].rpartition(", ")[0] + ", ..."
    return f"{len(target.classes):,} classes: {told}"
