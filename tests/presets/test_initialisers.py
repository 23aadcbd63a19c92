"""How the weights of presets begin, where their published code says so."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

import nnstudio
from nnstudio.project.presets import preset, preset_names

TRUNCATED = ("ConvNeXtV2", "SimpleViT", "SimpleViTTorchLayers")
TORCHVISIONS = ("DenseNet", "EfficientNet", "MobileNetV2", "MobileNetV3", "ResNet", "Swin", "VGG")


def built(name: str, **values: object) -> nn.Module:
    torch.manual_seed(0)
    return nnstudio.build(nnstudio.load(name), **values)


def layers(model: nn.Module, *kinds: type[nn.Module]) -> list[nn.Module]:
    return [module for module in model.modules() if isinstance(module, kinds)]


def deviation(tensors: list[Tensor]) -> float:
    return torch.cat([tensor.flatten() for tensor in tensors]).std().item()


def test_only_published_rules_are_set() -> None:
    ruled = {name for name in preset_names() if preset(name).model.initialisers}
    small = {"ACGAN", "BERT", "GPT", "Llama", "Mixtral"}
    assert ruled == {*TRUNCATED, *TORCHVISIONS, *small, "Seq2SeqTransformer"}
    inner = {
        block.name
        for name in preset_names()
        for block in preset(name).blocks
        if block.initialisers and block.name != preset(name).root
    }
    assert inner == {"SpatialTransformer", "VectorQuantizer"}


@pytest.mark.parametrize("name", TRUNCATED)
def test_weights_begin_small_and_biases_at_zero(name: str) -> None:
    model = built(name)
    found = layers(model, nn.Conv2d, nn.Linear)
    assert found
    assert deviation([layer.weight for layer in found]) == pytest.approx(0.02, rel=0.05)
    assert all(layer.bias is None or not layer.bias.any() for layer in found)
    for norm in layers(model, nn.LayerNorm):
        assert bool((norm.weight == 1).all())
        assert not norm.bias.any()


@pytest.mark.parametrize("name", ["SimpleViT", "SimpleViTTorchLayers"])
def test_class_token_and_positions_begin_like_the_weights(name: str) -> None:
    embedding = built(name).embedding
    tokens = [embedding.cls_token, embedding.pos_embedding]
    assert deviation(tokens) == pytest.approx(0.02, rel=0.1)


@pytest.mark.parametrize("name", ["ViTClassifier", "ViTClassifierMLPHead"])
def test_class_token_and_positions_of_the_library_begin_at_one(name: str) -> None:
    model = built(name)
    assert deviation([model.cls_token, model.pos_embedding]) == pytest.approx(1.0, rel=0.1)


def test_efficientnet_begins_as_torchvisions() -> None:
    """Convolutions of variance 2 / fan-out, the last layer within 1 / sqrt(classes)."""
    model = built("EfficientNet", num_classes=100)
    for conv in layers(model, nn.Conv2d):
        fan_out = conv.out_channels * math.prod(conv.kernel_size)
        if conv.weight.numel() > 5_000:
            spread = conv.weight.std().item()
            assert spread == pytest.approx(math.sqrt(2 / fan_out), rel=0.1)
        assert conv.bias is None or not conv.bias.any()
    (linear,) = layers(model, nn.Linear)
    assert 0.99 / 10 < linear.weight.abs().max().item() <= 1 / 10
    assert not linear.bias.any()
    for norm in layers(model, nn.BatchNorm2d):
        assert bool((norm.weight == 1).all())
        assert not norm.bias.any()


def test_embeddings_do_not_drown_the_positions() -> None:
    """Scaled by the square root of the width they are about as large as sines."""
    model = built("Seq2SeqTransformer")
    for table in layers(model, nn.Embedding):
        spread = table.weight.std().item() * math.sqrt(table.embedding_dim)
        assert 0.2 < spread < 1.5
