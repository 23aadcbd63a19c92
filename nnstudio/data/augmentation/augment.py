"""The augmentation of a training: steps done to each batch, on its device, in training alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from nnstudio.data.augmentation.declared import Augmentation, Drawn
from nnstudio.data.augmentation.mixing import Mixing
from nnstudio.data.augmentation.table import declared
from nnstudio.data.info import DataError
from nnstudio.data.rows import Rows, first
from nnstudio.project.data.fields import Kind
from nnstudio.project.data.steps import Step

ONLY = ""
"""The name of inputs or targets that are one tensor."""
_PLACED: tuple[Kind, ...] = ("mask", "image", "signal", "audio")


class Augment(nn.Module):
    """Does the steps to a batch while it is in training mode; `eval()` turns it off.

    It has no parameters, and draws from torch's random state alone.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        inputs: Mapping[str, Kind],
        targets: Mapping[str, Kind],
        classes: Mapping[str, int] | None = None,
    ) -> None:
        """inputs, targets: the kind of each by its name, "" for one tensor alone. classes: how
        many a target of categories or masks has.

        Raises `DataError`: an unknown step, a wrong parameter, a field that a step is not made
        for, targets that cannot be mixed.
        """
        super().__init__()
        self._inputs, self._targets = dict(inputs), dict(targets)
        self._classes = dict(classes or {})
        self._steps: list[tuple[Augmentation, frozenset[str]]] = []
        for step in steps:
            made = declared(step)
            self._steps.append((made, self._fields_of(made, step)))
        mixing = [one for one, _ in self._steps if isinstance(one, Mixing)]
        self._soft = bool(mixing)
        for one in mixing:
            self._can_mix(one)

    def _fields_of(self, made: Augmentation, step: Step) -> frozenset[str]:
        fitting = [name for name, kind in self._inputs.items() if kind in made.kinds]
        for name in step.fields:
            if name in self._inputs and name not in fitting:
                raise DataError(
                    f"The augmentation '{made.name}' cannot be done to {name}, of the kind "
                    f"{self._inputs[name]}: expected {' or '.join(made.kinds)}."
                )
        chosen = [name for name in fitting if not step.fields or name in step.fields]
        if not chosen:
            raise DataError(
                f"The augmentation '{made.name}' has no input to change: expected one of the kind "
                f"{' or '.join(made.kinds)}."
            )
        return frozenset(chosen)

    def _can_mix(self, made: Augmentation) -> None:
        for name, kind in self._targets.items():
            known = kind not in ("category", "mask") or self._classes.get(name, 0) > 1
            if kind in ("category", "number", *_PLACED) and known:
                continue
            raise DataError(
                f"The augmentation '{made.name}' cannot mix the target {name or kind}: expected "
                "classes, numbers or masks."
            )

    def forward(self, inputs: Rows, targets: Rows) -> tuple[Rows, Rows]:
        """Inputs (n, ...) and targets (n, ...), changed; the given tensors stay as they are.

        With a step that mixes, classes (n,) come back as shares (n, K) of float32, with every
        batch; masks (n, h, w) as (n, K, h, w) where mixup is among the steps.
        """
        if not self.training or not self._steps:
            return inputs, targets
        given, asked = _by_name(inputs), _by_name(targets)
        samples, device = len(first(inputs)), first(inputs).device
        if self._soft:
            asked = {name: self._softened(name, rows) for name, rows in asked.items()}
        for made, fields in self._steps:
            drawn = made.draw(samples, device)
            for name, kind in self._inputs.items():
                if name in fields:
                    given[name] = made.change(given[name], drawn, kind)
            self._change_targets(made, drawn, asked)
        return _as_given(given, inputs), _as_given(asked, targets)

    def _change_targets(self, made: Augmentation, drawn: Drawn, asked: dict[str, Tensor]) -> None:
        """Those that go along with what was done to the inputs."""
        for name, kind in self._targets.items():
            if isinstance(made, Mixing):
                asked[name] = made.change_target(asked[name], drawn, kind)
            elif made.moves and (kind in made.kinds or (kind == "mask" and "image" in made.kinds)):
                asked[name] = made.change(asked[name], drawn, kind)

    def _softened(self, name: str, rows: Tensor) -> Tensor:
        """Classes as shares."""
        kind = self._targets.get(name)
        blended = any(isinstance(one, Mixing) and one.name == "mixup" for one, _ in self._steps)
        if kind == "category" or (kind == "mask" and blended):
            shares = one_hot(rows.long(), self._classes[name]).movedim(-1, 1)
            return shares.to(torch.float32)
        return rows


def _by_name(rows: Rows) -> dict[str, Tensor]:
    return {ONLY: rows} if isinstance(rows, Tensor) else dict(rows)


def _as_given(named: dict[str, Tensor], rows: Rows) -> Rows:
    return named[ONLY] if isinstance(rows, Tensor) else named
