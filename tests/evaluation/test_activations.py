"""What a module gives for one sample."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from nnstudio.evaluation.activations import activation_of
from nnstudio.evaluation.errors import EvaluationError
from nnstudio.project.training_settings import TrainingSettings

SETTINGS = TrainingSettings()


class Attending(nn.Module):
    """Attends to its own positions, then counts classes."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.unused = nn.Linear(8, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x, _ = self.attention(x, x, x, need_weights=False)
        given: Tensor = self.head(x.mean(1))
        return given


def test_maps_of_a_convolution_are_those_it_gives() -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 70, 3), nn.Flatten(), nn.Linear(70 * 36, 5))
    x = torch.randn(2, 1, 8, 8)
    seen = activation_of(model, x, "0", SETTINGS)
    assert (seen.form, seen.type, seen.shape, seen.left_out) == ("maps", "Conv2d", (70, 6, 6), 6)
    assert torch.equal(torch.from_numpy(seen.values), model[0](x)[0, :64].detach())
    vector = activation_of(model, x, "2", SETTINGS)
    assert (vector.form, vector.shape, vector.calls) == ("vector", (5,), 1)
    assert not model[0]._forward_hooks


def test_attention_gives_the_weights_of_each_head() -> None:
    torch.manual_seed(0)
    model, x = Attending().eval(), torch.randn(1, 6, 8)
    seen = activation_of(model, x, "attention", SETTINGS)
    assert (seen.form, seen.values.shape) == ("attention", (2, 6, 6))
    assert seen.values.sum(-1) == pytest.approx(1.0, abs=1e-5)
    with torch.no_grad():
        _, weights = model.attention(x, x, x, average_attn_weights=False)
    assert torch.allclose(torch.from_numpy(seen.values), weights[0], atol=1e-6)


def test_what_gives_nothing_says_so() -> None:
    model, x = Attending(), torch.randn(1, 6, 8)
    with pytest.raises(EvaluationError, match="'unused' is not called for this sample"):
        activation_of(model, x, "unused", SETTINGS)
    with pytest.raises(EvaluationError, match="no module 'conv'"):
        activation_of(model, x, "conv", SETTINGS)
