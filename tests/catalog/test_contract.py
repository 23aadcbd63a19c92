"""One contract over every layer: torch is the referee of declaration, shapes, counts and code."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from nnstudio.catalog.layer import Layer
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.catalog.registry import all_layers
from nnstudio.catalog.use import Resolved
from nnstudio.symbols.dimension import Dim
from nnstudio.symbols.symbolic import Quantity, Term, as_size, literal, substitute
from nnstudio.symbols.tensor import Tensor
from tests.catalog.examples import MORE
from tests.catalog.instances import (
    DTYPES,
    counted_kernels,
    instance,
    numeric,
    outputs_of,
    quietly,
    shapes_of,
    symbolic,
    tensors,
    use_of,
)

SPECIAL = {INPUT, OUTPUT, PARAMETER, BUFFER}
LAYERS = {name: layer for name, layer in all_layers().items() if name not in SPECIAL}

CASES = [
    pytest.param(layer, example, id=f"{name}-{k}")
    for name, layer in LAYERS.items()
    for k, example in enumerate([layer.example, *MORE.get(name, [])])
]
cases = pytest.mark.parametrize(("layer", "example"), CASES)


def numbers(tensor: Tensor) -> tuple[int | None, ...]:
    return tuple(dim.value for dim in tensor.shape)


@cases
def test_rule_says_what_torch_does(layer: Layer, example: dict[str, Any]) -> None:
    use = use_of(layer, example, numeric(example))
    outputs = outputs_of(layer, use)
    made = instance(layer, example, use, outputs)
    module = quietly(made.build)
    found = quietly(made.run, module, tensors(example))
    assert [tuple(t.shape) for t in found] == [numbers(t) for t in outputs]
    for tensor, real in zip(outputs, found, strict=True):
        kind = (
            "float" if real.is_floating_point() else "bool" if real.dtype == torch.bool else "int"
        )
        assert tensor.dtype == kind


@cases
def test_rule_says_what_torch_does_on_meta(layer: Layer, example: dict[str, Any]) -> None:
    use = use_of(layer, example, numeric(example))
    outputs = outputs_of(layer, use)
    made = instance(layer, example, use, outputs)
    module = quietly(made.build)
    if module is not None:
        module = module.to("meta")
    inputs = {name: tensor.to("meta") for name, tensor in tensors(example).items()}
    if not inputs:
        pytest.skip("makes a tensor of its own, on the default device")
    try:
        found = quietly(made.run, module, inputs)
    except NotImplementedError as error:
        if "no fake impl" in str(error):
            pytest.skip("torch has no form of this for meta tensors")
        raise
    except RuntimeError as error:
        if "item() cannot be called on meta" in str(error):
            pytest.skip("torch looks at a value, and meta tensors have none")
        raise
    assert [tuple(t.shape) for t in found] == [numbers(t) for t in outputs]


@cases
def test_formulas_hold_for_every_size(layer: Layer, example: dict[str, Any]) -> None:
    """With every input size an unknown name, the formulas give the numbers when those come in."""
    exact = use_of(layer, example, numeric(example))
    expected = outputs_of(layer, exact)
    inputs, names = symbolic(example)
    use = use_of(layer, example, inputs)
    outputs = outputs_of(layer, use)
    for tensor, numeric_tensor in zip(outputs, expected, strict=True):
        assert tensor.dtype == numeric_tensor.dtype
        assert tuple(substitute(d, names).value for d in tensor.shape) == numbers(numeric_tensor)
    assert use.derived.keys() == exact.derived.keys()
    for name, quantity in use.derived.items():
        known = exact.derived[name]
        assert not isinstance(quantity, tuple)
        assert not isinstance(known, tuple)
        assert substitute(as_size(quantity), names).value == as_size(known).value
    if layer.cost is not None:
        layer.cost(use, outputs)  # unknown numbers make no exception


@cases
def test_text_does_not_depend_on_numbers(layer: Layer, example: dict[str, Any]) -> None:
    """With every parameter an expression, known and unknown values give the same formulas."""
    expected = outputs_of(layer, use_of(layer, example, numeric(example)))
    inputs, names = symbolic(example)
    known = use_of(layer, example, inputs)
    unknown = use_of(layer, example, inputs)
    for name, quantity in known.params.items():
        param = layer.param(name)
        assert param is not None
        if not param.structural:
            known.params[name], unknown.params[name] = called(name, quantity, names)
    outputs = outputs_of(layer, known)
    assert [t.formula for t in outputs] == [t.formula for t in outputs_of(layer, unknown)]
    for tensor, numeric_tensor in zip(outputs, expected, strict=True):
        assert tuple(substitute(d, names).value for d in tensor.shape) == numbers(numeric_tensor)


def called(name: str, quantity: Resolved, names: dict[str, Quantity]) -> tuple[Resolved, Resolved]:
    """A parameter's value under a name, known and unknown; what must be literal stays."""
    if isinstance(quantity, tuple) or isinstance(quantity.value, list):
        parts = quantity if isinstance(quantity, tuple) else [literal(v) for v in quantity.value]
        pairs = [called(f"{name}{k}", part, names) for k, part in enumerate(parts)]
        return tuple(a for a, _ in pairs), tuple(b for _, b in pairs)  # type: ignore[misc]
    value = quantity.value
    if value is None or isinstance(value, str) or (value < 0 and not isinstance(value, bool)):
        return quantity, quantity
    names[name] = quantity
    if isinstance(quantity, Dim):
        return Dim.atom(name, quantity.value), Dim.atom(name)
    return Term(value, name), Term(None, name)


