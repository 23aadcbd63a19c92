"""`FitToData`: give the Inputs and the last layers of the model the sizes of a data set."""

from __future__ import annotations

from dataclasses import dataclass, field

from nnstudio.catalog.layers.io import INPUT, LOSS, OUTPUT
from nnstudio.graph.values import Expr, Node, Value
from nnstudio.project.commands.model import SetRootValue
from nnstudio.project.refusal import Refusal
from nnstudio.project.rewrite import names_of_node
from nnstudio.project.values import Project
from nnstudio.symbols.dimension import BATCH, batch_axis

Form = tuple[int, ...]


@dataclass(frozen=True)
class FitToData:
    """Fit the model to samples of shape `form` (without the batch) and a number of classes.

    Without a form its Inputs stay as they are; with 0 classes (numbers to predict) its Outputs.
    `further` are the forms of more Inputs, `heads` the numbers of classes of several Outputs,
    `vocabularies` the numbers of tokens that Inputs get, all by name. by_pixel: the classes are of
    pixels, so that a convolution may give them. What suits already is not touched.
    """

    form: Form | None
    classes: int
    further: tuple[tuple[str, Form], ...] = ()
    heads: tuple[tuple[str, int], ...] = ()
    vocabularies: tuple[tuple[str, int], ...] = ()
    by_pixel: bool = False
    title: str = "Fit to data"

    def apply(self, project: Project) -> Project:
        sizes = _Sizes(project)
        for name, form in self.further:
            sizes.fit(self._input_named(project, name), form)
        if self.form is not None:
            sizes.fit(self._first(project), self.form)
        project = sizes.project
        if self.classes:
            project = self._with_classes(project)
        for name, classes in self.heads:
            output = next((n for n in _of_root(project, OUTPUT) if n.name == name), None)
            if output is None:
                raise Refusal(f"{project.root} has no Output '{name}'")
            project = _with_classes_at(project, output, classes, self.by_pixel)
        for name, tokens in self.vocabularies:
            for embedding in embeddings_of(project, name):
                project = _with_size(project, embedding.id, "num_embeddings", tokens)
        return project

    def _input_named(self, project: Project, name: str) -> Node:
        found = next((n for n in _of_root(project, INPUT) if n.name == name), None)
        if found is None:
            raise Refusal(f"{project.root} has no Input '{name}'")
        return found

    def _first(self, project: Project) -> Node:
        """The only Input of floats, or else of token numbers, that is not among `further`."""
        further = {name for name, _ in self.further}
        inputs = [
            n
            for n in _of_root(project, INPUT)
            if n.params.get("optional") is not True and n.name not in further
        ]
        floats = [n for n in inputs if n.params.get("dtype", "float") == "float"]
        found = floats or [n for n in inputs if n.params.get("dtype") == "int"]
        if len(found) != 1:
            more = "more " if further else ""
            raise Refusal(
                f"Data of one {more}tensor fits a model with one {more}Input, "
                f"{project.root} has {len(found)}"
            )
        return found[0]

    def _with_classes(self, project: Project) -> Project:
        if project.model.parameter("num_classes") is not None:
            return with_root_value(project, "num_classes", self.classes)
        outputs = [n for n in _of_root(project, OUTPUT) if n.params.get("role") != LOSS]
        if len(outputs) != 1:
            raise Refusal(
                f"{project.root} has no parameter num_classes and {len(outputs)} Outputs: "
                "set the number of classes by hand"
            )
        return _with_classes_at(project, outputs[0], self.classes, self.by_pixel)


def _of_root(project: Project, node_type: str) -> tuple[Node, ...]:
    return project.model.graph.of_type(node_type)


def with_root_value(project: Project, name: str, size: int) -> Project:
    """The project with a value for a parameter of the model; as it is, if it has that already."""
    parameter = project.model.parameter(name)
    present = project.values.get(name, parameter.default if parameter is not None else None)
    if type(present) is int and present == size:
        return project
    return SetRootValue(name, size).apply(project)


