"""Figures beyond loss and accuracy, as running sums on the device: nothing is read before the end.

Of few classes the confusion matrix is kept, one operation a batch. Of many, three counts for each
class, which is all that is needed of it: 30,000 classes would make 900 million cells.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

import torch
from torch import Tensor

from nnstudio.training.world import ALONE, World

MOST_IN_A_MATRIX = 256
TOP = 5
"""The right class counts as found if it is among so many of the highest."""


class Figures(Protocol):
    """Adds up outputs and targets of one part of the data; `read` waits for the device."""

    def add(self, output: Tensor, targets: Tensor) -> None:
        """What the model gave, in the form that the kind of figures takes, and what is right."""

    def add_others(self, world: World) -> None:
        """Add what the other processes have, at the end."""

    def read(self) -> dict[str, float]:
        """The figures by name; those that nothing was added for are left out."""


class FiguresWithLosses:
    """Figures of what is compared with the data, and the mean of each loss of the model's own."""

    def __init__(
        self,
        compared: Figures | dict[str, Figures] | FiguresWithLosses,
        losses: tuple[str, ...],
        device: torch.device,
    ) -> None:
        """losses: names of the outputs that are losses."""
        self.compared = compared
        self._sums = {name: torch.zeros((), device=device) for name in losses}
        self._samples = 0
        self._world = ALONE

    def add_losses(self, means: dict[str, Tensor], samples: int) -> None:
        """Add the mean () of each loss over a batch of so many samples."""
        for name, mean in means.items():
            self._sums[name] += mean * samples
        self._samples += samples

    def add_others(self, world: World) -> None:
        """Add what the other processes have; of what is compared, when it is read."""
        self._world = world
        for name, total in self._sums.items():
            self._sums[name] = world.sum(total)
        self._samples = int(world.sum(torch.tensor(self._samples)))

    def read(self) -> dict[str, float]:
        """The figures by name, each loss under its own."""
        means = {name: float(total) / max(self._samples, 1) for name, total in self._sums.items()}
        return {**read_all(self.compared, self._world), **means}


AnyFigures: TypeAlias = Figures | dict[str, Figures] | FiguresWithLosses


def read_all(figures: AnyFigures, world: World) -> dict[str, float]:
    """The figures by name, of all processes; of several outputs the first's, and each's after the
    output's name.
    """
    for sums in figures.values() if isinstance(figures, dict) else (figures,):
        sums.add_others(world)
    if not isinstance(figures, dict):
        return figures.read()
    of_each = {name: sums.read() for name, sums in figures.items()}
    found = dict(next(iter(of_each.values())))
    for output, read in of_each.items():
        found.update({f"{output}.{name}": value for name, value in read.items()})
    return found


def class_figure_names(classes: int) -> tuple[str, ...]:
    """Figures of one class out of so many."""
    return ("balanced_accuracy", "macro_f1", *(("top_5",) if classes > TOP else ()))


class ClassFigures:
    """Of logits (n, classes) and class numbers (n,).

    balanced_accuracy: mean over the classes that occur of the share found. macro_f1: mean of F1
    over the classes that occur or are given. Both as scikit-learn has them.
    """

    def __init__(self, classes: int, device: torch.device, ignored: int | None = None) -> None:
        """ignored: the class of targets that do not count."""
        self._classes = classes
        self._ignored = ignored
        self._is_matrix = classes <= MOST_IN_A_MATRIX
        cells = (classes * classes,) if self._is_matrix else (3, classes)
        self._sums = torch.zeros(cells, dtype=torch.int64, device=device)
        self._top = torch.zeros((), dtype=torch.int64, device=device)
        self._count = 0

    def add(self, output: Tensor, targets: Tensor) -> None:
        if self._ignored is not None:
            counts = targets != self._ignored
            output, targets = output[counts], targets[counts]
        if output.shape[1] == 1:  # one value for two classes: how much speaks for the second
            output = torch.cat([-output, output], 1)
        given = output.argmax(1)
        if self._is_matrix:
            cells = torch.add(given, targets, alpha=self._classes)
            self._sums += torch.bincount(cells, minlength=len(self._sums))
        else:
            for row, chosen in enumerate((targets, given, targets[targets == given])):
                self._sums[row] += torch.bincount(chosen, minlength=self._classes)
        if self._classes > TOP:
            among = output.topk(TOP, 1).indices == targets.unsqueeze(1)
            self._top += among.sum()
            self._count += len(targets)

    def add_others(self, world: World) -> None:
        self._sums, self._top = world.sum(self._sums), world.sum(self._top)
        self._count = sum(world.gather(self._count))

    def read(self) -> dict[str, float]:
        sums = self._sums.cpu().double()
        if self._is_matrix:
            matrix = sums.reshape(self._classes, self._classes)
            sums = torch.stack([matrix.sum(1), matrix.sum(0), matrix.diagonal()])
        asked, given, found = sums
        if not asked.sum():
            return {}
        share = found[asked > 0] / asked[asked > 0]
        figures = {"balanced_accuracy": float(share.mean()), "macro_f1": _f1(asked, given, found)}
        if self._classes > TOP:
            figures["top_5"] = float(self._top) / self._count
        return figures


