"""`Actions`: the table's acts as QActions, with their keys, their enablement and its reasons.

Menus, toolbar, shortcuts, the list of all actions and the page of keys are made from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from nnstudio.project.refusal import Refusal
from nnstudio.ui.action_table import MENUS, TABLE
from nnstudio.ui.action_table.spec import ActionSpec
from nnstudio.ui.canvas.canvas import Canvas
from nnstudio.ui.outline.outline import EDITS, Outline
from nnstudio.ui.settings import Settings
from nnstudio.ui.theme import icons

Reason = Callable[[], str | None]
"""Why something cannot be done now, one sentence; None if it can."""


class Say(Protocol):
    """Shows a sentence to the user for some seconds."""

    def __call__(self, sentence: str, icon: str = "warning", colour: str = "warning") -> None:
        """Show it, with an icon in a colour of the theme."""


@dataclass(frozen=True, slots=True)
class _Bound:
    act: Callable[[], object]
    reason: Reason | None
    title: Callable[[], str] | None
    checked: Callable[[], bool] | None
    shown: Callable[[], bool] | None


class Actions(QObject):
    """The acts of one window. `bind` says what an act does; `refresh` asks all of them anew."""

    refused = Signal(str)
    done = Signal(str)
    keys_changed = Signal()

    def __init__(
        self, window: QWidget, settings: Settings, table: Iterable[ActionSpec] = TABLE
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self.specs: dict[str, ActionSpec] = {spec.id: spec for spec in table}
        self._bound: dict[str, _Bound] = {}
        self._actions: dict[str, QAction] = {}
        self._key_texts: dict[str, str] = {}
        self._shown: dict[str, tuple[str, str | None]] = {}
        for spec in self.specs.values():
            self._actions[spec.id] = self._make_action(spec)

    def _make_action(self, spec: ActionSpec) -> QAction:
        action = QAction(spec.title, self)
        action.setCheckable(spec.checkable)
        # Text of our own would otherwise move Quit and About elsewhere on macOS by guessing.
        action.setMenuRole(QAction.MenuRole.NoRole)
        action.setShortcutContext(
            Qt.ShortcutContext.WidgetWithChildrenShortcut
            if spec.where != "window"
            else Qt.ShortcutContext.WindowShortcut
        )
        action.triggered.connect(lambda _checked=False, id=spec.id: self.run(id))
        if spec.icon:
            icons.attach(action, spec.icon)
        if spec.where == "window":
            self._window.addAction(action)
        self._give_keys(spec.id, action)
        action.setEnabled(False)
        return action

    # -- what an act does ---------------------------------------------------------------------

    def bind(
        self,
        id: str,
        act: Callable[[], object],
        reason: Reason | None = None,
        *,
        title: Callable[[], str] | None = None,
        checked: Callable[[], bool] | None = None,
        shown: Callable[[], bool] | None = None,
    ) -> None:
        """Say what the act does.

        Args:
            reason: why it cannot be done now, one sentence; None if it can.
            title: a title that depends on the moment (`Undo Set kernel_size`).
            checked: for a checkable act, whether it is on.
            shown: whether it stands in the menus at all.
        """
        self._bound[id] = _Bound(act, reason, title, checked, shown)

    def run(self, id: str) -> bool:
        """Do it. False if it is not possible; then `refused` has said why."""
        bound = self._bound.get(id)
        if bound is None:
            return False
        reason = bound.reason() if bound.reason else None
        if reason is None:
            try:
                bound.act()
            except Refusal as refusal:
                reason = str(refusal)
        if reason is not None:
            self.refused.emit(reason)
        self.refresh()
        if reason is None:
            self.done.emit(id)
        return reason is None

    def menu(self, parts: Iterable[Iterable[str]], parent: QWidget) -> QMenu:
        """A context menu of acts as they are now, with a line between its parts."""
        self.refresh()
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for k, part in enumerate(parts):
            if k:
                menu.addSeparator()
            for id in part:
                menu.addAction(self.action(id))
        return menu

    def refresh(self) -> None:
        """Ask every act for its title, whether it can be done and why not."""
        for id, bound in self._bound.items():
            action = self._actions[id]
            title = bound.title() if bound.title else self.specs[id].title
            reason = bound.reason() if bound.reason else None
            if self._shown.get(id) != (title, reason):  # most are what they were
                self._shown[id] = (title, reason)
                action.setText(title)
                action.setEnabled(reason is None)
                action.setToolTip(self._tooltip(id, title, reason))
                action.setStatusTip(reason or "")
            if bound.checked:
                action.setChecked(bound.checked())
            if bound.shown:
                action.setVisible(bound.shown())

    def _tooltip(self, id: str, title: str, reason: str | None) -> str:
        keys = self.keys_text(id)
        head = title.removesuffix("...") + (f"  ({keys})" if keys else "")
        body = reason or self.specs[id].note
        return f"{head}\n{body}" if body else head

    # -- reading ------------------------------------------------------------------------------

    def action(self, id: str) -> QAction:
        """Return the QAction of an act."""
        return self._actions[id]

    def reason(self, id: str) -> str | None:
        """Say why the act cannot be done now; None if it can."""
        bound = self._bound.get(id)
        if bound is None:
            return "Not available here."
        return bound.reason() if bound.reason else None

    def title(self, id: str) -> str:
        """Return the title of this moment."""
        return self._actions[id].text()

    # -- keys ---------------------------------------------------------------------------------

    def keys(self, id: str) -> tuple[str, ...]:
        """Return the keys of an act: the user's, else the table's."""
        own = self._settings.keys(id)
        return self.specs[id].keys if own is None else own

    def keys_text(self, id: str) -> str:
        """Return the first key as this desktop writes it."""
        return self._key_texts[id]

    def set_keys(self, id: str, keys: tuple[str, ...] | None) -> None:
        """Give an act other keys, or (None) the table's again.

        Raises:
            Refusal: another act has one of them.
        """
        wanted = self.specs[id].keys if keys is None else keys
        for key in wanted:
            holder = self.holder(key, but=id)
            if holder is not None:
                title = self.specs[holder].plain_title
                raise Refusal(f"{key} is the key of '{title}' already.")
        self._settings.set_keys(id, keys)
        self._give_keys(id, self._actions[id])
        self.keys_changed.emit()

    def holder(self, key: str, but: str = "") -> str | None:
        """The act that has a key, if any other than `but` does."""
        sequence = QKeySequence(key)
        return next(
            (
                other
                for other in self.specs
                if other != but and sequence in map(QKeySequence, self.keys(other))
            ),
            None,
        )

    def has_own_keys(self, id: str) -> bool:
        """True if the user gave the act other keys than the table."""
        return self._settings.keys(id) is not None

    def reset_all_keys(self) -> None:
        """Give every act the keys of the table again."""
        for id, action in self._actions.items():
            self._settings.set_keys(id, None)
            self._give_keys(id, action)
        self.keys_changed.emit()

    def _give_keys(self, id: str, action: QAction) -> None:
        sequences = [QKeySequence(key) for key in self.keys(id)]
        action.setShortcuts(sequences)
        first = next(iter(sequences), QKeySequence())
        self._key_texts[id] = first.toString(QKeySequence.SequenceFormat.NativeText)
        self._shown.pop(id, None)  # its tip names the key

    def add_to_canvas(self, canvas: Canvas) -> None:
        """Let the acts of the canvas listen to its keys, and the canvas know them."""
        canvas.keys.keys_of = self.keys
        for spec in self.specs.values():
            if spec.where == "canvas":
                canvas.addAction(self._actions[spec.id])

    def add_to_outline(self, outline: Outline) -> None:
        """Let the acts of the outline, and those of the canvas that make sense there, listen."""
        for spec in self.specs.values():
            if spec.where == "outline" or spec.id in EDITS:
                outline.tree.addAction(self._actions[spec.id])

    # -- menus --------------------------------------------------------------------------------

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Make the menus; returns them by their way (`View/Theme`)."""
        menus: dict[str, QMenu] = {}
        last: dict[str, int] = {}
        for name in MENUS:
            menus[name] = bar.addMenu(name)
            menus[name].setToolTipsVisible(True)
            menus[name].aboutToShow.connect(self.refresh)
        for spec in self.specs.values():
            menu = menus.get(spec.menu)
            if menu is None:
                parent, _, title = spec.menu.rpartition("/")
                menu = menus[parent].addMenu(title)
                menu.setToolTipsVisible(True)
                menus[spec.menu] = menu
            if last.get(spec.menu, spec.section) != spec.section:
                menu.addSeparator()
            last[spec.menu] = spec.section
            menu.addAction(self._actions[spec.id])
        return menus
