"""What can be done with trainings that wait for their turn."""

from __future__ import annotations

from nnstudio.ui.action_table.spec import ActionSpec, window_act

_MENU = "Run/Queue"

QUEUE: tuple[ActionSpec, ...] = (
    window_act(
        "queue.add",
        "Add to queue",
        "Run",
        0,
        "Ctrl+Shift+Q",
        icon="layers",
        note="Put a copy of the project with its settings behind the others that wait; they are "
        "trained one after the other, also when the window is closed. The page Runs shows them.",
    ),
    window_act(
        "queue.pause",
        "Pause the queue",
        _MENU,
        0,
        "Ctrl+Alt+Q",
        icon="pause",
        note="Start no more; those that are being trained come to their end.",
    ),
    window_act(
        "queue.stop",
        "Stop the queue",
        _MENU,
        0,
        icon="stop",
        note="Stop those that are being trained as well, with a checkpoint; they wait again.",
    ),
    window_act(
        "queue.now",
        "Start now",
        _MENU,
        1,
        icon="run",
        note="Train the selected ones beside what is being trained; Return in the queue.",
    ),
    window_act(
        "queue.hold",
        "Hold back",
        _MENU,
        1,
        icon="clock",
        note="Pass the selected ones over until they are released; Space in the queue.",
    ),
    window_act("queue.up", "Earlier", _MENU, 2, "Ctrl+Alt+Up", icon="chevron-up"),
    window_act("queue.down", "Later", _MENU, 2, "Ctrl+Alt+Down", icon="chevron-down"),
    window_act(
        "queue.remove",
        "Take out of the queue",
        _MENU,
        3,
        icon="delete",
        note="Remove the copies of the selected ones; no run is removed. Delete in the queue.",
    ),
)
