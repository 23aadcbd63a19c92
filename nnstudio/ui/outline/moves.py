"""Where rows of the outline may go, and the command that puts them there. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.graph.values import Graph
from nnstudio.project.commands.order import DeclareTogether
from nnstudio.project.refusal import Refusal
from nnstudio.ui.outline.rows import LAYERS, Row

_STAYS: Final[Mapping[str, str]] = {
    INPUT: "stays among the Inputs: their order is that of the arguments of forward.",
    OUTPUT: "stays among the Outputs: their order is that of the results of forward.",
    PARAMETER: "stays among the Parameters: they come first in the state_dict.",
    BUFFER: "stays among the Buffers: in the state_dict they come after the Parameters "
    "and before all layers.",
    LAYERS: "stays among the layers outside of groups: the outline changes the order, "
    "not what lies in a group.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Between two rows: before the child `at` of the row `parent`; None is the whole outline."""

    parent: Row | None
    at: int


@dataclass(frozen=True)
class Rows:
    """The rows of one block, to plan moves in."""

    block: str
    graph: Graph
    top: tuple[Row, ...]

    def children(self, parent: Row | None) -> tuple[Row, ...]:
        """Return the rows below a row, or those of the whole outline."""
        return self.top if parent is None else parent.children

    def move(self, rows: Sequence[Row], places: Sequence[Place]) -> tuple[Place, DeclareTogether]:
        """Find the first of the places to which these rows may go, and the command for it.

        Raises:
            Refusal: they may go to none of them; the sentence is that of the first.
        """
        refusals: list[Refusal] = []
        for place in places:
            try:
                return place, self._to(rows, place)
            except Refusal as refusal:
                refusals.append(refusal)
        raise refusals[0] if refusals else Refusal("There is no place here.")

    def shift(self, rows: Sequence[Row], step: int) -> DeclareTogether:
        """Make the command that moves rows together one up (-1) or down (1); raises `Refusal`."""
        level = _level(rows)
        parent = next((p for p in self._parents() if _has(self.children(p), rows[0])), None)
        children, keys = self.children(parent), {row.key for row in rows}
        places = [k for k, row in enumerate(children) if row.key in keys]
        neighbours = [
            k for k, row in enumerate(children) if row.level == level and row.key not in keys
        ]
        if len(places) < len(rows):
            raise Refusal("Select rows that stand together to move them.")
        if step < 0:
            before = max((k for k in neighbours if k < places[0]), default=None)
        else:
            before = min((k + 1 for k in neighbours if k >= places[-1]), default=None)
        if before is None:
            end = "first" if step < 0 else "last"
            raise Refusal(f"{_names(rows)} {_is(rows)} the {end} here already.")
        return self._to(rows, Place(parent, before))

    def _parents(self) -> list[Row | None]:
        found: list[Row | None] = [None]
        for parent in found:
            found += [row for row in self.children(parent) if row.is_group]
        return found

    def _to(self, rows: Sequence[Row], place: Place) -> DeclareTogether:
        level = _level(rows)
        parent, children = place.parent, self.children(place.parent)
        if parent is not None and (parent.uses or parent.level is None):
            raise Refusal(f"The inside of {parent.text} is changed where it is drawn: enter it.")
        if all(row.level != level for row in children[max(0, place.at - 1) : place.at + 1]):
            raise Refusal(f"{_names(rows)} {self._stays(level, rows)}")
        keys, chosen = {row.key for row in rows}, {node for row in rows for node in row.nodes}
        nodes = tuple(node.id for node in self.graph.nodes if node.id in chosen)
        rest = [node.id for node in self.graph.nodes if node.id not in chosen]
        others = [row.level == level and row.key not in keys for row in children]
        before = [row for row, other in zip(children[: place.at], others, strict=False) if other]
        behind = [row for k, row in enumerate(children) if k >= place.at and others[k]]
        if behind:
            index = rest.index(behind[0].head)
            while index and rest[index - 1] in behind[0].nodes:
                index -= 1
        elif before:
            index = rest.index(before[-1].tail) + 1
            while index < len(rest) and rest[index] in before[-1].nodes:
                index += 1
        else:
            raise Refusal(f"{_names(rows)} {_is(rows)} alone here.")
        ids = list(self.graph.by_id)
        down = before and ids.index(nodes[0]) < ids.index(before[-1].head)
        beside = f"after {before[-1].text}" if down or not behind else f"before {behind[0].text}"
        target = rest[index] if index < len(rest) else None
        return DeclareTogether(self.block, nodes, target, f"Move {_names(rows)} {beside}")

    def _stays(self, level: str, rows: Sequence[Row]) -> str:
        group = self.graph.groups_by_id.get(level)
        said = _STAYS.get(level)
        if said is None:
            name = group.name if group is not None else "its group"
            said = f"stays in {name}: the outline changes the order, not what lies in a group."
        return said if len(rows) == 1 else said.replace("stays", "stay", 1)


def _level(rows: Sequence[Row]) -> str:
    levels = {row.level for row in rows}
    if not rows:
        raise Refusal("Select a row first.")
    if None in levels:
        name = next(row.text for row in rows if row.level is None)
        raise Refusal(f"{name} is changed in the block it lies in: enter it first.")
    if len(levels) > 1:
        raise Refusal("These rows lie in different groups; move those of one group at a time.")
    level = levels.pop()
    assert level is not None
    return level


def _has(rows: Sequence[Row], row: Row) -> bool:
    return any(other.key == row.key for other in rows)


def _names(rows: Sequence[Row]) -> str:
    return rows[0].text if len(rows) == 1 else f"{len(rows):,} rows"


def _is(rows: Sequence[Row]) -> str:
    return "is" if len(rows) == 1 else "are"
