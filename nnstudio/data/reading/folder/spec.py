"""The spec of a folder and its samples: fields and targets, with the guesses that were made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.declared import DeclaredStep
from nnstudio.data.info import DataError
from nnstudio.data.reading.folder.left_out import Decoded
from nnstudio.data.reading.folder.listing import shown
from nnstudio.data.reading.folder.tree import Leaf, Tree
from nnstudio.data.samples import Finding, Samples
from nnstudio.project.data.fields import Field, Kind, Role, Target
from nnstudio.project.data.source import Folder
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step

CLASS = "class"


def step_of(spec: DataSpec, name: str) -> Step | None:
    """The step of the preparation with that name."""
    return next((step for step in spec.preparation if step.name == name), None)


def with_step(spec: DataSpec, step: DeclaredStep, why: str) -> DataSpec:
    """With that step first, as a guess."""
    guess = Guess(about=f"preparation.{step.name}", why=why)
    return spec.with_values(
        preparation=(step.step(), *spec.preparation), guesses=(*spec.guesses, guess)
    )


def media_field(
    spec: DataSpec, kind: Kind, usual: str, shape: tuple[int, ...], dtype: str
) -> Field:
    """The spec's field of that kind with its shape, or a new input."""
    there = next((field for field in spec.fields if field.kind == kind), None)
    if there is None:
        role: Role = "target" if kind == "mask" else "input"
        return Field(name=usual, origin=None, kind=kind, role=role, shape=shape, dtype=dtype)
    return there.with_values(shape=shape, dtype=dtype)


def with_fields(spec: DataSpec, fields: Sequence[Field], target: Target, why: str) -> DataSpec:
    """With these fields in place of those of the same names; targets only where there are none.

    Where the spec knew no fields, given parts are followed, and both are guesses.
    """
    new = {field.name: field for field in fields}
    if spec.fields:
        kept = [new.pop(field.name, field) for field in spec.fields]
        return spec.with_values(fields=(*kept, *new.values()))
    guesses = [*spec.guesses, Guess(about="task", why=why)]
    split = spec.split
    parts = spec.source.parts if isinstance(spec.source, Folder) else ()
    if parts and split == Split():
        split = split.with_values(by="given")
        names = ", ".join(f"{name} is {part}" for name, part in parts)
        guesses.append(Guess(about="split.by", why=f"the folders are named so: {names}"))
    return spec.with_values(
        fields=tuple(fields),
        targets=spec.targets or (target,),
        split=split,
        guesses=tuple(guesses),
    )


def class_field(spec: DataSpec, tree: Tree, name: str) -> Field | None:
    """The field of the classes: the spec's, which must know them all, or a new one.

    None if there are no classes, or the spec asks for none.
    """
    there = next((field for field in spec.fields if field.kind == "category"), None)
    if there is None:
        if spec.fields or not tree.classes:
            return None
        return Field(
            name=CLASS,
            origin=None,
            kind="category",
            role="target",
            dtype="int64",
            classes=tree.classes,
        )
    strange = [one for one in tree.classes if there.classes and one not in there.classes]
    if strange:
        known = ", ".join(there.classes[:10]) + (", ..." if len(there.classes) > 10 else "")
        raise DataError(
            f"The folder '{strange[0]}' in {name} is none of the classes ({known}): expected the "
            "folders of which the data were made, or read the folder anew."
        )
    return there.with_values(classes=there.classes or tree.classes)


def numbers_of(labels: Sequence[str], classes: Sequence[str]) -> NDArray[np.int64]:
    """The place of each label among the classes, -1 for none."""
    places = {label: place for place, label in enumerate(classes)}
    return np.array([places.get(label, -1) for label in labels], np.int64)


def class_target(field: Field | None, media: Field) -> tuple[Target, str]:
    """What is asked: the class; without classes, the sample itself. And why."""
    if field is None:
        target = Target(name=media.name, fields=(media.name,), task="reconstruction")
        return target, "all files lie in one folder, so there is nothing to tell apart"
    target = Target(name=field.name, fields=(field.name,), task="classes", classes=field.classes)
    return target, "the names of the folders are classes"


def nested_guess(spec: DataSpec, tree: Tree) -> DataSpec:
    """Say whose name is the class where folders lie in folders."""
    if not tree.nested or spec.fields:
        return spec
    why = "folders lie in folders of classes: files belong to the class of the first level"
    return spec.with_values(guesses=(*spec.guesses, Guess(about="source.level", why=why)))


def labelled(
    name: str,
    spec: DataSpec,
    tree: Tree,
    leaves: Sequence[Leaf],
    media: Field,
    made: Decoded,
    findings: Sequence[Finding],
) -> Samples:
    """Samples of what was made of `leaves`, with their classes if there are any.

    `name`: of the folder. `spec.source` is a `Folder`.
    """
    used = [leaves[k] for k in made.kept]
    label = class_field(spec, tree, name)
    fields = [media] if label is None else [media, label]
    spec = with_fields(nested_guess(spec, tree), fields, *class_target(label, media))
    values: dict[str, NDArray[Any]] = {media.name: made.values}
    if label is not None:
        values[label.name] = numbers_of([leaf.label for leaf in used], label.classes)
    return Samples(
        spec,
        values,
        len(used),
        np.array([leaf.part for leaf in used], np.int8) if tree.parts else None,
        [shown(leaf.file.path) for leaf in used],
        (*findings, *tree.findings, *made.findings),
    )
