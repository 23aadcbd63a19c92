"""Real instances of a layer, made from its generated text exactly as the compiler makes them.

Here: the resolved use of an example, the text of module and call, and the run of that text on
real or on meta tensors.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 (the name in generated code)
from torch import Tensor as Torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from nnstudio.analysis.values import declared_params, resolve_value
from nnstudio.catalog.code import FunctionCode, ModuleCode, Written
from nnstudio.catalog.layer import AUTO, REQUIRED, Layer
from nnstudio.catalog.use import Use
from nnstudio.compiler.codegen.value_text import derived_text
from nnstudio.project.parameter_text import python_text
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import Quantity
from nnstudio.symbols.tensor import Tensor

DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}


def shapes_of(example: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """The input shapes of an example by port."""
    given = example["input"]
    return dict(given) if isinstance(given, dict) else {"input": given}


def dtypes_of(example: Mapping[str, Any]) -> dict[str, str]:
    """The dtypes of an example by port; float where nothing is said."""
    given = example.get("dtype", "float")
    ports = shapes_of(example)
    if isinstance(given, str):
        return dict.fromkeys(ports, given)
    return {port: given.get(port, "float") for port in ports}


def numeric(example: Mapping[str, Any]) -> dict[str, Tensor]:
    """The inputs of an example with plain numbers."""
    dtypes = dtypes_of(example)
    return {
        port: Tensor(tuple(Dim(size) for size in shape), dtypes[port])  # type: ignore[arg-type]
        for port, shape in shapes_of(example).items()
    }


def symbolic(example: Mapping[str, Any]) -> tuple[dict[str, Tensor], dict[str, Quantity]]:
    """The inputs with every size a name of its own and no number; 1 stays a literal."""
    dtypes = dtypes_of(example)
    names: dict[str, Quantity] = {}
    result = {}
    for p, (port, shape) in enumerate(shapes_of(example).items()):
        dims = []
        for k, size in enumerate(shape):
            name = f"s{p}_{k}"
            names[name] = Dim(size)
            dims.append(Dim(1) if size == 1 else Dim.atom(name))
        result[port] = Tensor(tuple(dims), dtypes[port])  # type: ignore[arg-type]
    return result, names


def use_of(layer: Layer, example: Mapping[str, Any], inputs: Mapping[str, Tensor]) -> Use:
    """The use that analysis makes of the example."""
    params = dict(declared_params(layer).defaults)
    for name, value in example["params"].items():
        param = layer.param(name)
        assert param is not None, f"{layer.type} declares no parameter {name}"
        params[name] = resolve_value(value, {}, names=param.kind == "shape")
    for param in layer.params:
        if param.default is REQUIRED:
            assert param.name in params, f"the example of {layer.type} lacks {param.name}"
    return Use(inputs, params)


def outputs_of(layer: Layer, use: Use) -> tuple[Tensor, ...]:
    """What the rule says."""
    found = layer.rule(use)
    return found if isinstance(found, tuple) else (found,)


@dataclass
class Instance:
    """The generated text of one use, and its run."""

    module: str
    call: str
    result: str
    names: tuple[str, ...]

    def build(self) -> nn.Module | None:
        """The module that the text makes, in training mode."""
        if not self.module:
            return None
        made = eval(self.module, {"nn": nn, "torch": torch})
        assert isinstance(made, nn.Module)
        return made

    def run(self, module: nn.Module | None, inputs: Mapping[str, Torch]) -> tuple[Torch, ...]:
        """The outputs of the text, taken apart by its pattern."""
        block = SimpleNamespace(training=False)
        names = {"torch": torch, "F": F, "math": math, "self": block, "m": module}
        scope: dict[str, Any] = {**names, **inputs}
        target = self.result or "output"
        exec(f"{target} = {self.call}", scope)
        return tuple(scope[name] for name in self.names)


def instance(
    layer: Layer, example: Mapping[str, Any], use: Use, outputs: tuple[Tensor, ...]
) -> Instance:
    """The text of a use whose output ports are all consumed."""
    texts: dict[str, str] = {}
    given = set()
    for param in layer.params:
        default = None if param.default in (AUTO, REQUIRED) else python_text(param.default)
        if param.name in example["params"]:
            value = example["params"][param.name]
            texts[param.name] = python_text(value, names=param.kind == "shape")
        elif param.default is AUTO:
            texts[param.name] = derived_text(use.derived[param.name])
        else:
            texts[param.name] = default or "None"
        if texts[param.name] != default:
            given.add(param.name)
    ports = [port.name for port in layer.outputs][: len(outputs)]
    inputs = {port: port.replace(".", "_") for port in use.inputs}
    ranks = {port: tensor.rank for port, tensor in use.inputs.items()}
    w = Written(inputs, texts, frozenset(given), frozenset(ports), ranks)
    names = {port: f"out_{port}" for port in ports}
    code = layer.code
    if isinstance(code, FunctionCode):
        return Instance("", code.write(w), code.pattern(ports).format(**names), _names(code, names))
    optional = {port.name for port in layer.inputs if port.optional}
    call = code.call(w) if code.call else default_call(inputs, optional)
    pattern = code.result.format(**names)
    return Instance(code.constructor(layer.type, w), f"m({call})", pattern, _names(code, names))


def _names(code: FunctionCode | ModuleCode, names: Mapping[str, str]) -> tuple[str, ...]:
    several = code.result or (isinstance(code, FunctionCode) and code.count)
    return tuple(names.values()) if several else ("output",)


def default_call(inputs: Mapping[str, str], optional: set[str]) -> str:
    """Connected inputs in port order, optional ones by keyword."""
    return ", ".join(f"{p}={t}" if p in optional else t for p, t in inputs.items())


def tensors(example: Mapping[str, Any], device: str = "cpu") -> dict[str, Torch]:
    """Random inputs of an example, by variable name; whole numbers are 0 or 1."""
    torch.default_generator.manual_seed(0)  # all lies on the CPU
    result = {}
    dtypes = dtypes_of(example)
    for port, shape in shapes_of(example).items():
        if dtypes[port] == "float":
            value = 0.1 + 0.8 * torch.rand(shape)  # a probability, too
        elif port == "offsets":
            value = 2 * torch.arange(shape[0])
        else:
            value = torch.randint(0, 2, shape).to(DTYPES[dtypes[port]])
        result[port.replace(".", "_")] = value.to(device)
    return result


def quietly(function: Any, *arguments: Any) -> Any:
    """The call without torch's warnings about its own internals."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments)


@contextmanager
def counted_kernels() -> Iterator[None]:
    """Recurrent layers and attention as plain products, which the flop counter sees."""
    before = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH):
            yield
    finally:
        torch._C._set_mkldnn_enabled(before)
