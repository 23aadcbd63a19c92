"""Random sound projects: torch, ruff and a recursive reader of the graph judge the text."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from nnstudio.analysis.analyse import analyse
from nnstudio.analysis.report import BlockReport, Report
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import Source, generate
from nnstudio.graph.order import upstream
from nnstudio.graph.values import FrozenMap
from nnstudio.project.alternatives import with_alternatives
from nnstudio.project.values import Project
from nnstudio.symbols.expression import parse
from tests.compiler.random_projects import VALUES, projects
from tests.compiler.referee import (
    assert_equal,
    assert_formulas,
    assert_shapes,
    forward,
    is_module,
    places,
    seed,
    with_derived,
)
from tests.profiles import examples

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def test_random_projects_compute_what_they_draw(tmp_path: Path) -> None:
    texts: dict[str, None] = {}

    @examples(300, suppress_health_check=SLOW)
    @given(projects(), VALUES)
    def check(project: Project, values: dict[str, Any]) -> None:
        report = analyse(project)
        assert report.ok, report.errors
        source = generate(project, report)
        texts[source.text] = None
        assert ast.dump(ast.parse(source.text)) == ast.dump(ast.parse(source.plain))
        assert_formulas(report.root)
        assert_model(project, report, source)
        assert_line_map(project, source)
        assert_one_text(project, report, source)
        assert_other_values(project, source, values)

    check()
    assert_formatted(tmp_path, texts)


def assert_formatted(folder: Path, texts: Iterable[str]) -> None:
    """Every text is a fixed point of `ruff format`."""
    for number, text in enumerate(texts):
        (folder / f"text{number}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", str(folder)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout


def assert_model(project: Project, report: Report, source: Source, **values: Any) -> None:
    """The built model: outputs, shapes, parameters and the order of its children."""
    seed(0)
    module = build(source, **values)
    inputs = example_inputs(project.model, report.root)
    use = assert_equal(project, module, inputs)
    assert_shapes(report.root, use)
    optional = [n for n in project.model.graph.of_type("Input") if n.name not in inputs]
    for node in optional:
        sizes = [
            2 if dim.value is None else dim.value for dim in report.root.inputs[node.name].shape
        ]
        assert_equal(project, module, {**inputs, node.name: torch.randn(sizes)})
    parameters = sum(p.numel() for p in module.parameters())
    assert report.root.parameters in (None, parameters)
    assert_normalised(project, module, use.names)
    declared = places(project, project.model, use.names)
    children = dict.fromkeys(place.partition(".")[0] for place in declared.values())
    built = [name for name, _ in module.named_children()]
    assert built == [name for name in children if name in built]


def assert_normalised(project: Project, module: Any, names: dict[str, Any]) -> None:
    """The weights of the model's own nodes are computed from what the nodes say."""
    graph = project.model.graph
    for node, place in places(project, project.model, names).items():
        item = graph.by_id[node].parametrization
        if item is None or graph.by_id[node].repeat is not None or graph.by_id[node].when:
            continue
        by = module.get_submodule(place).parametrizations.weight[0]
        dim = {"all": -1, None: 0}.get(item.dim, item.dim)
        assert (type(by).__name__, by.dim) == (f"_{''.join(item.kind.title().split('_'))}", dim)


def assert_line_map(project: Project, source: Source) -> None:
    """Every used node has lines; those of an attribute name it."""
    graph = project.model.graph
    lines = source.text.splitlines()
    used = with_alternatives(graph, upstream(graph, [n.id for n in graph.of_type("Output")]))
    for node in graph.nodes:
        found = [lines[line - 1] for line in source.lines_of(project.root, node.id)]
        if node.type == "Input" or (node.id not in used and not is_module(project, node)):
            continue
        if node.type in ("Parameter", "Buffer") and node.id not in used:
            continue
        if node.shares is not None and node.id not in used:
            continue
        assert found, f"no line for {node.id}"
        place = graph.by_id[graph.place_of(node.id)]
        plain = not any(graph.groups_by_id[g].kind != "frame" for g in graph.ancestry(place.group))
        if is_module(project, node) and node.shares is None and plain:
            assert any(f"self.{place.name}" in line for line in found)


def assert_one_text(project: Project, report: Report, source: Source) -> None:
    """Every use of a block gives the same text: the class is written from what is told of it."""
    several: dict[str, list[BlockReport]] = {}
    for inner in uses(report.root):
        several.setdefault(inner.block, []).append(inner)
    for round in zip_longest(*several.values()):
        others = {inner.block: inner for inner in round if inner is not None}
        blocks = {**report.blocks, **others}
        assert generate(project, replace(report, blocks=blocks)).plain == source.plain
    assert generate(project, analyse(project)).plain == source.plain


def uses(report: BlockReport) -> Iterator[BlockReport]:
    """The reports of all uses of blocks, each once."""
    seen: set[int] = set()
    stack = [report]
    while stack:
        for node in stack.pop().nodes.values():
            if node.inner is not None and id(node.inner) not in seen:
                seen.add(id(node.inner))
                stack.append(node.inner)
                yield node.inner


def assert_other_values(project: Project, source: Source, values: dict[str, Any]) -> None:
    """Other values of the parameters: the same text but for defaults, the shapes predicted."""
    other = replace(project, values=FrozenMap(values))
    report = analyse(other)
    if not report.ok:
        return
    plain = generate(other, report).plain
    assert without_defaults(plain) == without_defaults(source.plain)
    given = {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}
    assert_model(other, report, source, **given)


def without_defaults(text: str) -> str:
    """The text's tree without the defaults of arguments."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.arguments):
            node.defaults = [ast.Constant(0) for _ in node.defaults]
    return ast.dump(tree)


@examples(30, suppress_health_check=SLOW)
@given(projects(), st.integers(2, 5))
def test_the_batch_is_free(project: Project, batch: int) -> None:
    report = analyse(project)
    module = build(generate(project, report)).eval()
    inputs = example_inputs(project.model, report.root, batch)
    with torch.no_grad():
        found = forward(module, project, inputs)
    names = {name: quantity.value for name, quantity in report.root.scope.items()} | {"N": batch}
    names = with_derived(report.root, names)
    for name, tensor in found.items():
        formulas = [parse(dim.text) for dim in report.root.outputs[name].shape]
        assert [formula.evaluate(names) for formula in formulas] == list(tensor.shape)


@pytest.mark.parametrize("values", [{"hidden": 6}, {"flag": False}])
def test_without_defaults_sees_the_rest(values: dict[str, Any]) -> None:
    text = "def f(hidden=1, flag=True):\n    return hidden\n"
    other = text.replace("1", "6").replace("True", "False")
    assert without_defaults(text) == without_defaults(other)
    assert without_defaults(text) != without_defaults(text.replace("return hidden", "return flag"))