@dataclass
class _Sizes:
    """The project while its Inputs are fitted; a parameter can have one size only."""

    project: Project
    given: dict[str, tuple[int, str]] = field(default_factory=dict)

    def fit(self, node: Node, form: Form) -> None:
        """Give an Input the sizes of a form; its batch stays where it is."""
        before = node.params.get("shape")
        old = before if isinstance(before, tuple) else ()
        named = batch_axis(old)
        axis = named if named is not None and named <= len(form) else 0
        shape: list[Value] = [*form[:axis], BATCH if named is None else old[named], *form[axis:]]
        if len(old) == len(shape) and named is not None:
            shape = [
                old_size if at == axis else self._size(node, at, old_size, size)
                for at, (old_size, size) in enumerate(zip(old, shape, strict=True))
            ]
        if tuple(shape) != old:
            project = self.project
            fitted = project.model.graph.with_node(node.with_param("shape", tuple(shape)))
            self.project = project.with_graph(project.root, fitted)

    def _size(self, node: Node, at: int, old: Value, size: Value) -> Value:
        """Entry at a place of the pattern: a name stays if it can mean the size."""
        name = old.text if isinstance(old, Expr) else old
        if not isinstance(name, str) or not isinstance(size, int):
            return size
        if self.project.model.parameter(name) is None:
            return old if self._is_used(node, name) else size
        where = f"dimension {at} of {node.name}"
        before, there = self.given.setdefault(name, (size, where))
        if before != size:
            raise Refusal(
                f"{self.project.root} has one {name} for {there} and {where}, "
                f"the data have {before:,} and {size:,}; choose another model, or prepare the "
                "samples so that both are the same"
            )
        self.project = with_root_value(self.project, name, size)
        return old

    def _is_used(self, node: Node, name: str) -> bool:
        """True for a free size that other nodes of the model speak of."""
        return any(
            name in names_of_node(self.project, other)
            for other in self.project.model.graph.nodes
            if other.id != node.id
        )


def _with_classes_at(project: Project, output: Node, classes: int, by_pixel: bool) -> Project:
    """The last Linear or convolution before an Output gets as many values as there are classes."""
    graph = project.model.graph
    level, seen = [output.id], {output.id}
    while level:
        nodes = map(graph.by_id.__getitem__, level)
        kind = "Conv" if by_pixel else "Linear"
        found = next((n for n in nodes if n.type.startswith(kind)), None)
        if found is not None:
            return _with_features(project, found, classes)
        ahead = [port.node for at in level for port in graph.incoming[at].values()]
        level = [n for n in dict.fromkeys(ahead) if n not in seen]
        seen.update(level)
    raise Refusal(
        f"{project.root} has neither a parameter num_classes nor a Linear or convolution before "
        "its Output: set the number of classes by hand"
    )


def _with_features(project: Project, linear: Node, classes: int) -> Project:
    if linear.type.startswith("Conv"):
        return _with_size(project, linear.id, "out_channels", classes)
    return _with_size(project, linear.id, "out_features", classes)


def _with_size(project: Project, node: str, param: str, size: int) -> Project:
    """A node of the model, or the one whose layer it shares, with another size."""
    graph = project.model.graph
    layer = graph.by_id[node]
    if layer.shares is not None:
        layer = graph.by_id[layer.shares]
    present = layer.params.get(param)
    if isinstance(present, Expr):
        if project.model.parameter(present.text) is None:
            what = "number of tokens" if param == "num_embeddings" else "number of classes"
            raise Refusal(f"{layer.name} has {param} {present.text}: set the {what} by hand")
        return with_root_value(project, present.text, size)
    if present == size:
        return project
    return project.with_graph(project.root, graph.with_node(layer.with_param(param, size)))


def embeddings_of(project: Project, name: str) -> list[Node]:
    """The embeddings of the model that read the Input of that name themselves."""
    graph = project.model.graph
    given = {node.id for node in graph.of_type(INPUT) if node.name == name}
    readers = {edge.target.node for edge in graph.edges if edge.source.node in given}
    return [node for node in graph.of_type("Embedding") if node.id in readers]


def tokens_taken(project: Project, name: str) -> int | None:
    """How many tokens the Input's embeddings know, the fewest of several; None if nobody says."""
    known = []
    for embedding in embeddings_of(project, name):
        size: object = embedding.params.get("num_embeddings")
        if isinstance(size, Expr):
            parameter = project.model.parameter(size.text)
            default = parameter.default if parameter is not None else None
            size = project.values.get(size.text, default)  # type: ignore[arg-type]
        if type(size) is int:
            known.append(size)
    return min(known, default=None)
