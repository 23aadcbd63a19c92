"""In whose memory a value lies and who writes into it: what is known of one use of a block.

Values only; `aliases` finds them, `overwriting` says what follows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Literal

from nnstudio.graph.values import Node


@dataclass(frozen=True, slots=True)
class Origin:
    """Where memory comes from: an Input, a Parameter or Buffer, or the node that made it.

    `path` are the ids of nodes from the block inwards, then the port; `label` is for sentences.
    """

    kind: Literal["input", "tensor", "made"]
    path: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class Region:
    """Places `start` to `end` of something that is cut: two that do not meet share no memory."""

    cut: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The memory of one output: where it may come from, and what happened to it on the way.

    `behind` are the nodes that have written into it on every way, or else nowhere; `kept` those
    whose gradient needs it as it is; `locked` those of which torch lets nobody write into what they
    give; `overlaps` those that gave one place to several elements.
    """

    origins: frozenset[Origin]
    behind: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    overlaps: frozenset[str] = frozenset()
    regions: frozenset[Region] = frozenset()

    def after(
        self,
        *,
        writer: str | None = None,
        keeper: str | None = None,
        locker: str | None = None,
        overlapper: str | None = None,
        region: Region | None = None,
    ) -> Cell:
        """The same memory after one more node."""
        return Cell(
            self.origins,
            self.behind if writer is None else self.behind | {writer},
            self.kept if keeper is None else self.kept | {keeper},
            self.locked if locker is None else self.locked | {locker},
            self.overlaps if overlapper is None else self.overlaps | {overlapper},
            self.regions if region is None else self.regions | {region},
        )

    def apart_from(self, other: Cell) -> bool:
        """True if the two are parts of one thing that do not meet."""
        return any(
            a.cut == b.cut and (a.end <= b.start or b.end <= a.start)
            for a in self.regions
            for b in other.regions
        )


def either(cells: Iterable[Cell]) -> Cell:
    """A cell that is one of several, it is not known which."""

    def both(a: Cell, b: Cell) -> Cell:
        return Cell(
            a.origins | b.origins,
            a.behind & b.behind,
            a.kept | b.kept,
            a.locked | b.locked,
            a.overlaps | b.overlaps,
            a.regions & b.regions,
        )

    return reduce(both, cells)


@dataclass(frozen=True, slots=True)
class Step:
    """A node in its block, on the way to the layer that writes."""

    block: str
    node: Node


@dataclass(frozen=True)
class BlockMemory:
    """What a use of a block does with the memory of its Inputs.

    `written`: for each Input that is written into, the way to the layer that does it. `read`: the
    Inputs whose values are used, and not merely passed on. `outputs`: the cells of the Outputs.
    """

    written: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    read: frozenset[str] = frozenset()
    outputs: Mapping[str, Cell] = field(default_factory=dict)
