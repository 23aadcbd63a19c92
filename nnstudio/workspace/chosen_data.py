"""What people say of a project's data by hand: how to read them, targets of Outputs, feeds.

By name in scripts, by `--read-as`, `--option`, `--target` and `--feed` on the command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.data.pipeline.by_hand import (
    TASKS,
    Asked,
    chosen_source,
    read_as_chosen,
    with_feeds,
    with_targets,
)
from nnstudio.data.pipeline.understanding import built_in, understand
from nnstudio.project.data.places import place_of
from nnstudio.project.data.source import Source
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project

Fields = str | Sequence[str]
"""One field by name, or several."""


@dataclass(frozen=True)
class Choices:
    """read_as: a word of `named.READ_AS`; options: of the reader, by name; feeds: fields by the
    name of the Input that gets them; targets: fields by the name of the Output that is to give
    them, the task behind a colon (`price:number`) or guessed."""

    read_as: str = ""
    options: Mapping[str, object] = field(default_factory=dict)
    feeds: Mapping[str, Fields] = field(default_factory=dict)
    targets: Mapping[str, Fields] = field(default_factory=dict)
    source: Source | None = None

    def __bool__(self) -> bool:
        return bool(
            self.read_as or self.options or self.feeds or self.targets or self.source is not None
        )


NO_CHOICES = Choices()


def with_choices(project: Project, choices: Choices) -> Project:
    """The project with its data read, asked for and fed as chosen.

    Raises `Refusal` for Inputs and Outputs that there are not, `SettingsError` for options,
    `DataError` for fields and for data that cannot be read so.
    """
    if not choices:
        return project
    spec = project.data
    _refuse_strangers(project, INPUT, choices.feeds)
    _refuse_strangers(project, OUTPUT, choices.targets)
    source = choices.source
    if choices.read_as or choices.options:
        source = chosen_source(place_of(spec.source), choices.read_as, choices.options)
    if source is not None and source.kind != "builtin":
        spec = read_as_chosen(spec, source)
    info = built_in(spec)
    if info is not None and (choices.feeds or choices.targets):
        raise Refusal(
            f"{info.in_sentence} knows what it is for: feeds and targets are chosen for data of "
            "your own"
        )
    if choices.targets:
        samples = understand(place_of(spec.source), spec)
        spec = with_targets(samples, [_asked(*one) for one in choices.targets.items()])
    if choices.feeds:
        spec = understand(place_of(spec.source), spec).spec
        spec = with_feeds(spec, {name: _names(given) for name, given in choices.feeds.items()})
    return replace(project, data=spec)


def _names(given: Fields) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _asked(name: str, given: Fields) -> Asked:
    *first, last = _names(given) or ("",)
    bare, colon, word = last.rpartition(":")
    task = next((task for task in TASKS if colon and task == word.strip()), None)
    return Asked(name, (*first, bare if task else last), task)


def _refuse_strangers(project: Project, kind: str, names: Mapping[str, Fields]) -> None:
    there = [node.name for node in project.model.graph.of_type(kind)]
    for name in names:
        if name not in there:
            listed = f"there is {', '.join(there)}" if there else "there is none"
            raise Refusal(f"{project.root} has no {kind} named '{name:.60}': {listed}")
