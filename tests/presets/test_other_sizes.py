"""Exported classes made with other values than their defaults, and models that must be equal."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import nnstudio
from tests.compiled import compiled

# totals that were measured on the published classes
SIZES: list[tuple[str, dict[str, Any], int]] = [
    ("CNN2DResNet", {"num_blocks": 2}, 1_380_101),
    ("CNN2DResNet", {"num_blocks": 4}, 1_971_461),
    ("Transformer2DResNet", {"num_blocks": 4}, 703_877),
    ("Transformer2DResNet", {"num_blocks": 4, "num_heads": 16}, 703_877),
    ("EfficientNet", {"width": 1.0, "depth": 1.1}, 7_794_184),
    ("EfficientNet", {"width": 1.1, "depth": 1.2, "dropout": 0.3}, 9_109_994),
    ("EfficientNet", {"width": 2.0, "depth": 3.1, "dropout": 0.5}, 66_347_960),
    ("ConvNeXtV2", {"depths": [1, 1, 1, 1], "dims": [4, 8, 16, 32]}, 18_002),
    ("ConvNeXtV2", {"depths": [3, 3, 6, 3], "dims": [16, 32, 64, 128]}, 724_938),
    ("ConvNeXtV2", {"in_channels": 3, "image_size": 32, "num_classes": 100}, 296_944),
    ("SimpleViT", {"embed_dim": 128, "mlp_dim": 256, "num_heads": 8}, 821_514),
    ("SimpleViT", {"patch_size": 7}, 210_058),
    ("SimpleEfficientNet", {"width_mult": 0.043, "depth_mult": 0.7}, 66_016),
    ("SimpleDenseNet", {"hidden": [128, 256, 64]}, 151_498),
    (
        "SimpleDenseNet",
        {"in_channels": 3, "image_size": 32, "hidden": [200, 400, 620], "num_classes": 100},
        1_008_160,
    ),
    (
        "SimpleCNN",
        {
            "in_channels": 3,
            "conv1_channels": 88,
            "conv2_channels": 176,
            "fc_hidden": 320,
            "pool_size": 4,
            "num_classes": 100,
        },
        1_076_100,
    ),
    (
        "SimpleCNN",
        {
            "in_channels": 3,
            "conv1_channels": 64,
            "conv2_channels": 128,
            "fc_hidden": 512,
            "num_classes": 20,
        },
        3_298_068,
    ),
    ("TransformerEncoderLayer", {"d_model": 64, "nhead": 4, "dim_feedforward": 128}, 33_472),
    ("Transformer", {"num_layers": 1}, 7_356_416),
    ("AlexNet", {"num_classes": 10}, 57_044_810),
    ("ViTClassifier", {"image_size": 28, "patch_size": 4}, 893_098),
    ("ViTClassifierMLPHead", {"image_size": 24}, 212_938),
    ("Mixtral", {"num_experts": 6, "top_k": 1}, 176_448 + 2 * 2 * (3 * 64 * 96 + 64)),
]


@cache
def exported(name: str) -> type[nn.Module]:
    """The model's class out of the text, as it stands in an exported file."""
    project, _, source = compiled(name)
    namespace: dict[str, Any] = {}
    exec(source.text, namespace)
    found: type[nn.Module] = namespace[project.root]
    return found


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize(("name", "values", "total"), SIZES)
def test_exported_classes_take_other_values(name: str, values: dict[str, Any], total: int) -> None:
    with torch.device("meta"):
        assert count(exported(name)(**values)) == total
        assert count(nnstudio.build(nnstudio.load(name), **values)) == total


def random(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(5))


def seeded(name: str, **values: Any) -> nn.Module:
    torch.manual_seed(7)
    model = exported(name)(**values).eval().double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


SMALL = {"d_model": 24, "nhead": 4, "dim_feedforward": 40}


def test_the_encoder_layer_is_torchs_own() -> None:
    model = seeded("TransformerEncoderLayer", **SMALL)
    other = nn.TransformerEncoderLayer(**SMALL).double().eval()
    other.load_state_dict(model.state_dict())
    src, mask = random(6, 2, 24), torch.ones(6, 6).triu(2).bool()
    torch.testing.assert_close(model(src), other(src))
    torch.testing.assert_close(model(src, mask), other(src, mask))


def test_the_decoder_layer_is_torchs_own() -> None:
    model = seeded("TransformerDecoderLayer", **SMALL)
    other = nn.TransformerDecoderLayer(**SMALL).double().eval()
    state = {
        key.replace("cross_attn", "multihead_attn"): t for key, t in model.state_dict().items()
    }
    other.load_state_dict(state)
    tgt, memory, mask = random(5, 2, 24), random(6, 2, 24), torch.ones(5, 5).triu(1).bool()
    torch.testing.assert_close(model(tgt, memory), other(tgt, memory))
    torch.testing.assert_close(model(tgt, memory, mask), other(tgt, memory, mask))


ATTENDED = ("queries", "keys", "values")
RENAMED = {"fc1": "linear1", "fc2": "linear2", "norm1": "norm1", "norm2": "norm2"}


def test_the_hand_made_vision_transformer_is_the_one_of_torchs_layers() -> None:
    values = {"embed_dim": 16, "num_layers": 2, "num_heads": 4, "mlp_dim": 24}
    model, other = seeded("SimpleViT", **values), seeded("SimpleViTTorchLayers", **values)
    state = dict(model.state_dict())
    for k in range(2):
        for part in ("weight", "bias"):
            parts = [state.pop(f"encoder.{k}.attention.{n}.{part}") for n in ATTENDED]
            into = f"encoder.layers.{k}"
            state[f"{into}.self_attn.in_proj_{part}"] = torch.cat(parts)
            out = state.pop(f"encoder.{k}.attention.out_projection.{part}")
            state[f"{into}.self_attn.out_proj.{part}"] = out
            for old, new in RENAMED.items():
                state[f"{into}.{new}.{part}"] = state.pop(f"encoder.{k}.{old}.{part}")
    for part in ("weight", "bias"):
        state[f"encoder.norm.{part}"] = state.pop(f"norm.{part}")
    other.load_state_dict(state)
    x = random(3, 1, 28, 28)
    with torch.no_grad():
        torch.testing.assert_close(other(x), model(x))


def test_both_drawn_attentions_compute_the_same() -> None:
    """One splits the width by UnflattenDim, the other by Reshape and Permute."""
    torch.manual_seed(8)
    spaces: list[dict[str, Any]] = [{}, {}]
    for space, name in zip(spaces, ("AudioTransformer", "SimpleViT"), strict=True):
        exec(compiled(name)[2].text, space)
    one, two = (space["SelfAttention"](24, 4).double() for space in spaces)
    names = [key for key, _ in two.named_children()]
    for own, name in zip(one.children(), names, strict=True):
        own.load_state_dict(two.get_submodule(name).state_dict())
    x = random(2, 7, 24)
    torch.testing.assert_close(one(x), two(x))
