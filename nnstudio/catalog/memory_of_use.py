"""What a use of a layer does with memory: as declared, or read from the text that it writes."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from nnstudio.catalog.code import FunctionCode, Written
from nnstudio.catalog.layer import Layer
from nnstudio.catalog.memory import INPLACE, OWN, Memory
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import Tensor


def memory_of(layer: Layer, use: Use, outputs: tuple[Tensor, ...]) -> Memory:
    """What a use of a layer does; `overwrites` is True or False in it."""
    told = layer.memory
    if told is OWN:
        return OWN
    memory = _untold(layer) if told is None else told if isinstance(told, Memory) else told(use)
    if isinstance(memory.overwrites, str):
        memory = _decided(memory, bool(use.value(memory.overwrites)))
    source = use.inputs.get(memory.port) if memory.port else next(iter(use.inputs.values()), None)
    if memory.passes and (source is None or any(t.dtype != source.dtype for t in outputs)):
        memory = replace(memory, passes=False)  # other numbers are other memory
    return memory


@cache
def _decided(memory: Memory, overwrites: bool) -> Memory:
    """One object for each: what is as declared and does nothing is `OWN` itself."""
    decided = replace(memory, overwrites=overwrites)
    return OWN if decided == OWN else decided


_UNTOLD: dict[int, tuple[Layer, Memory]] = {}


def _untold(layer: Layer) -> Memory:
    """What can be read from the declaration of a layer that says nothing about memory."""
    known = _UNTOLD.get(id(layer))
    if known is None:
        memory = OWN
        if layer.param(INPLACE) is not None:
            memory = Memory(overwrites=INPLACE)
        elif isinstance(layer.code, FunctionCode) and _writes(_written(layer, layer.code)):
            memory = Memory(overwrites=True)
        known = _UNTOLD[id(layer)] = layer, memory  # held, so that its id stays its own
    return known[1]


def _written(layer: Layer, code: FunctionCode) -> str:
    """The text of a use, as far as it can be written without one."""
    inputs = {f"{port.name}.0" if port.variadic else port.name: "x" for port in layer.inputs}
    params: Mapping[str, str] = {param.name: repr(param.initial) for param in layer.params}
    try:
        return code.write(Written(inputs, params, frozenset(params)))
    except Exception:  # another package's code, which expects what only a real use has
        return ""


def _writes(text: str) -> bool:
    """True for ``x.clamp_(0)`` and ``F.relu(x, inplace=True)``."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        called = call.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name.endswith("_") and not name.endswith("__"):
            return True
        if any(
            word.arg == INPLACE and isinstance(word.value, ast.Constant) and word.value.value
            for word in call.keywords
        ):
            return True
    return False
