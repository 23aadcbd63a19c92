"""The table of everything the window can do: id, title, keys, icon, menu. No behaviour here."""

from __future__ import annotations

from nnstudio.ui.action_table.kept_runs import KEPT_RUNS
from nnstudio.ui.action_table.queue import QUEUE
from nnstudio.ui.action_table.spec import (
    ActionSpec,
    canvas_act,
    outline_act,
    page_act,
    window_act,
)
from nnstudio.ui.action_table.studies import STUDIES

RECENT = 9

_FILE = (
    window_act(
        "file.new", "New", "File", 0, "Ctrl+N", icon="new", note="Start with an empty canvas."
    ),
    window_act(
        "file.gallery",
        "Gallery",
        "File",
        0,
        "Ctrl+Shift+N",
        icon="gallery",
        note="Presets and recent projects.",
    ),
    window_act(
        "file.open", "Open...", "File", 0, "Ctrl+O", icon="open", note="Open a project file."
    ),
    *(
        window_act(
            f"file.recent{n}",
            f"Recent project {n}",
            "File/Open recent",
            0,
            f"Ctrl+{n}",
            note="Open a project that was open lately.",
        )
        for n in range(1, RECENT + 1)
    ),
    window_act(
        "file.save", "Save", "File", 1, "Ctrl+S", icon="save", note="Write the project file."
    ),
    window_act(
        "file.save_as",
        "Save as...",
        "File",
        1,
        "Ctrl+Shift+S",
        icon="save-as",
        note="Write the project to another file.",
    ),
    window_act(
        "file.export",
        "Export...",
        "File",
        2,
        "Ctrl+E",
        icon="export",
        note="Write the PyTorch code (.py) or a picture of the graph (.png, .svg).",
    ),
    window_act("file.quit", "Quit", "File", 3, "Ctrl+Q", icon="close"),
)

_EDIT = (
    window_act("edit.undo", "Undo", "Edit", 0, "Ctrl+Z", icon="undo"),
    window_act("edit.redo", "Redo", "Edit", 0, "Ctrl+Shift+Z", "Ctrl+Y", icon="redo"),
    canvas_act("edit.cut", "Cut", "Edit", 1, "Ctrl+X", icon="cut"),
    canvas_act("edit.copy", "Copy", "Edit", 1, "Ctrl+C", icon="copy"),
    canvas_act("edit.paste", "Paste", "Edit", 1, "Ctrl+V", icon="paste"),
    canvas_act(
        "edit.paste_connected",
        "Paste keeping inputs",
        "Edit",
        1,
        "Ctrl+Shift+V",
        note="The copies are fed by what feeds the originals.",
    ),
    canvas_act("edit.duplicate", "Duplicate", "Edit", 1, "Ctrl+D", icon="duplicate"),
    canvas_act("edit.delete", "Delete", "Edit", 2, "Del", "Backspace", icon="delete"),
    canvas_act(
        "edit.delete_heal",
        "Delete and heal the chain",
        "Edit",
        2,
        "Ctrl+Del",
        note="What fed the deleted nodes feeds what follows them.",
    ),
    canvas_act("edit.select_all", "Select all", "Edit", 3, "Ctrl+A"),
    canvas_act(
        "edit.select_chain",
        "Select the whole chain",
        "Edit",
        3,
        "L",
        note="Everything that leads to the selection or follows from it.",
    ),
    window_act(
        "edit.find",
        "Find in the graph...",
        "Edit",
        3,
        "Ctrl+F",
        icon="search",
        note="By name, type or shape; 'problem:' finds what is wrong.",
    ),
    canvas_act("edit.rename", "Rename", "Edit", 4, "F2", icon="rename"),
    canvas_act(
        "edit.properties",
        "Properties",
        "Edit",
        4,
        "Return",
        icon="edit",
        note="Go to the selected node's fields in the inspector.",
    ),
    window_act("edit.settings", "Keys and settings", "Edit", 5, "Ctrl+,", icon="settings"),
)

