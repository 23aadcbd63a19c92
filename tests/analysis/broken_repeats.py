"""One small project for each thing that can be wrong with what repetitions get and give."""

from __future__ import annotations

from collections.abc import Callable

from nnstudio.graph.values import Expr, FrozenMap, Repeat
from nnstudio.project.values import Block, BlockParameter, Project
from tests.drawing import Drawing, Drawn

BROKEN_REPEATS: dict[str, Callable[[], Project]] = {}
P = BlockParameter


def broken(function: Callable[[], Project]) -> Callable[[], Project]:
    BROKEN_REPEATS[function.__name__] = function
    return function


def cell(*, out: str = "size", inplace: bool = False) -> Block:
    """A cell that reads x and h, and gives h_next and y."""
    d = Drawing("Cell", P("size", "int"), P("wide", "int", 4))
    x = d.input("x", "N", "size")
    h = d.input("h", "N", "size")
    if inplace:
        x = d.add("ReLU", x, name="act", inplace=True)
    both = d.add("Add", x, h)
    d.output(both, "h_next")
    d.output(d.add("Linear", both, name="fc", out_features=f"={out}"), "y")
    return d.block()


def steps(
    block: Block | None = None,
    *,
    count: int | str | None = None,
    kind: str = "shared",
    carry: tuple[tuple[str, str], ...] | None = (("h", "h_next"),),
    each: dict[str, int | None] | None = None,
    collect: dict[str, tuple[str, int]] | None = None,
    pattern: tuple[int | str, ...] = ("N", 5, 4),
    start: bool = True,
    reader: Callable[[Drawing, Drawn], Drawn] | None = None,
    **params: object,
) -> Project:
    """A cell that goes through the rows of a tensor, but for what is said otherwise."""
    d = Drawing("Model", P("depth", "int", 0), blocks=(block or cell(),))
    x = d.input("x", *pattern, **({"example": (2, 5, 4)} if "T" in pattern else {}))
    at = {"x": x}
    if start:
        at["h"] = d.add("Select", x, dim=1, index=0)
    repeat = Repeat(
        Expr(count) if isinstance(count, str) else count,
        kind,  # type: ignore[arg-type]
        carry,
        FrozenMap({"x": 1} if each is None else each),
        FrozenMap(collect or {}),  # type: ignore[arg-type]
    )
    y = d.add("Cell", name="cell", at=at, repeat=repeat, **params)
    d.output(reader(d, y) if reader is not None else y)
    return d.project()


@broken
def more_repetitions_than_parts() -> Project:
    return steps(count=3, kind="ModuleList")


@broken
def a_count_beside_parts_that_data_tell() -> Project:
    return steps(count=5, pattern=("N", "T", 4))


@broken
def no_dimension_to_go_through() -> Project:
    return steps(each={"x": 3})


@broken
def each_of_what_is_no_list() -> Project:
    return steps(each={"x": None})


@broken
def no_count_and_nothing_to_go_through() -> Project:
    return steps(each={})


@broken
def as_many_modules_as_data_tell() -> Project:
    return steps(kind="ModuleList", pattern=("N", "T", 4))


@broken
def a_list_into_a_layer() -> Project:
    return steps(
        collect={"y": ("list", 0)},
        reader=lambda d, y: d.add("Linear", y["y"], name="fc", out_features=2),
    )


@broken
def a_list_into_an_output() -> Project:
    return steps(collect={"y": ("list", 0)}, reader=lambda d, y: y["y"])


@broken
def parts_that_cannot_be_put_together() -> Project:
    return steps(
        cell(out="wide"),
        kind="ModuleList",
        collect={"y": ("stack", 1)},
        wide="=4 + i",
        reader=lambda d, y: y["y"],
    )


@broken
def parts_that_cannot_be_joined_there() -> Project:
    return steps(collect={"y": ("concat", 3)}, reader=lambda d, y: y["y"])


@broken
def nothing_to_collect() -> Project:
    d = Drawing("Model", P("depth", "int", 0))
    x = d.input("x", "N", 4)
    repeat = Repeat(Expr("depth"), "ModuleList", (), collect=FrozenMap({"output": ("sum", 0)}))
    d.output(d.add("Linear", x, name="experts", out_features=4, repeat=repeat))
    return d.project()


@broken
def a_state_without_a_start() -> Project:
    return steps(start=False)


@broken
def a_port_that_is_gone() -> Project:
    return steps(carry=(("state", "h_next"),))


@broken
def a_chain_that_collects() -> Project:
    return steps(kind="Sequential")


@broken
def a_parallel_operation() -> Project:
    d = Drawing("Model")
    x = d.input("x", "N", 4)
    d.output(d.add("Neg", x, repeat=Repeat(3, "ModuleList", ())))
    return d.project()


@broken
def a_state_that_is_not_carried() -> Project:
    d = Drawing("Cell")
    h, c = d.input("h", "N", "d"), d.input("c", "N", "d")
    d.output(d.add("Add", h, c), "h_next")
    d.output(d.add("Neg", c), "c_next")
    m = Drawing("Model", blocks=(d.block(),))
    x = m.input("x", "N", 4)
    repeat = Repeat(3, "shared", (("h", "h_next"),))
    m.output(m.add("Cell", x, x, name="cell", repeat=repeat))
    return m.project()


@broken
def parts_that_are_overwritten() -> Project:
    return steps(cell(inplace=True))


@broken
def parts_of_a_batch_that_cannot_be_added() -> Project:
    """The batch is called by its name, also where the state grows."""
    d = Drawing("Cell", P("size", "int"), P("out", "int"))
    h = d.input("h", "N", "size")
    h = d.add("Linear", h, name="fc", out_features="=out")
    d.output(h, "h_next")
    d.output(d.add("Neg", h), "y")
    m = Drawing("Model", P("widths", "list[int]", (4, 6)), blocks=(d.block(),))
    repeat = Repeat(2, "ModuleList", collect=FrozenMap({"y": ("sum", 0)}))
    y = m.add("Cell", m.input("x", "N", 3), name="cells", repeat=repeat, out="=widths[i]")
    m.output(y["y"])
    return m.project()
