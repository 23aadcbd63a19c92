"""`BlockDrawing`: a block drawn by a script, checked line by line as the file it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from types import TracebackType
from typing import Any

from nnstudio.catalog import registry
from nnstudio.catalog.layer import REQUIRED
from nnstudio.catalog.layers.io import BUFFER, INPUT, OUTPUT, PARAMETER
from nnstudio.drawing.checking import checked, checked_parameter
from nnstudio.drawing.definition import Definition
from nnstudio.drawing.formulas import Formula, stored, text_of
from nnstudio.drawing.parametrizations import parametrization_of
from nnstudio.drawing.positions import with_positions
from nnstudio.drawing.repeats import repeat_of
from nnstudio.drawing.results import Result
from nnstudio.drawing.script import Line, here, refusal, telling, told
from nnstudio.drawing.sketch import Sketch
from nnstudio.drawing.surroundings import with_rest
from nnstudio.drawing.usable import Usable
from nnstudio.drawing.wires import wires_of
from nnstudio.graph.values import Expr, FrozenMap, Graph, GroupKind, Node, Repeat, RepeatKind
from nnstudio.project.alternatives import NO_GROUP_CONDITION
from nnstudio.project.conditions import both, within
from nnstudio.project.ports import node_ports
from nnstudio.project.values import (
    Block,
    BlockKind,
    Initialiser,
    InitialiserRule,
    Project,
    WeightName,
)
from nnstudio.project.weights import initialiser_problem, override_problem
from nnstudio.symbols.symbolic import REPETITION


class BlockDrawing(Usable):
    """One block in the making: ``with nnstudio.draw("Net", width=64) as b: ...``.

    A layer or operation is drawn by its name, ``b.Conv2d(x, out_channels=b.width, ...)``; another
    block that was drawn by calling it, ``bottleneck(x, width=64)``. Results come first, in the
    order of the inputs, or by the name of their input; then parameters, by torch's names.
    Everywhere: `name`, `repeat` (a number, a formula, or modes by name, see `repeat_of`; inside,
    ``b.i`` counts) with `kind`, `when` (a condition on parameters), `shares` (call the module of
    another node again), `instead` (what stands there where `when` does not hold, drawn without
    inputs: ``instead=b.GroupNorm(num_groups=8)``), `parametrization` ("weight_norm",
    "spectral_norm" or these with their values, see `parametrization_of`).

    ``b.width`` is a parameter, local or size of an Input, as a formula; ``b["width"]`` the same
    where a method is called so. Raises `DrawingError` at the line of the script.
    """

    def __init__(self, name: str, kind: BlockKind, note: str, parameters: dict[str, Any]) -> None:
        self._line = here()
        self._inner: dict[str, Usable] = {}
        self._definition = Definition(name, kind, note, self._inner_blocks)
        self._sketch = Sketch(name)
        self._around: list[str] = []
        self._condition: Expr | None = None
        self._lines: dict[str, Line] = {}
        self._finished: Block | None = None
        with told():
            for key, value in parameters.items():
                self._definition.add_parameter(checked_parameter(key, value))

    # -- what is drawn -------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name == REPETITION or name in self._definition.known:
            return Formula(name)
        if name in self._inner or registry.find(name) is not None:
            return _Drawing(self, name)
        near = get_close_matches(
            name, [*self._definition.known, *self._inner, *registry.all_layers()], 3
        )
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise refusal(f"'{name}' is neither a layer nor a name of {self.name}{hint}")

    def __getitem__(self, name: str) -> Formula:
        if name != REPETITION and name not in self._definition.known:
            listed = ", ".join(sorted(self._definition.known)) or "none"
            raise refusal(f"'{name}' is not known in {self.name}; known names: {listed}")
        return Formula(name)

    @telling
    def draw(
        self,
        type: str | Usable,
        /,
        *sources: Any,
        name: str = "",
        repeat: int | str | Formula | Repeat | dict[str, Any] | None = None,
        kind: RepeatKind = "ModuleList",
        when: str | Formula | None = None,
        shares: Result | None = None,
        instead: Result | None = None,
        parametrization: str | dict[str, Any] | None = None,
        params: dict[str, Any] | None = None,
        **given: Any,
    ) -> Result:
        """Draw a layer, operation or block by its type; `params` has parameters of any name.

        A block that was drawn before may come itself: so are those without Inputs drawn.
        """
        self._refuse_if_done()
        if isinstance(type, Usable):
            self.take(type)
            type = type.name
        by_name = {key: value for key, value in given.items() if isinstance(value, Result)}
        values = {key: v for key, v in given.items() if key not in by_name and v is not None}
        empty = {key for key, value in given.items() if value is None}
        condition = None if when is None else Expr(_text(when))
        fed = bool(sources or by_name) or type in (PARAMETER, BUFFER)
        if fed and type != OUTPUT:
            called = None if shares is None else self._own(shares).id
            owner = next((n for n in self._sketch.nodes if n.id == called), None)
            condition = within(self._condition, condition, owner)
            if instead is not None and self._condition is not None:
                raise refusal(f"{name or type} has an alternative, {NO_GROUP_CONDITION}")
        node = Node(
            f"n{len(self._sketch.nodes)}",
            type,
            name,
            FrozenMap({key: stored(v) for key, v in (values | (params or {})).items()}),
            repeat_of(repeat, kind),
            condition,
            self._own(shares).id if shares is not None else None,
            self._around[-1] if self._around else None,
            parametrization=parametrization_of(parametrization),
        )
        if instead is not None:
            node = replace(node, instead=self._alternative(instead))
        if shares is not None and node.params:
            raise refusal(
                f"{self.label(shares.id)} has its parameters already, so its second use takes "
                f"none, received {', '.join(node.params)}"
            )
        named = {port: self._own(source) for port, source in by_name.items()}
        given_to = self._listed(sources)
        wires = wires_of(type, self._input_names(node, len(given_to)), given_to, named)
        optional = [key for key in empty if key not in self._input_names(node)]
        node = replace(node, params=FrozenMap({**node.params, **dict.fromkeys(optional)}))
        node = self._definition.add(node)
        result = self._sketch.put(node, wires, [""])
        self._lines[node.id] = here()
        outputs = self.outputs_of(node.id)
        return Result(result.id, outputs[0] if outputs else "", self)

    def input(self, name: str, *shape: int | str | Formula, **params: Any) -> Result:
        """An Input with a shape pattern: numbers, names, formulas; names bind or are free.

        params: `dtype`, `optional`, `example` (sizes of the free names, for labels and dry runs).
        """
        pattern = tuple(
            item.text if isinstance(item, Formula) and item.text.isidentifier() else item
            for item in shape
        )
        return self.draw(INPUT, name=name, params={"shape": pattern, **params})

    def output(self, source: Result, name: str = "output", **params: Any) -> None:
        """An Output: what the block gives. With `role="loss"` a training makes it small."""
        self.draw("Output", source, name=name, params=params)

    @contextmanager
    def group(
        self, name: str, kind: GroupKind = "frame", when: str | Formula | None = None
    ) -> Iterator[None]:
        """A frame around what is drawn inside; kinds but `frame` are containers in the code.

        `when` is a condition of all that is drawn inside, besides that of each.
        """
        self._refuse_if_done()
        identifier = self._sketch.group(name, kind, self._around[-1] if self._around else None)
        self._lines[identifier] = here()
        with told():
            self._definition.add_group(self._sketch.groups[-1])
        before = self._condition
        self._condition = both(before, None if when is None else Expr(_text(when)))
        self._around.append(identifier)
        try:
            yield
        finally:
            self._around.pop()
            self._condition = before

    # -- what the block says of itself ------------------------------------------------------------

    @telling
    def parameter(
        self, name: str, type: Any = int, default: Any = REQUIRED, note: str = ""
    ) -> Formula:
        """A parameter, where the keywords of `draw` do not do: with a note, or of any name."""
        given = type if default is REQUIRED else (type, default)
        self._definition.add_parameter(replace(checked_parameter(name, given), note=note))
        return Formula(name)

    @telling
    def local(self, name: str, value: str | Formula) -> Formula:
        """A named expression, computed once in the constructor."""
        self._definition.add_local(name, _text(value))
        return Formula(name)

    @telling
    def require(self, condition: str | Formula, sentence: str) -> None:
        """What has to hold for the parameters, and what is said if it does not."""
        self._definition.add_requirement(_text(condition), sentence)

    @telling
    def initialise(
        self,
        what: str | Result,
        rule: InitialiserRule,
        target: WeightName = "weight",
        **params: Any,
    ) -> None:
        """How the weights (or biases) of a layer type, or of one node, begin."""
        node = self._definition.nodes[self._own(what).id] if isinstance(what, Result) else None
        layer = "" if node is not None else str(what)
        owner = None if node is None else node.id
        item = Initialiser(layer, rule, FrozenMap(params), target, owner)
        problem = initialiser_problem(item)
        if problem is None and node is not None:
            problem = override_problem(self._definition.project, node, item)
            problem = None if problem is None else f"{node.name} {problem}"
        if problem is not None:
            raise refusal(problem)
        self._definition.initialisers.append(item)

    @telling
    def tie(
        self,
        one: Result,
        other: Result,
        parameter: WeightName = "weight",
        *,
        one_inside: str = "",
        other_inside: str = "",
    ) -> None:
        """The weight of `one` is the tensor of `other`, which owns it: head and embedding.

        one_inside, other_inside: where that is a block, the layer in it, as ``word`` or
        ``body.word``.
        """
        ends = ((self._own(one).id, one_inside), (self._own(other).id, other_inside))
        self._definition.add_tie(*ends, parameter)

    @telling
    def declare_before(self, moved: Result, other: Result) -> None:
        """Change the declaration order: `moved` stands before `other` in the `state_dict`."""
        self._sketch.declare_before(self._own(moved), self._own(other))

    # -- what comes of it -------------------------------------------------------------------------

    def __enter__(self) -> BlockDrawing:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.block()

    def block(self) -> Block:
        """The block, with places for its cards on the canvas. It cannot be drawn on after that."""
        if self._finished is None:
            sketch = self._sketch
            graph = Graph(tuple(sketch.nodes), tuple(sketch.edges), tuple(sketch.groups))
            block = self._definition.finished(with_positions(self._definition.project, graph))
            checked(self, Project(block.name, (*self._inner_blocks().values(), block)))
            self._finished = block
        return self._finished

    @telling
    def project(self, *, unfinished: bool = False, **rest: Any) -> Project:
        """A project with this block as the model and all blocks that it uses.

        What the analysis finds wrong, such as sizes that do not fit, is said at the line that drew
        it, unless the drawing is `unfinished`. rest: `values`, `data`, `training` and so on; the
        settings and values by name, the data as for `nnstudio.train`.
        """
        block = self.block()
        project = with_rest(Project(block.name, (*self._inner_blocks().values(), block)), rest)
        return checked(self, project, analysed=not unfinished)

    @property
    def name(self) -> str:
        """The name of the block."""
        return self._definition.name

    # -- inside -----------------------------------------------------------------------------------

    def line_of(self, block: str, key: str | None) -> Line:
        """The line that drew a node or group, here or in a block inside; else that of `draw`."""
        drawing = self if block == self.name else self._parts().get(block, self)
        return drawing._line_of(key or "")

    def _line_of(self, key: str) -> Line:
        return self._lines.get(key, self._line)

    def outputs_of(self, node: str) -> list[str]:
        """The outputs of a node that was drawn."""
        graph = Graph((self._definition.nodes[node],))
        return [
            port.name
            for port in node_ports(self._definition.project, graph, graph.nodes[0]).outputs
        ]

    def label(self, node: str) -> str:
        """What a node is called in sentences."""
        return self._definition.nodes[node].name or self._definition.nodes[node].type

    def take(self, other: Usable) -> None:
        """Know another block, so that it can be used here."""
        name = other.name
        parts = {**other._parts(), name: other}
        if self.name in parts:
            raise refusal(f"{self.name} cannot contain {name}: a block cannot contain itself")
        known = self._parts()
        for key, part in parts.items():
            if key in known and known[key] is not part and known[key].block() != part.block():
                raise refusal(f"There is another block '{key}' in {self.name} already")
        if name not in self._inner:
            other.block()
            self._inner[name] = other
            self._definition.renew()

    def _parts(self) -> dict[str, Usable]:
        found: dict[str, Usable] = {}
        for name, part in self._inner.items():
            found.update(part._parts())
            found[name] = part
        return found

    def _inner_blocks(self) -> dict[str, Block]:
        return {name: drawing.block() for name, drawing in self._parts().items()}

    def _own(self, item: Any) -> Result:
        if not isinstance(item, Result):
            raise refusal(f"expected what a layer or Input gives, received {type(item).__name__}")
        if item.drawing is not self:
            raise refusal(
                f"{item.drawing.label(item.id)} is drawn in {item.drawing.name}, "
                f"so it is not known in {self.name}"
            )
        return item

    def _alternative(self, given: Result) -> str:
        """The id of a node that becomes the alternative of the one that is drawn next."""
        identifier = self._own(given).id
        self._definition.give_up(identifier)
        sketch = self._sketch
        known = self._definition.nodes[identifier]
        sketch.nodes = [known if n.id == identifier else n for n in sketch.nodes]
        return identifier

    def _listed(self, sources: tuple[Any, ...]) -> list[Result | None]:
        """The tensors that came by position; a list counts as its items: ``Concat([x, y])``."""
        found: list[Result | None] = []
        for source in sources:
            if isinstance(source, list | tuple):
                found += self._listed(tuple(source))
            else:
                found.append(None if source is None else self._own(source))
        return found

    def _input_names(self, node: Node, count: int = 0) -> list[str]:
        if node.type in self._inner:
            return [n.name for n in self._inner[node.type].block().graph.of_type(INPUT)]
        return self._sketch.ports(node.type, count)[0]

    def _refuse_if_done(self) -> None:
        if self._finished is not None:
            raise refusal(f"{self.name} is finished; draw on it inside its with statement")


class _Drawing:
    """``b.Conv2d``: draws a layer when it is called."""

    def __init__(self, drawing: BlockDrawing, type: str) -> None:
        self.drawing = drawing
        self.type = type

    def __call__(self, *sources: Any, **given: Any) -> Result:
        return self.drawing.draw(self.type, *sources, **given)


def _text(value: Any) -> str:
    return value.removeprefix("=") if isinstance(value, str) else text_of(value)
