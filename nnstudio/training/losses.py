"""The losses by name: torch's own functions on what a model gives, and what it thereby predicts."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nnstudio.project.training_settings import TrainingSettings


def of_numbers(
    settings: TrainingSettings,
    loss: str,
    output: Tensor,
    targets: Tensor,
    reduction: str = "mean",
) -> Tensor:
    """Mean loss () of numbers; for gaussian_nll the output has twice as many as the targets.

    reduction: "none" for the loss of each number, in the form of the targets.
    """
    match loss:
        case "l1":
            return functional.l1_loss(output, targets, reduction=reduction)
        case "huber":
            delta = settings.huber_delta
            return functional.huber_loss(output, targets, delta=delta, reduction=reduction)
        case "poisson":
            return functional.poisson_nll_loss(output, targets, reduction=reduction)
        case "gaussian_nll":
            means, variances = output.chunk(2, 1)
            spread = variances.exp()
            return functional.gaussian_nll_loss(means, targets, spread, reduction=reduction)
        case _:
            return functional.mse_loss(output, targets, reduction=reduction)


def predicted(loss: str, output: Tensor) -> Tensor:
    """The numbers that an output of a loss of numbers predicts, of the form of the targets."""
    if loss == "poisson":
        return output.exp()
    return output.chunk(2, 1)[0] if loss == "gaussian_nll" else output


def of_classes(
    output: Tensor,
    targets: Tensor,
    *,
    weight: Tensor | None = None,
    smoothing: float = 0.0,
    ignored: int | None = None,
) -> Tensor:
    """Mean cross entropy () of the targets (n,) that are not ignored; 0 where all are."""
    if ignored is None:
        return functional.cross_entropy(output, targets, weight, label_smoothing=smoothing)
    total = functional.cross_entropy(
        output,
        targets,
        weight,
        label_smoothing=smoothing,
        ignore_index=ignored,
        reduction="sum",
    )
    counts = targets != ignored
    if weight is None:
        return total / counts.sum().clamp(min=1)
    shares = torch.where(counts, weight[targets], 0.0).sum()
    return total / torch.where(shares > 0, shares, 1.0)


def of_labels(output: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean binary cross entropy () of logits; weights: (2, labels), of a label's no and yes.

    With weights the mean is by them, as that of cross entropy is.
    """
    if weights is None:
        return functional.binary_cross_entropy_with_logits(output, targets)
    each = weights_of_labels(targets, weights)
    return functional.binary_cross_entropy_with_logits(output, targets, each) / each.mean()


def weights_of_labels(targets: Tensor, weights: Tensor) -> Tensor:
    """What each label counts, as the targets; weights: (2, labels), of a label's no and yes."""
    return torch.lerp(weights[0], weights[1], targets)
