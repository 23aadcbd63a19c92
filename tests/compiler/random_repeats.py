"""Random repeats for Hypothesis: sizes that go on by any law, a table or none.

Every project is one repeated layer or block and what is built for the size that it gives.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from nnstudio.graph.values import Expr, FrozenMap, Repeat
from nnstudio.project.values import Block, BlockParameter, Project
from tests.compiler.random_projects import Draw
from tests.drawing import Drawing, Drawn

WIDTHS = (
    *("=widths[i]", "=widths[i] * 2", "=hidden", "=hidden + i", "=hidden * 2 ** i", 4, 6),
    *(
        "=widths[i + 1] if i < n - 1 else hidden",
        "=8 if i == 0 else widths[i]",
        "=hidden * (i + 1)",
    ),
    *("=widths[len(widths) - 1 - i]", "=widths[i] if i != n - 1 else hidden", "=widths[i // 2]"),
)
STRIDES = (1, 1, 2, "=strides[i]", "=strides[i]", "=2 if i == 0 else 1", "=1 if i % 2 else 2")
WINDOWS = ((3, 1), (1, 0), (2, 0), ("=kernels[i]", "=kernels[i] // 2"), ("=kernels[i]", 1))
CONDITIONS = ("i > 0", "i == 0", "flag", "i != n - 1", "i % 2 == 0", "strides[i] == 1")
COUNTS = ("n", "n", "len(widths)", 2, 3)
KINDS = ("ModuleList", "Sequential")

REPEAT_VALUES = st.fixed_dictionaries(
    {
        "widths": st.sampled_from([(4, 8, 6), (6, 6, 6, 2), (8, 4)]),
        "strides": st.sampled_from([(2, 1, 2, 1), (1, 1, 1, 1), (1, 2, 1, 2)]),
        "kernels": st.sampled_from([(3, 1, 3, 3), (1, 1, 3, 1), (3, 3, 5, 1)]),
        "hidden": st.sampled_from([4, 6, 8]),
        "n": st.integers(0, 4),
        "flag": st.booleans(),
    }
)


def parameters() -> tuple[BlockParameter, ...]:
    """The parameters of every model with a random repeat."""
    return (
        BlockParameter("widths", "list[int]", (4, 8, 6)),
        BlockParameter("strides", "list[int]", (2, 1, 2, 1)),
        BlockParameter("kernels", "list[int]", (3, 1, 3, 3)),
        BlockParameter("hidden", "int", 4),
        BlockParameter("n", "int", 3),
        BlockParameter("flag", "bool", True),
    )


class Repeats:
    """Draws one model with a repeat."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def step(self) -> Block:
        """A block of a few layers on pictures that keeps, grows or shrinks what it gets."""
        d = Drawing(
            "Step",
            *(BlockParameter(name) for name in ("c", "out", "stride")),
            BlockParameter("wide", "bool", True),
        )
        x = entering = d.input("x", "N", "c", *self.pick(("h", "w"), ("size", "size")))
        for k in range(self.pick(1, 2)):
            last = {"out_channels": self.pick("=out", "=c", "=c + out", "=2 * c")}
            stride = {"stride": self.pick("=stride", 1)} if not k else {}
            when = self.pick(None, None, "wide", "c != out") if self.pick(0, 1) else None
            x = d.add(
                "Conv2d", x, name=f"conv{k}", kernel_size=3, padding=1, when=when, **last, **stride
            )
        ending = self.pick("concat", "pool", "none", "none", "add")
        if ending == "concat":
            side = d.add("MaxPool2d", entering, name="side", kernel_size=1, stride="=stride")
            x = d.add("Concat", x, side, dim=1)
        elif ending == "pool":
            x = d.add("MaxPool2d", x, name="pool", kernel_size=2, when=self.pick(None, "wide"))
        elif ending == "add":
            side = d.add(
                "Conv2d", entering, name="side", kernel_size=1, stride="=stride", out_channels="=c"
            )
            x = d.add("Conv2d", x, name="back", kernel_size=1, out_channels="=c")
            x = d.add("Add", x, side)
        d.output(x)
        return d.block()

    def layer(self, d: Drawing, x: Drawn, rest: dict[str, Any]) -> Drawn:
        kernel, padding = self.pick(*WINDOWS)
        stride = self.pick(*STRIDES)
        node_type = self.pick("Conv2d", "Conv2d", "ConvTranspose2d", "MaxPool2d", "AvgPool2d")
        window = {"kernel_size": kernel, "padding": padding, "stride": stride}
        if node_type.startswith("Conv"):
            window["out_channels"] = self.pick(*WIDTHS)
        else:
            window["padding"] = 0
        if self.pick(0, 0, 0, 1):
            rest = {**rest, "when": self.pick(*CONDITIONS)}
        return d.add(node_type, x, name="layers", **window, **rest)

    def project(self) -> Project:
        blocks = (self.step(),) if self.pick(0, 1) else ()
        d = Drawing("Model", *parameters(), blocks=blocks)
        x = d.input("image", "N", self.pick(3, 4, "hidden"), *self.pick((24, 24), (20, 16)))
        rest = {"repeat": self.pick(*COUNTS), "kind": self.pick(*KINDS)}
        if blocks:
            wide = self.pick("=flag", "=i == 0", "=i != n - 1", True)
            x = d.add(
                "Step",
                x,
                name="stages",
                out=self.pick(*WIDTHS),
                stride=self.pick(*STRIDES),
                wide=wide,
                **rest,
            )
        else:
            x = self.layer(d, x, rest)
        ending = self.pick("norm", "conv", "flatten", "mean")
        if ending == "norm":
            x = d.add("BatchNorm2d", x, name="norm")
        elif ending == "conv":
            x = d.add("Conv2d", x, name="head", out_channels=3, kernel_size=1)
        elif ending == "flatten":
            x = d.add("Linear", d.add("Flatten", x, name="flat"), name="fc", out_features=2)
        else:
            x = d.add("Linear", d.add("Mean", x, dim=(2, 3)), name="fc", out_features=2)
        d.output(x)
        return d.project()


