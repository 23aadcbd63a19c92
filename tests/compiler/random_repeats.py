"""Random repeats for Hypothesis: sizes that go on by any law, a table or none.

Every project is one repeated layer or block and what is built for the size that it gives.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

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
