"""Random projects full of layers that overwrite their input, of views, and of forks.

All values are (N, 4, 6), but within a step: so any may be combined with any other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from nnstudio.graph.values import FrozenMap
from nnstudio.project.values import Block, BlockParameter, Project
from tests.drawing import Drawing, Drawn

OVERWRITING = (
    *("ReLU", "LeakyReLU", "RReLU", "ReLU6", "ELU", "SELU", "CELU", "SiLU", "Mish", "Hardtanh"),
    *("Hardsigmoid", "Hardswish", "Dropout", "Dropout1d", "AlphaDropout"),
)
PLAIN: tuple[tuple[str, dict[str, Any]], ...] = (
    ("Linear", {"out_features": 6}),
    ("Linear", {"out_features": 6}),
    ("Conv1d", {"out_channels": 4, "kernel_size": 1}),
    ("BatchNorm1d", {}),
    ("LayerNorm", {}),
    ("GELU", {}),
    ("Sigmoid", {}),
    ("Softmax", {"dim": -1}),
    ("ReLUFunction", {}),
    ("TanhFunction", {}),
    ("Neg", {}),
    ("Scale", {"factor": 0.5}),
    ("Exp", {}),
)
PASSING: tuple[tuple[tuple[str, dict[str, Any]], ...], ...] = (
    (("Identity", {}),),
    (("Dropout", {"p": 0.3}),),
    (("Detach", {}),),
    (("Cast", {"dtype": "float"}),),
    (("Flatten", {}), ("Unflatten", {"dim": 1, "unflattened_size": (4, 6)})),
    (("FlattenDims", {"start_dim": 1}), ("Reshape", {"shape": ("N", 4, 6)})),
    (("Transpose", {"dim0": 1, "dim1": 2}), ("Permute", {"dims": (0, 2, 1)})),
    (("Unsqueeze", {"dim": 1}), ("Squeeze", {"dim": 1})),
    (("UnflattenDim", {"dim": 2, "sizes": (2, 3)}), ("FlattenDims", {"start_dim": 2})),
    (("Einsum", {"equation": "ncl->nlc"}), ("Einsum", {"equation": "nlc->ncl"})),
    (("Expand", {"sizes": ("N", -1, -1)}),),
)
CONDITIONS = ("flag", "not flag", "depth > 1")


class Maker:
    """Draws one block."""

    def __init__(self, random: Random, name: str, blocks: tuple[Block, ...]) -> None:
        self.random = random
        self.drawing = Drawing(
            name,
            BlockParameter("flag", "bool", True),
            BlockParameter("depth", "int", 2),
            BlockParameter("saving", "bool", False),
            blocks=blocks,
        )
        self.live: list[Drawn] = []
        self.names = 0

    def chance(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def value(self) -> Drawn:
        return self.live[-1] if self.chance(60) else self.random.choice(self.live)

    def add(self, node_type: str, *sources: Drawn, **rest: Any) -> Drawn:
        self.names += 1
        return self.drawing.add(
            node_type, *sources, name=f"{node_type.lower()}{self.names}", **rest
        )

    def special(self) -> dict[str, Any]:
        """A condition or a repetition, or neither."""
        if self.chance(12):
            return {"when": self.random.choice(CONDITIONS)}
        if self.chance(12):
            return {"repeat": self.random.choice((0, 1, 2, "depth"))}
        return {}

    def overwriting(self) -> None:
        kind = self.random.choice(OVERWRITING)
        inplace = self.random.choice((True, True, True, "=saving", False))
        rest = self.special()
        self.live.append(self.add(kind, self.value(), inplace=inplace, **rest))

    def plain(self) -> None:
        kind, params = self.random.choice(PLAIN)
        self.live.append(self.add(kind, self.value(), **params, **self.special()))

    def passing(self) -> None:
        x = self.value()
        for kind, params in self.random.choice(PASSING):
            x = self.add(kind, x, **params)
        self.live.append(x)

    def parts(self) -> None:
        """Cut in two, something done to one part, joined again."""
        x = self.value()
        if self.chance(50):
            cut = self.add("Chunk", x, chunks=2, dim=1)
            first, second = cut["part0"], cut["part1"]
        else:
            first = self.add("Slice", x, dim=1, start=0, end=2)
            second = self.add("Slice", x, dim=1, start=self.random.choice((2, 1)), end=4)
        if self.chance(60):
            first = self.add("LeakyReLU", first, inplace=self.chance(70))
        whole = self.add("Concat", first, second, dim=1)
        self.live.append(self.add("Slice", whole, dim=1, start=0, end=4))

    def merged(self) -> None:
        kind = self.random.choice(("Add", "Add", "Multiply", "Maximum"))
        x, y = self.value(), self.random.choice(self.live)
        self.live.append(self.add(kind, x, y))

    def shared(self) -> None:
        kinds = ("LeakyReLU", "Linear", "ReLU")
        owners = [n for n in self.drawing.nodes if n.type in kinds and n.shares is None]
        if owners:
            owner = self.random.choice(owners)
            self.live.append(self.add(owner.type, self.value(), shares=Drawn(owner.id, "output")))

    def tensor(self) -> None:
        made = self.add(self.random.choice(("Parameter", "Buffer")), shape=(1, 4, 6))
        if self.chance(60):
            self.live.append(self.add("Add", self.value(), made))
        else:
            self.live.append(self.add("Expand", made, sizes=("N", 4, 6)))

    def nested(self) -> None:
        blocks = tuple(self.drawing.blocks.values())
        if not blocks:
            return
        block = self.random.choice(blocks)
        inputs = len(block.graph.of_type("Input"))
        rest = self.special() if len(block.graph.of_type("Output")) == 1 else {}
        if inputs > 1:
            rest = {key: item for key, item in rest.items() if key != "when"}
        params = {"saving": True} if self.chance(40) else {}
        sources = [self.value() for _ in range(inputs)]
        use = self.add(block.name, *sources, **params, **rest)
        self.live += [use[node.name] for node in block.graph.of_type("Output")]

    def step(self) -> None:
        """One step of any kind."""
        steps: tuple[Callable[[], None], ...] = (
            *(self.overwriting,) * 5,
            *(self.plain,) * 5,
            *(self.passing,) * 3,
            *(self.merged,) * 3,
            *(self.nested,) * 3,
            self.parts,
            self.shared,
            self.tensor,
        )
        self.random.choice(steps)()


def random_block(random: Random, name: str, blocks: tuple[Block, ...]) -> Block:
    """One or two Inputs, a few steps, one or two Outputs."""
    maker = Maker(random, name, blocks)
    for k in range(random.choice((1, 1, 2))):
        maker.live.append(maker.drawing.input(f"x{k}", "N", 4, 6))
    for _ in range(random.randrange(5)):
        maker.step()
    maker.drawing.output(maker.value(), "y0")
    if maker.chance(30):
        maker.drawing.output(random.choice(maker.live), "y1")
    return maker.drawing.block()


def random_project(random: Random) -> Project:
    """A model of a few steps that uses blocks of its own."""
    blocks: tuple[Block, ...] = ()
    for k in range(random.randrange(3)):
        blocks = (*blocks, random_block(random, f"Part{k}", blocks))
    maker = Maker(random, "Net", blocks)
    x = maker.drawing.input("x", "N", 4, 6)
    maker.live.append(maker.add("Linear", x, out_features=6) if maker.chance(80) else x)
    for _ in range(random.randint(2, 9)):
        maker.step()
    maker.drawing.output(maker.live[-1], "y")
    if maker.chance(40):
        maker.drawing.output(random.choice(maker.live), "z")
    values = FrozenMap({"flag": random.random() < 0.5, "saving": random.random() < 0.5})
    return maker.drawing.project(values=values)


def without_overwriting(project: Project) -> Project:
    """The same with inplace off everywhere."""
    for block in project.blocks:
        nodes = tuple(
            replace(node, params=node.params.without("inplace")) for node in block.graph.nodes
        )
        project = project.with_graph(block.name, replace(block.graph, nodes=nodes))
    return project
