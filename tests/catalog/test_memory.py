"""What layers declare about memory, held against what torch does: writing, views, gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor as Torch
from torch import nn

from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.memory import OWN, VIEW, Memory
from nnstudio.catalog.memory_of_use import memory_of
from nnstudio.catalog.use import Use
from tests.catalog.examples import MORE, given
from tests.catalog.instances import instance, numeric, outputs_of, quietly, tensors, use_of
from tests.catalog.test_contract import LAYERS

# what the examples of the contract do not show: nothing to do, one operand, whole numbers
CORNERS: dict[str, list[dict[str, Any]]] = {
    "Cast": [given((2, 4, 6), dtype="float")],
    "Einsum": [
        given({"operand.0": (2, 3, 4)}, equation="abc->acb"),
        given({"operand.0": (2, 3, 4)}, equation="abc->abc"),
    ],
    "Patches": [given((2, 1, 6, 6), patch_size=6), given((2, 3, 6, 6), patch_size=1)],
    "ChannelShuffle": [given((2, 6, 3, 4), groups=1)],
    "PixelShuffle": [given((2, 8, 3, 4), upscale_factor=1)],
    "PixelUnshuffle": [given((2, 3, 6, 4), downscale_factor=1)],
    "Roll": [given((2, 4, 6), shifts=(0,), dims=(1,))],
    "Pad": [given((2, 3, 5, 6), pad=(0, 0)), given((2, 3, 5, 6), pad=(-1, 0))],
    "ZeroPad2d": [given((2, 3, 5, 6), padding=0)],
    "ReflectionPad2d": [given((2, 3, 5, 6), padding=0)],
    "CircularPad2d": [given((2, 3, 5, 6), padding=0)],
    "Upsample": [given((2, 3, 4, 5), scale_factor=1)],
    "Interpolate": [
        given((2, 3, 4, 5), size=(4, 5)),
        given((2, 3, 4, 5), size=(4, 5), mode="area"),
        given((2, 3, 4, 5), size=(4, 5), mode="bicubic"),
    ],
    "AdaptiveAvgPool2d": [given((2, 4, 6, 6), output_size=(6, 6))],
    "MaxPool2d": [given((2, 4, 6, 6), kernel_size=1)],
    "AvgPool2d": [given((2, 4, 6, 6), kernel_size=1)],
    "Repeat": [given((2, 4, 6), repeats=(1, 1, 1))],
    "Unfold": [given((2, 3, 4, 4), kernel_size=1)],
    "Concat": [given({"input.0": (2, 4)}, dim=1)],
    "Sum": [given((2, 1, 4), dim=1)],
    "Mean": [given((2, 1, 4), dim=1)],
    "Dropout": [given((2, 6), p=0.0)],
    "AlphaDropout": [given((2, 6), p=0.0)],
    "Slice": [given((2, 4, 6), dim=1)],
    "Chunk": [given((2, 4, 6), chunks=1, dim=1)],
    "Reshape": [given((2, 4, 6), shape=(2, 24))],
    "UnfoldDim": [given((2, 8, 3), dimension=1, size=2, step=2)],
    "Expand": [given((2, 4, 6), sizes=(-1, -1, -1))],
    "Squeeze": [given((2, 1, 6), dim=1)],
    "Scale": [given((2, 4), factor=1.0)],
    "ScaledDotProductAttention": [given(dict.fromkeys(("query", "key", "value"), (2, 4, 64, 32)))],
    "Norm": [given((2, 4, 6), ord=1, dim=1)],
    "PairwiseDistance": [given({"x1": (4, 6), "x2": (4, 6)}, p=1.0)],
}
CASES = [
    pytest.param(layer, example, inplace, training, id=f"{name}-{k}-{inplace}-{training}")
    for name, layer in LAYERS.items()
    for k, example in enumerate([layer.example, *MORE.get(name, []), *CORNERS.get(name, [])])
    for inplace in ((False, True) if layer.param("inplace") else (False,))
    for training in ((True, False) if layer.is_module else (False,))
]


def declared(layer: Layer, use: Use) -> Memory:
    return memory_of(layer, use, outputs_of(layer, use))


class Trial:
    """One use of a layer, run on values that others have made."""

    def __init__(
        self, layer: Layer, example: dict[str, Any], inplace: bool, training: bool
    ) -> None:
        if inplace:
            example = {**example, "params": {**example["params"], "inplace": True}}
        self.use = use_of(layer, example, numeric(example))
        outputs = outputs_of(layer, self.use)
        self.memory = memory_of(layer, self.use, outputs)
        self.made = instance(layer, example, self.use, outputs)
        self.training = training
        self.tensors = tensors(example)

    def run(self) -> tuple[dict[str, Torch], tuple[Torch, ...]]:
        """The inputs, as results of other operations, and the outputs."""
        torch.default_generator.manual_seed(0)
        module = quietly(self.made.build)
        if module is not None:
            module.train(self.training)
        data = {
            name: tensor.requires_grad_() * 1.0 if tensor.is_floating_point() else tensor.clone()
            for name, tensor in self.tensors.items()
        }
        return data, quietly(self.made.run, module, data)


def memory_place(tensor: Torch) -> int:
    return tensor.untyped_storage().data_ptr()


@pytest.mark.parametrize(("layer", "example", "inplace", "training"), CASES)
def test_memory_is_as_declared(
    layer: Layer, example: dict[str, Any], inplace: bool, training: bool
) -> None:
    trial = Trial(layer, example, inplace, training)
    data, outputs = trial.run()
    written = [name for name, tensor in data.items() if tensor._version]
    own = next(iter(data), None)
    handed = [
        name
        for name, tensor in data.items()
        if any(memory_place(tensor) == memory_place(output) for output in outputs)
    ]
    memory = trial.memory
    assert written in ([], [own]), "only the first input is ever written into"
    if layer.type not in ("Dropout", "Dropout1d", "Dropout2d", "Dropout3d") or training:
        assert bool(written) == bool(memory.overwrites) or example["params"].get("p") == 0.0
    assert handed in ([], [own]), "only the first input is ever handed on"
    assert memory.passes or memory.overwrites or not handed
    places = [memory_place(output) for output in outputs]
    assert len(set(places)) == len(places) or memory.passes, "two outputs share memory"


def refusals(layer: Layer) -> Iterator[tuple[Memory, bool]]:
    """Whether torch refuses to write into the first output, for every case of a layer."""
    for case in CASES:
        if case.values[0] is not layer:
            continue
        trial = Trial(*case.values)  # type: ignore[arg-type]
        _, outputs = trial.run()
        if not (outputs[0].is_floating_point() and outputs[0].requires_grad):
            continue
        refused = False
        try:
            outputs[0].mul_(2.0)
            sum(t.sum() for t in outputs if t.requires_grad).backward()  # type: ignore[union-attr]
        except RuntimeError:
            refused = True
        yield trial.memory, refused


def forbidden(memory: Memory) -> bool:
    keeps = memory.keeps == "always" or (memory.keeps == "overwriting" and bool(memory.overwrites))
    return keeps or memory.locked


@pytest.mark.parametrize("name", LAYERS)
def test_what_torch_refuses_is_declared(name: str) -> None:
    found = [(memory, refused) for memory, refused in refusals(LAYERS[name])]
    for memory, refused in found:
        assert not refused or forbidden(memory) or memory.overlaps
    told = [refused for memory, refused in found if forbidden(memory)]
    assert any(told) or not told, "declared, but torch never refuses it"


def test_nobody_writes_into_stretched_sizes() -> None:
    stretched = torch.rand(1, 3).expand(4, -1)
    with pytest.raises(RuntimeError, match="more than one element"):
        stretched.mul_(2.0)
    assert declared(LAYERS["UnfoldDim"], _use("UnfoldDim")).overlaps
    assert declared(LAYERS["Expand"], _use("Expand")).overlaps


def _use(name: str) -> Use:
    example = LAYERS[name].example
    return use_of(LAYERS[name], example, numeric(example))


# -- layers that declare nothing -----------------------------------------------------------------


def function(text: str, *params: Param) -> Layer:
    code = FunctionCode(lambda w: text.format(**w.params))
    return Layer("Other", Category.TENSOR, code, "", rule=lambda use: use.x, params=params)


@pytest.mark.parametrize(
    ("text", "overwrites"),
    [
        ("x.relu_()", True),
        ("F.relu_(x)", True),
        ("torch.clamp_(x, 0)", True),
        ("F.relu(x, inplace=True)", True),
        ("F.relu(x, inplace=False)", False),
        ("x.__neg__()", False),
        ("x.relu()", False),
        ("f(x.mul_(2))", True),
        ("x +", False),
    ],
)
def test_the_text_of_a_function_tells(text: str, overwrites: bool) -> None:
    layer = function(text)
    use = Use({"input": outputs_of(LAYERS["ReLU"], _use("ReLU"))[0]}, {})
    assert memory_of(layer, use, (use.x,)) == (Memory(overwrites=True) if overwrites else OWN)


def test_a_function_that_cannot_be_written_without_a_use_tells_nothing() -> None:
    code = FunctionCode(lambda w: w.params["missing"])
    layer = Layer("Other", Category.TENSOR, code, "", inputs=(Input(variadic=True),))
    use = Use({}, {})
    assert memory_of(layer, use, ()) == OWN


def test_another_kind_of_numbers_is_other_memory() -> None:
    example = given((2, 4), dtype="int")
    use = use_of(LAYERS["Cast"], example, numeric(example))
    assert not declared(LAYERS["Cast"], use).passes
    same = given((2, 4), dtype="float")
    assert declared(LAYERS["Cast"], use_of(LAYERS["Cast"], same, numeric(same))) == VIEW


def test_alpha_dropout_ignores_inplace() -> None:
    x = torch.ones(2, 6)
    nn.AlphaDropout(0.5, inplace=True)(x)
    assert torch.equal(x, torch.ones(2, 6))
