"""The rows of the outline: they read as the state_dict does, and say where they can go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from nnstudio.compiler.build import build_empty
from nnstudio.compiler.inference import full_report
from nnstudio.compiler.source import generate
from nnstudio.graph.values import Expr
from nnstudio.project.presets import load_target, preset_names
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import BlockParameter, Project
from nnstudio.ui.outline.moves import Place, Rows
from nnstudio.ui.outline.rows import Row, inside, outline, walk, way
from tests.drawing import Drawing
from tests.ui.analysed_presets import report_on
from tests.ui.outline_world import orderly_project


def rows_of(project: Project, block: str | None = None) -> Rows:
    name = block or project.root
    report = full_report(project)
    shown = report.root if name == project.root else report.blocks[name]
    return Rows(name, project.by_name[name].graph, outline(project, name, shown))


def lines(rows: Sequence[Row], depth: int = 0) -> list[str]:
    found: list[str] = []
    for row in rows:
        text = " ".join(part for part in (row.index, row.text, row.type, row.repeat) if part)
        found += ["  " * depth + (text.upper() if row.kind == "heading" else text)]
        found += lines(row.children, depth + 1)
    return found


def find(rows: Rows, text: str) -> Row:
    return next(row for row in walk(rows.top) if row.text == text)


def order(project: Project) -> list[str]:
    return [node.name or node.type for node in project.model.graph.nodes]


# -- what they show -----------------------------------------------------------------------------


def test_they_read_as_the_state_dict_does() -> None:
    rows = rows_of(orderly_project())
    assert lines(rows.top) == [
        "INPUTS",
        "x",
        "y",
        "OWN TENSORS",
        "scale Parameter",
        "table Buffer",
        "LAYERS",
        "net Sequential",
        "  0 fc1 Linear",
        "  1 act ReLU",
        "  2 fc2 Linear",
        "inner Inner ×3",
        "Add",
        "head Linear",
        "OUTPUTS",
        "logits",
    ]
    assert [find(rows, text).count for text in ("scale", "fc1", "net", "inner", "Add", "head")] == [
        6,
        40,
        94,
        126,
        0,
        14,
    ]


def test_what_a_used_block_holds_can_be_looked_at() -> None:
    project = orderly_project()
    use = find(rows_of(project), "inner")
    (row,) = inside(project, use)
    assert (row.text, row.type, row.count, row.level) == ("map", "Linear", 42, None)
    assert way(row) == (use.node, row.node)
    assert inside(project, row) == ()


def test_a_frame_stands_once_for_each_run_of_its_members() -> None:
    d = Drawing("Net")
    x = d.input("x", "N", 4)
    one, two = d.group("one"), d.group("two")
    x = d.add("Linear", x, name="a", group=one, out_features=4)
    x = d.add("LayerNorm", x, name="norm_a", group=one)
    x = d.add("Linear", x, name="b", group=two, out_features=4)
    last = d.add("LayerNorm", x, name="norm_b", group=two)
    d.output(last)
    d.nodes.append(d.nodes.pop(2))  # norm_a is declared behind the others, as papers do
    assert lines(rows_of(d.project()).top)[2:-2] == [
        "LAYERS",
        "one",
        "  a Linear",
        "two",
        "  b Linear",
        "  norm_b LayerNorm",
        "one continued",
        "  norm_a LayerNorm",
    ]


def test_a_container_stands_at_its_first_module_and_counts_what_there_is() -> None:
    d = Drawing("Net")
    x = d.input("x", "N", 4)
    outer = d.group("body", "ModuleList")
    inner = d.group("pair", "Sequential", outer)
    x = d.add("Linear", x, name="steps", group=outer, out_features=4, repeat=2, kind="inline")
    x = d.add("Linear", x, name="side", out_features=4)
    x = d.add("Linear", x, name="left", group=inner, out_features=4)
    x = d.add("ReLU", x, name="right", group=inner)
    x = d.add("Dropout", x, name="drop", group=outer, when="False")
    d.output(d.add("Linear", x, name="end", group=outer, out_features=4))
    rows = rows_of(d.project())
    assert lines(rows.top)[2:-2] == [
        "LAYERS",
        "body ModuleList",
        "  0–1 steps Linear ×2",
        "  2 pair Sequential",
        "    0 left Linear",
        "    1 right ReLU",
        "  drop Dropout",
        "  3 end Linear",
        "side Linear",
    ]
    assert not find(rows, "drop").active


def test_problems_and_conditions_are_told() -> None:
    d = Drawing("Net")
    x = d.add("Linear", d.input("x", "N", 4), name="fc", in_features=5, out_features=4)
    again = d.add("ReLU", x, name="act", when="True")
    d.output(d.add("ReLU", again, shares=again))
    rows = rows_of(d.project())
    assert find(rows, "fc").severity == "error"
    assert any("expects 5" in line for line in find(rows, "fc").lines)
    assert "Only if True" in find(rows, "act").lines
    shared = next(row for row in walk(rows.top) if row.shares)
    assert shared.text == "act"
    assert "Calls the module of act again" in shared.lines


def test_layers_of_some_repetitions_are_told_with_all_places_behind_them() -> None:
    inner = Drawing("Step", BlockParameter("widen", "bool", False))
    group = inner.group("ways", "Sequential")
    x = inner.input("x", "N", 4)
    x = inner.add("Linear", x, name="wide", group=group, out_features=4, when="widen")
    x = inner.add("Linear", x, name="narrow", group=group, out_features=4)
    inner.output(inner.add("ReLU", x, name="act", group=group))
    d = Drawing("Net", blocks=(inner.block(),))
    x = d.input("x", "N", 4)
    x = d.add("Step", x, name="steps", widen=Expr("i > 0"), repeat=3, kind="inline")
    d.output(d.add("Step", x, name="alone"))
    project = d.project()
    rows = rows_of(project)
    steps, alone = (walk(inside(project, find(rows, name))) for name in ("steps", "alone"))
    assert [(row.index, row.text) for row in steps if row.node] == [
        ("0", "wide"), ("0 or 1", "narrow"), ("1 or 2", "act"),
    ]  # fmt: skip
    assert [(row.index, row.text) for row in alone if row.node] == [
        ("", "wide"), ("0", "narrow"), ("1", "act"),
    ]  # fmt: skip
    wide = next(row for row in walk(inside(project, find(rows, "steps"))) if row.text == "wide")
    assert wide.active
    assert "In some of the repetitions only" in wide.lines
    assert "Left out with the values of now" not in wide.lines


SEVERAL = "(?#or)"
"""Stands in a pattern, as a comment, behind a number that is another in other repetitions."""


LATE = {"DDPM"}
"""Inside a repeated block of these a layer is missing in the first repetition, and comes late."""


def paths(project: Project, rows: Sequence[Row], before: str = "") -> Iterator[tuple[str, Row]]:
    """Each row that has tensors of its own, with what its keys begin with, as a pattern."""
    for row in rows:
        if row.kind in ("heading", "input", "output", "function") or row.shares:
            continue
        if row.kind == "frame":
            yield from paths(project, row.children, before)
            continue
        places = [place.partition("–")[::2] for place in row.index.split(" or ") if place]
        numbers = [str(k) for low, up in places for k in range(int(low), int(up or low) + 1)]
        here = before + (f"(?:{'|'.join(numbers)})" if numbers else re.escape(row.text))
        here += SEVERAL if len(places) > 1 else ""
        if row.repeat and "–" not in row.index:
            here += r"(?:\.\d+)?"
        below = inside(project, row) if row.uses else row.children
        yield from paths(project, below, here + r"\.")
        if not below:
            yield here + r"(?:\.|$)", row


@pytest.mark.parametrize("name", preset_names())
def test_the_rows_of_every_preset_follow_its_state_dict(name: str) -> None:
    project, report = load_target(name), report_on(name)
    rows = outline(project, project.root, report.root)
    patterns = [(re.compile(pattern), row) for pattern, row in paths(project, rows)]
    once: list[int] = []
    for key in build_empty(generate(project, report)).state_dict():
        found = [k for k, (pattern, _) in enumerate(patterns) if pattern.match(key)]
        several = any(SEVERAL in patterns[k][0].pattern for k in found)
        assert found, key
        assert len(found) == 1 or several, (key, [patterns[k][1].text for k in found])
        if found[0] not in once:
            once.append(found[0])
    repeated = any(row.repeat for row in walk(rows))
    assert repeated or name in LATE or once == sorted(once)


# -- where they can go --------------------------------------------------------------------------


def shifted(project: Project, step: int, *texts: str) -> Project:
    rows = rows_of(project)
    return rows.shift([find(rows, text) for text in texts], step).apply(project)


def test_a_row_moves_past_its_neighbour() -> None:
    project = orderly_project()
    moved = shifted(project, -1, "head")
    assert order(moved) == [
        "x", "y", "table", "fc1", "act", "fc2", "inner", "scale", "head", "Add", "logits",
    ]  # fmt: skip
    assert shifted(moved, 1, "head") == project
    rows = rows_of(project)
    assert rows.shift([find(rows, "head")], -1).title == "Move head before Add"
    assert rows.shift([find(rows, "inner")], 1).title == "Move inner after Add"


def test_a_container_moves_with_all_its_members() -> None:
    moved = shifted(orderly_project(), 1, "net")
    assert order(moved)[2:8] == ["table", "inner", "scale", "fc1", "act", "fc2"]
    assert order(shifted(orderly_project(), -1, "inner"))[2:7] == [
        "table", "inner", "fc1", "act", "fc2",
    ]  # fmt: skip


def test_rows_that_lie_apart_move_together() -> None:
    project = orderly_project()
    rows = rows_of(project)
    command = rows.shift([find(rows, "net"), find(rows, "Add")], 1)
    assert command.title == "Move 2 rows after head"
    assert order(command.apply(project))[3:] == [
        "inner", "scale", "head", "fc1", "act", "fc2", "Add", "logits",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "target", "said"),
    [
        (["x"], "head", "x stays among the Inputs"),
        (["head"], "x", "head stays among the layers"),
        (["scale"], "head", "scale stays among the Parameters"),
        (["fc1"], "head", "fc1 stays in net: the outline changes the order"),
        (["fc1", "act"], "head", "2 rows stay in net"),
        (["fc1", "head"], "head", "lie in different groups"),
        (["logits"], "x", "logits stays among the Outputs"),
    ],
)
def test_a_place_that_is_none_says_why(texts: list[str], target: str, said: str) -> None:
    rows = rows_of(orderly_project())
    at = next(k for k, row in enumerate(rows.top) if row.text == target)
    with pytest.raises(Refusal, match=re.escape(said)):
        rows.move([find(rows, text) for text in texts], [Place(None, at)])


def test_nothing_goes_into_or_comes_out_of_the_inside_of_a_block() -> None:
    project = orderly_project()
    rows = rows_of(project)
    use = find(rows, "inner")
    with pytest.raises(Refusal, match="The inside of inner is changed where it is drawn"):
        rows.move([find(rows, "head")], [Place(use, 0)])
    with pytest.raises(Refusal, match="map is changed in the block it lies in"):
        rows.move(list(inside(project, use)), [Place(None, 8)])
    with pytest.raises(Refusal, match="Select a row first"):
        rows.shift([], 1)


def test_parameters_come_before_buffers() -> None:
    rows = rows_of(orderly_project())
    with pytest.raises(Refusal, match="scale is the last here already"):
        rows.shift([find(rows, "scale")], 1)
    with pytest.raises(Refusal, match="table is the first here already"):
        rows.shift([find(rows, "table")], -1)


def test_the_first_place_that_is_possible_is_taken() -> None:
    rows = rows_of(orderly_project())
    net = find(rows, "net")
    at = rows.top.index(net)
    place, command = rows.move([find(rows, "fc2")], [Place(None, at), Place(net, 0)])
    assert place == Place(net, 0)
    assert command.title == "Move fc2 before fc1"


def siblings(rows: Rows, row: Row) -> list[str]:
    for parent in (None, *(r for r in walk(rows.top) if r.is_group)):
        children = rows.children(parent)
        if any(child.key == row.key for child in children):
            return [child.key for child in children if child.level == row.level]
    raise AssertionError(row)


@pytest.mark.parametrize("name", [n for n in preset_names() if not n.startswith("EfficientNet-")])
def test_every_row_of_the_presets_moves_by_one(name: str) -> None:
    project = load_target(name)
    for block in project.blocks:
        report = report_on(name).blocks.get(block.name)
        if report is None:
            continue
        rows = Rows(block.name, block.graph, outline(project, block.name, report))
        for row in walk(rows.top):
            if row.level is None or row.type == "continued":
                continue
            before = siblings(rows, row)
            try:
                command = rows.shift([row], 1)
            except Refusal:
                continue
            moved = command.apply(project)
            graph = moved.by_name[block.name].graph
            after = Rows(block.name, graph, outline(moved, block.name, report))
            if any(r.type == "continued" for r in walk((*rows.top, *after.top))):
                continue  # frames may fall apart or grow together
            at = before.index(row.key)
            swapped = [*before[:at], before[at + 1], before[at], *before[at + 2 :]]
            assert siblings(after, row) == swapped
            assert sorted(n.id for n in graph.nodes) == sorted(n.id for n in block.graph.nodes)
