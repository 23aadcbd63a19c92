"""One act of the window as it is declared: id, title, keys, icon, menu."""

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
    """Declare an act on the graph."""
    return ActionSpec(id, title, menu, section, keys, icon, note, "canvas")


def outline_act(id: str, title: str, menu: str, section: int, *keys: str, note: str) -> ActionSpec:
    """Declare an act on the order of the outline."""
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
    """Declare an act of the window as a whole."""
    return ActionSpec(id, title, menu, section, keys, icon, note, "window", checkable)


def page_act(id: str, title: str, key: str, icon: str, note: str) -> ActionSpec:
    """Declare an act that shows a page of the window."""
    return ActionSpec(f"page.{id}", title, "View", 0, (key,), icon, note, checkable=True)
