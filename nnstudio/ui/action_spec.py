"""`ActionSpec`: one act of the window as the table of actions tells it. No behaviour here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal["window", "canvas", "outline"]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One act.

    `menu` is the way to it (`View/Theme`), `section` the part of that menu, apart from the others
    by a line. Keys with `where` "canvas" count only while the canvas has the focus, so that they
    can be plain letters; those with "outline" only while the outline has it.
    """

    id: str
    title: str
    menu: str
    section: int = 0
    keys: tuple[str, ...] = ()
    icon: str | None = None
    note: str = ""
    where: Where = "window"
    checkable: bool = False

    @property
    def plain_title(self) -> str:
        """The title without the dots that promise a question."""
        return self.title.removesuffix("...")


def canvas_act(
    id: str,
    title: str,
    menu: str,
    section: int,
    *keys: str,
    icon: str | None = None,
    note: str = "",
) -> ActionSpec:
    """An act on the graph."""
    return ActionSpec(id, title, menu, section, keys, icon, note, "canvas")


def outline_act(id: str, title: str, menu: str, section: int, *keys: str, note: str) -> ActionSpec:
    """An act on the order of the outline."""
    return ActionSpec(id, title, menu, section, keys, None, note, "outline")


def window_act(
    id: str,
    title: str,
    menu: str,
    section: int,
    *keys: str,
    icon: str | None = None,
    note: str = "",
    checkable: bool = False,
) -> ActionSpec:
    """An act of the window as a whole."""
    return ActionSpec(id, title, menu, section, keys, icon, note, "window", checkable)
