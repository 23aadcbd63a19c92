"""Whose weights those of a node are, as the forms say it. No widget, no command."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nnstudio.analysis.inside_blocks import shape_at
from nnstudio.analysis.report import BlockReport
from nnstudio.analysis.weights import same_shape
from nnstudio.graph.values import Node
from nnstudio.project.ties import Path, dotted, end_problem
from nnstudio.project.values import Block, Project, Tie
from nnstudio.project.weights import TIED

_MOST = 200
"""So many weights are offered at most; a list of more helps nobody."""


def tie_of(block: Block, path: Path) -> Tie | None:
    """Find the tie of a layer's weight to another's; `path` are the ids that lead to it."""
    return next((t for t in block.ties if t.ends[0] == (path, "weight")), None)


def owner_of(project: Project, block: Block, tie: Tie) -> str:
    """Find what a weight is tied to: `embedding.weight`."""
    return _text(project, block, *tie.ends[1])


def takers(project: Project, blocks: Sequence[Block], path: Path) -> list[str]:
    """Find what is tied to the weight of a layer: `head.weight`, `head.weight of Model`.

    `blocks` lead from the model to the block of the layer, `path` are the ids by which they are
    entered and its own.
    """
    found = []
    for k in reversed(range(len(blocks))):
        block, of = blocks[k], "" if k == len(blocks) - 1 else f" of {blocks[k].name}"
        for tie in block.ties:
            if tie.ends[1] == (path[k:], "weight"):
                found.append(_text(project, block, *tie.ends[0]) + of)
    return found


def owner_around(project: Project, blocks: Sequence[Block], path: Path) -> str:
    """Find what the weight is tied to by a block around: `words.weight of Model`; "": nothing."""
    for k, block in enumerate(blocks[:-1]):
        tie = tie_of(block, path[k:])
        if tie is not None:
            return f"{owner_of(project, block, tie)} of {block.name}"
    return ""


@dataclass(frozen=True, slots=True)
class Owner:
    """A layer whose weight another can have, and whether it is known to fit."""

    path: Path
    text: str
    fits: bool


def owners(project: Project, block: Block, report: BlockReport, path: Path) -> list[Owner]:
    """Find the layers to whose weight that of one can be tied, those of its shape first.

    `path` are the ids that lead from `block` to the one.
    """
    own = shape_at(project, block, report.nodes, (path, "weight"))
    taken = {tie.ends[0] for tie in block.ties}
    found = []
    for other in weights_in(project, block):
        if other == path or (other, "weight") in taken:
            continue
        shape = shape_at(project, block, report.nodes, (other, "weight"))
        fits = own is not None and shape is not None and same_shape(own, shape)
        text = _text(project, block, other, "weight")
        if shape is not None and not fits:
            text += f"  {shape.label}"
        found.append(Owner(other, text, fits))
    return sorted(found, key=lambda owner: not owner.fits)[:_MOST]


def weights_in(project: Project, block: Block) -> Iterator[Path]:
    """Go through the layers with a weight to tie to, also those inside blocks, by their ids."""
    waiting: list[tuple[Path, Node, Block]] = [((), n, block) for n in reversed(block.graph.nodes)]
    seen = 0
    while waiting and seen < 10 * _MOST:
        seen += 1
        before, node, here = waiting.pop()
        path = (*before, node.id)
        inner = project.by_name.get(node.type)
        if node.type in TIED and inner is None:
            if end_problem(project, block, (path, "weight"), takes=False) is None:
                yield path
        elif inner is not None and inner is not here and node.repeat is None and node.when is None:
            waiting += [(path, n, inner) for n in reversed(inner.graph.nodes)]


def _text(project: Project, block: Block, path: Path, parameter: str) -> str:
    return f"{dotted(project, block, path)}.{parameter}"
