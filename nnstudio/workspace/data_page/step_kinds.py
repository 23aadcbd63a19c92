"""The steps that can be chosen, by the name under which the spec has them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from nnstudio.project.data.fields import Kind
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.steps import Step
from nnstudio.workspace.data_page.edits import Steps
from nnstudio.workspace.schema_settings import settings_of, text_of


@dataclass(frozen=True)
class StepKind:
    """A step that can be chosen: its words, the kinds of fields it is for, its parameters."""

    name: str
    title: str
    note: str
    kinds: frozenset[Kind]
    parameters: type[BaseModel]


@dataclass(frozen=True)
class StepKinds:
    """The steps of the preparation and of the augmentation, by name."""

    preparation: Mapping[str, StepKind] = field(default_factory=dict)
    augmentation: Mapping[str, StepKind] = field(default_factory=dict)

    def of(self, which: Steps) -> Mapping[str, StepKind]:
        """Those of one list."""
        return self.preparation if which == "preparation" else self.augmentation

    def offered(self, which: Steps, spec: DataSpec) -> list[StepKind]:
        """Those that suit a field of the spec."""
        there = {one.kind for one in spec.fields if one.role in ("input", "target")}
        return [kind for kind in self.of(which).values() if kind.kinds & there]


def title_of(kinds: StepKinds, which: Steps, step: Step) -> str:
    """What a step is called; one that is not known keeps its name."""
    kind = kinds.of(which).get(step.name)
    return step.name if kind is None else kind.title


def summary_of(kinds: StepKinds, which: Steps, step: Step) -> str:
    """Its parameters and fields in one line: `Share 0.05 · age, height`."""
    kind = kinds.of(which).get(step.name)
    titles = {one.name: one.title for one in settings_of(kind.parameters)} if kind else {}
    parts = [f"{titles.get(name, name)} {text_of(value)}" for name, value in step.params]
    if step.fields:
        parts.append(", ".join(step.fields))
    return " · ".join(parts)
