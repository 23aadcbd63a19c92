"""Parameters carry torch's own names, order and defaults; every difference has its reason here."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from torch import nn

from nnstudio.catalog.layer import AUTO, REQUIRED, Layer
from nnstudio.graph.values import Expr, Node
from nnstudio.project.checks import check_value
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import BlockParameter
from tests.catalog.test_contract import LAYERS
from tests.drawing import Drawing

EVERYWHERE = {"device", "dtype"}

NOT_IN_ALL_VERSIONS = "newer than the oldest supported torch"
INDICES = "MaxPoolWithIndices is an operation of its own, so that a module has one output"
GIVEN_WEIGHTS = "weights are given after building"

OLD = "reduction took its place"
CLASS_WEIGHTS = "a tensor as a parameter; the weights of classes are a setting of the training"

LEFT_OUT: dict[str, dict[str, str]] = {
    **{
        f"{name}Loss": dict.fromkeys(("size_average", "reduce"), OLD)
        for name in [
            "MSE",
            "L1",
            "SmoothL1",
            "KLDiv",
            "PoissonNLL",
            "HingeEmbedding",
            "MultiLabelMargin",
            "TripletMargin",
            "CosineEmbedding",
            "MarginRanking",
        ]
    },
    **{
        f"{name}Loss": {"size_average": OLD, "reduce": OLD, "weight": CLASS_WEIGHTS}
        for name in ("CrossEntropy", "NLL", "BCE", "MultiLabelSoftMargin", "MultiMargin")
    },
    "BCEWithLogitsLoss": {
        "size_average": OLD,
        "reduce": OLD,
        "weight": CLASS_WEIGHTS,
        "pos_weight": CLASS_WEIGHTS,
    },
    **{f"BatchNorm{d}d": {"bias": NOT_IN_ALL_VERSIONS} for d in (1, 2, 3)},
    **{f"InstanceNorm{d}d": {"bias": NOT_IN_ALL_VERSIONS} for d in (1, 2, 3)},
    "GroupNorm": {"bias": NOT_IN_ALL_VERSIONS},
    **{f"MaxPool{d}d": {"return_indices": INDICES} for d in (1, 2, 3)},
    **{f"AdaptiveMaxPool{d}d": {"return_indices": INDICES} for d in (1, 2, 3)},
    **{
        f"FractionalMaxPool{d}d": {
            "return_indices": INDICES,
            "_random_samples": "fixed samples are for torch's own tests",
        }
        for d in (2, 3)
    },
    "Hardtanh": {"min_value": "old name of min_val", "max_value": "old name of max_val"},
    "Embedding": {"_weight": GIVEN_WEIGHTS, "_freeze": GIVEN_WEIGHTS},
    "EmbeddingBag": {"_weight": GIVEN_WEIGHTS},
    "Transformer": {
        "custom_encoder": "a module as a parameter; draw it instead",
        "custom_decoder": "a module as a parameter; draw it instead",
    },
    "TransformerEncoder": {
        "encoder_layer": "its own parameters stand in its place",
        "enable_nested_tensor": "always False, so that shapes do not depend on the mode",
        "mask_check": "without meaning for plain tensors",
    },
    "TransformerDecoder": {"decoder_layer": "its own parameters stand in its place"},
}

OTHER_DEFAULT: dict[tuple[str, str], str] = {
    **{
        (name, "dim"): "torch warns when the dimension is left to it"
        for name in ("Softmax", "LogSoftmax", "Softmin")
    },
    ("Transformer", "d_model"): "auto takes it from the input",
    **{
        (f"Transformer{part}", "activation"): "the word for the same function"
        for part in ("", "EncoderLayer", "DecoderLayer")
    },
    ("TransformerEncoder", "norm"): "a boolean in place of a module",
    ("TransformerDecoder", "norm"): "a boolean in place of a module",
}

STACKS = {"TransformerEncoder": "EncoderLayer", "TransformerDecoder": "DecoderLayer"}


def signature(name: str) -> dict[str, Any]:
    """torch's parameters with their defaults, `inspect.Parameter.empty` for none."""
    if name in ("RNN", "GRU", "LSTM"):
        found = dict(inspect.signature(nn.RNNBase.__init__).parameters)
        del found["mode"]
        if name != "LSTM":
            del found["proj_size"]
    else:
        found = dict(inspect.signature(getattr(nn, name).__init__).parameters)
    result = {
        key: parameter.default
        for key, parameter in found.items()
        if key not in ("self", *EVERYWHERE)
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    }
    if name == "RNN":
        items = list(result.items())
        result = dict([*items[:3], ("nonlinearity", "tanh"), *items[3:]])
    return result


MODULES = {name: layer for name, layer in LAYERS.items() if layer.is_module}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_parameters_and_defaults_are_those_of_torch(name: str) -> None:
    layer = MODULES[name]
    expected = {k: v for k, v in signature(name).items() if k not in LEFT_OUT.get(name, {})}
    declared = {param.name: param.default for param in layer.params}
    if name in STACKS:
        inner = signature(f"Transformer{STACKS[name]}")
        assert list(declared) == [*inner, *expected]
        return
    assert list(declared) == list(expected)
    for key, default in declared.items():
        if (name, key) in OTHER_DEFAULT:
            continue
        if default is AUTO or default is REQUIRED:
            assert expected[key] is inspect.Parameter.empty, key
        else:
            assert default == expected[key], key
            assert isinstance(default, bool) == isinstance(expected[key], bool)


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_what_is_left_out_exists_in_torch(name: str) -> None:
    left = {key for key, why in LEFT_OUT[name].items() if why != NOT_IN_ALL_VERSIONS}
    assert left <= signature(name).keys()


@pytest.mark.parametrize(("name", "param"), sorted(OTHER_DEFAULT))
def test_other_defaults_are_really_other(name: str, param: str) -> None:
    declared = MODULES[name].param(param)
    assert declared is not None
    assert declared.default != signature(name).get(param)


@pytest.mark.parametrize("name", sorted(MODULES))
def test_defaults_lie_within_the_limits(name: str) -> None:
    """Only optional parameters default to None; limits and choices hold for the defaults."""
    layer: Layer = MODULES[name]
    for param in layer.params:
        if param.default is None:
            assert param.optional, param.name
        if isinstance(param.default, int | float) and not isinstance(param.default, bool):
            assert param.minimum is None or param.default >= param.minimum
            assert param.maximum is None or param.default <= param.maximum
        if param.kind == "choice" and param.default not in (AUTO, REQUIRED):
            assert param.default in param.choices


@pytest.mark.parametrize(
    ("name", "param"),
    [
        *(("Input", param) for param in ("dtype", "optional", "example")),
        ("Parameter", "initialiser"),
        *(("Buffer", param) for param in ("initialiser", "persistent")),
    ],
)
def test_what_the_code_is_made_of_can_be_no_expression(name: str, param: str) -> None:
    project = Drawing("Model", BlockParameter("value", "str", "ones")).project()
    node = Node("n", name, "n")
    with pytest.raises(Refusal, match="plain value and no expression, received 'value'"):
        check_value(project, node, param, Expr("value"), project.model)