@st.composite
def repeats(draw: Draw) -> Project:
    """A model with one random repeat, sound or not."""
    return Repeats(draw).project()


class Modes:
    """Draws one model with a repetition that carries, goes through parts and collects."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def pick(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def cell(self) -> Block:
        """A block of what is carried (h, c), what may be a part (x, z) and what is the same (m)."""
        d = Drawing("Cell", *(BlockParameter(name) for name in ("c_in", "h_in", "m_in", "out")))
        self.inputs = list(self.draw(st.permutations(("x", "h", *self.pick((), ("c",), ("m",))))))
        sizes = {"x": "c_in", "h": "h_in", "c": "h_in", "m": "m_in"}
        fed = {name: d.input(name, "N", sizes[name]) for name in self.inputs}
        if "m" not in self.inputs:
            d.parameters = tuple(p for p in d.parameters if p.name != "m_in")
        wide = [
            d.add("Linear", fed[name], name=f"of_{name}", out_features="=out")
            for name in self.inputs
            if name != "c"
        ]
        h = d.add("Add", *wide) if len(wide) > 1 else wide[0]
        h = d.add(self.pick("SigmoidFunction", "GELUFunction"), h)
        outputs = {"h_next": h, "y": d.add("Linear", h, name="to_y", out_features="=out + 1")}
        if "c" in fed:
            outputs["c_next"] = d.add("Neg", fed["c"])
        if self.pick(0, 1):
            outputs["tap"] = self.pick(h, fed["x"], d.add("Scale", h, factor=2.0))
        self.outputs = list(self.draw(st.permutations(list(outputs))))
        for name in self.outputs:
            d.output(outputs[name], name)
        return d.block()

    def project(self) -> Project:
        block = self.cell()
        d = Drawing("Model", *parameters(), blocks=(block,))
        steps = self.pick(3, "n", "T")
        seq = d.input("seq", "N", steps, 4, example=(2, 3, 4))
        kind = "shared" if steps == "T" else self.pick("shared", "ModuleList")
        chained = self.pick(True, True, False)
        steady = kind == "shared" or ("c" in self.inputs and chained)
        out = "=hidden" if steady else self.pick(*WIDTHS)
        start = d.add(
            "Linear",
            d.add("Mean", seq, dim=1),
            name="start",
            out_features="=hidden" if steady else 6,
        )
        fed = {"x": seq, "h": start, "c": start, "m": d.add("Select", seq, dim=1, index=0)}
        each: dict[str, int | None] = {"x": self.pick(1, -2)}
        if self.pick(0, 0, 1):
            each, fed["x"] = {}, fed["m"]
        carry = [("h", "h_next"), ("c", "c_next")] if chained else []
        carry = [(a, b) for a, b in carry if a in self.inputs]
        collect = {}
        for name in self.outputs:
            if name not in [b for _, b in carry] and self.pick(1, 1, 0):
                how = self.pick("stack", "concat", "sum", "list")
                collect[name] = (how, self.pick(0, 1, -1) if how in ("stack", "concat") else 0)
        count = None if each and self.pick(0, 1) else Expr(steps) if steps == "n" else steps
        if count == "T" or (count is None and not each):
            count = None if each else 3
        repeat = Repeat(
            count,
            kind,
            tuple(carry),
            FrozenMap(each),
            FrozenMap(collect),
            self.pick(False, False, True),
        )
        wires = {name: fed[name] for name in self.inputs}
        cell = d.add("Cell", name="cells", at=wires, out=out, repeat=repeat)
        for name in self.outputs:
            self.reader(d, cell[name], name, collect.get(name, ("last", 0))[0])
        return d.project()

    def reader(self, d: Drawing, source: Drawn, name: str, how: str) -> None:
        """What reads an output: a layer that is built for it, or the parts of a list."""
        wanted = self.pick(0, 1, 1)
        if how == "list":
            p = Drawing("Part", BlockParameter("size"))
            x = p.input("x", "N", "size")
            p.output(p.add("Linear", x, name="fc", out_features=3))
            d.blocks["Part"] = p.block()
            put = self.pick(("stack", 1), ("sum", 0), ("concat", 1))
            again = Repeat(
                None,
                "ModuleList",
                (),
                FrozenMap({"x": None}),
                FrozenMap({"output": put}),
                self.pick(False, True),
            )
            if self.pick(0, 1):
                again = Repeat(
                    Expr("n"),
                    *[getattr(again, f) for f in ("kind", "carry", "each", "collect", "reverse")],
                )
            source = d.add("Part", name=f"parts_{name}", at={"x": source}, repeat=again)
        elif wanted:
            source = d.add("Linear", source, name=f"read_{name}", out_features=2)
        if how != "list" and not wanted and self.pick(0, 1):
            return
        d.output(source, f"{name}_out")


@st.composite
def modes(draw: Draw) -> Project:
    """A model with one random repetition that has modes, sound or not."""
    return Modes(draw).project()
