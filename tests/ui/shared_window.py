"""One window for the tests of a file, which each of them finds as if it were new. No tests here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from nnstudio.project.values import Project
from nnstudio.ui.app import create_window
from nnstudio.ui.files.questions import Answer
from nnstudio.ui.theme import current as theme
from nnstudio.ui.window.main_window import MainWindow
from nnstudio.workspace.workspace import Workspace
from tests.ui.person import settle
from tests.ui.shell import closed


class SharedWindow:
    """A window in which one project after the other is opened, as a user may do.

    What a new window does not have is put back: questions that a test answers, the layout, theme,
    keys and what was searched for. What else a test changes for good it does in a window of its
    own.
    """

    def __init__(self, folder: Path, **given: Any) -> None:
        """folder: of its settings; given: more for `create_window`."""
        self.window = create_window(Workspace(), folder=folder, **given)
        self.size = self.window.size()
        window = self.window
        asking = (window.documents, window.leaving, window.library_actions, window.file_actions)
        pages = (window.data, window.runs, window.studies)
        self._asked = [
            (part, name, value)
            for part in (*asking, *pages)
            for name, value in vars(part).items()
            if name.startswith("ask_")
        ]
        self._layout: list[tuple[Any, Any]] = []

    def opened(self, project: Project) -> MainWindow:
        """The window with a project in it, on the page Model, and nothing left of the last."""
        window, editor = self.window, self.window.editor
        for part, name, value in self._asked:
            setattr(part, name, value)
        while (popup := QApplication.activePopupWidget()) is not None:
            popup.close()
        if {theme.mode(), window.settings.theme()} != {"system"}:
            window.actions_table.run("view.theme_system")
        if any(map(window.actions_table.has_own_keys, window.actions_table.specs)):
            window.actions_table.reset_all_keys()
        window.documents.ask_unsaved = lambda: Answer.DISCARD
        assert not window.training.is_active, "a test has left a training"
        assert window.documents.show(project)
        window.resize(self.size)
        window.show()
        editor.show_canvas()
        for side in (editor.left, editor.inspector, editor.tabs):
            side.show()
        editor.left.show_page("palette")
        editor.palette_panel.search.clear()
        editor.show_panel("problems")
        window.find_bar.search.clear()
        window.find_bar.close_bar()
        window.status.be_quiet()
        self._put_layout_back()
        window.activateWindow()
        editor.canvas.setFocus()
        editor.canvas.view.land()
        settle()
        editor.canvas.look_first()
        return window

    def _put_layout_back(self) -> None:
        splitters = (self.window.editor.across, self.window.editor.down)
        if not self._layout:
            settle()
            self._layout = [(splitter, splitter.saveState()) for splitter in splitters]
        for splitter, state in self._layout:
            splitter.restoreState(state)


@contextmanager
def shared_window(folder: Path, **given: Any) -> Iterator[SharedWindow]:
    """A window until the last test of a file; given: more for `create_window`."""
    shared = SharedWindow(folder, **given)
    yield shared
    closed(shared.window)
