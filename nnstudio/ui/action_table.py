"""The table of everything the window can do: id, title, keys, icon, menu. No behaviour here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Where = Literal["window", "canvas"]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One act.

    `menu` is the way to it (`View/Theme`), `section` the part of that menu, apart from the others
    by a line. Keys with `where` "canvas" count only while the canvas has the focus, so that they
    can be plain letters.
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


def _canvas(
    id: str,
    title: str,
    menu: str,
    section: int,
    *keys: str,
    icon: str | None = None,
    note: str = "",
) -> ActionSpec:
    return ActionSpec(id, title, menu, section, keys, icon, note, "canvas")


def _window(
    id: str,
    title: str,
    menu: str,
    section: int,
    *keys: str,
    icon: str | None = None,
    note: str = "",
    checkable: bool = False,
) -> ActionSpec:
    return ActionSpec(id, title, menu, section, keys, icon, note, "window", checkable)


RECENT = 9

_FILE = (
    _window("file.new", "New", "File", 0, "Ctrl+N", icon="new", note="Start with an empty canvas."),
    _window(
        "file.gallery",
        "Gallery",
        "File",
        0,
        "Ctrl+Shift+N",
        icon="gallery",
        note="Presets and recent projects.",
    ),
    _window("file.open", "Open...", "File", 0, "Ctrl+O", icon="open", note="Open a project file."),
    *(
        _window(
            f"file.recent{n}",
            f"Recent project {n}",
            "File/Open recent",
            0,
            f"Ctrl+{n}",
            note="Open a project that was open lately.",
        )
        for n in range(1, RECENT + 1)
    ),
    _window("file.save", "Save", "File", 1, "Ctrl+S", icon="save", note="Write the project file."),
    _window(
        "file.save_as",
        "Save as...",
        "File",
        1,
        "Ctrl+Shift+S",
        icon="save-as",
        note="Write the project to another file.",
    ),
    _window(
        "file.export",
        "Export...",
        "File",
        2,
        "Ctrl+E",
        icon="export",
        note="Write the PyTorch code (.py) or a picture of the graph (.png, .svg).",
    ),
    _window("file.quit", "Quit", "File", 3, "Ctrl+Q", icon="close"),
)

_EDIT = (
    _window("edit.undo", "Undo", "Edit", 0, "Ctrl+Z", icon="undo"),
    _window("edit.redo", "Redo", "Edit", 0, "Ctrl+Shift+Z", "Ctrl+Y", icon="redo"),
    _canvas("edit.cut", "Cut", "Edit", 1, "Ctrl+X", icon="cut"),
    _canvas("edit.copy", "Copy", "Edit", 1, "Ctrl+C", icon="copy"),
    _canvas("edit.paste", "Paste", "Edit", 1, "Ctrl+V", icon="paste"),
    _canvas(
        "edit.paste_connected",
        "Paste keeping inputs",
        "Edit",
        1,
        "Ctrl+Shift+V",
        note="The copies are fed by what feeds the originals.",
    ),
    _canvas("edit.duplicate", "Duplicate", "Edit", 1, "Ctrl+D", icon="duplicate"),
    _canvas("edit.delete", "Delete", "Edit", 2, "Del", "Backspace", icon="delete"),
    _canvas(
        "edit.delete_heal",
        "Delete and heal the chain",
        "Edit",
        2,
        "Ctrl+Del",
        note="What fed the deleted nodes feeds what follows them.",
    ),
    _canvas("edit.select_all", "Select all", "Edit", 3, "Ctrl+A"),
    _canvas(
        "edit.select_chain",
        "Select the whole chain",
        "Edit",
        3,
        "L",
        note="Everything that leads to the selection or follows from it.",
    ),
    _window(
        "edit.find",
        "Find in the graph...",
        "Edit",
        3,
        "Ctrl+F",
        icon="search",
        note="By name, type or shape; 'problem:' finds what is wrong.",
    ),
    _canvas("edit.rename", "Rename", "Edit", 4, "F2", icon="rename"),
    _canvas(
        "edit.properties",
        "Properties",
        "Edit",
        4,
        "Return",
        icon="edit",
        note="Go to the selected node's fields in the inspector.",
    ),
    _window("edit.settings", "Keys and settings", "Edit", 5, "Ctrl+,", icon="settings"),
)

_GRAPH = (
    _canvas(
        "graph.add",
        "Add a layer...",
        "Graph",
        0,
        "Space",
        "Shift+A",
        icon="add",
        note="Search the layers and blocks; what is chosen follows the selected node.",
    ),
    _canvas(
        "graph.swap",
        "Swap the type...",
        "Graph",
        0,
        "Shift+S",
        note="Another type in the same place; parameters and wires that fit are kept.",
    ),
    _canvas(
        "graph.bypass",
        "Bypass",
        "Graph",
        0,
        "Ctrl+B",
        icon="bypass",
        note="Keep the node, but let the data pass by it; again to take it back.",
    ),
    _canvas("graph.group", "Group into a frame", "Graph", 1, "Ctrl+G", icon="group"),
    _canvas("graph.ungroup", "Ungroup", "Graph", 1, "Ctrl+Alt+Shift+G"),
    _canvas(
        "graph.make_block",
        "Make a block",
        "Graph",
        2,
        "Ctrl+Shift+G",
        icon="block",
        note="The selected nodes become a block that can be used many times.",
    ),
    _canvas("graph.enter", "Enter the block", "Graph", 2, "Tab", icon="enter"),
    _canvas("graph.leave", "Leave the block", "Graph", 2, "Esc", icon="leave"),
    _canvas(
        "graph.dissolve",
        "Dissolve the block",
        "Graph",
        2,
        "Ctrl+Alt+G",
        note="Put the block's nodes in its place.",
    ),
    _canvas(
        "graph.arrange",
        "Arrange",
        "Graph",
        3,
        "Ctrl+L",
        icon="arrange",
        note="Lay out the nodes in the order of the data; one undo step.",
    ),
)

_VIEW = (
    _canvas("view.fit", "Fit all", "View", 0, "Home", "F", icon="fit"),
    _canvas(
        "view.fit_selection",
        "Fit the selection",
        "View",
        0,
        ".",
        note="Bring what is selected into view.",
    ),
    _canvas("view.actual_size", "Actual size", "View", 0, "Ctrl+0"),
    _canvas("view.zoom_in", "Zoom in", "View", 0, "Ctrl++", "Ctrl+=", icon="zoom-in"),
    _canvas("view.zoom_out", "Zoom out", "View", 0, "Ctrl+-", icon="zoom-out"),
    _window("view.palette", "Palette", "View", 1, "Alt+L", checkable=True),
    _window("view.inspector", "Inspector", "View", 1, "Alt+I", checkable=True),
    _window("view.panels", "Panels below", "View", 1, "Alt+P", checkable=True),
    _window("view.problems", "Problems", "View", 2, "Alt+1", icon="problems"),
    _window("view.summary", "Summary", "View", 2, "Alt+2", icon="summary"),
    _window("view.code", "Code", "View", 2, "Alt+3", icon="code"),
    _window("view.training", "Training", "View", 2, "Alt+4", icon="training"),
    _window("view.log", "Log", "View", 2, "Alt+5", icon="log"),
    _window("view.theme_system", "Follow the system", "View/Theme", 0, checkable=True),
    _window("view.theme_light", "Light", "View/Theme", 0, checkable=True),
    _window("view.theme_dark", "Dark", "View/Theme", 0, checkable=True),
    _window(
        "view.toggle_theme",
        "Light or dark",
        "View/Theme",
        1,
        "Alt+T",
        icon="theme",
        note="Change to the other of the two themes.",
    ),
    _window("view.full_screen", "Full screen", "View", 3, "F11", checkable=True),
)

_RUN = (
    _window("run.start", "Run", "Run", 0, "F5", "Ctrl+Return", icon="run", note="Train the model."),
    _window("run.pause", "Pause", "Run", 0, "F6", icon="pause"),
    _window(
        "run.stop",
        "Stop",
        "Run",
        0,
        "Shift+F5",
        "Ctrl+.",
        icon="stop",
        note="End the training; what it has learned so far is kept.",
    ),
    _window(
        "run.fit_to_data",
        "Fit the model to the data",
        "Run",
        1,
        icon="data",
        note="Set the input shape and the number of classes to those of the data set.",
    ),
)

_HELP = (
    _window(
        "help.palette",
        "All actions...",
        "Help",
        0,
        "Ctrl+Shift+P",
        icon="search",
        note="Find any act by its name.",
    ),
    _window("help.keys", "Keys", "Help", 0, "Ctrl+/", icon="help"),
    _canvas("help.layer", "Help on the selected layer", "Help", 1, "F1", icon="info"),
    _window("help.about", "About NN Studio", "Help", 2),
)

TABLE: tuple[ActionSpec, ...] = (*_FILE, *_EDIT, *_GRAPH, *_VIEW, *_RUN, *_HELP)
MENUS = ("File", "Edit", "Graph", "View", "Run", "Help")
