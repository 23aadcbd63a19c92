"""One run of a layer without a shape rule: its own generated lines, executed on meta tensors.

The lines are those that the exported file will have: imports, constructor, call. Names in them
(parameters of the block) get the values of the use. On the meta device nothing is computed, no
weight has memory and no random number is drawn. Whatever the layer does wrong is a `ShapeError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from types import CodeType
from typing import Any

import torch
from torch import nn

from nnstudio.analysis.probing import Ran, Sized
from nnstudio.analysis.report import NodeReport
from nnstudio.catalog.code import CodeError, ModuleCode, Written
from nnstudio.catalog.guards import kind_of
from nnstudio.catalog.isolation import RUNNING, ForeignError, UnansweredError, call
from nnstudio.catalog.layer import Layer
from nnstudio.catalog.memory import OWN, Memory
from nnstudio.catalog.use import ShapeError
from nnstudio.compiler.codegen.imports import head
from nnstudio.compiler.codegen.value_text import call_arguments, in_python, layer_params
from nnstudio.compiler.dtypes import DTYPES
from nnstudio.graph.values import Node
from nnstudio.project.ports import output_count
from nnstudio.symbols.tensor import DType

# no name of a block begins with two underscores
MODULE = "__module"


def run(layer: Layer, node: Node, values: Mapping[str, Any], inputs: Mapping[str, Sized]) -> Ran:
    """Run the layer on tensors of these sizes. Raises `ShapeError` with one sentence."""
    if id(layer) in _stuck:
        raise ShapeError(f"cannot be run: {_stuck[id(layer)][1]}")
    ports = [port.name for port in layer.outputs[: output_count(layer, node)]]
    try:
        return call(lambda: _run_here(layer, node, ports, values, inputs), RUNNING, (ShapeError,))
    except ForeignError as error:
        if isinstance(error, UnansweredError):
            _stuck[id(layer)] = layer, str(error)
        raise ShapeError(f"cannot be run: {error}") from error


_stuck: dict[int, tuple[Layer, str]] = {}
"""The layers that did not end once, by id, and held so that it stays theirs: not run again."""


def _run_here(
    layer: Layer,
    node: Node,
    ports: Sequence[str],
    values: Mapping[str, Any],
    inputs: Mapping[str, Sized],
) -> Ran:
    ranks = {port: len(shape) for port, (shape, _) in inputs.items()}
    # a constructor may change the list that it is given
    namespace: dict[str, Any] = {**deepcopy(values), "__name__": "nnstudio_trial"}
    try:
        text = trial_text(layer, node, ports, ranks)
        with torch.device("meta"), torch.no_grad():
            given = [torch.empty(shape, dtype=DTYPES[dtype]) for shape, dtype in inputs.values()]
            namespace |= {_input(at): tensor for at, tensor in enumerate(given)}
            exec(_compile(text), namespace)
        parameters = _trainable(namespace.get(MODULE))
    except CodeError as error:
        raise ShapeError(str(error)) from error
    outputs = tuple(_shape_of(port, namespace[_output(at)]) for at, port in enumerate(ports))
    results = [namespace[_output(at)] for at in range(len(ports))]
    return Ran(outputs, parameters, _memory(dict(zip(inputs, given, strict=True)), results))


def _memory(given: Mapping[str, torch.Tensor], results: Sequence[torch.Tensor]) -> Memory:
    """The first input that was written into, else that was passed on; torch counts the writing."""
    own = {result.untyped_storage()._cdata for result in results}
    for port, tensor in given.items():
        if tensor._version:
            return Memory(overwrites=True, port=port)
    for port, tensor in given.items():
        if tensor.untyped_storage()._cdata in own:
            return Memory(passes=True, port=port)
    return OWN


def trial_text(layer: Layer, node: Node, ports: Sequence[str], ranks: Mapping[str, int]) -> str:
    """The lines that make the layer of `node`, call it and take its result apart."""
    params = layer_params(layer, node, NodeReport())
    inputs = {port: _input(at) for at, port in enumerate(ranks)}
    targets = {port: _output(at) for at, port in enumerate(ports)}
    lines: list[str] = []
    texts = params.texts
    if isinstance(layer.code, ModuleCode):
        made = layer.code.constructor(layer.type, Written({}, texts, params.given))
        lines.append(f"{MODULE} = {in_python(made)}")
        call = Written(inputs, texts, params.given, frozenset(ports), ranks)
        value = f"{MODULE}({call_arguments(layer, layer.code, call)})"
        pattern = layer.code.result
    else:
        texts = {name: in_python(text) for name, text in texts.items()}
        value = layer.code.write(Written(inputs, texts, params.given, frozenset(ports), ranks))
        pattern = layer.code.pattern(ports)
    lines.append(f"{pattern.format(**targets) or targets[ports[0]]} = {value}")
    body = "\n".join(lines)
    return "\n".join([*head(body, layer.code.imports), "", body])


@lru_cache(maxsize=256)
def _compile(text: str) -> CodeType:
    return compile(text, "<nnstudio trial>", "exec")


def _input(at: int) -> str:
    return f"__input_{at}"


def _output(at: int) -> str:
    return f"__output_{at}"


def _trainable(module: object) -> int:
    if not isinstance(module, nn.Module):
        return 0
    return sum(tensor.numel() for tensor in module.parameters() if tensor.requires_grad)


def _shape_of(port: str, value: object) -> Sized:
    if not isinstance(value, torch.Tensor):
        raise ShapeError(f"gives {kind_of(value)} as '{port}', expected a tensor")
    dtype: DType = "float" if value.is_floating_point() else "int"
    if value.is_complex():
        raise ShapeError(f"gives complex numbers as '{port}', expected float, int or bool")
    return tuple(value.shape), "bool" if value.dtype == torch.bool else dtype
