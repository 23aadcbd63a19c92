"""The steps that there are, as the page offers them."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getdoc

from nnstudio.data.augmentation.table import AUGMENTATIONS
from nnstudio.data.declared import DeclaredStep
from nnstudio.data.preparation.registry import PREPARATIONS
from nnstudio.workspace.data_page.step_kinds import StepKind, StepKinds


def step_kinds() -> StepKinds:
    """All steps that there are."""
    return StepKinds(_kinds(PREPARATIONS), _kinds(AUGMENTATIONS))


def _kinds(declared: Mapping[str, type[DeclaredStep]]) -> dict[str, StepKind]:
    return {
        name: StepKind(
            name,
            kind.title,
            (getdoc(kind) or "").partition("\n\n")[0].replace("\n", " "),
            frozenset(kind.kinds),
            kind,
        )
        for name, kind in declared.items()
    }