class LabelFigures:
    """Of logits (n, labels) and labels (n, labels) of 0 or 1: macro_f1, the mean F1 of labels."""

    def __init__(self, labels: int, device: torch.device) -> None:
        self._sums = torch.zeros(3, labels, dtype=torch.int64, device=device)

    def add(self, output: Tensor, targets: Tensor) -> None:
        asked, given = targets > 0.5, output > 0
        for row, chosen in enumerate((asked, given, asked & given)):
            self._sums[row] += chosen.flatten(1).sum(0)

    def add_others(self, world: World) -> None:
        self._sums = world.sum(self._sums)

    def read(self) -> dict[str, float]:
        asked, given, found = self._sums.cpu().double()
        return {"macro_f1": _f1(asked, given, found, every=True)}


class NumberFigures:
    """Of predicted and right numbers (n, ...): mae, rmse and, where targets vary, r2.

    r2 is the share of the variance of all columns together that is explained, as scikit-learn's
    `variance_weighted`.
    """

    def __init__(self, device: torch.device, *, r2: bool) -> None:
        """r2: whether the targets are numbers of which a share of the variance makes sense."""
        # Apple GPUs have no float64.
        self._exact = torch.float32 if device.type == "mps" else torch.float64
        self._errors = torch.zeros(2, dtype=self._exact, device=device)
        self._wants_r2 = r2
        self._shift: Tensor | None = None
        self._moments: list[Tensor] = []
        self._spread: float | None = None
        self._rows = self._values = 0

    def add(self, output: Tensor, targets: Tensor) -> None:
        error = (output - targets).to(self._exact)
        self._errors += torch.stack([error.abs().sum(), error.square().sum()])
        self._rows, self._values = self._rows + len(targets), self._values + targets.numel()
        if self._wants_r2:
            right = targets.to(self._exact)
            if self._shift is None:  # sums of squares of large numbers lose digits
                self._shift = right.mean(0)
                self._moments = [torch.zeros_like(self._shift), torch.zeros_like(self._shift)]
            right = right - self._shift
            self._moments[0] += right.sum(0)
            self._moments[1] += right.square().sum(0)

    def add_others(self, world: World) -> None:
        """By Chan, Golub and LeVeque 1983: deviations of each, and those of their means."""
        if world.size == 1:
            return
        self._errors = world.sum(self._errors)
        found = world.gather((self._rows, self._values, self._deviations()))
        self._rows = sum(rows for rows, _, _ in found)
        self._values = sum(values for _, values, _ in found)
        parts = [(rows, *spread) for rows, _, spread in found if spread is not None]
        if parts:
            mean = torch.stack([rows * at for rows, at, _ in parts]).sum(0) / self._rows
            self._spread = float(
                sum((squares + rows * (at - mean).square()).sum() for rows, at, squares in parts)
            )

    def _deviations(self) -> tuple[Tensor, Tensor] | None:
        """Means and sums of squared deviations (...) of the targets, on the CPU."""
        if self._shift is None:
            return None
        sums, squares = (moment.cpu().double() for moment in self._moments)
        return self._shift.cpu().double() + sums / self._rows, squares - sums.square() / self._rows

    def read(self) -> dict[str, float]:
        if not self._values:
            return {}
        absolute, squared = self._errors.tolist()
        figures = {"mae": absolute / self._values, "rmse": (squared / self._values) ** 0.5}
        spread = self._spread
        if spread is None and self._moments:
            sums, squares = self._moments
            spread = float((squares - sums.square() / self._rows).sum())
        if spread is not None and spread > 0:
            figures["r2"] = 1.0 - squared / spread
        return figures


def _f1(asked: Tensor, given: Tensor, found: Tensor, *, every: bool = False) -> float:
    """Mean F1 of the classes that occur or are given, or of `every` one; 0 for none right."""
    both = asked + given
    wanted = both >= 0 if every else both > 0
    return float((2 * found[wanted] / both[wanted].clamp(min=1)).mean())
