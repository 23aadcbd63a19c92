"""Blocks drawn by a script: what they become, and what is said at which line."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import pytest

import nnstudio
from nnstudio.drawing.block import BlockDrawing
from nnstudio.drawing.script import DrawingError
from nnstudio.graph.values import Expr
from nnstudio.project.values import Project


def forward_of(project: Project) -> list[str]:
    lines = [line.strip() for line in nnstudio.source(project).splitlines()]
    starts = [k for k, line in enumerate(lines) if line.startswith("def forward")]
    return lines[starts[-1] + 1 :]


def everything() -> BlockDrawing:
    with nnstudio.draw("Inner", size=int, bias=(bool, None)) as inner:
        x = inner.input("x", "N", inner.size)
        x = inner.Linear(x, name="fc", out_features=inner.size)
        inner.output(x, "main")
        inner.output(inner.TanhFunction(x), "side")
    with nnstudio.draw("Net", note="All of it.", width=8, depth=2, rates=[1, 2], deep=True) as b:
        wide = b.local("wide", b.width * 2)
        b.require((b.width > 3) & (b.depth < 9), "width is above 3")
        x, y = b.input("x", "N", 8), b.input("y", "N", 8, optional=True)
        with b.group("net", "Sequential"):
            x = b.Linear(x, out_features=wide)
            x = b.ReLU(x)
            x = b.Linear(x, out_features=b.width)
        x = b.Linear(x, name="layers", out_features=b.width, repeat=b.depth, when=b.deep)
        x, side = inner(x, name="inner")
        x = inner(x, shares=x)
        b.output(b.Concat([x + side, b.Add(x, y)], dim=1), "joined")
        b.output(b.Linear(x, name="head", out_features=8), "logits")
        b.tie(b.Linear(x, name="one", out_features=8), b.Linear(x, name="two", out_features=8))
        b.initialise("Linear", "truncated_normal", std=0.02)
    return b


def test_a_drawing_is_a_project_like_any_other(tmp_path: Path) -> None:
    project = everything().project()
    nnstudio.save(project, tmp_path / "net.nns")
    assert nnstudio.load(tmp_path / "net.nns") == project
    text = nnstudio.source(project)
    for part in (
        "wide = width * 2",
        'raise ValueError("width is above 3")',
        "self.one.weight = self.two.weight",
        "nn.init.trunc_normal_(module.weight, std=0.02)",
        "nn.Linear(width, width) if deep else nn.Identity() for _ in range(depth)",
        "main, side = self.inner(x)",
        "main, _ = self.inner(main)",
    ):
        assert part in text
    places = [node.position for node in project.model.graph.nodes]
    assert len(set(places)) == len(places)


def test_operators_draw_operations() -> None:
    with nnstudio.draw("Net", width=4) as b:
        x, y = b.input("x", "N", b.width, b.width), b.input("y", "N", b.width, b.width)
        z = 2 * (x @ y) / b.width - 0.5
        z = -((1 - z) ** 2)
        b.output((z + y) / (x * y))
    assert forward_of(b.project()) == [
        "total = -(((x @ y * 2 * (1 / self.width) - 0.5) * -1.0 + 1) ** 2) + y",
        "return total / (x * y)",
    ]


def formulas() -> dict[str, Any]:
    with nnstudio.draw("Net", w=4, dims=[1, 2], flag=True) as b:
        b.input("x", "N", "length")
        return {
            "2 * w + 1": 2 * b.w + 1,
            "(w + 1) * 2": (b.w + 1) * 2,
            "-w // 2 % 3": -b.w // 2 % 3,
            "2 ** w / (1 - w)": 2**b.w / (1 - b.w),
            "dims[i - 1]": b.dims[b.i - 1],
            "w if flag and (not w >= 2) else length": (b.flag & ~(b.w >= 2)).choose(b.w, b.length),
            "w != 1 or w < 3": (b["w"] != 1) | (b.w < 3),
            "[w, 2]": nnstudio.drawing.formulas.Formula("[w, 2]"),
        }


@pytest.mark.parametrize("text", formulas())
def test_formulas_are_written_with_pythons_operators(text: str) -> None:
    from nnstudio.symbols.expression import parse

    assert formulas()[text].expr == Expr(parse(text).text)


WRONG = {
    "b.Con2d(x)": "'Con2d' is neither a layer nor a name of Net; did you mean Conv2d",
    "b.Linear(x, out_features=b.widht)": "'widht' is neither a layer nor a name of Net; did",
    "b.Linear(x, features=3)": "Linear has no parameter 'features'; it has: in_features, out_f",
    "b.Linear(x, out_features='3')": "out_features expects a whole number, received '3'",
    "b.Linear(x, out_features='=nothing')": "out_features expects a whole number, received 'noth",
    "b.Linear(x, x, out_features=3)": "Linear takes 1 tensor (input), received 2",
    "b.Linear(3, out_features=3)": "expected what a layer or Input gives, received int",
    "b.Linear(inputs=x, out_features=3)": "Linear has no input 'inputs'; it has: input",
    "b.Linear(x, input=x, out_features=3)": "Linear gets its input 'input' twice",
    "b.Linear(x, name='forward', out_features=3)": "'forward' is an attribute of every nn.Module",
    "b.Linear(x, out_features=3, repeat=-1)": "repeat expects a whole number from 0 to 4,096, rec",
    "b.Linear(x, out_features=3, when='import os')": "when: 'import os' is not a valid expression",
    "b.Linear(x, out_features=3)['h_n']": "linear has no output 'h_n'; it has: output",
    "y, z = b.Linear(x, out_features=3)": "linear has one output, which is not to be taken apart",
    "b.width if b.width > 3 else 3": "'width > 3' is a formula, whose value is not known while",
    "b['nothing']": "'nothing' is not known in Net; known names: N, width",
    "x + 'y'": "expected what a layer or Input gives, or a number, received str",
    "b(x)": "Net cannot contain Net: a block cannot contain itself",
    "inside + x": "x is drawn in Net, inside in Other: both must be in one block",
    "b.Linear(inside, out_features=3)": "inside is drawn in Other, so it is not known in Net",
    "b.local('width', '1')": "Net has a parameter 'width' already",
    "b.require('depth > 1', 'deep')": "condition: 'depth' is not known here; known names: width",
    "b.initialise('Linear', 'normally')": "expected one of the rules normal, ",
    "b.tie(b.ReLU(x), x)": "relu has no weight that can be tied",
    "b.parameter('torch')": "'torch' has a meaning of its own and cannot name a parameter",
    "b.group('net', 'Sequential').__enter__(); b.group('net').__enter__(); b.group('fc', "
    "'Sequential').__enter__(); b.output(x, 'x', role='wrong')": "role expects one of",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_said_at_its_line(wrong: str) -> None:
    script = f"""
    import nnstudio
    with nnstudio.draw("Other", n=3) as other:
        inside = other.input("inside", "N", other.n)
        other.output(inside)
    with nnstudio.draw("Net", width=4) as b:
        x = b.input("x", "N", 4)
        {wrong}
    """
    with pytest.raises(DrawingError) as caught:
        exec(compile(textwrap.dedent(script), "model.py", "exec"), {})
    assert str(caught.value).startswith(f"model.py:8: {WRONG[wrong]}")


AS_A_WHOLE = {
    "b.output(b.Conv2d(x, out_channels=3, kernel_size=1))": "conv: expects 4 dimensions",
    "b.output(b.Linear(x, out_features=3, repeat=2, kind='List'))": "expected one of ModuleList, ",
    "b.output(block(x))": "conv: expects 4 dimensions",
}


@pytest.mark.parametrize("wrong", AS_A_WHOLE)
def test_what_the_whole_shows_is_said_at_the_line_that_drew_it(wrong: str) -> None:
    script = f"""
    import nnstudio
    with nnstudio.draw("Block") as block:
        x = block.input("x", "N", "n")
        block.output(block.Conv2d(x, out_channels=3, kernel_size=1))
    with nnstudio.draw("Net", width=4) as b:
        x = b.input("x", "N", 4)
        {wrong}
    b.project()
    """
    with pytest.raises(DrawingError) as caught:
        exec(compile(textwrap.dedent(script), "model.py", "exec"), {})
    line = 5 if "block(x)" in wrong else 8
    assert str(caught.value).startswith(f"model.py:{line}: {AS_A_WHOLE[wrong]}")


def test_a_block_of_a_project_is_used_like_a_drawn_one() -> None:
    mbconv = nnstudio.block_of(nnstudio.load("EfficientNet"), "MBConv")
    with nnstudio.draw("Net") as b:
        x = b.input("x", "N", 16, 8, 8)
        given = {"kernel_size": 3, "stride": 1, "expand_ratio": 4, "drop_prob": 0.0}
        x = mbconv(x, out_channels=16, name="block", **given)
        b.output(mbconv(x, out_channels=24, name="last", **given))
    project = b.project()
    assert {"MBConv", "Net"} < set(project.by_name)
    assert "self.last = MBConv(" in nnstudio.source(project)
    with pytest.raises(DrawingError, match="the project has no block 'Mb'; it has: "):
        nnstudio.block_of(project, "Mb")


def test_two_blocks_of_one_name_do_not_go_together() -> None:
    with nnstudio.draw("Net") as b:
        x = b.input("x", "N", 16)
        for size in (3, 4):
            with nnstudio.draw("Inner", size=size) as inner:
                inner.output(inner.input("x", "N", 16))
            if size == 3:
                x = inner(x, name="first")
        with pytest.raises(DrawingError, match="There is another block 'Inner' in Net already"):
            inner(x, name="second")


def test_a_finished_block_stays_as_it_is() -> None:
    b = everything()
    with pytest.raises(DrawingError, match="Net is finished; draw on it inside its with"):
        b.input("z", "N", 3)


def test_an_unfinished_drawing_is_a_project_with_problems() -> None:
    with nnstudio.draw("Net") as b:
        b.Conv2d(b.input("x", "N", 3), out_channels=4, kernel_size=3)
    with pytest.raises(DrawingError):
        b.project()
    assert not nnstudio.analyse(b.project(unfinished=True)).ok
