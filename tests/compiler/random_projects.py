"""Random projects for Hypothesis: anything may be tried, what the analysis refuses is taken back.

So every project drawn here is one that the analysis calls sound; torch and the referee then judge
whether it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import BlockReport, Report
from nnstudio.catalog import registry
from nnstudio.graph.values import Group, Node, Parametrization
from nnstudio.project.names import BlockNames
from nnstudio.project.values import Block, BlockParameter, Project
from nnstudio.symbols.tensor import Tensor
from tests.compiler.referee import is_module
from tests.drawing import Drawing, Drawn, value

Draw = Callable[[st.SearchStrategy[Any]], Any]

# names that parameters, inputs, loop variables or the generated code bear as well
NAMES = (
    *("hidden", "width", "depth", "dims", "flag", "layer", "block", "conv", "norm", "batch", "h"),
    *("w", "length", "h_n", "weights", "attention", "linear", "blocks", "layers", "out", "x2"),
    *("features", "Linear", "relu", "inner", "hidden_value", "output", "n", "l"),
)
SIZES = (
    *(4, 6, 8, "=hidden", "=width", "=2 * hidden", "=hidden + width", "=dims[0]", "=dims[-1]"),
    *("=hidden if flag else width", "=max(hidden, width)", "=inner", "=hidden // 2"),
)
CHANGING_SIZES = (
    "=dims[i]",
    "=hidden * 2 ** i",
    "=hidden + i",
    "=dims[i - 1] if i else 4",
    "=hidden",
)
CONDITIONS = (
    *("flag", "not flag", "hidden > 4", "width != hidden", "depth > 1 and flag", "hidden == 4"),
)
KINDS = ("ModuleList", "Sequential", "inline", "shared")
CONTAINERS = ("Sequential", "ModuleList", "ModuleDict", "frame")

NORMALISED = (
    Parametrization("weight_norm"),
    Parametrization("weight_norm", "all"),
    Parametrization("weight_norm", 1),
    Parametrization("spectral_norm"),
    Parametrization("spectral_norm", 1, 2),
)


def parameters() -> tuple[BlockParameter, ...]:
    """The parameters of every random block."""
    return (
        BlockParameter("hidden", "int", 4),
        BlockParameter("width", "int", 6),
        BlockParameter("dims", "list[int]", (4, 8, 6)),
        BlockParameter("flag", "bool", True),
        BlockParameter("depth", "int", 2),
    )


VALUES = st.fixed_dictionaries(
    {
        "hidden": st.sampled_from([4, 6, 8]),
        "width": st.sampled_from([4, 6, 7]),
        "dims": st.sampled_from([(4, 8, 6), (6,), (8, 8)]),
        "flag": st.booleans(),
        "depth": st.integers(0, 3),
    }
)


PERCENT = st.integers(0, 99)


known = lru_cache(maxsize=1024, typed=True)(lambda *options: st.sampled_from(options))
"""To make such a strategy takes longer than to draw from it; 1 and True are two options."""


def one_of(options: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    """One of some options, with or without a hash."""
    try:
        strategy: st.SearchStrategy[Any] = known(*options)
    except TypeError:
        strategy = st.sampled_from(options)
    return strategy


class Maker:
    """Draws one block, node by node."""

    def __init__(
        self,
        draw: Draw,
        name: str,
        blocks: tuple[Block, ...],
        parameters: tuple[BlockParameter, ...],
    ) -> None:
        self.draw = draw
        self.drawing = Drawing(
            name, *parameters, blocks=blocks, locals={"inner": "make_divisible(hidden, 4)"}
        )
        self.last = report_on_known_blocks()
        self.live: list[tuple[Drawn, Tensor]] = []
        self.groups: list[str | None] = [None]
        self.modules: list[Drawn] = []

    def pick(self, *options: Any) -> Any:
        return self.draw(one_of(options))

    def chance(self, percent: int) -> bool:
        return bool(self.draw(PERCENT) < percent)

    # -- trying ---------------------------------------------------------------------------------

    def report(self) -> BlockReport:
        """The block by itself, as the root: sizes of its pattern are not known."""
        self.last = analyse(self.drawing.project(), self.last)
        return self.last.root

    def attempt(
        self, node_type: str, *sources: Drawn, name: str | None = None, **rest: Any
    ) -> bool:
        """Add a node; take it back if the analysis refuses it."""
        before = (len(self.drawing.nodes), len(self.drawing.edges))
        drawn = self.drawing.add(node_type, *sources, name="", **rest)
        self.name(name)
        report = self.report()
        found = report.nodes.get(drawn.id)
        if found is None or not report.ok:
            del self.drawing.nodes[before[0] :]
            del self.drawing.edges[before[1] :]
            return False
        layer = registry.find(node_type)
        if (layer is None or layer.is_module) and rest.get("shares") is None:
            self.modules.append(drawn)
        for port, tensor in found.outputs.items():
            # a batch that is mixed with other sizes is not for the analysis to see: N has no number
            if (
                not any("N" in dim.names for dim in tensor.shape[1:])
                and "N" in tensor.shape[0].names
            ):
                self.live.append((drawn[port], tensor))
        return True

    def name(self, wanted: str | None) -> None:
        """Give the last node a tempting name that it may bear."""
        node = self.drawing.nodes[-1]
        names = BlockNames(self.drawing.project(), self.drawing.block())
        wish = self.pick("", "", *NAMES) if wanted is None else wanted
        for name in (wish, f"{node.type.lower()}_layer", f"node_{node.id}"):
            if names.node_problem(node, name) is None:
                self.drawing.nodes[-1] = replace(node, name=name)
                return

    def source(self, *ranks: int) -> tuple[Drawn, Tensor] | None:
        fitting = [pair for pair in self.live if pair[1].rank in ranks and pair[1].dtype == "float"]
        if not fitting:
            return None
        return fitting[-1] if self.chance(65) else self.pick(*fitting)

    def group(self) -> str | None:
        """The group of the next module; sometimes one is opened or closed."""
        if self.chance(20):
            kind = self.pick(*CONTAINERS)
            parent = self.groups[-1]
            self.drawing.groups.append(Group(f"g{len(self.drawing.groups)}", "", kind, parent))
            self.name_group()
            self.groups.append(self.drawing.groups[-1].id)
        elif len(self.groups) > 1 and self.chance(25):
            self.groups.pop()
        return self.groups[-1]

    def name_group(self) -> None:
        group = self.drawing.groups.pop()
        names = BlockNames(self.drawing.project(), self.drawing.block())
        wish = self.pick(*NAMES)
        self.drawing.groups.append(group)
        block = self.drawing.block()
        names = BlockNames(self.drawing.project(), block)
        for name in (wish, f"part_{group.id}"):
            if names.group_problem(group, name) is None:
                self.drawing.groups[-1] = Group(group.id, name, group.kind, group.parent)
                return

    # -- kinds of steps -------------------------------------------------------------------------

    def step(self) -> None:
        """One step of any kind."""
        weighted = (
            *(self.module,) * 5,
            *(self.repeated,) * 3,
            *(self.operation,) * 3,
            *(self.merged,) * 3,
            self.shared,
            *(self.nested,) * 2,
            self.residual,
            self.tensor,
            *(self.alternative,) * 2,
        )
        self.pick(*weighted)()

    def module(self, **rest: Any) -> bool:
        found = self.source(2, 3, 4)
        if found is None:
            return False
        drawn, tensor = found
        if "repeat" not in rest and self.chance(20):
            rest["when"] = self.pick(*CONDITIONS)
        changing = "repeat" in rest and self.chance(50)
        size = self.pick(*(CHANGING_SIZES if changing else SIZES))
        node_type, params = self.layer(tensor, size)
        at = None
        if node_type == "MultiheadAttention":
            at = {"query": drawn, "key": drawn, "value": drawn}
        if node_type in ("Linear", "Conv1d", "Conv2d") and self.chance(15):
            rest["parametrization"] = self.pick(*NORMALISED)
        sources = () if at else (drawn,)
        return self.attempt(node_type, *sources, at=at, group=self.group(), **params, **rest)

    def layer(self, tensor: Tensor, size: Any) -> tuple[str, dict[str, Any]]:
        """A layer that fits the number of dimensions, with its parameters."""
        keeping: list[tuple[str, dict[str, Any]]] = [
            ("ReLU", {}),
            ("GELU", {}),
            ("Dropout", {"p": 0.3}),
            ("Flatten", {"start_dim": 1}),
        ]
        if tensor.rank == 4:
            kernel, padding = self.pick((3, 1), (1, 0), (2, 0), ([3, 1], [1, 0]), (3, "same"))
            stride = self.pick(1, 1, 1, 2, "=2 if flag else 1", "=1 if hidden else 2")
            special = [
                (
                    "Conv2d",
                    {
                        "out_channels": size,
                        "kernel_size": kernel,
                        "padding": padding,
                        "stride": stride,
                    },
                ),
                ("Conv2d", {"out_channels": size, "kernel_size": 3, "padding": 1}),
                ("BatchNorm2d", {}),
                ("MaxPool2d", {"kernel_size": 2}),
                ("AvgPool2d", {"kernel_size": 2, "stride": 1}),
                ("AdaptiveAvgPool2d", {"output_size": self.pick(2, (2, 1))}),
                ("Flatten", {"start_dim": 2}),
            ]
        elif tensor.rank == 3:
            first = self.pick(True, True, False)
            special = [
                ("Linear", {"out_features": size, "bias": self.pick(True, False)}),
                ("LayerNorm", {}),
                (
                    "GRU",
                    {
                        "hidden_size": size,
                        "batch_first": first,
                        "bidirectional": self.pick(False, "=flag"),
                    },
                ),
                (
                    "LSTM",
                    {"hidden_size": size, "num_layers": self.pick(1, 2), "batch_first": first},
                ),
                ("MultiheadAttention", {"num_heads": self.pick(1, 2), "batch_first": first}),
                (
                    "Conv1d",
                    {
                        "out_channels": size,
                        "kernel_size": 3,
                        "padding": 1,
                        "stride": self.pick(1, 2),
                    },
                ),
                (
                    "TransformerEncoderLayer",
                    {"nhead": self.pick(1, 2), "dim_feedforward": 8, "batch_first": first},
                ),
            ]
        else:
            special = [
                ("Linear", {"out_features": size}),
                ("Linear", {"out_features": size}),
                ("BatchNorm1d", {}),
            ]
        choice: tuple[str, dict[str, Any]] = self.pick(*keeping, *special, *special)
        return choice

    def repeated(self) -> bool:
        count = self.pick(0, 1, 2, 3, "depth", "len(dims)", "depth + 1")
        kind = self.pick(*KINDS)
        rest: dict[str, Any] = {"repeat": count, "kind": kind}
        if self.chance(20):
            rest["when"] = self.pick("flag", "i > 0", "i == 0", "not flag")
        if self.chance(25):
            return self.nested(**rest)
        if self.chance(15):
            return self.operation(**rest)
        return self.module(**rest)

    def alternative(self) -> bool:
        """Something else stands where the condition of one of the last nodes does not hold."""
        graph = self.drawing.block().graph
        report = self.report()
        free = [
            node
            for node in graph.nodes
            if node.when is not None and node.instead is None and node.shares is None
        ]
        if not free:
            return False
        owner = free[-1] if self.chance(65) else self.pick(*free)
        place = graph.by_id[graph.place_of(owner.id)]
        tensor = next(iter(report.nodes[place.id].inputs.values()), None)
        if tensor is None:
            return False
        before = list(self.drawing.nodes)
        node_type, params = self.another(place, tensor)
        when = self.pick(*CONDITIONS) if self.chance(30) else None
        other = self.drawing.add(node_type, when=when, **params)
        k = before.index(owner)
        self.drawing.nodes[k] = replace(owner, instead=other.id)
        report = self.report()
        if not report.ok:
            self.drawing.nodes[:] = before
            return False
        known = {d: report.nodes[d.id].outputs.get(d.output) for d, _ in self.live}
        self.live = [(d, t) for d, t in known.items() if t is not None and "N" in t.shape[0].names]
        return bool(self.live)

    def another(self, place: Node, tensor: Tensor) -> tuple[str, dict[str, Any]]:
        """A type with parameters that may stand for a node with this first input."""
        changing = place.repeat is not None and self.chance(50)
        size = self.pick(*(CHANGING_SIZES if changing else SIZES))
        if is_module(self.drawing.project(), place):
            blocks = [n for n in self.drawing.blocks if n == place.type]
            if blocks and self.chance(70):
                return place.type, dict(place.params)
            return self.layer(tensor, size)
        last = tensor.rank - 1
        found: tuple[str, dict[str, Any]] = self.pick(
            (place.type, dict(place.params)),
            ("GELUFunction", {}),
            ("Scale", {"factor": "=width"}),
            ("Slice", {"dim": last, "start": 1}),
            ("SoftmaxFunction", {"dim": last}),
            ("Mean", {"dim": last, "keepdim": True}),
            ("FlattenDims", {"start_dim": last}),
        )
        return found

    def operation(self, **rest: Any) -> bool:
        found = self.source(2, 3, 4)
        if found is None:
            return False
        drawn, tensor = found
        if "repeat" not in rest and self.chance(15):
            rest["when"] = self.pick(*CONDITIONS)
        last = tensor.rank - 1
        node_type, params = self.pick(
            ("ReLUFunction", {}),
            ("GELUFunction", {}),
            ("SigmoidFunction", {}),
            ("Neg", {}),
            ("Scale", {"factor": self.pick(2.0, "=1 / hidden", "=width")}),
            ("Scale", {"factor": "=i + 1" if "repeat" in rest else 0.5, "offset": 1.0}),
            ("Mean", {"dim": last, "keepdim": self.pick(True, False)}),
            ("Sum", {"dim": (1, last), "keepdim": True}),
            ("Select", {"dim": last, "index": -1}),
            ("Slice", {"dim": last, "start": 1}),
            ("Slice", {"dim": 1, "end": self.pick(2, "=width // 2")}),
            ("Transpose", {"dim0": 1, "dim1": last}),
            ("FlattenDims", {"start_dim": last - 1}),
            ("FlattenDims", {"start_dim": 2}),
            ("Unsqueeze", {"dim": 1}),
            ("SoftmaxFunction", {"dim": -1}),
            ("Chunk", {"chunks": 2, "dim": 1}),
        )
        return self.attempt(node_type, drawn, **params, **rest)

    def merged(self) -> bool:
        pair = self.pair()
        if pair is None:
            return False
        node_type, params = self.pick(
            ("Add", {}),
            ("Add", {}),
            ("Multiply", {}),
            ("Concat", {"dim": 1}),
            ("Subtract", {}),
            ("Stack", {"dim": 1}),
        )
        if node_type == "Subtract":
            return self.attempt(node_type, at={"input": pair[0], "other": pair[1]}, **params)
        more = [pair[0]] if self.chance(15) else []
        return self.attempt(node_type, *pair, *more, **params)

    def pair(self) -> tuple[Drawn, Drawn] | None:
        """Two values, if possible of one shape."""
        found = self.source(2, 3, 4)
        if found is None:
            return None
        fitting = [d for d, t in self.live if t.label == found[1].label and d != found[0]]
        others = fitting or [d for d, t in self.live if t.rank == found[1].rank]
        other = self.pick(*others)
        return (other, found[0]) if self.chance(50) else (found[0], other)

    def residual(self) -> bool:
        """A branch beside a value and its sum."""
        found = self.source(2, 3, 4)
        if found is None:
            return False
        self.live.append(found)
        for _ in range(self.pick(1, 2)):
            self.module()
        return self.attempt(self.pick("Add", "Multiply"), self.live[-1][0], found[0])

    def shared(self) -> bool:
        """Another call of a module that is there already."""
        found = self.source(2, 3, 4)
        if found is None or not self.modules:
            return False
        owner = self.pick(*self.modules)
        node = next(n for n in self.drawing.nodes if n.id == owner.id)
        at = None
        if node.type == "MultiheadAttention":
            at = {"query": found[0], "key": found[0], "value": found[0]}
        sources = () if at else (found[0],)
        return self.attempt(node.type, *sources, at=at, shares=owner)

    def nested(self, block: Block | None = None, **rest: Any) -> bool:
        """A use of one of the blocks."""
        blocks = tuple(self.drawing.blocks.values())
        if not blocks:
            return False
        block = block or self.pick(*blocks)
        patterns = [n for n in block.graph.of_type("Input") if n.params.get("optional") is not True]
        found = self.source(len(patterns[0].params["shape"]))
        if found is None:
            return False
        at = {patterns[0].name: found[0]}
        for other in block.graph.of_type("Input")[1:]:
            if other.params["shape"] == patterns[0].params["shape"]:
                fitting = [drawn for drawn, t in self.live if t.label == found[1].label]
                if self.chance(50):
                    at[other.name] = self.pick(*fitting)
            elif self.chance(50):
                length = found[1].shape[1].value
                if length is None or not self.attempt("Buffer", shape=(length, length)):
                    return False
                at[other.name] = Drawn(self.drawing.nodes[-1].id, "output")
        params: dict[str, Any] = {}
        for parameter in block.parameters:
            if parameter.name in ("in_channels", "features"):
                continue
            if not isinstance(parameter.default, bool | int | tuple):
                index = "repeat" in rest and self.chance(40)
                params[parameter.name] = self.pick(*(CHANGING_SIZES if index else SIZES))
            elif parameter.type == "int" and self.chance(30):
                params[parameter.name] = self.pick(4, 6, "=hidden", "=width")
            elif parameter.type == "bool" and self.chance(50):
                params[parameter.name] = self.pick(True, False, "=flag")
        if "repeat" not in rest and self.chance(15):
            rest["when"] = self.pick(*CONDITIONS)
        return self.attempt(block.name, at=at, group=self.group(), **params, **rest)

    def tensor(self) -> bool:
        """A Parameter or Buffer that is multiplied or added."""
        found = self.source(3, 4)
        if found is None:
            return False
        last = found[1].shape[-1]
        if last.value is None or not last.is_constant:
            return False
        if self.chance(30):
            return self.table(found[0], last.value)
        node_type = self.pick("Parameter", "Buffer")
        params = {"initialiser": "ones"} if node_type == "Buffer" else {"initialiser": "normal"}
        rest = {"when": self.pick(*CONDITIONS)} if self.chance(40) else {}
        if not self.attempt(node_type, shape=(1, 1, last.value), **params, **rest):
            return False
        made = Drawn(self.drawing.nodes[-1].id, "output")
        return self.attempt("Multiply", found[0], made)

    def table(self, source: Drawn, size: int) -> bool:
        """A buffer by formula, added to the last dimension."""
        if not self.attempt("Arange", end=size, dtype="float"):
            return False
        steps = [("Scale", {"factor": self.pick(0.5, "=1 / hidden")}), ("Sin", {}), ("Neg", {})]
        for node_type, params in steps[: self.pick(1, 2, 3)]:
            last = Drawn(self.drawing.nodes[-1].id, "output")
            if not self.attempt(node_type, last, **params):
                return False
        last = Drawn(self.drawing.nodes[-1].id, "output")
        rest = {"when": self.pick(*CONDITIONS)} if self.chance(40) else {}
        if not self.attempt("Buffer", last, **rest):
            return False
        return self.attempt("Add", source, Drawn(self.drawing.nodes[-1].id, "output"))


@cache
def known_blocks() -> tuple[Block, ...]:
    """The blocks that every project has."""
    return residual_block(), attention_block(), two_headed_block()


@cache
def report_on_known_blocks() -> Report:
    """The report with which every drawing begins, so that it need not look into these blocks."""
    drawing = Drawing("Known", blocks=known_blocks())
    drawing.output(drawing.input("x", "N", 4))
    return analyse(drawing.project())


def residual_block() -> Block:
    """Two convolutions with a projection where the channels differ."""
    d = Drawing("ResidualBlock", BlockParameter("in_channels"), BlockParameter("out_channels"))
    x = d.input("x", "N", "in_channels", "h", "w")
    y = d.add("Conv2d", x, name="conv1", out_channels="=out_channels", kernel_size=3, padding=1)
    relu = d.add("ReLU", y, name="relu")
    y = d.add("BatchNorm2d", relu, name="norm")
    shortcut = d.add(
        "Conv2d",
        x,
        name="projection",
        out_channels="=out_channels",
        kernel_size=1,
        when="in_channels != out_channels",
    )
    y = d.add("Add", y, shortcut)
    d.output(d.add("ReLU", y, name="again", shares=relu))
    return d.block()


def attention_block() -> Block:
    """Attention with an optional second input, and a feed-forward part."""
    d = Drawing("AttentionBlock", BlockParameter("features"), BlockParameter("expansion", "int", 2))
    x = d.input("x", "N", "length", "features")
    mask = d.input("mask", "length", "length", optional=True)
    y = d.add(
        "MultiheadAttention",
        name="attention",
        at={"query": x, "key": x, "value": x, "attn_mask": mask},
        num_heads=1,
        batch_first=True,
    )
    y = d.add("LayerNorm", d.add("Add", x, y), name="norm")
    group = d.group("ff", "Sequential")
    z = d.add("Linear", y, name="up", group=group, out_features="=expansion * features")
    z = d.add("ReLU", z, name="act", group=group)
    z = d.add("Linear", z, name="down", group=group, out_features="=features")
    d.output(d.add("Add", y, z))
    return d.block()


def two_headed_block() -> Block:
    """Two outputs."""
    d = Drawing("TwoHeads", BlockParameter("features"), BlockParameter("flag", "bool", True))
    x = d.input("x", "N", "features")
    y = d.add("Linear", x, name="first", out_features="=features")
    z = d.add("Linear", x, name="second", out_features=3, when="flag")
    d.output(y, "wide")
    d.output(z, "narrow")
    return d.block()


@st.composite
def random_block(draw: Draw, name: str, rank: int, inner: tuple[Block, ...] = ()) -> Block:
    """A block with free names in its pattern."""
    maker = Maker(draw, name, inner, parameters())
    pattern = {
        4: ("N", "in_channels", "h", "w"),
        3: ("N", "length", "features"),
        2: ("N", "features"),
    }[rank]
    maker.drawing.parameters += (BlockParameter("in_channels" if rank == 4 else "features"),)
    kind = draw(st.sampled_from(["Module", "Module", "ModuleList", "Sequential"]))
    maker.drawing.input("x", *pattern)
    if kind != "Sequential" and draw(st.integers(0, 2)) == 0:
        maker.drawing.input("extra", *pattern, optional=True)
    if kind == "ModuleList":
        maker.drawing.about["kind"] = kind
    finish(maker, draw(st.integers(2, 7)))
    if kind == "Sequential":
        maker.drawing.about["kind"] = kind
        if not maker.report().ok:
            maker.drawing.about["kind"] = "Module"
    return maker.drawing.block()


@st.composite
def projects(draw: Draw, steps: int = 10) -> Project:
    """A sound project with blocks, groups, repeats, conditions and shares."""
    blocks = list(known_blocks())
    if draw(st.booleans()):
        blocks.append(draw(random_block("RandomBlock", draw(st.sampled_from([4, 3, 2])))))
        if draw(st.booleans()):
            blocks.append(
                draw(random_block("OuterBlock", draw(st.sampled_from([4, 3])), tuple(blocks)))
            )
    maker = Maker(draw, "Model", tuple(blocks), parameters())
    maker.drawing.input(
        "x", *draw(st.sampled_from([("N", 3, 8, 6), ("N", 6, 4), ("N", 2, 4, 4), ("N", 8)]))
    )
    if draw(st.integers(0, 3)) == 0:
        pattern = draw(st.sampled_from([("N", 6, 4), ("N", 4), ("N", 3, 8, 6)]))
        maker.drawing.input("y", *pattern, optional=draw(st.booleans()))
    finish(maker, draw(st.integers(2, steps)))
    return maker.drawing.project()


def finish(maker: Maker, steps: int) -> None:
    """Steps, then Outputs: the last value and sometimes others."""
    report = maker.report()
    for node in maker.drawing.nodes:
        maker.live.append((Drawn(node.id, "output"), report.nodes[node.id].outputs["output"]))
    for _ in range(steps):
        count = len(maker.drawing.nodes)
        for _ in range(3):
            maker.step()
            if len(maker.drawing.nodes) > count:
                break
    for block in list(maker.drawing.blocks.values())[3:]:
        maker.nested(block)
    last = maker.live[-1][0]
    for k, source in enumerate(
        [last, *(maker.pick(*maker.live)[0] for _ in range(maker.pick(0, 0, 1, 2)))]
    ):
        if not maker.attempt("Output", source, name=f"output{k or ''}"):
            reject()


__all__ = ["VALUES", "Maker", "projects", "value"]
