"""What the acts of the Data menu do, and those that show a page of the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from nnstudio.ui.actions.actions import Actions, Reason
from nnstudio.ui.pages.data.content import TABS
from nnstudio.ui.pages.data.page import DataView


class PageActions:
    """Binds the acts that show a page: by its id the act, and why it cannot be shown."""

    def __init__(
        self,
        actions: Actions,
        pages: Mapping[str, tuple[Callable[[], object], Reason]],
        current: Callable[[], str],
    ) -> None:
        for id, (show, reason) in pages.items():
            actions.bind(
                f"page.{id}",
                show,
                reason,
                checked=lambda id=id: current() == id,  # type: ignore[misc]
            )


class DataActions:
    """Binds the acts on the data. `open` tells why there is no project, None if there is."""

    def __init__(
        self, actions: Actions, view: DataView, show_page: Callable[[], object], open: Reason
    ) -> None:
        self._view = view
        self._show_page = show_page
        self._open = open
        actions.bind("data.choose", partial(self._on_page, view.choose_file), open)
        actions.bind("data.choose_folder", partial(self._on_page, view.choose_folder), open)
        actions.bind("data.cancel", view.page.cancel, self._no_cancel)
        for tab in TABS:
            actions.bind(f"data.{tab}", partial(self._show_tab, tab), open)

    def _on_page(self, act: Callable[[], object]) -> None:
        self._show_page()
        act()

    def _show_tab(self, tab: str) -> None:
        self._show_page()
        self._view.show_tab(tab)

    def _no_cancel(self) -> str | None:
        reading = self._view.page.reading is not None
        return self._open() or (None if reading else "Nothing is being read.")
