"""The published models as they were measured: totals, outputs and `state_dict` keys in order.

The facts lie in `resources/published/architectures.json`, one entry for each reference id. What
the *documents* say of these models, and where they err, is in `documented`. Where a document leaves
the sizes free (an assignment), nothing was published: the facts are those of the reference model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from nnstudio.assets import asset
from nnstudio.inspection.documented import CheckRow, Status

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Published:
    """One published model. `keys` is empty where no key list was measured.

    `is_published` is False if nobody published the sizes: they were chosen for the reference model.
    """

    reference: str
    parameters: int
    outputs: Shape | Mapping[str, Shape]
    """Of a batch of 2; by name where the model returns several."""
    keys: tuple[tuple[str, Shape], ...]
    is_published: bool = True

    @property
    def origin(self) -> str:
        """Say whose facts these are: `as published`."""
        return "as published" if self.is_published else "as in the reference model"


@cache
def _all() -> dict[str, Published]:
    data = json.loads(asset("published", "architectures.json").read_text(encoding="utf-8"))
    return {entry["id"]: _read(entry) for entry in data["architectures"]}


def _read(entry: dict[str, object]) -> Published:
    outputs = entry["output_shape_batch2"]
    shapes: Shape | dict[str, Shape]
    if isinstance(outputs, dict):
        shapes = {name: tuple(shape) for name, shape in outputs.items()}
    else:
        assert isinstance(outputs, list)
        shapes = tuple(outputs)
    rows = entry.get("state_dict", [])
    assert isinstance(rows, list)
    keys = tuple((key, tuple(shape)) for key, shape, _ in rows)
    total, told = int(str(entry["total_params"])), entry.get("published", True) is True
    return Published(str(entry["id"]), total, shapes, keys, told)


def published_facts(reference: str) -> Published | None:
    """The facts of a reference id, None if there is none of that name."""
    return _all().get(reference)


def compare(
    facts: Published,
    parameters: int,
    keys: Sequence[tuple[str, Shape]],
    outputs: Mapping[str, Shape],
) -> tuple[CheckRow, ...]:
    """The built model against the published one: parameters, `state_dict` in order, outputs."""
    rows = [_row(f"Parameters, {facts.origin}", f"{facts.parameters:,}", f"{parameters:,}")]
    if facts.keys:
        rows.append(_keys(facts, keys))
    if isinstance(facts.outputs, Mapping):
        rows.append(
            _row(f"Outputs, {facts.origin}", _shapes_text(facts.outputs), _shapes_text(outputs))
        )
    else:
        found = next(iter(outputs.values()), ()) if len(outputs) == 1 else ()
        rows.append(_row(f"Output, {facts.origin}", _sizes(facts.outputs), _sizes(found)))
    return tuple(rows)


def _row(name: str, expected: str, found: str) -> CheckRow:
    status: Status = "match" if expected == found else "mismatch"
    return CheckRow(name, "", status, expected, found)


def _keys(facts: Published, found: Sequence[tuple[str, Shape]]) -> CheckRow:
    """Keys and shapes in order; the first difference is named."""
    name = f"state_dict, {facts.origin}"
    for wanted, real in zip(facts.keys, found, strict=False):
        if wanted != real:
            return _row(name, f"{wanted[0]} {_sizes(wanted[1])}", f"{real[0]} {_sizes(real[1])}")
    return _row(name, f"{len(facts.keys)} keys", f"{len(found)} keys")


def _sizes(shape: Shape) -> str:
    return " × ".join(map(str, shape)) or "scalar"


def _shapes_text(shapes: Mapping[str, Shape]) -> str:
    return ", ".join(f"{name} {_sizes(shape)}" for name, shape in shapes.items())
