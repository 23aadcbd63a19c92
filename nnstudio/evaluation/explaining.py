"""Which values of a sample an answer rests on: gradients, occlusion, Grad-CAM, by captum.

Captum is an optional extra (`nnstudio[explain]`); without it, `explained` says so. Sources:

    saliency              K. Simonyan, A. Vedaldi, A. Zisserman, arXiv 1312.6034
    integrated_gradients  M. Sundararajan, A. Taly, Q. Yan, arXiv 1703.01365, from a sample of zeros
    occlusion             M. D. Zeiler, R. Fergus, arXiv 1311.2901, covered with zeros
    grad_cam              R. R. Selvaraju et al., arXiv 1610.02391, of one convolution

Zeros are those of the prepared sample: where it was standardised they are the mean.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nnstudio.evaluation.errors import EvaluationError
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import forward
from nnstudio.training.objectives import answers

Method = Literal["saliency", "integrated_gradients", "occlusion", "grad_cam"]
STEPS = 32
"""Places between zeros and the sample at which integrated gradients look."""
WINDOWS = 8
"""Windows of an occlusion side by side, at least, where there is room."""


@dataclass(frozen=True)
class Explanation:
    """values: how much each value of the first input adds, in its shape for one sample.

    Saliency has no sign. Grad-CAM has no channels, and tells only what speaks for the answer; it is
    brought to the height and width of the sample. apart: for integrated gradients, how far their
    sum is from the difference of the answers that it has to be.
    """

    method: Method
    values: NDArray[np.float32]
    apart: float | None = None


class _Asked(nn.Module):
    """A model that takes one input, samples first, and gives (n, classes) of one output."""

    def __init__(
        self,
        model: nn.Module,
        others: Mapping[str, Tensor],
        name: str | None,
        output: str,
        settings: TrainingSettings,
        batch_axis: int,
    ) -> None:
        super().__init__()
        self.model = model
        self._others, self._name, self._output = others, name, output
        self._settings, self._axis = settings, batch_axis

    def forward(self, rows: Tensor) -> Tensor:
        own = rows.movedim(0, self._axis).clone()  # a layer may overwrite what it is given
        given: Any = own
        if self._name is not None:
            count = len(rows)
            spread = {n: torch.cat([t] * count, self._axis) for n, t in self._others.items()}
            given = {self._name: own, **spread}
        found = answers(
            forward.call(self.model, given, self._settings, torch.device("cpu")), self._axis
        )
        one = found if isinstance(found, Tensor) else found[self._output]
        if one.ndim > 2:
            raise EvaluationError(
                "Only one answer for the whole sample can be explained: this model gives one for "
                "each position or pixel."
            )
        return one.reshape(len(rows), -1)


def explained(
    model: nn.Module,
    inputs: Any,
    target: int,
    method: Method,
    settings: TrainingSettings,
    *,
    output: str = "",
    batch_axis: int = 0,
    module: str = "",
) -> Explanation:
    """Explain what a model on the CPU gives for one sample.

    inputs: as the model takes them, prepared, one sample; of several by name the first is
    explained. target: which value of the output: the number of a class. output: its name, where
    there are several. module: the convolution that Grad-CAM looks at. Raises `EvaluationError` with
    one sentence, also where captum is missing.
    """
    attr: Any = _captum()
    name = next(iter(inputs)) if isinstance(inputs, Mapping) else None
    rows: Tensor = inputs if name is None else inputs[name]
    if not rows.is_floating_point():
        raise EvaluationError("Numbers of tokens have no gradient: they cannot be explained.")
    others = {n: t for n, t in inputs.items() if n != name} if name is not None else {}
    own = settings.with_values(precision="float32", channels_last="off")
    asked = _Asked(model.eval(), others, name, output, own, batch_axis)
    first = rows.detach().movedim(batch_axis, 0)[:1].clone()
    with torch.no_grad():
        count = asked(first).shape[1]
    if not 0 <= target < count:
        raise EvaluationError(f"The output has {count:,} values, none of them number {target:,}.")
    apart = None
    with torch.enable_grad():
        match method:
            case "saliency":
                found = attr.Saliency(asked).attribute(first.requires_grad_(), target=target)
            case "integrated_gradients":
                found, rest = attr.IntegratedGradients(asked).attribute(
                    first,
                    target=target,
                    n_steps=STEPS,
                    internal_batch_size=STEPS,
                    return_convergence_delta=True,
                )
                apart = float(rest.abs().max())
            case "occlusion":
                window, strides = _windows(tuple(first.shape[1:]))
                found = attr.Occlusion(asked).attribute(
                    first, window, strides=strides, target=target, perturbations_per_eval=16
                )
            case "grad_cam":
                found = _grad_cam(attr, asked, first, target, module)
            case _:
                raise EvaluationError(
                    f"There is no method '{method}': expected {', '.join(get_args(Method))}."
                )
    model.zero_grad(set_to_none=True)
    values = np.array(found[0].detach().numpy(), np.float32)
    return Explanation(method, values, apart)


def _captum() -> Any:
    try:
        return importlib.import_module("captum.attr")  # not everybody has it
    except ImportError as error:
        raise EvaluationError(
            f"Explanations need captum, which is not there ({error}): pip install "
            '"nnstudio[explain]".'
        ) from error


def _windows(shape: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Windows over height and width or over the last axis, all channels at once; half a window on.

    Sizes are of a sample; every place is covered at least once.
    """
    sliding = 2 if len(shape) >= 3 else 1
    sizes = [size if k < len(shape) - sliding else _part(size) for k, size in enumerate(shape)]
    steps = [
        max(1, (size + 1) // 2) if size < whole else size
        for size, whole in zip(sizes, shape, strict=True)
    ]
    return tuple(sizes), tuple(steps)


def _part(size: int) -> int:
    return max(1, size // WINDOWS)


def _grad_cam(attr: Any, asked: _Asked, first: Tensor, target: int, module: str) -> Tensor:
    layer = dict(asked.model.named_modules()).get(module)
    if not isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        raise EvaluationError(f"Grad-CAM looks at a convolution: '{module}' is none.")
    found: Tensor = attr.LayerGradCam(asked, layer).attribute(
        first, target=target, relu_attributions=True
    )
    sizes = tuple(first.shape[2:])
    if len(sizes) == found.ndim - 2 and sizes:
        kind = {1: "linear", 2: "bilinear", 3: "trilinear"}[len(sizes)]
        found = nn.functional.interpolate(found, sizes, mode=kind, align_corners=False)
    return found[:, 0]