_GRAPH = (
    canvas_act(
        "graph.add",
        "Add a layer...",
        "Graph",
        0,
        "Space",
        "Shift+A",
        icon="add",
        note="Search the layers and blocks; what is chosen follows the selected node.",
    ),
    canvas_act(
        "graph.swap",
        "Swap the type...",
        "Graph",
        0,
        "Shift+S",
        note="Another type in the same place; parameters and wires that fit are kept.",
    ),
    canvas_act(
        "graph.alternative",
        "Add an alternative...",
        "Graph",
        0,
        note="What stands in the place of the node where its condition does not hold.",
    ),
    canvas_act(
        "graph.bypass",
        "Bypass",
        "Graph",
        0,
        "Ctrl+B",
        icon="bypass",
        note="Keep the node, but let the data pass by it; again to take it back.",
    ),
    canvas_act(
        "graph.repeat",
        "Repeat...",
        "Graph",
        0,
        "Ctrl+R",
        note="Build or call the node several times: a chain, branches, a loop over time.",
    ),
    canvas_act("graph.group", "Group into a frame", "Graph", 1, "Ctrl+G", icon="group"),
    canvas_act("graph.ungroup", "Ungroup", "Graph", 1, "Ctrl+Alt+Shift+G"),
    canvas_act(
        "graph.make_block",
        "Make a block",
        "Graph",
        2,
        "Ctrl+Shift+G",
        icon="block",
        note="The selected nodes become a block that can be used many times.",
    ),
    canvas_act("graph.enter", "Enter the block", "Graph", 2, "Tab", icon="enter"),
    canvas_act("graph.leave", "Leave the block", "Graph", 2, "Esc", icon="leave"),
    canvas_act(
        "graph.dissolve",
        "Dissolve the block",
        "Graph",
        2,
        "Ctrl+Alt+G",
        note="Put the block's nodes in its place.",
    ),
    canvas_act(
        "graph.save_block",
        "Save block to my blocks",
        "Graph",
        2,
        icon="save",
        note="Keep it, with the blocks inside it, for any project; it stands in the palette.",
    ),
    canvas_act(
        "graph.arrange",
        "Arrange",
        "Graph",
        3,
        "Ctrl+L",
        icon="arrange",
        note="Lay out the nodes in the order of the data; one undo step.",
    ),
    outline_act(
        "graph.declare_earlier",
        "Declare earlier",
        "Graph",
        3,
        "Alt+Up",
        note="A place up in the outline: the order of the code and of the state_dict.",
    ),
    outline_act(
        "graph.declare_later",
        "Declare later",
        "Graph",
        3,
        "Alt+Down",
        note="A place down in the outline: the order of the code and of the state_dict.",
    ),
)

_PAGES = (
    page_act("start", "Start", "Ctrl+F1", "home", "Examples, recent projects and lost work."),
    page_act("model", "Model", "Ctrl+F2", "model", "The canvas and what stands around it."),
    page_act("data", "Data", "Ctrl+F3", "data", "Source, fields, split and preparation."),
    page_act("runs", "Runs", "Ctrl+F4", "runs", "Every training: curves, settings, model, log."),
    page_act("studies", "Studies", "Ctrl+F5", "studies", "Searches and comparisons of models."),
)

