"""What the acts on the queue do: add, pause, stop, start now, hold back, move, remove."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.errors import UserError
from nnstudio.project.refusal import Refusal
from nnstudio.runs.queue.entry import Queued, Standing
from nnstudio.ui.actions.actions import Actions, Reason
from nnstudio.ui.pages.runs.page import RunsView
from nnstudio.ui.theme import icons
from nnstudio.workspace.queue.page import QueuePage
from nnstudio.workspace.workspace import Workspace


class QueueActions:
    """Binds the acts. no_model: why the project cannot be trained. say: tells what was done."""

    def __init__(
        self,
        actions: Actions,
        queue: QueuePage,
        view: RunsView,
        workspace: Workspace,
        no_model: Reason,
        say: Callable[[str], object],
    ) -> None:
        self._queue = queue
        self._view = view
        self._workspace = workspace
        self._say = say
        bind, selected = actions.bind, self._no_selected
        bind("queue.add", self._told(self.add), no_model)
        bind("queue.pause", self._told(self.pause), self._empty, title=self._pause_title)
        bind("queue.stop", self._told(queue.stop), self._no_stop)
        bind("queue.now", self._told(self.start_now), self._no_waiting, title=self._now_title)
        bind("queue.hold", self._told(self.hold), self._no_waiting, title=self._hold_title)
        bind("queue.up", self._told(lambda: queue.move(self._ids, -1)), self._no_waiting)
        bind("queue.down", self._told(lambda: queue.move(self._ids, 1)), self._no_waiting)
        bind("queue.remove", self._told(lambda: queue.remove(self._ids)), selected)
        self._pause = actions.action("queue.pause")
        queue.changed.connect(self._show_pause)
        queue.changed.connect(actions.refresh)
        view.follow_queue(queue, actions)
        assert view.queue is not None
        view.queue.changed.connect(actions.refresh)
        view.queue.at_once.valueChanged.connect(
            lambda number: view.doing(queue.train_at_once, number)
        )

    @property
    def _ids(self) -> tuple[str, ...]:
        return () if self._view.queue is None else self._view.queue.ids

    # -- acts ---------------------------------------------------------------------------------

    def add(self) -> None:
        """Put a copy of the open project behind the others."""
        space = self._workspace
        entry = self._queue.add(space.project, space.title, space.path)
        waits = self._queue.seen.those(Standing.WAITING, Standing.HELD)
        before = sum(one.entry.rank < entry.rank for one in waits)
        then = "it is the next" if not before else f"{before:,} before it"
        if self._queue.seen.control.wish != "run":
            then += "; the queue is paused"
        self._say(f"Added '{entry.title}' to the queue: {then}")

    def pause(self) -> None:
        """Start no more, or go on."""
        if self._is_paused:
            self._queue.go_on()
        else:
            self._queue.pause()

    def start_now(self) -> None:
        """Train the selected ones at once."""
        self._queue.start_now(self._ids)

    def hold(self) -> None:
        """Hold the selected ones back, or release them if all are."""
        self._queue.hold(self._ids, not self._are_held)

    def _told(self, act: Callable[[], object]) -> Callable[[], object]:
        def do() -> None:
            try:
                act()
            except (UserError, OSError) as error:
                raise Refusal(str(error)) from error

        return do

    # -- reasons ------------------------------------------------------------------------------

    @property
    def _is_paused(self) -> bool:
        return self._queue.seen.control.wish != "run" or self._queue.seen.is_idle

    @property
    def _are_held(self) -> bool:
        return all(one.standing is Standing.HELD for one in self._selected)

    @property
    def _selected(self) -> tuple[Queued, ...]:
        return () if self._view.queue is None else self._view.queue.selected

    def _pause_title(self) -> str:
        return "Go on with the queue" if self._is_paused else "Pause the queue"

    def _show_pause(self) -> None:
        icons.attach(self._pause, "resume" if self._is_paused else "pause")

    def _hold_title(self) -> str:
        return "Release" if self._selected and self._are_held else "Hold back"

    def _now_title(self) -> str:
        failed = any(one.standing is Standing.FAILED for one in self._selected)
        return "Try again now" if failed else "Start now"

    def _empty(self) -> str | None:
        return None if self._queue.seen.entries else "Nothing waits in the queue."

    def _no_stop(self) -> str | None:
        return None if self._queue.seen.active else "Nothing of the queue is being trained."

    def _no_selected(self) -> str | None:
        if self._empty() or not self._selected:
            return self._empty() or "Select something in the queue first."
        return None if self._view.isVisible() else "Go to the page Runs first."

    def _no_waiting(self) -> str | None:
        missing = self._no_selected()
        if missing is None and all(one.standing.is_active for one in self._selected):
            return "It is being trained already."
        return missing
