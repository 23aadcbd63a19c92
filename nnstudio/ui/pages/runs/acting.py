"""What the page needs of the table of acts, which stands above it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget


class Acts(Protocol):
    """Acts by their ids."""

    def action(self, id: str) -> QAction:
        """The act as menus and buttons have it."""

    def run(self, id: str) -> bool:
        """Do it; False if it is not possible, which has been said then."""

    def refresh(self) -> None:
        """Ask every act whether it can be done."""

    def menu(self, parts: Iterable[Iterable[str]], parent: QWidget) -> QMenu:
        """A context menu of acts, with a line between its parts."""
