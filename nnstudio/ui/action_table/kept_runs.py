"""What can be done with runs that are kept, on the page Runs."""

from __future__ import annotations

from nnstudio.ui.action_table.spec import ActionSpec, window_act

_MENU = "Run/Kept run"

KEPT_RUNS: tuple[ActionSpec, ...] = (
    window_act(
        "runs.resume",
        "Resume",
        _MENU,
        0,
        "Ctrl+Shift+R",
        icon="resume",
        note="Open the project of the run and go on from its last checkpoint.",
    ),
    window_act(
        "runs.duplicate",
        "Duplicate to change",
        _MENU,
        0,
        "Ctrl+Shift+D",
        icon="duplicate",
        note="Open the project of the run, with its settings, as a new one.",
    ),
    window_act(
        "runs.overlay",
        "Show in the curves",
        _MENU,
        1,
        "Ctrl+Shift+L",
        icon="layers",
        note="Lay the run over the others, or take it away; Space in the table.",
    ),
    window_act("runs.clear_overlay", "Take all from the curves", _MENU, 1, icon="remove"),
    window_act("runs.star", "Star", _MENU, 2, "Ctrl+Shift+B", icon="star"),
    window_act("runs.rename", "Rename the run...", _MENU, 2, "Shift+F2", icon="rename"),
    window_act("runs.note", "Note on the run...", _MENU, 2, "Ctrl+Shift+M", icon="edit"),
    window_act(
        "runs.folder",
        "Open the folder",
        _MENU,
        3,
        "Ctrl+Shift+F",
        icon="folder",
        note="Show the files of the run.",
    ),
    window_act("runs.copy_path", "Copy the path", _MENU, 3, "Ctrl+Shift+C", icon="copy"),
    window_act(
        "runs.delete",
        "Delete",
        _MENU,
        4,
        "Shift+Del",
        icon="delete",
        note="Put the selected runs into the trash; nothing is removed, and it can be undone.",
    ),
    window_act("runs.undo_delete", "Take back the deleted", _MENU, 4, "Ctrl+Alt+Z", icon="undo"),
    window_act(
        "runs.search",
        "Search runs",
        "Run/Runs",
        0,
        "Ctrl+Shift+K",
        icon="search",
        note="By name, note, model, data, tag or id.",
    ),
    window_act("runs.curves", "Curves", "Run/Runs", 1, "Ctrl+Alt+1", icon="training"),
    window_act("runs.evaluation", "Evaluation", "Run/Runs", 1, "Ctrl+Alt+2", icon="evaluation"),
    window_act("runs.samples", "Judged samples", "Run/Runs", 1, "Ctrl+Alt+3", icon="image"),
    window_act("runs.settings", "Settings of a run", "Run/Runs", 1, "Ctrl+Alt+4", icon="settings"),
    window_act("runs.model", "Model as trained", "Run/Runs", 1, "Ctrl+Alt+5", icon="model"),
    window_act("runs.log", "Log of the run", "Run/Runs", 1, "Ctrl+Alt+6", icon="log"),
    window_act(
        "runs.export",
        "Export the curves...",
        "Run/Runs",
        2,
        icon="export",
        note="As PNG or SVG, or the points of every figure as CSV.",
    ),
    window_act(
        "runs.rebuild",
        "Rebuild the index",
        "Run/Runs",
        2,
        icon="refresh",
        note="Read every run's folder anew, as after files were moved by hand.",
    ),
)
