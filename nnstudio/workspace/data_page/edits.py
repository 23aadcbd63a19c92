"""Edits of a `DataSpec`: each gives another one, or raises `DataError` with one sentence.

What is set by hand is no guess any more. Nothing is read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeVar

from pydantic import BaseModel, ValidationError

from nnstudio.data.info import DataError
from nnstudio.project.data.fields import Field, Kind, Missing, Role, Target, TaskKind
from nnstudio.project.data.part import Part
from nnstudio.project.data.source import Source
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Parameter, Step
from nnstudio.workspace.data_page.words import OPTIONS
from nnstudio.workspace.schema_settings import Setting, sentence_of, settings_of, value_of

NOT_OPTIONS = ("kind", "path", "fingerprint")
Steps = Literal["preparation", "augmentation"]
_Made = TypeVar("_Made")

_TASK_OF: dict[Kind, TaskKind] = {
    "category": "classes",
    "number": "number",
    "signal": "number",
    "mask": "per_pixel",
    "tokens": "tokens",
    "text": "tokens",
    "image": "reconstruction",
    "audio": "reconstruction",
}
_TASKS_OF: dict[Kind, tuple[TaskKind, ...]] = {
    "category": ("classes", "labels"),
    "number": ("number", "classes", "labels"),
    "signal": ("number", "reconstruction", "per_position"),
    "mask": ("per_pixel",),
    "tokens": ("tokens", "next_token", "per_position"),
    "text": ("tokens", "labels", "next_token"),
    "image": ("reconstruction", "per_pixel"),
    "audio": ("reconstruction",),
}


# -- the source ---------------------------------------------------------------------------------


def options_of(spec: DataSpec) -> list[Setting]:
    """The options of the reader of this source, with their titles."""
    return [
        Setting(
            found.name,
            OPTIONS.get(found.name, found.title),
            found.note,
            found.kind,
            found.choices,
            found.optional,
            found.shown_when,
            found.numeric,
        )
        for found in settings_of(type(spec.source), NOT_OPTIONS)
        if found.name != "parts"
    ]


def with_option(spec: DataSpec, setting: Setting, text: str) -> DataSpec:
    """Another option of the reader; everything that was understood has to be understood anew."""
    value: object = value_of(setting, text)
    if setting.name == "missing":
        value = tuple(part.strip() for part in text.split(","))
    elif not text:
        value = type(spec.source).model_fields[setting.name].default
    make: Callable[..., Source] = spec.source.with_values
    source = _checked(type(spec.source), make, setting, value)
    return understood_anew(spec, source, f"source.{setting.name}")


def understood_anew(spec: DataSpec, source: Source, *decided: str) -> DataSpec:
    """The spec with that source, of which everything but the options is found out again.

    decided: the places of guesses that are none any more.
    """
    kept = [g for g in spec.guesses if g.about.startswith("source.") and g.about not in decided]
    return spec.with_values(source=source, fields=(), targets=(), feeds=(), guesses=tuple(kept))


# -- guesses ------------------------------------------------------------------------------------


def guess_about(spec: DataSpec, *about: str) -> Guess | None:
    """The first guess about one of these places that nobody has confirmed."""
    return next((g for g in spec.guesses if g.about in about and not g.confirmed), None)


def confirmed(spec: DataSpec, about: Iterable[str]) -> DataSpec:
    """The spec with these guesses agreed to."""
    wanted = frozenset(about)
    guesses = [g.with_values(confirmed=True) if g.about in wanted else g for g in spec.guesses]
    return spec.with_values(guesses=tuple(guesses))


def _decided(spec: DataSpec, about: Iterable[str]) -> tuple[Guess, ...]:
    gone = frozenset(about)
    return tuple(g for g in spec.guesses if g.about not in gone)


# -- fixes --------------------------------------------------------------------------------------


def with_fix(spec: DataSpec, found: DataSpec, fixed: DataSpec) -> DataSpec:
    """What a fix changes, `found` to `fixed`, done to the spec as it is now; the rest stays."""
    values: dict[str, object] = {}
    for name in DataSpec.model_fields:
        before, after = getattr(found, name), getattr(fixed, name)
        if before == after:
            continue
        by_key = name in ("fields", "targets", "guesses")
        values[name] = _with_changes(getattr(spec, name), before, after) if by_key else after
    return spec.with_values(**values)


def _with_changes(
    now: Iterable[Part], before: Iterable[Part], after: Iterable[Part]
) -> tuple[Part, ...]:
    old, new = ({_name(part): part for part in parts} for parts in (before, after))
    kept = {}
    for part in now:
        name = _name(part)
        if name in old and name in new:
            changed = {
                key: getattr(new[name], key)
                for key in type(part).model_fields
                if getattr(new[name], key) != getattr(old[name], key)
            }
            kept[name] = part.with_values(**changed) if changed else part
        elif name not in old:
            kept[name] = part
    added = {name: part for name, part in new.items() if name not in old and name not in kept}
    return (*kept.values(), *added.values())


def _name(part: Part) -> str:
    return str(getattr(part, "name", "") or getattr(part, "about", ""))


# -- fields -------------------------------------------------------------------------------------


def with_role(spec: DataSpec, names: Sequence[str], role: Role) -> DataSpec:
    """Give fields another role; targets and feeds follow."""
    chosen = frozenset(names)
    targets = [_without_fields(target, chosen) for target in spec.targets]
    kept = [target for target in targets if target is not None]
    if role == "target":
        kept += [target_of(field) for field in spec.fields if field.name in chosen]
    feeds = []
    for feed in spec.feeds:
        fields = feed.fields if role == "input" else _others(feed.fields, chosen)
        if fields:
            feeds.append(feed.with_values(fields=fields))
    return spec.with_values(
        fields=_changed(spec, chosen, role=role),
        targets=tuple(kept),
        feeds=tuple(feeds),
        guesses=_decided(spec, [f"fields.{name}.role" for name in names]),
    )


def with_missing(spec: DataSpec, names: Sequence[str], rule: Missing) -> DataSpec:
    """Give fields another rule for samples without a value."""
    return spec.with_values(
        fields=_changed(spec, frozenset(names), missing=rule),
        guesses=_decided(spec, [f"fields.{name}.missing" for name in names]),
    )


def with_kind(spec: DataSpec, names: Sequence[str], kind: Kind) -> DataSpec:
    """Read fields as another kind. Classes and shapes of the old kind are forgotten."""
    chosen = frozenset(names)
    fields = tuple(
        field
        if field.name not in chosen or field.kind == kind
        else Field(
            name=field.name, origin=field.origin, kind=kind, role=field.role, axes=field.axes
        )
        for field in spec.fields
    )
    by_name = {field.name: field for field in fields}
    targets = tuple(
        target
        if chosen.isdisjoint(target.fields)
        else target_of(by_name[target.fields[0]]).with_values(
            name=target.name, fields=target.fields
        )
        for target in spec.targets
    )
    return spec.with_values(
        fields=fields,
        targets=targets,
        guesses=_decided(spec, [f"fields.{name}.kind" for name in names]),
    )


def target_of(field: Field) -> Target:
    """The target that asks for one field, as the task that suits its kind."""
    task = _TASK_OF.get(field.kind, "classes")
    classes = field.classes if task == "classes" else ()
    return Target(name=field.name, fields=(field.name,), task=task, classes=classes)


def _without_fields(target: Target, names: frozenset[str]) -> Target | None:
    fields = _others(target.fields, names)
    return target.with_values(fields=fields) if fields else None


def _others(fields: tuple[str, ...], names: frozenset[str]) -> tuple[str, ...]:
    return tuple(name for name in fields if name not in names)


def _changed(spec: DataSpec, names: frozenset[str], **values: object) -> tuple[Field, ...]:
    return tuple(
        field.with_values(**values) if field.name in names else field for field in spec.fields
    )


# -- tasks --------------------------------------------------------------------------------------


def about_task(target: Target) -> tuple[str, ...]:
    """The places under which a guess about the task of a target may stand."""
    return (f"targets.{target.name}.task", f"targets.{target.name}", "task")


def tasks_of(spec: DataSpec, target: Target) -> tuple[TaskKind, ...]:
    """The tasks from which one can choose for a target, by the kind of its first field."""
    field = spec.by_name.get(target.fields[0])
    found = _TASKS_OF.get(field.kind, ("classes",)) if field is not None else ()
    return found if target.task in found else (*found, target.task)


def with_task(spec: DataSpec, name: str, task: TaskKind) -> DataSpec:
    """Ask for a target as another task."""
    target = next(t for t in spec.targets if t.name == name)
    field = spec.by_name.get(target.fields[0])
    classes = field.classes if field is not None and task in ("classes", "labels") else ()
    targets = tuple(
        t.with_values(task=task, classes=classes) if t is target else t for t in spec.targets
    )
    return spec.with_values(targets=targets, guesses=_decided(spec, about_task(target)))


# -- split and balance --------------------------------------------------------------------------


def with_split(spec: DataSpec, setting: Setting, text: str) -> DataSpec:
    """Another value of the split; an empty text is its default."""
    default = type(spec.split).model_fields[setting.name].default
    value = value_of(setting, text) if text else default
    split = _checked(Split, spec.split.with_values, setting, value)
    return spec.with_values(split=split, guesses=_decided(spec, [f"split.{setting.name}"]))


def with_balance(spec: DataSpec, balance: str) -> DataSpec:
    """Another way to make up for rare classes."""
    return spec.with_values(balance=balance, guesses=_decided(spec, ["balance"]))


# -- steps --------------------------------------------------------------------------------------


def with_steps(spec: DataSpec, which: Steps, steps: Sequence[Step]) -> DataSpec:
    """Another list of steps."""
    return spec.with_values(**{which: tuple(steps)})


def moved(steps: Sequence[Step], at: int, by: int) -> tuple[Step, ...]:
    """The steps with one of them `by` places further down."""
    rest = [step for k, step in enumerate(steps) if k != at]
    rest.insert(max(0, min(len(rest), at + by)), steps[at])
    return tuple(rest)


def without(steps: Sequence[Step], at: int) -> tuple[Step, ...]:
    """The steps without one."""
    return tuple(step for k, step in enumerate(steps) if k != at)


def with_parameter(
    steps: Sequence[Step], at: int, kind: type[BaseModel], setting: Setting, text: str
) -> tuple[Step, ...]:
    """The steps with another parameter of one; an empty text is the default of its declaration."""
    step = steps[at]
    params = dict(step.params)
    params.pop(setting.name, None)
    if text:
        params[setting.name] = _parameter(value_of(setting, text))
    _checked(kind, lambda **_value: kind.model_validate(params), setting, None)
    changed = step.with_values(params=tuple(params.items()))
    return tuple(changed if k == at else one for k, one in enumerate(steps))


def _parameter(value: object) -> Parameter:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _checked(
    model: type[BaseModel], make: Callable[..., _Made], setting: Setting, value: object
) -> _Made:
    try:
        return make(**{setting.name: value})
    except ValidationError as error:
        raise DataError(sentence_of(error, model, setting)) from error
