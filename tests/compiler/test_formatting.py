"""Formatting: the text that is shown is the program that is executed, and its lines are mapped."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

import pytest
import ruff
import torch

from nnstudio.compiler import formatting
from nnstudio.compiler.build import build, build_empty
from nnstudio.compiler.codegen.lines import docstring
from nnstudio.compiler.errors import CompileError, FormattingError
from nnstudio.compiler.formatting import format_text
from nnstudio.compiler.source import Source, generate
from nnstudio.project.presets import preset_names
from nnstudio.project.settings import with_settings
from nnstudio.project.values import BlockParameter
from nnstudio.training.events import Completed, Failed
from nnstudio.workspace.inspect_model import inspect_model
from nnstudio.workspace.training import start
from tests.compiled import compiled
from tests.compiler.ruff_referee import ruff_format
from tests.drawing import Drawing, two_convolutions

# -- the text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x=f( a,b )", "x = f(a, b)"),
        ("x = 'it\\'s'", 'x = "it\'s"'),
        ("x = hidden ** (-0.5)", "x = hidden**-0.5"),
        ("x = (hidden // heads) ** (-0.5)", "x = (hidden // heads) ** -0.5"),
        ("x = a ** (-b ** (-c)) * d ** (~e)", "x = a ** -(b**-c) * d**~e"),
        ("x = ('é', 深 ** (-1), 2 ** (- (n + 1)))", 'x = ("é", 深**-1, 2 ** -(n + 1))'),
        ("x = a ** (not b)", "x = a ** (not b)"),
        ("x = (-a) ** (b + 1)", "x = (-a) ** (b + 1)"),
        ("x = 'a ** (-0.5)', a ** (-0.5)", 'x = "a ** (-0.5)", a**-0.5'),
    ],
)
def test_one_line(text: str, expected: str) -> None:
    assert format_text(text + "\n").text == expected + "\n"
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(expected))


def test_long_statements_are_broken_as_people_read_them() -> None:
    text = (
        "class Net(nn.Module):\n"
        "    def forward(self, source: Tensor, target: Tensor, mask: Tensor | None=None)->Tensor:\n"
        "        self.projection = nn.Conv2d(in_channels, out_channels, kernel_size=1) "
        "if in_channels != out_channels else nn.Identity()\n"
    )
    assert format_text(text).text.splitlines()[1:] == [
        "    def forward(",
        "        self, source: Tensor, target: Tensor, mask: Tensor | None = None",
        "    ) -> Tensor:",
        "        self.projection = (",
        "            nn.Conv2d(in_channels, out_channels, kernel_size=1)",
        "            if in_channels != out_channels",
        "            else nn.Identity()",
        "        )",
    ]


@pytest.mark.parametrize("name", preset_names())
def test_presets_are_shown_as_they_are_executed(name: str) -> None:
    source = compiled(name)[2]
    assert ast.dump(ast.parse(source.text)) == ast.dump(ast.parse(source.plain))
    assert ruff_format(source.text) == source.text
    assert source.as_shown().plain == source.text
    assert_statements_keep_their_nodes(source)


def assert_statements_keep_their_nodes(source: Source) -> None:
    """Statement by statement, the lines of both texts belong to the same nodes."""
    before, after = (
        [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
        for text in (source.plain, source.text)
    )
    for old, new in zip(before, after, strict=True):
        if hasattr(new, "body"):
            assert source.lines.get(new.lineno) == source.plain_lines.get(old.lineno)
            continue
        found, expected = (
            {o for k in range(node.lineno, node.end_lineno + 1) for o in lines.get(k, ())}
            for node, lines in ((new, source.lines), (old, source.plain_lines))
        )
        assert found == expected


# -- the lines ------------------------------------------------------------------------------------


def container(kind: Any, *names: str) -> Source:
    drawing = Drawing("Model", BlockParameter("flag", "bool", True))
    x = drawing.input("x", "N", 8)
    group = drawing.group("parts", kind)
    for name in names:
        x = drawing.add("Linear", x, name=name, group=group, out_features=8, when="flag")
    drawing.output(x)
    return generate(drawing.project())


def owners(source: Source, line: str) -> tuple[str, ...]:
    """The nodes of the one line that says `line`."""
    (number,) = [k for k, text in enumerate(source.text.split("\n"), 1) if text.strip() == line]
    return tuple(node for _, node in source.lines.get(number, ()))


def test_elements_of_a_container_have_lines_of_their_own() -> None:
    source = container("ModuleDict", *(f"a_layer_with_a_long_name_{k}" for k in range(3)))
    lines = [line.strip() for line in source.text.splitlines()]
    first = lines.index("self.parts = nn.ModuleDict(")
    assert lines[first : first + 4] == [
        "self.parts = nn.ModuleDict(",
        "{",
        '"a_layer_with_a_long_name_0": nn.Linear(8, 8)',
        "if flag",
    ]
    at = {k: tuple(node for _, node in source.lines.get(first + 1 + k, ())) for k in range(13)}
    assert at[0] == at[1] == at[11] == at[12] == ("n1", "n2", "n3")
    assert at[2] == at[3] == at[4] == ("n1",)
    assert at[5] == at[6] == at[7] == ("n2",)
    assert at[8] == at[9] == at[10] == ("n3",)


def test_a_container_in_one_line_is_that_of_all_its_nodes() -> None:
    drawing = Drawing("Model")
    x = drawing.input("x", "N", 8)
    group = drawing.group("net", "Sequential")
    for kind in ("ReLU", "Dropout", "Tanh"):
        x = drawing.add(kind, x, group=group)
    drawing.output(x)
    source = generate(drawing.project())
    line = "self.net = nn.Sequential(nn.ReLU(), nn.Dropout(), nn.Tanh())"
    assert owners(source, line) == ("n1", "n2", "n3")
    assert source.plain.count("\n") > source.text.count("\n")


def test_a_block_that_is_a_container_shows_its_nodes_in_one_line() -> None:
    drawing = Drawing("Model", kind="Sequential")
    x = drawing.input("x", "N", 8)
    for kind in ("ReLU", "Tanh"):
        x = drawing.add(kind, x)
    drawing.output(x)
    source = generate(drawing.project())
    assert owners(source, "super().__init__(nn.ReLU(), nn.Tanh())") == ("n1", "n2")


def test_lines_of_a_broken_statement_belong_to_its_node() -> None:
    first, second = "a" * 40, "b" * 35
    found = format_text(f"class A:\n    x = f({first}, {second}, c)\n    y = 1\n")
    assert found.text.splitlines()[1:] == [
        "    x = f(",
        f"        {first}, {second}, c",
        "    )",
        "    y = 1",
    ]
    assert found.origins == {1: (1,), 2: (2,), 3: (2,), 4: (2,), 5: (3,)}


# -- without the formatter ------------------------------------------------------------------------


def refuse(*_: Any, **__: Any) -> Any:
    raise AssertionError("a process was started")


def test_building_and_training_start_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", refuse)
    project = two_convolutions(1, 8)
    source = generate(project)
    assert build(source)(torch.zeros(2, 1, 8, 8)).shape == (2, 10)
    assert inspect_model(project).summary.parameters == sum(
        p.numel() for p in build_empty(source).parameters()
    )
    project = with_settings(project, SHORT)
    run = start(project, project.training)
    run.join()
    assert isinstance(run.drain()[-1], Completed)
    with pytest.raises(AssertionError, match="a process was started"):
        _ = source.text


def missing() -> str:
    raise FileNotFoundError("Could not find the ruff binary\n - here\n - there")


def test_a_missing_formatter_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    source = generate(two_convolutions(1, 8))
    monkeypatch.setattr(ruff, "find_ruff_bin", missing)
    with pytest.raises(FormattingError, match="formatted by ruff, which is not installed"):
        _ = source.text
    monkeypatch.setitem(sys.modules, "ruff", None)
    with pytest.raises(CompileError, match=r"pip install 'ruff>=0\.15,<0\.18'"):
        _ = source.lines


def test_a_training_that_shows_its_text_says_that_the_formatter_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ruff, "find_ruff_bin", missing)
    project = two_convolutions(1, 8)
    project = with_settings(project, SHORT)
    run = start(project, project.training, as_shown=True)
    run.join()
    last = run.drain()[-1]
    assert isinstance(last, Failed)
    assert last.sentence.startswith("The text is formatted by ruff, which is not installed")
    assert last.line is None


def test_a_formatter_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(formatting, "SECONDS", 0.2)
    monkeypatch.setattr(formatting, "OPTIONS", command)
    monkeypatch.setattr(ruff, "find_ruff_bin", lambda: sys.executable)
    with pytest.raises(FormattingError, match=r"cannot be formatted by .*timed out"):
        format_text("x = 1\n")


def test_a_formatter_that_refuses_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "OPTIONS", ["-c", "raise SystemExit('no such option')"])
    monkeypatch.setattr(ruff, "find_ruff_bin", lambda: sys.executable)
    with pytest.raises(FormattingError, match="ruff says: no such option"):
        format_text("x = 1\n")


@pytest.mark.parametrize("answer", ["x = [1]", "x = 1; y = 2", ""])
def test_another_program_is_not_shown(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "OPTIONS", ["-c", f"print({answer!r})"])
    monkeypatch.setattr(ruff, "find_ruff_bin", lambda: sys.executable)
    with pytest.raises(FormattingError, match="another program"):
        format_text("x = 1\n")


def test_settings_of_the_folder_do_not_count(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ruff.toml").write_text('line-length = 20\nformat.quote-style = "single"\n')
    monkeypatch.chdir(tmp_path)
    assert format_text("x = f('aaaaaaaaaa', 'bbbbbbbbbb')\n").text == (
        'x = f("aaaaaaaaaa", "bbbbbbbbbb")\n'
    )
    assert [path.name for path in tmp_path.iterdir()] == ["ruff.toml"]


# -- docstrings -----------------------------------------------------------------------------------

SHORT = {"data": "digits", "epochs": 1, "max_samples": 64, "device": "cpu"}
DOCSTRINGS = [
    "(N, in_channels, H, W) -> (N, out_channels, H, W)",
    "",
    "   one line   ",
    '"quoted"',
    '"',
    'ends with """',
    'a """ b',
    "back\\slash and C:\\new",
    "ends with a backslash\\",
    'ends with both \\"',
    "First line.\n\n    Indented text,   \n      more of it.\n\n    Last line.\n",
    'First line.\n\nEnds with "quotes"',
    '"First" line\nand a second',
    "\u6df1\u5c42 \u00e9 \x07 \u00a0 \u2028 end",
    "tab\n\tindented\n\t\ttwice",
    "a very long line that goes " + 20 * "on and " + "on",
]


def inside_class(lines: Sequence[str]) -> str:
    return "\n".join(["class C:", *lines, "", "    x = 1", ""])


@pytest.mark.parametrize("text", DOCSTRINGS)
def test_docstring_says_the_text(text: str) -> None:
    body = ast.parse(inside_class(docstring(text, 1))).body[0]
    assert isinstance(body, ast.ClassDef)
    expected = "\n".join(line.rstrip() for line in inspect.cleandoc(text).split("\n"))
    assert (ast.get_docstring(body) or "").strip(" \n") == expected.strip("\n")


@pytest.mark.parametrize("text", DOCSTRINGS)
def test_docstring_is_a_fixed_point_of_ruff(text: str) -> None:
    source = inside_class(docstring(text, 1))
    assert ruff_format(source) == source
