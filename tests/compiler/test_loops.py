"""The text of repetitions with modes, what it computes, and what follows edits of the ports."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch

from nnstudio.analysis.analyse import analyse
from nnstudio.compiler.build import build, example_inputs
from nnstudio.compiler.source import generate
from nnstudio.graph.values import FrozenMap, Repeat
from nnstudio.project.commands.node import Rename, SetRepeat
from nnstudio.project.storage.file import dumps, loads
from nnstudio.project.values import Project
from tests.compiler.looped_models import MODELS, conv_lstm, scan, u_net
from tests.compiler.referee import assert_equal, assert_formulas, assert_shapes
from tests.drawing import Drawing

TEXTS = {
    "conv_lstm": """
        for x_t in x.unbind(1):
            h, c = self.cell(x_t, h, c)
        return self.head(h)
""",
    "wave_net": """
        skip_sum = 0
        for block in self.blocks:
            x, skip = block(x)
            skip_sum = skip_sum + skip
        return self.out(skip_sum)
""",
    "u_net": """
        skips = []
        for layer in self.down:
            image, skip = layer(image)
            skips.append(skip)
        x = self.bottom(image)
        for layer, skip in zip(self.up, reversed(skips), strict=True):
            x = layer(x, skip)
        return self.head(x)
""",
    "branches": """
        branches = torch.cat([branch(x) for branch in self.branches], dim=1)
        return self.project(branches)
""",
    "scan": """
        ys = []
        for delta_t, x_t in zip(delta.unbind(1), x.unbind(1), strict=True):
            y, h = self.step(delta_t, x_t, h)
            ys.append(y)
        return self.o(torch.stack(ys, dim=1))
""",
    "cell_of_torch": """
        h = c = x.new_zeros((batch, self.hidden))
        hs = []
        for x_t in x.unbind(1):
            h, c = self.cell(x_t, (h, c))
            hs.append(h)
        return self.head(torch.stack(hs, dim=1))
""",
}


@pytest.mark.parametrize("name", MODELS)
def test_the_loop_that_a_person_would_write(name: str) -> None:
    project = MODELS[name]()
    report = analyse(project)
    assert report.ok, report.errors
    source = generate(project, report)
    assert TEXTS[name] in f"{source.text}\n"
    torch.manual_seed(0)
    module = build(source)
    use = assert_equal(project, module, example_inputs(project.model, report.root))
    assert_shapes(report.root, use)
    assert_formulas(report.root)
    assert report.root.parameters == sum(p.numel() for p in module.parameters())


def test_the_depth_of_a_u_net_is_a_parameter() -> None:
    project = u_net()
    text = generate(project).plain
    assert (
        "Up(width * 2 ** (depth - i), width * 2 ** (depth - 1 - i)) for i in range(depth)" in text
    )
    deeper = replace(project, values=FrozenMap({"depth": 5}))
    assert analyse(deeper).ok
    assert "depth < 1" in text


def test_every_line_of_a_loop_is_that_of_its_node() -> None:
    project = scan()
    source = generate(project)
    node = next(n for n in project.model.graph.nodes if n.name == "step")
    lines = source.text.splitlines()
    mine = "\n".join(lines[line - 1] for line in source.lines_of("Scan", node.id))
    assert all(part in mine for part in ("ys = []", "zip(", "self.step(", "append", "torch.stack"))


def test_a_state_starts_from_a_value_that_is_read_again() -> None:
    """The start of a state must not be lost for who reads it behind the loop."""
    project = scan()
    graph = project.model.graph
    zeros = next(n for n in graph.nodes if n.type == "Zeros")
    d = Drawing("Scan", blocks=project.blocks[:1])
    d.nodes, d.edges, d.parameters = [*graph.nodes], [*graph.edges], project.model.parameters
    start = replace(zeros, type="Mean", params=FrozenMap({"dim": 1}), name="start")
    d.nodes[d.nodes.index(zeros)] = start
    d.edges = [
        replace(e, target=replace(e.target, name="input")) if e.target.node == zeros.id else e
        for e in d.edges
    ]
    from tests.drawing import Drawn

    d.output(d.add("Neg", Drawn(zeros.id, "output")), "beside")
    project = d.project()
    report = analyse(project)
    assert report.ok, report.errors
    source = generate(project, report)
    torch.manual_seed(0)
    assert_equal(project, build(source), example_inputs(project.model, report.root))


# -- files and edits ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_a_file_with_modes_is_of_the_next_version(name: str) -> None:
    project = MODELS[name]()
    text = dumps(project)
    assert '"version": 3' in text
    assert loads(text) == project
    plain = Drawing("Model")
    plain.output(plain.add("ReLU", plain.input("x", "N", 4), name="act", repeat=2))
    assert '"version": 2' in dumps(plain.project())


def again(project: Project) -> Repeat:
    found = next(n.repeat for n in project.model.graph.nodes if n.repeat is not None)
    assert found is not None
    return found


def test_modes_follow_the_names_of_ports() -> None:
    project = conv_lstm()
    ports = {n.name: n.id for n in project.by_name["Cell"].graph.nodes if n.name}
    for old, new in (("h", "state"), ("h_next", "state_next"), ("x", "frame")):
        project = Rename("Cell", ports[old], new).apply(project)
    assert again(project).carry == (("state", "state_next"), ("c", "c_next"))
    assert dict(again(project).each) == {"frame": 1}
    assert analyse(project).ok


def test_a_repeat_that_is_set_carries_the_states() -> None:
    project = conv_lstm()
    node = next(n for n in project.model.graph.nodes if n.repeat is not None)
    once = SetRepeat("ConvLSTM", node.id, None).apply(project)
    several = SetRepeat("ConvLSTM", node.id, Repeat(3, "shared")).apply(once)
    assert again(several).carry == (("h", "h_next"), ("c", "c_next"))


def test_the_modules_are_those_of_the_plain_chain() -> None:
    """Modes never touch the keys of a state_dict."""
    project = u_net()
    keys = list(build(generate(project)).state_dict())
    assert keys[:2] == ["down.0.conv.weight", "down.0.conv.bias"]
    assert copy.copy(keys)[-1] == "head.bias"
