"""Which runs lie over each other in the curves, and in which colour each does."""

from __future__ import annotations

from nnstudio.project.refusal import Refusal

COLOURS = 8
"""Colours of series that a theme has."""
MOST = COLOURS - 1
"""Runs in the overlay: the selected run has a colour of its own beside them."""


class Overlay:
    """Runs by id with the numbers of their colours. A colour that is given back is given again."""

    def __init__(self) -> None:
        self._colours: dict[str, int] = {}

    def __contains__(self, id: str) -> bool:
        return id in self._colours

    def __len__(self) -> int:
        return len(self._colours)

    @property
    def ids(self) -> tuple[str, ...]:
        """The runs in the order in which they came."""
        return tuple(self._colours)

    def toggle(self, id: str) -> None:
        """Take a run in or out. Raises `Refusal` if there are as many as there are colours."""
        if id in self._colours:
            del self._colours[id]
        elif len(self) >= MOST:
            raise Refusal(f"At most {MOST} runs lie over each other: take one away first")
        else:
            self._colours[id] = self._free()

    def keep(self, ids: set[str]) -> bool:
        """Forget runs that are no more; whether there were some."""
        gone = [id for id in self._colours if id not in ids]
        for id in gone:
            del self._colours[id]
        return bool(gone)

    def clear(self) -> None:
        """Take all out."""
        self._colours.clear()

    def colour(self, id: str, selected: str | None) -> int | None:
        """The number of a run's colour; the selected run has the one that it would get."""
        if id in self._colours:
            return self._colours[id]
        return self._free() if id == selected else None

    def _free(self) -> int:
        taken = set(self._colours.values())
        return next(k for k in range(COLOURS) if k not in taken)
