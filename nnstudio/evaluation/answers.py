"""From what a model gives for a batch to what is kept of it: one function for each kind of answer.

What is kept by name, one row per sample (n, ...):

    classes         given, target: numbers of classes; chance, likelihood: the probability of the
                    class given, and the logarithm of that of the right one; rank: how many classes
                    come before the right one; logits, where there is room for all of them
    labels          logits (n, labels), target (n, labels) of 0 or 1
    numbers         values, target (n, numbers)
    reconstruction  squared, absolute: the mean error of a sample; values, where there is room

and `loss` (n,) of all of them: the loss of each sample as the validation has it.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from nnstudio.evaluation.questions import Question
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import losses

Kept = dict[str, Tensor]


def answers_of(
    question: Question, settings: TrainingSettings, output: Tensor, targets: Tensor, *, room: bool
) -> Kept:
    """What is kept of a batch. output, targets: as the objective takes them; room: for logits."""
    match question.kind:
        case "classes":
            return _classes(question, settings, output, targets, room)
        case "labels":
            each = functional.binary_cross_entropy_with_logits(output, targets, reduction="none")
            loss = each.flatten(1).mean(1)
            return {"logits": output, "target": targets.to(torch.uint8), "loss": loss}
        case "numbers":
            each = losses.of_numbers(settings, question.loss, output, targets, "none")
            values = losses.predicted(question.loss, output)
            flat = {"values": values.flatten(1), "target": targets.flatten(1)}
            return {**flat, "loss": each.flatten(1).mean(1)}
        case "reconstruction":
            error = (losses.predicted(question.loss, output) - targets).flatten(1)
            each = losses.of_numbers(settings, question.loss, output, targets, "none")
            kept = {"squared": error.square().mean(1), "absolute": error.abs().mean(1)}
            kept["loss"] = each.flatten(1).mean(1)
            return {**kept, "values": output} if room else kept


def _classes(
    question: Question, settings: TrainingSettings, output: Tensor, targets: Tensor, room: bool
) -> Kept:
    logits, right = by_class(question, output), targets
    loss = None
    if question.scores:  # against one-hot classes
        each = losses.of_numbers(settings, question.loss, output, targets, "none")
        loss, right = each.flatten(1).mean(1), targets.argmax(1)
    elif question.loss == "binary_cross_entropy":
        right = targets.reshape(-1).long()
    counts = torch.ones_like(right, dtype=torch.bool)
    if question.ignored is not None:
        counts = right != question.ignored
    places = torch.where(counts, right, 0).unsqueeze(-1)
    own = logits.gather(-1, places)
    order = torch.arange(logits.shape[-1], device=logits.device)
    before = (logits > own) | ((logits == own) & (order < places))
    kept = {"given": logits.argmax(-1), "target": right, "rank": before.sum(-1)}
    if loss is None:
        # Apple GPUs have no float64
        exact = logits.float() if logits.device.type == "mps" else logits.double()
        chances = exact.log_softmax(-1)
        kept["likelihood"] = chances.gather(-1, places).squeeze(-1)
        kept["chance"] = chances.max(-1).values.exp()
        summed = torch.where(counts, -kept["likelihood"], 0.0).reshape(len(counts), -1).sum(1)
        loss = summed / counts.reshape(len(counts), -1).sum(1).clamp(min=1)
    kept["loss"] = loss
    return {**kept, "logits": logits} if room else kept


def by_class(question: Question, output: Tensor) -> Tensor:
    """What is given for each class, (n, ..., classes); of one value for two classes, two."""
    if question.loss == "binary_cross_entropy" and question.kind == "classes":
        one = output.reshape(-1, 1)
        return torch.cat([torch.zeros_like(one), one], 1)
    return output.movedim(1, -1) if question.unit == "pixel" else output
