"""The ports of a repetition by name: which belong together, and what follows a change of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from nnstudio.graph.values import FrozenMap, Repeat

# what people write round the name of a state to say which step it is of
_STEPS = frozenset(
    {
        *("next", "new", "out", "after", "last", "n", "t", "t1", "1"),
        *("prev", "previous", "old", "in", "before", "init", "initial", "start", "0", "x"),
    }
)


def stem_of(name: str) -> str:
    """``h`` for h, h_next, next_h, hNext, h0 and hx."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    kept = [word.lower() for word in words if word.lower() not in _STEPS]
    if not kept:
        return name.lower()
    stem = "_".join(kept)
    return stem[0] if stem in ("hx", "cx") else stem


def paired(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[tuple[str, str], ...] | None:
    """The pairs (input, output) that have one stem, to be carried; None: the first of both."""
    found: list[tuple[str, str]] = []
    for output in outputs:
        taken = {name for name, _ in found}
        same = [n for n in inputs if n not in taken and stem_of(n) == stem_of(output)]
        if same:
            found.append((same[0], output))
    if not found or found == [(inputs[0], outputs[0])]:
        return None
    return tuple(found)


def states_of(inputs: Sequence[str], outputs: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """The pairs (input, output) that have one stem; none if there is none."""
    found = paired(inputs, outputs)
    if found is not None:
        return found
    both = inputs and outputs and stem_of(inputs[0]) == stem_of(outputs[0])
    return ((inputs[0], outputs[0]),) if both else ()


def with_ports_renamed(
    repeat: Repeat,
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
    left: tuple[Collection[str], Collection[str]],
) -> Repeat:
    """The repeat after ports were renamed, without those that are not `left` (inputs, outputs)."""
    if not repeat.has_modes:
        return repeat
    carry = repeat.carry
    if carry is not None:
        renamed = [(inputs.get(a, a), outputs.get(b, b)) for a, b in carry]
        carry = tuple(pair for pair in renamed if pair[0] in left[0] and pair[1] in left[1])
    each = {inputs.get(name, name): dim for name, dim in repeat.each.items()}
    collect = {outputs.get(name, name): how for name, how in repeat.collect.items()}
    return replace(
        repeat,
        carry=carry,
        each=FrozenMap({name: dim for name, dim in each.items() if name in left[0]}),
        collect=FrozenMap({name: how for name, how in collect.items() if name in left[1]}),
    )
