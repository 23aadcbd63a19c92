"""The layouter: statements of PyTorch modules against ruff, one-line forms, docstrings."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Sequence
from pathlib import Path

import pytest

from nnstudio.compiler.layout import docstring, layout_statement
from nnstudio.compiler.layout_text import TextWriter
from tests.compiler.ruff_referee import Statement, check, needs_ruff, ruff_format


def _read_statements() -> list[Statement]:
    text = (Path(__file__).parent / "layout_statements.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.strip(), (len(line) - len(line.lstrip())) // 4) for line in lines]


STATEMENTS = _read_statements()


@needs_ruff
def test_statements_of_modules_are_a_fixed_point_of_ruff() -> None:
    assert len(STATEMENTS) >= 120
    check(STATEMENTS)


@needs_ruff
def test_every_indentation_is_a_fixed_point_of_ruff() -> None:
    check([(text, indent) for text, _ in STATEMENTS for indent in range(5)])


@pytest.mark.parametrize(
    ("text", "indent", "expected"),
    [
        ("x=f( a,b )", 2, ["        x = f(a, b)"]),
        (
            "self.stage = nn.Sequential(*[ResNetBlock2D(in_channels if i == 0 else hidden, hidden) "
            "for i in range(depth)])",
            1,
            [
                "    self.stage = nn.Sequential(",
                "        *[",
                "            ResNetBlock2D(in_channels if i == 0 else hidden, hidden)",
                "            for i in range(depth)",
                "        ]",
                "    )",
            ],
        ),
        (
            "self.projection = nn.Conv2d(in_channels, out_channels, kernel_size=1) "
            "if in_channels != out_channels else nn.Identity()",
            2,
            [
                "        self.projection = (",
                "            nn.Conv2d(in_channels, out_channels, kernel_size=1)",
                "            if in_channels != out_channels",
                "            else nn.Identity()",
                "        )",
            ],
        ),
        (
            "def forward(self, source: Tensor, target: Tensor, mask: Tensor | None=None)->Tensor:",
            1,
            [
                "    def forward(",
                "        self, source: Tensor, target: Tensor, mask: Tensor | None = None",
                "    ) -> Tensor:",
            ],
        ),
        ("else:", 2, ["        else:"]),
    ],
)
def test_layout(text: str, indent: int, expected: list[str]) -> None:
    assert layout_statement(text, indent) == expected


def test_width_is_respected() -> None:
    assert layout_statement("x = f(aaaa, bbbb)", width=14) == ["x = f(", "    aaaa, bbbb", ")"]
    assert layout_statement("x = f(aaaa, bbbb)", width=17) == ["x = f(aaaa, bbbb)"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("( a+b )*c", "(a + b) * c"),
        ("a+(b*c)", "a + b * c"),
        ("x**2 + x **n**m + x ** (n+1) + f(x)**2", "x**2 + x**n**m + x ** (n + 1) + f(x) ** 2"),
        ("-x**2", "-(x**2)"),
        ("(-x)**2", "(-x) ** 2"),
        ("x**-1", "x**-1"),
        ("(not a) == b", "(not a) == b"),
        ("a and (b or c) and not (d)", "a and (b or c) and not d"),
        ("(a if b else c) if d else (e if f else g)", "(a if b else c) if d else e if f else g"),
        ("pe[:, :x.size(1)]", "pe[:, : x.size(1)]"),
        ("x[1:n, a.b:, ::2, (1, 2)]", "x[1:n, a.b :, ::2, (1, 2)]"),
        ("x[(1, 2)]", "x[1, 2]"),
        ("x[f(a)::g(b)]", "x[f(a) :: g(b)]"),
        ("x[1,]", "x[1,]"),
        ("'a'", '"a"'),
        ("'say \"a\"'", "'say \"a\"'"),
        ("'it\\'s'", '"it\'s"'),
        ("1E-05 + 1e+16 + 0XfF", "1e-05 + 1e16 + 255"),
        ("1 .real", "(1).real"),
        ("f(*a, *(b or c), k = 1, **d)", "f(*a, *(b or c), k=1, **d)"),
        ("f(*(a if b else []))", "f(*(a if b else []))"),
        ("{'a':1, **b}", '{"a": 1, **b}'),
        ("lambda x,*,y=1 : x", "lambda x, *, y=1: x"),
        ("[i for i , j in x if i if j]", "[i for i, j in x if i if j]"),
        ("sum((i for i in x))", "sum(i for i in x)"),
        ("()", "()"),
        ("(a ,)", "(a,)"),
    ],
)
def test_expressions_in_one_line(text: str, expected: str) -> None:
    tree = ast.parse(text, mode="eval")
    assert TextWriter().text(tree.body) == expected
    assert ast.dump(ast.parse(expected, mode="eval")) == ast.dump(tree)


@pytest.mark.parametrize(
    "text", ["x = f'{y}'", "await x", "x = (yield)", "try: pass\nfinally: pass"]
)
def test_unknown_syntax_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="The layouter has no form for"):
        layout_statement(text)


def test_one_statement_only() -> None:
    with pytest.raises(SyntaxError):
        layout_statement("x = 1; y = 2")
    with pytest.raises(SyntaxError):
        layout_statement("x = (")


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


@needs_ruff
@pytest.mark.parametrize("text", DOCSTRINGS)
def test_docstring_is_a_fixed_point_of_ruff(text: str) -> None:
    source = inside_class(docstring(text, 1))
    assert ruff_format(source) == source
