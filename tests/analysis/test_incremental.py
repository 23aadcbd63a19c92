"""After any edit, sound or not, the incremental analysis says what one from scratch says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from nnstudio.analysis.analyse import analyse
from nnstudio.graph.values import EMPTY, Edge, Expr, FrozenMap, Graph, Node, Port, Repeat
from nnstudio.project.alternatives import alternatives_problem
from nnstudio.project.ports import node_ports
from nnstudio.project.values import Block, BlockParameter, Local, Project, Requirement
from tests.compiler.random_projects import CONDITIONS, KINDS, NAMES, SIZES, VALUES, projects, value
from tests.profiles import examples

STRANGE = (
    *(
        0,
        1,
        -1,
        3,
        10**20,
        True,
        None,
        0.5,
        float("inf"),
        "text",
        "",
        (),
        (1, 2),
        ("N", 2),
        ((1,),),
    ),
    *("=h", "=missing", "=1 +", "=dims[9]", "=dims", "='a'", "=hidden / 0", "=hidden ** 60", "=i"),
    *("=None", "=flag", "=[1, [2]]", "=max(dims)", "=hidden > 4"),
)

Draw = Callable[[st.SearchStrategy[Any]], Any]
Edit = Callable[[Draw, Project], Project]


def pick(draw: Draw, options: Any) -> Any:
    return draw(st.sampled_from(tuple(options)))


def in_block(draw: Draw, project: Project, edit: Callable[[Block], Block]) -> Project:
    return project.with_block(edit(pick(draw, project.blocks)))


def on_node(draw: Draw, project: Project, edit: Callable[[Node], Node]) -> Project:
    def change(block: Block) -> Block:
        node = pick(draw, block.graph.nodes)
        return replace(block, graph=block.graph.with_node(edit(node)))

    return in_block(draw, project, change)


def set_param(draw: Draw, project: Project) -> Project:
    names = ("out_channels", "out_features", "hidden", "kernel_size", "dim", "p", "optional")
    new = value(pick(draw, (*SIZES, *STRANGE)))

    def change(node: Node) -> Node:
        known = [*node.params, *(name for name in names if draw(st.integers(0, 9)) == 0)]
        return node.with_param(pick(draw, known), new) if known else node

    return on_node(draw, project, change)


def clear_params(draw: Draw, project: Project) -> Project:
    return on_node(draw, project, lambda node: replace(node, params=EMPTY))


def set_pattern(draw: Draw, project: Project) -> Project:
    def change(block: Block) -> Block:
        inputs = block.graph.of_type("Input")
        if not inputs:
            return block
        shape = pick(draw, [("N", "h", "w"), ("N", 3, 8, 6), ("N", "hidden"), (), ("N", "2 * h")])
        node = pick(draw, inputs).with_param("shape", shape)
        return replace(block, graph=block.graph.with_node(node))

    return in_block(draw, project, change)


def set_when(draw: Draw, project: Project) -> Project:
    when = pick(draw, (None, "h > 1", "i", *CONDITIONS))
    return on_node(draw, project, lambda node: replace(node, when=Expr(when) if when else None))


def set_instead(draw: Draw, project: Project) -> Project:
    """Another alternative, or none, where no rule of alternatives forbids it."""

    def change(block: Block) -> Block:
        node, other = pick(draw, block.graph.nodes), pick(draw, (None, *block.graph.nodes))
        node = replace(node, instead=other.id if other is not None else None)
        graph = block.graph.with_node(node)
        return block if alternatives_problem(graph) else replace(block, graph=graph)

    return in_block(draw, project, change)


def set_repeat(draw: Draw, project: Project) -> Project:
    count = pick(draw, (0, 1, 3, Expr("depth"), Expr("length"), Expr("hidden / 3")))
    repeat = pick(draw, (None, Repeat(count, pick(draw, KINDS))))
    return on_node(draw, project, lambda node: replace(node, repeat=repeat))


def set_shares(draw: Draw, project: Project) -> Project:
    other = pick(draw, (None, "n1", "n2", "n3", "gone"))
    return on_node(draw, project, lambda node: replace(node, shares=other))


def rename(draw: Draw, project: Project) -> Project:
    name = pick(draw, NAMES)
    return on_node(draw, project, lambda node: replace(node, name=name))


def delete(draw: Draw, project: Project) -> Project:
    def change(block: Block) -> Block:
        gone = pick(draw, block.graph.nodes).id
        nodes = tuple(n for n in block.graph.nodes if n.id != gone)
        edges = (e for e in block.graph.edges if gone not in (e.source.node, e.target.node))
        return replace(block, graph=Graph(nodes, tuple(edges), block.graph.groups))

    return in_block(draw, project, change)


def rewire(draw: Draw, project: Project) -> Project:
    """Feed an input from another node: this may close a cycle."""

    def change(block: Block) -> Block:
        graph = block.graph
        if not graph.edges:
            return block
        edge, other = pick(draw, graph.edges), pick(draw, graph.nodes)
        outputs = node_ports(project, graph, other).outputs
        if not outputs:
            return block
        new = Edge(Port(other.id, pick(draw, outputs).name), edge.target)
        edges = tuple(new if e == edge else e for e in graph.edges)
        return replace(block, graph=replace(graph, edges=edges))

    return in_block(draw, project, change)


def disconnect(draw: Draw, project: Project) -> Project:
    def change(block: Block) -> Block:
        edges = block.graph.edges
        gone = pick(draw, edges) if edges else None
        kept = tuple(edge for edge in edges if edge != gone)
        return replace(block, graph=replace(block.graph, edges=kept))

    return in_block(draw, project, change)


def declare(draw: Draw, project: Project) -> Project:
    """Make a free name a parameter, or take a parameter away."""

    def change(block: Block) -> Block:
        name = pick(draw, ("h", "w", "length", *(p.name for p in block.parameters)))
        rest = tuple(p for p in block.parameters if p.name != name)
        if len(rest) == len(block.parameters):
            return replace(block, parameters=(*rest, BlockParameter(name, "int", 8)))
        return replace(block, parameters=rest)

    return in_block(draw, project, change)


def define(draw: Draw, project: Project) -> Project:
    """Another local or requirement."""
    text = pick(draw, ("hidden + 1", "h", "missing", "hidden > 5", "dims[0]"))

    def change(block: Block) -> Block:
        if draw(st.booleans()):
            return replace(block, locals=(Local("inner", Expr(text)),))
        return replace(block, requirements=(Requirement(Expr(text), "must hold"),))

    return in_block(draw, project, change)


def set_values(draw: Draw, project: Project) -> Project:
    return replace(project, values=FrozenMap(draw(VALUES)))


def set_kind(draw: Draw, project: Project) -> Project:
    kind = pick(draw, ("Module", "Sequential", "ModuleList"))
    return in_block(draw, project, lambda block: replace(block, kind=kind))


def contain_itself(draw: Draw, project: Project) -> Project:
    name = pick(draw, project.blocks).name
    return on_node(draw, project, lambda node: replace(node, type=pick(draw, (name, "Unknown"))))


EDITS: tuple[Edit, ...] = (
    *(set_param, set_param, set_param, clear_params, set_pattern, set_when, set_repeat),
    *(set_shares, rename, delete, rewire, disconnect, declare, define, set_values, set_kind),
    *(contain_itself, set_instead),
)


@examples(
    300,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data(), projects(6))
def test_incremental_equals_from_scratch(data: st.DataObject, project: Project) -> None:
    report = analyse(project)
    assert report == analyse(project, report)
    for _ in range(data.draw(st.integers(1, 4))):
        edit = data.draw(st.sampled_from(EDITS))
        project = edit(data.draw, project)
        report = analyse(project, report)
        scratch = analyse(project)
        assert report.problems == scratch.problems, edit.__name__
        assert report.blocks == scratch.blocks, edit.__name__
        assert report == scratch, edit.__name__
