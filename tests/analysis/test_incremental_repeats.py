"""After edits of repetitions the report is that from scratch, modes, lists and laws included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.analysis.analyse import analyse
from nnstudio.graph.values import Expr, FrozenMap
from nnstudio.project.commands.base import Command
from nnstudio.project.commands.node import Rename, SetParam, SetRepeat
from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project
from tests.compiler.looped_models import MODELS
from tests.profiles import examples


def edits(project: Project) -> Iterator[Command]:
    """What may be changed of the repeats, and of what they rest on."""
    for block in project.blocks:
        for node in block.graph.nodes:
            yield Rename(block.name, node.id, f"{node.name or 'node'}_b")
            for param, value in node.params.items():
                if isinstance(value, Expr):
                    yield SetParam(block.name, node.id, param, Expr(f"({value.text}) * 2"))
                if isinstance(value, int) and not isinstance(value, bool):
                    yield SetParam(block.name, node.id, param, value + 1)
            repeat = node.repeat
            if repeat is None:
                continue
            at = (block.name, node.id)
            yield SetRepeat(*at, None)
            yield SetRepeat(*at, replace(repeat, reverse=not repeat.reverse))
            yield SetRepeat(*at, replace(repeat, carry=()))
            yield SetRepeat(*at, replace(repeat, collect=FrozenMap()))
            for name in repeat.collect:
                for way in (("list", 0), ("sum", 0), ("stack", 0), ("concat", 1)):
                    changed = repeat.collect.with_(name, way)  # type: ignore[arg-type]
                    yield SetRepeat(*at, replace(repeat, collect=changed))
            yield SetRepeat(*at, replace(repeat, count=2))


@pytest.mark.parametrize("name", MODELS)
@examples(8)
@given(data=st.data())
def test_an_edit_costs_only_time(name: str, data: st.DataObject) -> None:
    project = MODELS[name]()
    report = analyse(project)
    for _ in range(3):
        edit = data.draw(st.sampled_from(list(edits(project))))
        try:
            project = edit.apply(project)
        except Refusal:
            continue
        report = analyse(project, report)
        assert report == analyse(project), edit
