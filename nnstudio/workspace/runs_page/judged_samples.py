"""Samples as the page Data shows them, in the order of how wrong they were, with what was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nnstudio.workspace.data_page.overview import Overview
from nnstudio.workspace.data_page.shown_samples import ShownSamples

if TYPE_CHECKING:
    from nnstudio.evaluation.predictions import Predictions
    from nnstudio.evaluation.samples import JudgedSample

MOST = 600
"""Samples that are looked at."""


@dataclass(frozen=True)
class JudgedSamples(ShownSamples):
    """judged: what is said of each sample by its number in the source, in the order of showing.

    of: how many samples there are of this kind, of which the most wrong are here.
    """

    judged: Mapping[int, JudgedSample] = field(default_factory=dict)
    of: int = 0

    @cached_property
    def indices(self) -> NDArray[np.intp]:
        return np.array(list(self.judged), np.intp)

    def caption(self, index: int) -> str:
        one = self.judged[index]
        if one.right is None:
            return f"{one.given} for {one.answer}"
        chance = f", {100 * one.chance:.0f} %" if one.chance is not None else ""
        return f"{one.answer}{chance}" if one.right else f"{one.answer} → {one.given}{chance}"

    def said(self, index: int) -> tuple[tuple[str, str], ...]:
        one = self.judged[index]
        chance = () if one.chance is None else (("Probability", f"{100 * one.chance:.1f} %"),)
        return (("Right", one.answer), ("Given", one.given), *chance, ("Loss", f"{one.loss:.4f}"))

    def facts(self, index: int) -> list[tuple[str, str, str]]:
        told = [(name, value, "") for name, value in self.said(index)]
        return [*told, *super().facts(index)]


def judged_samples(
    overview: Overview,
    predictions: Predictions,
    output: str,
    cell: tuple[int, int] | None,
    *,
    wrong_only: bool,
) -> JudgedSamples:
    """The most wrong samples of a part, or those of one cell (right, given) of its matrix."""
    from nnstudio.evaluation import samples

    one = predictions.output(output)
    if cell is None:
        found = samples.worst_first(predictions, output, wrong_only=wrong_only, limit=MOST)
        right = samples.are_right(one)
        of = int((~right).sum()) if wrong_only and right is not None else len(one)
    else:
        places = samples.of_cell(predictions, *cell, output)
        order = places[np.argsort(-one.arrays["loss"][places], kind="stable")]
        found, of = samples.judged(predictions, order[:MOST], output), len(places)
    judged = {sample.index: sample for sample in found if sample.index >= 0}
    return JudgedSamples(overview, judged=judged, of=of)
