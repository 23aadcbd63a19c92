"""Where the page gets its samples and its steps from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from nnstudio.data.catalogue import BUILT_IN, describe
from nnstudio.data.info import DataError
from nnstudio.data.samples import Progress, Samples, nobody_watches
from nnstudio.project.data.fields import Field, Kind, Target
from nnstudio.project.data.source import BuiltIn
from nnstudio.project.data.spec import DataSpec
from nnstudio.workspace.data_page.step_kinds import StepKinds


def understand(
    place: str | Path, spec: DataSpec | None = None, progress: Progress = nobody_watches
) -> Samples:
    """The samples of a built-in set. Raises `DataError`."""
    from nnstudio.data.sets import load

    info = BUILT_IN.get(str(place))
    if info is None:
        describe(place)
        raise DataError(f"{Path(place).name} cannot be shown yet: choose a built-in set.")
    progress(0.0, f"Making {info.title.lower()}")
    found = load(str(place))
    progress(0.8, "Looking through it")
    values = np.asarray(found.inputs)
    answers = np.asarray(found.targets)
    kinds: dict[str, Kind] = {"image": "image", "signal": "signal"}
    kind = "tokens" if info.tokens else kinds.get(info.resizable, "number")
    classes = info.classes if info.tokens else ()
    first = Field(
        name=info.first,
        origin=None,
        kind=kind,
        role="input",
        shape=values.shape[1:],
        classes=classes,
    )
    answer: Kind = "number" if not info.classes else "tokens" if answers.ndim > 1 else "category"
    target = Field(
        name="answer",
        origin=None,
        kind=answer,
        role="target",
        shape=answers.shape[1:],
        classes=info.classes,
    )
    asked = Target(
        name="answer",
        fields=("answer",),
        task="number" if answer == "number" else "tokens" if info.tokens else "classes",
        classes=info.classes,
    )
    whole = DataSpec(source=BuiltIn(path=str(place)), fields=(first, target), targets=(asked,))
    samples = Samples(whole, {info.first: values, "answer": answers}, len(values))
    if spec is None:
        return samples
    kept = {name: getattr(spec, name) for name in ("split", "preparation", "augmentation")}
    return replace(samples, spec=whole.with_values(**kept, balance=spec.balance))


def step_kinds() -> StepKinds:
    """All steps that there are."""
    return StepKinds()