_VIEW = (
    canvas_act("view.fit", "Fit all", "View", 1, "Home", "F", icon="fit"),
    canvas_act(
        "view.fit_selection",
        "Fit the selection",
        "View",
        1,
        ".",
        note="Bring what is selected into view.",
    ),
    canvas_act("view.actual_size", "Actual size", "View", 1, "Ctrl+0"),
    canvas_act("view.zoom_in", "Zoom in", "View", 1, "Ctrl++", "Ctrl+=", icon="zoom-in"),
    canvas_act("view.zoom_out", "Zoom out", "View", 1, "Ctrl+-", icon="zoom-out"),
    window_act("view.palette", "Palette", "View", 2, "Alt+L", checkable=True),
    window_act(
        "view.outline",
        "Outline",
        "View",
        2,
        "Alt+O",
        note="The block in the order of its code, to look through and to put into another order.",
        checkable=True,
    ),
    window_act("view.inspector", "Inspector", "View", 2, "Alt+I", checkable=True),
    window_act("view.panels", "Panels below", "View", 2, "Alt+P", checkable=True),
    window_act(
        "view.large_panel",
        "Large panel",
        "View",
        2,
        "Alt+M",
        note="Give the panel below the whole height, and take it back.",
        checkable=True,
    ),
    window_act("view.problems", "Problems", "View", 3, "Alt+1", icon="problems"),
    window_act("view.summary", "Summary", "View", 3, "Alt+2", icon="summary"),
    window_act("view.code", "Code", "View", 3, "Alt+3", icon="code"),
    window_act("view.training", "Training", "View", 3, "Alt+4", icon="training"),
    window_act("view.log", "Log", "View", 3, "Alt+5", icon="log"),
    window_act("view.theme_system", "Follow the system", "View/Theme", 0, checkable=True),
    window_act("view.theme_light", "Light", "View/Theme", 0, checkable=True),
    window_act("view.theme_dark", "Dark", "View/Theme", 0, checkable=True),
    window_act(
        "view.toggle_theme",
        "Light or dark",
        "View/Theme",
        1,
        "Alt+T",
        icon="theme",
        note="Change to the other of the two themes.",
    ),
    window_act("view.full_screen", "Full screen", "View", 4, "F11", checkable=True),
)

_DATA = (
    window_act(
        "data.choose",
        "Choose a data file...",
        "Data",
        0,
        "Ctrl+Shift+O",
        icon="open",
        note="Read a table, arrays, pictures or a text as the data of the project.",
    ),
    window_act(
        "data.choose_folder",
        "Choose a data folder...",
        "Data",
        0,
        icon="folder",
        note="Read a folder of pictures, recordings or texts as the data of the project.",
    ),
    window_act("data.cancel", "Stop reading", "Data", 0, icon="stop"),
    window_act("data.samples", "Samples", "Data", 1, "Alt+6", icon="image"),
    window_act("data.columns", "Columns", "Data", 1, "Alt+7", icon="chart"),
    window_act("data.balance", "Balance", "Data", 1, "Alt+8", icon="evaluation"),
    window_act("data.findings", "Findings", "Data", 1, "Alt+9", icon="problems"),
)

_RUN = (
    window_act(
        "run.start", "Run", "Run", 0, "F5", "Ctrl+Return", icon="run", note="Train the model."
    ),
    window_act("run.pause", "Pause", "Run", 0, "F6", icon="pause"),
    window_act(
        "run.stop",
        "Stop",
        "Run",
        0,
        "Shift+F5",
        "Ctrl+.",
        icon="stop",
        note="End the training; what it has learned so far is kept.",
    ),
    window_act(
        "run.start_apart",
        "Run in a process of its own",
        "Run",
        0,
        "Ctrl+Shift+Return",
        icon="run",
        note="Train beside what this window trains; it goes on when the window is closed, and the "
        "page Runs shows it.",
    ),
    window_act(
        "run.study",
        "Study this document...",
        "Run",
        0,
        icon="evaluation",
        note="All that the document of this model asks for: trainings, folds, searches, figures.",
    ),
    window_act(
        "run.measure",
        "Measure",
        "Run",
        1,
        icon="clock",
        note="Do a few steps to see how long the training takes and whether it fits in memory; "
        "nothing is trained.",
    ),
    window_act(
        "run.fit_to_data",
        "Fit the model to the data",
        "Run",
        1,
        icon="data",
        note="Set the input shape and the number of classes to those of the data set.",
    ),
)

_HELP = (
    window_act(
        "help.palette",
        "All actions...",
        "Help",
        0,
        "Ctrl+Shift+P",
        icon="search",
        note="Find any act by its name.",
    ),
    window_act("help.keys", "Keys", "Help", 0, "Ctrl+/", icon="help"),
    canvas_act("help.layer", "Help on the selected layer", "Help", 1, "F1", icon="info"),
    window_act("help.about", "About NN Studio", "Help", 2),
)

TABLE: tuple[ActionSpec, ...] = (
    *(*_FILE, *_EDIT, *_GRAPH, *_DATA, *_PAGES, *_VIEW),
    *(*_RUN, *QUEUE, *KEPT_RUNS, *STUDIES, *_HELP),
)
MENUS = ("File", "Edit", "Graph", "Data", "View", "Run", "Help")
