"""Commands on the model as a whole: its values, variants, training settings, fit to data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.catalog.layers.io import INPUT, OUTPUT
from nnstudio.graph.values import Expr, Node, Value
from nnstudio.project.checks import EXPECTED, canonical, check_argument, expressions_in, shown
from nnstudio.project.refusal import Refusal
from nnstudio.project.rewrite import names_of_node
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
            raise Refusal(f"{self.name} expects {expected}, received {shown(value)}")
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
    """Give the model the values of one of its variants."""

    name: str

    @property
    def title(self) -> str:
        return f"Apply variant {self.name}"

    def apply(self, project: Project) -> Project:
        found = next((v for v in project.variants if v.name == self.name), None)
        if found is None:
            known = ", ".join(v.name for v in project.variants) or "none"
            raise Refusal(f"There is no variant '{self.name}'; there are: {known}")
        return replace(project, values=found.values)


@dataclass(frozen=True)
class FitToData:
    """Fit the model to samples of shape `form` (without the batch) and a number of classes.

    Without a form its Inputs stay as they are; with 0 classes (numbers to predict) its Outputs.
    """

    form: tuple[int, ...] | None
    classes: int
    title: str = "Fit to data"

    def apply(self, project: Project) -> Project:
        if self.form is not None:
            project = self._with_form(project, self.form)
        return self._with_classes(project) if self.classes else project

    def _with_form(self, project: Project, form: tuple[int, ...]) -> Project:
        graph = project.model.graph
        inputs = [
            n
            for n in graph.of_type(INPUT)
            if n.params.get("dtype", "float") == "float" and n.params.get("optional") is not True
        ]
        if len(inputs) != 1:
            raise Refusal(
                f"Data of one tensor fits a model with one Input of floats, "
                f"{project.root} has {len(inputs)}"
            )
        node = inputs[0]
        before = node.params.get("shape")
        shape: tuple[Value, ...] = ("N", *form)
        if isinstance(before, tuple) and len(before) == len(shape) and before[0] == "N":
            parts: list[Value] = ["N"]
            for old, size in zip(before[1:], form, strict=True):
                name = old.text if isinstance(old, Expr) else old
                parameter = project.model.parameter(name) if isinstance(name, str) else None
                if parameter is not None and isinstance(name, str):
                    project = SetRootValue(name, size).apply(project)
                    parts.append(old)
                else:
                    parts.append(old if self._is_used(project, node, name) else size)
            shape = tuple(parts)
        return project.with_graph(project.root, graph.replaced(node.with_param("shape", shape)))

    def _is_used(self, project: Project, node: Node, name: object) -> bool:
        """True for a free size that other nodes of the model speak of."""
        return isinstance(name, str) and any(
            name in names_of_node(project, other)
            for other in project.model.graph.nodes
            if other.id != node.id
        )

    def _with_classes(self, project: Project) -> Project:
        if project.model.parameter("num_classes") is not None:
            return SetRootValue("num_classes", self.classes).apply(project)
        graph = project.model.graph
        outputs = graph.of_type(OUTPUT)
        if len(outputs) != 1:
            raise Refusal(
                f"{project.root} has no parameter num_classes and {len(outputs)} Outputs: "
                "set the number of classes by hand"
            )
        level, seen = [outputs[0].id], {outputs[0].id}
        while level:
            found = next(
                (n for n in map(graph.by_id.__getitem__, level) if n.type == "Linear"), None
            )
            if found is not None:
                return self._with_features(project, found)
            ahead = [port.node for at in level for port in graph.incoming[at].values()]
            level = [n for n in dict.fromkeys(ahead) if n not in seen]
            seen.update(level)
        raise Refusal(
            f"{project.root} has neither a parameter num_classes nor a Linear before its Output: "
            "set the number of classes by hand"
        )

    def _with_features(self, project: Project, linear: Node) -> Project:
        graph = project.model.graph
        if linear.shares is not None:
            linear = graph.by_id[linear.shares]
        features = linear.params.get("out_features")
        if isinstance(features, Expr):
            if project.model.parameter(features.text) is None:
                raise Refusal(
                    f"{linear.name} has out_features {features.text}: "
                    "set the number of classes by hand"
                )
            return SetRootValue(features.text, self.classes).apply(project)
        fitted = linear.with_param("out_features", self.classes)
        return project.with_graph(project.root, graph.replaced(fitted))
