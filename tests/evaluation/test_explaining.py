"""Explanations against gradients that are written by hand."""

from __future__ import annotations

import importlib.util
import sys

import pytest
import torch
from torch import Tensor, nn

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.evaluation.explaining import explained
from nnstudio.project.training_settings import TrainingSettings

SETTINGS = TrainingSettings()


def is_there() -> bool:
    """True if captum, which needs matplotlib, can be imported."""
    return all(importlib.util.find_spec(name) for name in ("captum", "matplotlib"))


needs_captum = pytest.mark.skipif(not is_there(), reason="captum or matplotlib is not installed")


def tiny() -> tuple[nn.Sequential, Tensor]:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)), torch.randn(1, 3)


def slope(model: nn.Sequential, x: Tensor, target: int) -> Tensor:
    """The gradient of one output: W2 diag(1 - tanh(W1 x + b)^2) W1."""
    first, last = model[0], model[2]
    assert isinstance(first, nn.Linear)
    assert isinstance(last, nn.Linear)
    hidden = torch.tanh(first(x))
    gradient: Tensor = (last.weight[target] * (1 - hidden**2)) @ first.weight
    return gradient.detach()


@needs_captum
def test_saliency_is_the_size_of_the_gradient() -> None:
    model, x = tiny()
    for target in (0, 1):
        found = explained(model, x, target, "saliency", SETTINGS)
        expected = slope(model, x, target).abs()[0]
        assert torch.allclose(torch.from_numpy(found.values), expected, atol=1e-6)


@needs_captum
def test_integrated_gradients_are_the_mean_gradient_on_the_way_from_zeros() -> None:
    model, x = tiny()
    found = explained(model, x, 1, "integrated_gradients", SETTINGS)
    ways = (torch.arange(4_000) + 0.5) / 4_000
    expected = x[0] * torch.stack([slope(model, k * x, 1)[0] for k in ways[::20]]).mean(0)
    assert torch.allclose(torch.from_numpy(found.values), expected, atol=2e-3)
    with torch.no_grad():
        whole = model(x)[0, 1] - model(torch.zeros_like(x))[0, 1]
    assert found.values.sum() == pytest.approx(float(whole), abs=1e-4)
    assert found.apart == pytest.approx(0, abs=1e-4)


@needs_captum
def test_occlusion_and_grad_cam_find_where_it_is() -> None:
    model = nn.Sequential(nn.Conv2d(1, 1, 1, bias=False), nn.Flatten(), nn.Linear(256, 2))
    x = torch.zeros(1, 1, 16, 16)
    x[0, 0, 2:6, 10:14] = 1
    with torch.no_grad():
        for weight in model.parameters():
            weight.fill_(1.0)
    for method in ("occlusion", "grad_cam"):
        found = explained(model, x, 0, method, SETTINGS, module="0")  # type: ignore[arg-type]
        where = found.values.reshape(16, 16) > 0.5 * found.values.max()
        assert where[3:5, 11:13].all()
        assert not where[8:].any()
    with pytest.raises(EvaluationError, match="'2' is none"):
        explained(model, x, 0, "grad_cam", SETTINGS, module="2")
    with pytest.raises(EvaluationError, match="2 values, none of them number 2"):
        explained(model, x, 2, "saliency", SETTINGS)


def test_without_captum_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("captum", "captum.attr"):
        monkeypatch.setitem(sys.modules, name, None)
    model, x = tiny()
    with pytest.raises(EvaluationError, match=r"need captum.*nnstudio\[explain\]"):
        explained(model, x, 0, "saliency", SETTINGS)
