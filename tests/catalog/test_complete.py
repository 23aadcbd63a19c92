"""Nothing of `torch.nn` is forgotten: every class is a layer or left out for a reason."""

from __future__ import annotations

import inspect
from urllib.parse import urlparse

import pytest
import torch
from torch import nn

from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layer import Category
from nnstudio.catalog.links import ROOT
from nnstudio.catalog.registry import all_layers, by_category, find
from tests.catalog.test_contract import LAYERS

LINEAR = "makes scores and loss in one; a Linear and a CrossEntropyLoss do"
CONTAINER = "groups and repeats make containers"
ABSTRACT = "a base class, not a layer"
LAZY = "auto derives sizes from the shapes"
DEPRECATED = "torch calls it deprecated"

LEFT_OUT = {
    "Module": ABSTRACT,
    "Container": ABSTRACT,
    "RNNBase": ABSTRACT,
    "RNNCellBase": ABSTRACT,
    "Sequential": CONTAINER,
    "ModuleList": CONTAINER,
    "ModuleDict": CONTAINER,
    "ParameterList": CONTAINER,
    "ParameterDict": CONTAINER,
    "DataParallel": "a way to run a model, not a part of it",
    "SyncBatchNorm": "needs several processes; torch converts BatchNorm to it for them",
    "CrossMapLRN2d": "the old form of LocalResponseNorm",
    "UpsamplingNearest2d": DEPRECATED,
    "UpsamplingBilinear2d": DEPRECATED,
    "NLLLoss2d": DEPRECATED,
    "AdaptiveLogSoftmaxWithLoss": LINEAR,
    "LinearCrossEntropyLoss": LINEAR,
    "SoftMarginLoss": "torch wants no gradient towards the target; BCEWithLogitsLoss is the same",
    "TripletMarginWithDistanceLoss": "takes a function; draw the distance and a MarginRankingLoss",
}


def reason(name: str) -> str | None:
    """Why a class of `torch.nn` is no layer here."""
    if name.startswith("Lazy"):
        return LAZY
    return LEFT_OUT.get(name)


MODULES = {
    name
    for name, value in vars(nn).items()
    if inspect.isclass(value) and issubclass(value, nn.Module)
}


@pytest.mark.parametrize("name", sorted(MODULES))
def test_every_module_is_a_layer_or_left_out_for_a_reason(name: str) -> None:
    assert (name in LAYERS) != (reason(name) is not None)


def test_the_table_names_only_what_torch_has() -> None:
    # names that some supported versions of torch lack
    assert LEFT_OUT.keys() - {"LinearCrossEntropyLoss"} <= MODULES


def test_modules_carry_the_names_of_torch() -> None:
    for name, layer in LAYERS.items():
        assert layer.is_module == (name in MODULES), name


def test_counts() -> None:
    modules = [layer for layer in LAYERS.values() if layer.is_module]
    operations = [layer for layer in LAYERS.values() if not layer.is_module]
    assert len(modules) >= 110
    assert len(operations) >= 60


def test_categories_are_found_in_order() -> None:
    assert list(by_category()) == [c for c in Category if c in by_category()]
    assert sum(len(layers) for layers in by_category().values()) == len(all_layers())
    assert find("Conv2d") is LAYERS["Conv2d"]
    assert find("nothing") is None


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_a_declaration_is_complete(name: str) -> None:
    layer = LAYERS[name]
    sentences = layer.help.replace("...", "").count(". ") + layer.help.endswith(".")
    assert sentences == 2, layer.help
    assert "!" not in layer.help
    assert layer.link.startswith(ROOT)
    assert urlparse(layer.link).hostname == "docs.pytorch.org"
    assert layer.keywords
    assert layer.cost is not None
    assert set(layer.facts) <= {param.name for param in layer.params}
    names = [param.name for param in layer.params]
    assert len(set(names)) == len(names)
    for param in layer.params:
        assert param.help.endswith("."), param.name
        assert (param.kind == "choice") <= bool(param.choices)
    ports = [port.name for port in (*layer.inputs, *layer.outputs)]
    assert all(port.isidentifier() for port in ports)


@pytest.mark.parametrize("name", sorted(LAYERS))
def test_the_link_names_something_that_torch_has(name: str) -> None:
    full = urlparse(LAYERS[name].link).path.removeprefix("/docs/stable/generated/")
    parts = full.removesuffix(".html").split(".")
    assert parts[0] == "torch"
    found: object = torch
    for part in parts[1:]:
        found = getattr(found, part)
    assert found is not None


def test_operations_do_not_take_the_names_of_modules() -> None:
    clash = [
        name
        for name, layer in LAYERS.items()
        if isinstance(layer.code, FunctionCode) and hasattr(nn, name)
    ]
    assert clash == []
