"""What is asked says the loss; what torch says is right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from nnstudio.data.answer import Answer
from nnstudio.data.dataset import DataSet
from nnstudio.data.info import DataSetInfo
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training.failures import TrainingError
from nnstudio.training.objectives import SingleObjective, objective_for

ABC = ("a", "b", "c")


def data(answer: Answer, targets: Tensor, inputs: Tensor | None = None, **more: Any) -> DataSet:
    given = torch.randn(len(targets), 5) if inputs is None else inputs
    info = DataSetInfo(
        "made", "Made", "", answer.classes, len(targets), (tuple(given.shape[1:]),), "", "", True
    )
    return DataSet(replace(info, asked=(answer,)), given, targets, **more)


def judged(dataset: DataSet, output: Tensor, **settings: Any) -> tuple[Tensor, Tensor, Any]:
    """Loss, loss while learning, right answers."""
    made = objective_for(TrainingSettings(**settings), dataset, output)
    targets = made.targets(dataset)
    loss, right, _ = made.measure(output, targets)
    return loss, made.measure(output, targets, learning=True)[0], right


def test_several_labels() -> None:
    targets, output = (torch.rand(8, 3) > 0.5).float(), torch.randn(8, 3)
    dataset = data(Answer("", "labels", ABC, (3,)), targets)
    loss, _, right = judged(dataset, output)
    assert loss == functional.binary_cross_entropy_with_logits(output, targets)
    assert right == ((output.sigmoid() > 0.5) == (targets > 0.5)).sum()
    assert objective_for(TrainingSettings(), dataset, output).answers == 3


def test_two_classes_by_one_value() -> None:
    targets, output = torch.tensor([0, 1, 1, 0]), torch.randn(4, 1)
    loss, _, right = judged(data(Answer("", "classes", ("no", "yes")), targets), output)
    both = torch.cat([torch.zeros(4, 1), output], 1)
    assert torch.allclose(loss, functional.cross_entropy(both, targets))
    assert right == (both.argmax(1) == targets).sum()


def test_a_class_for_each_pixel() -> None:
    targets, output = torch.randint(0, 3, (2, 4, 5)), torch.randn(2, 3, 4, 5)
    dataset = data(Answer("", "per_pixel", ABC, (4, 5)), targets, torch.randn(2, 1, 4, 5))
    loss, _, right = judged(dataset, output)
    assert torch.allclose(loss, functional.cross_entropy(output, targets))
    assert right == (output.argmax(1) == targets).sum()
    assert objective_for(TrainingSettings(), dataset, output).answers == 20


def test_a_class_for_each_position() -> None:
    targets, output = torch.randint(0, 3, (2, 7)), torch.randn(2, 7, 4)
    dataset = data(Answer("", "per_position", ABC, (7,)), targets, torch.randn(2, 7))
    loss, _, _ = judged(dataset, output)
    assert torch.allclose(loss, functional.cross_entropy(output.mT, targets))


def test_numbers_and_their_variance() -> None:
    targets, output = torch.randn(30, 2) * 3, torch.randn(30, 2)
    dataset = data(Answer("", "number", (), (2,)), targets)
    made = objective_for(TrainingSettings(), dataset, output)
    loss, right, _ = made.measure(output, made.targets(dataset))
    assert (loss, right) == (functional.mse_loss(output, targets), None)
    assert made.variance(targets) == pytest.approx(targets.double().var(0, correction=0).mean())


def test_an_input_to_be_rebuilt() -> None:
    dataset = data(Answer("", "reconstruction"), torch.zeros(6))
    made = objective_for(TrainingSettings(), dataset, torch.randn(6, 5))
    assert torch.equal(made.targets(dataset), dataset.inputs)  # type: ignore[arg-type]
    assert made.reconstructs
    with pytest.raises(TrainingError, match=r"gives 4 per sample, but .* has targets of 5"):
        objective_for(TrainingSettings(), dataset, torch.randn(6, 4)).targets(dataset)


def test_classes_that_are_numbers_may_be_predicted_as_numbers() -> None:
    targets = torch.tensor([0, 1, 2, 1])
    dataset = data(Answer("", "classes", ("18", "25", "40.5")), targets)
    output = torch.randn(4, 1)
    loss, _, right = judged(dataset, output, loss="mse")
    ages = torch.tensor([[18.0], [25.0], [40.5], [25.0]])
    assert (loss, right) == (functional.mse_loss(output, ages), None)


def test_weights_and_smoothing_are_of_the_training_alone() -> None:
    targets, output = torch.tensor([0, 0, 0, 1, 2]), torch.randn(5, 3)
    weights = torch.tensor([0.5, 2.0, 3.0])
    dataset = data(Answer("", "classes", ABC), targets, class_weights={"": weights})
    loss, learning, _ = judged(dataset, output, label_smoothing=0.1)
    assert torch.allclose(loss, functional.cross_entropy(output, targets))
    assert torch.allclose(
        learning, functional.cross_entropy(output, targets, weight=weights, label_smoothing=0.1)
    )


def test_soft_targets_of_mixed_samples() -> None:
    output, soft = torch.randn(4, 3), torch.rand(4, 3).softmax(1)
    made = SingleObjective(TrainingSettings(), (3,), Answer("", "classes", ABC))
    loss, right, _ = made.measure(output, soft, learning=True)
    assert torch.allclose(loss, functional.cross_entropy(output, soft))
    assert right == (output.argmax(1) == soft.argmax(1)).sum()


@pytest.mark.parametrize(
    ("answer", "targets", "form", "loss", "sentence"),
    [
        (Answer("", "labels", ABC, (3,)), torch.zeros(4, 3), (3,), "cross_entropy", "several lab"),
        (Answer("", "labels", ABC, (3,)), torch.zeros(4, 3), (2,), "auto", "gives 2 .* 3 labels"),
        (
            Answer("", "classes", ABC),
            torch.zeros(4).long(),
            (3,),
            "binary_cross_entropy",
            "Binary cross entropy needs labels.* asks for 3 classes",
        ),
        (
            Answer("", "per_pixel", ABC, (4, 5)),
            torch.zeros(2, 4, 5).long(),
            (3, 5, 4),
            "auto",
            "each of 4 x 5 pixels",
        ),
    ],
)
def test_what_does_not_go_together(
    answer: Answer, targets: Tensor, form: tuple[int, ...], loss: Any, sentence: str
) -> None:
    dataset = data(answer, targets)
    settings = TrainingSettings(loss=loss)
    with pytest.raises(TrainingError, match=sentence):
        objective_for(settings, dataset, torch.randn(len(targets), *form)).targets(dataset)


def test_class_weights_of_two_classes_by_one_value() -> None:
    """The same loss as cross entropy has of two values."""
    targets, output = torch.tensor([0, 1, 1, 0, 0]), torch.randn(5, 1)
    weights = torch.tensor([0.5, 3.0])
    dataset = data(Answer("", "classes", ("no", "yes")), targets, class_weights={"": weights})
    loss, learning, _ = judged(dataset, output)
    both = torch.cat([torch.zeros(5, 1), output], 1)
    assert torch.allclose(loss, functional.cross_entropy(both, targets))
    assert torch.allclose(learning, functional.cross_entropy(both, targets, weights))


def test_class_weights_do_nothing_to_squares_and_are_refused() -> None:
    dataset = data(
        Answer("", "classes", ABC), torch.tensor([0, 1, 2]), class_weights={"": torch.ones(3)}
    )
    with pytest.raises(TrainingError, match="Class weights need the loss cross_entropy or"):
        judged(dataset, torch.randn(3, 3), loss="mse")
