"""Commands on the model as a whole: its values, variants and training settings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.graph.values import Value
from nnstudio.project.checks import EXPECTED, canonical, check_argument, expressions_in
from nnstudio.project.data.settings import IN_VARIANTS
from nnstudio.project.parameter_text import quoted_text
from nnstudio.project.refusal import Refusal
from nnstudio.project.settings import with_settings
from nnstudio.project.training_settings import TrainingSettings
from nnstudio.project.values import Project


@dataclass(frozen=True)
class SetRootValue:
    """Give a parameter of the model a value, or (None) its default again."""

    name: str
    value: Value

    @property
    def title(self) -> str:
        return f"Set {self.name}"

    def apply(self, project: Project) -> Project:
        parameter = project.model.parameter(self.name)
        if parameter is None:
            known = ", ".join(p.name for p in project.model.parameters) or "none"
            raise Refusal(f"{project.root} has no parameter '{self.name}'; it has: {known}")
        if self.value is None:
            return replace(project, values=project.values.without(self.name))
        value = canonical(self.value)
        check_argument(parameter, value)
        if any(True for _ in expressions_in(value)):
            expected = EXPECTED[parameter.type]
            raise Refusal(f"{self.name} expects {expected}, received {quoted_text(value)}")
        return replace(project, values=project.values.with_(self.name, value))


@dataclass(frozen=True)
class SetTraining:
    """Change how the model is trained."""

    settings: TrainingSettings
    title: str = "Change training settings"

    def apply(self, project: Project) -> Project:
        return replace(project, training=self.settings)


@dataclass(frozen=True)
class ApplyVariant:
    """Give the model the values of one of its variants, and the settings that it has."""

    name: str

    @property
    def title(self) -> str:
        return f"Apply variant {self.name}"

    def apply(self, project: Project) -> Project:
        found = next((v for v in project.variants if v.name == self.name), None)
        if found is None:
            known = ", ".join(v.name for v in project.variants) or "none"
            raise Refusal(f"There is no variant '{self.name}'; there are: {known}")
        given = {IN_VARIANTS[name]: value for name, value in found.data.items()}
        return with_settings(replace(project, values=found.values), {**given, **found.training})