@cases
def test_parameters_are_counted(layer: Layer, example: dict[str, Any]) -> None:
    use = use_of(layer, example, numeric(example))
    outputs = outputs_of(layer, use)
    assert layer.cost is not None
    module = quietly(instance(layer, example, use, outputs).build)
    real = 0 if module is None else sum(p.numel() for p in module.parameters())
    assert layer.cost(use, outputs)[0] == real


@cases
def test_operations_are_counted(layer: Layer, example: dict[str, Any]) -> None:
    use = use_of(layer, example, numeric(example))
    outputs = outputs_of(layer, use)
    assert layer.cost is not None
    flops = layer.cost(use, outputs)[1]
    made = instance(layer, example, use, outputs)
    module = quietly(made.build)
    with counted_kernels(), FlopCounterMode(display=False) as counter:
        quietly(made.run, module, tensors(example))
    batch = batch_of(layer, example)
    assert flops is not None
    assert flops * batch == counter.get_total_flops() + products(layer, example, outputs)


def products(layer: Layer, example: dict[str, Any], outputs: tuple[Tensor, ...]) -> int:
    """What torch's counter has no formula for: 2 for each product that is summed up."""
    shapes, params = shapes_of(example), example["params"]
    match layer.type:
        case "Bilinear":
            *before, in1 = shapes["input1"]
            forms = params["out_features"] * shapes["input2"][-1]
            return 2 * math.prod(before) * (forms * in1 + forms)
        case "EmbeddingBag" if "per_sample_weights" in shapes:
            return 2 * math.prod(shapes["input"]) * params["embedding_dim"]
        case "CosineSimilarity":
            return 3 * 2 * math.prod(shapes["x1"])
        case "PairwiseDistance":
            return 2 * math.prod(shapes["x1"])
        case "Rfft" | "Rfft2" | "Irfft" | "Irfft2" | "Fft" | "Ifft" | "Fft2" | "Ifft2":
            real = "r" in layer.type.lower()
            longer = [d.value or 0 for d in outputs[0].shape] if "Ir" in layer.type else (2, 4, 6)
            length = math.prod(longer[-2 if "2" in layer.type else -1 :])
            return round((2.5 if real else 5) * math.prod(longer[1:]) * math.log2(length)) * 2
        case "Inv":
            return 2 * 2 * 4**3
        case "Det" | "Slogdet":
            return 2 * (2 * 4**3 // 3)
        case "Solve":
            return 2 * (2 * 4**3 // 3 + 2 * 4 * 4 * 3)
        case "AffineGrid":
            return 2 * 3 * 2 * math.prod(params["size"][-2:]) * params["size"][0]
        case "Cdist":
            return 2 * math.prod(shapes["x1"]) * shapes["x2"][-2]
        case "GridSample":
            taps = {"bilinear": 2, "nearest": 0, "bicubic": 4}[params.get("mode", "bilinear")]
            rank = outputs[0].rank - 2
            return 2 * taps**rank * math.prod(dim.value or 0 for dim in outputs[0].shape)
        case "Upsample" | "Interpolate":
            elements = math.prod(dim.value or 0 for dim in outputs[0].shape)
            taps = {"linear": 2, "bilinear": 4, "trilinear": 8, "bicubic": 16}
            return 2 * taps.get(params.get("mode", "nearest"), 0) * elements
    return 0


def batch_of(layer: Layer, example: dict[str, Any]) -> int:
    """The number of samples in the example."""
    shapes = list(shapes_of(example).values())
    if not shapes or not shapes[0]:
        return 1
    sequence_first = layer.param("batch_first") and not example["params"].get("batch_first")
    return shapes[0][1 if sequence_first else 0]


@cases
def test_values_are_of_the_declared_kind(layer: Layer, example: dict[str, Any]) -> None:
    use = use_of(layer, example, numeric(example))
    assert {port.dtype for port in layer.inputs if port.dtype} <= DTYPES.keys()
    for port in layer.inputs:
        tensor = use.inputs.get(port.name)
        if tensor is not None and port.dtype is not None:
            assert tensor.dtype == port.dtype


@cases
def test_one_step_of_training_changes_the_weights(layer: Layer, example: dict[str, Any]) -> None:
    use = use_of(layer, example, numeric(example))
    made = instance(layer, example, use, outputs_of(layer, use))
    module = quietly(made.build)
    weights = [] if module is None else list(module.parameters())
    if not weights:
        return
    before = [weight.detach().clone() for weight in weights]
    inputs = {
        name: tensor - 0.6 if tensor.is_floating_point() else tensor
        for name, tensor in tensors(example).items()
    }
    found = quietly(made.run, module, inputs)
    sum(torch.sin(3 * t).sum() for t in found if t.requires_grad).backward()  # type: ignore[union-attr]
    torch.optim.SGD(weights, lr=0.5).step()
    assert any(not torch.equal(a, b) for a, b in zip(before, weights, strict=True))
