"""Figures from running sums equal those of scikit-learn on all predictions at once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn import metrics
from torch import Tensor
from torch.nn import functional

from nnstudio.data.answer import Answer
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.training import losses
from nnstudio.training.figures import ClassFigures, LabelFigures, NumberFigures
from nnstudio.training.meters import Meter
from nnstudio.training.single_objective import SingleObjective

CPU = torch.device("cpu")


def dice(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def in_batches(figures: object, output: Tensor, targets: Tensor) -> dict[str, float]:
    for some, right in zip(output.split(7), targets.split(7), strict=True):
        figures.add(some, right)  # type: ignore[attr-defined]
    return figures.read()  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("classes", [2, 3, 6, 40, 300])
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_classes(seed: int, classes: int) -> None:
    output = torch.randn(60, classes, generator=dice(seed))
    targets = torch.randint(classes, (60,), generator=dice(seed + 50))
    found = in_batches(ClassFigures(classes, CPU), output, targets)
    given = output.argmax(1).numpy()
    assert found["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(targets, given)
    )
    assert found["macro_f1"] == pytest.approx(metrics.f1_score(targets, given, average="macro"))
    if classes > 5:
        assert found["top_5"] == pytest.approx(
            metrics.top_k_accuracy_score(targets, output.numpy(), k=5, labels=range(classes))
        )
    else:
        assert "top_5" not in found


def test_ignored_classes_do_not_count() -> None:
    output = torch.randn(40, 4, generator=dice(0))
    targets = torch.randint(4, (40,), generator=dice(1))
    kept = targets != 2
    whole = in_batches(ClassFigures(4, CPU, ignored=2), output, targets)
    assert whole == in_batches(ClassFigures(4, CPU), output[kept], targets[kept])
    assert ClassFigures(4, CPU).read() == {}


def test_labels() -> None:
    output = torch.randn(30, 4, generator=dice(0))
    targets = (torch.rand(30, 4, generator=dice(1)) > 0.5).float()
    expected = metrics.f1_score(targets, output > 0, average="macro", zero_division=0)
    assert in_batches(LabelFigures(4, CPU), output, targets)["macro_f1"] == pytest.approx(expected)


@pytest.mark.parametrize("columns", [1, 3])
@pytest.mark.parametrize("far", [0.0, 1e4])
def test_numbers(columns: int, far: float) -> None:
    targets = torch.randn(50, columns, generator=dice(0)) + far
    output = targets + torch.randn(50, columns, generator=dice(1))
    found = in_batches(NumberFigures(CPU, r2=True), output, targets)
    right, given = targets.double().numpy(), output.double().numpy()
    assert found["mae"] == pytest.approx(metrics.mean_absolute_error(right, given), rel=1e-4)
    squared = metrics.mean_squared_error(right, given)
    assert found["rmse"] == pytest.approx(np.sqrt(squared), rel=1e-4)
    expected = metrics.r2_score(right, given, multioutput="variance_weighted")
    assert found["r2"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("weight", [None, torch.tensor([1.0, 2.0, 0.5, 3.0])])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_ignored_class_as_torch_has_it(weight: Tensor | None, smoothing: float) -> None:
    output = torch.randn(20, 4, generator=dice(0))
    targets = torch.randint(4, (20,), generator=dice(1))
    told = losses.of_classes(output, targets, weight=weight, smoothing=smoothing, ignored=1)
    expected = functional.cross_entropy(
        output, targets, weight, label_smoothing=smoothing, ignore_index=1
    )
    torch.testing.assert_close(told, expected)
    none_left = losses.of_classes(output, torch.ones_like(targets), weight=weight, ignored=1)
    assert float(none_left) == 0.0


def test_loss_and_accuracy_are_of_what_is_not_ignored() -> None:
    settings = TrainingSettings(ignored_class=0)
    objective = SingleObjective(settings, (3,), Answer("", "classes", ("a", "b", "c")))
    output = torch.randn(30, 3, generator=dice(0))
    targets = torch.randint(3, (30,), generator=dice(1))
    meter = Meter(CPU)
    for some, right in zip(output.split(7), targets.split(7), strict=True):
        meter.add(objective.measure(some, right), len(some))
    kept = targets != 0
    told = meter.read().metrics()
    assert told.loss == pytest.approx(float(functional.cross_entropy(output[kept], targets[kept])))
    right = (output[kept].argmax(1) == targets[kept]).float().mean()
    assert told.accuracy == pytest.approx(float(right))
    assert told.samples == 30


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("mse", lambda o, t: (o - t).square().mean()),
        ("l1", lambda o, t: (o - t).abs().mean()),
        ("huber", lambda o, t: functional.huber_loss(o, t, delta=0.5)),
        ("poisson", lambda o, t: (o.exp() - t * o).mean()),
    ],
)
def test_losses_of_numbers(loss: str, expected: object) -> None:
    settings = TrainingSettings(loss=loss, huber_delta=0.5)
    output, targets = torch.randn(9, 2, generator=dice(0)), torch.rand(9, 2, generator=dice(1))
    objective = SingleObjective(settings, (2,), Answer("", "number", form=(2,)))
    told = objective.measure(output, targets)
    torch.testing.assert_close(told.loss, expected(output, targets))  # type: ignore[operator]
    assert told.right is None
    figures = objective.figures(CPU)
    objective.count(figures, output, targets)
    given = output.exp() if loss == "poisson" else output
    assert figures.read()["mae"] == pytest.approx(float((given - targets).abs().mean()))


def test_gaussian_takes_means_and_logarithms_of_variances() -> None:
    settings = TrainingSettings(loss="gaussian_nll")
    answer = Answer("", "number", form=(2,))
    objective = SingleObjective(settings, (4,), answer)
    output, targets = torch.randn(9, 4, generator=dice(0)), torch.rand(9, 2, generator=dice(1))
    means, logs = output[:, :2], output[:, 2:]
    expected = 0.5 * (logs + (means - targets).square() / logs.exp()).mean()
    torch.testing.assert_close(objective.measure(output, targets).loss, expected)
    assert answer.is_answered_by((4,), "gaussian_nll", None)
    assert not answer.is_answered_by((2,), "gaussian_nll", None)
