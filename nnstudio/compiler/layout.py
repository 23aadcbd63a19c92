"""Statements of generated source, laid out as `ruff format` would leave them.

Here: one logical line in, its physical lines out; docstrings. Not here: where blank lines stand
between statements, and what the statements say.

The result is a fixed point of `ruff format` with its default settings (width 88, double quotes),
so that nobody who formats the exported file sees a change, and ruff need not be installed.
"""

from __future__ import annotations

import ast
import inspect

from nnstudio.compiler.layout_document import expand_groups, print_document, text_width
from nnstudio.compiler.layout_statements import StatementLayout

_BARE_HEADERS = frozenset({"else:", "try:", "finally:"})
_HEADERS = ("def ", "class ", "if ", "for ", "while ", "with ", "async ")


def layout_statement(text: str, indent: int = 0, width: int = 88) -> list[str]:
    """The physical lines of one statement or compound header.

    `text` is one logical line, in any quoting and spacing, without indentation and comments: a
    simple statement, or a header that ends with its colon. `indent` counts levels of four spaces.

    Raises SyntaxError if `text` is not one statement, ValueError if it uses syntax that generated
    source has no need for (f-strings, `await`, `yield`, `match`, ...).
    """
    text = text.strip()
    if text in _BARE_HEADERS:
        return [" " * (4 * indent) + text]
    statement, prefix, suffix = _parse(text)
    layout = StatementLayout()
    line = " " * (4 * indent) + prefix + layout.text(statement) + suffix
    if text_width(line) <= width:
        return [line]
    printed = print_document((prefix, layout.document(statement), suffix), indent, width)
    # Trailing commas keep brackets broken when the text is formatted again. That can change a
    # choice made without them, so lay out again as if they had been there, until nothing changes.
    for _ in range(4):
        if not layout.may_change(printed):
            break
        layout.expressions.exploded = printed.commas
        document, _ = expand_groups((prefix, layout.document(statement), suffix))
        lines = printed.lines
        printed = print_document(document, indent, width)
        if printed.lines == lines:
            break
    return printed.lines


def docstring(text: str, indent: int = 0, width: int = 88) -> list[str]:
    """The lines of a docstring whose content is `text`, its common indentation removed.

    Long lines stay: a docstring is never wrapped, whatever `width` says.
    """
    lines = [line.rstrip() for line in inspect.cleandoc(text).split("\n")]
    content = "\n".join(lines).strip("\n")
    margin = " " * (4 * indent)
    if not content:
        return [f'{margin}""" """']
    if "\n" not in content:
        if content.endswith('"'):  # it must not become part of the closing quotes
            return [f'{margin}"""{_escaped(content[:-1])}\\""""']
        return [f'{margin}"""{_escaped(content)}"""']
    first, *others = _escaped(content).split("\n")
    return [
        f'{margin}"""{first}',
        *(margin + line if line else "" for line in others),
        f'{margin}"""',
    ]


def _escaped(content: str) -> str:
    escaped = content.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    if escaped.startswith('"'):
        escaped = "\\" + escaped
    return "".join(
        c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in escaped
    )


def _parse(text: str) -> tuple[ast.stmt, str, str]:
    """The statement, and what stands before and after its own text (`el`, `@`, `:`)."""
    source, prefix, suffix = text, "", ""
    if text.startswith("@"):
        source, prefix = text[1:], "@"
    elif text.startswith(("elif ", "elif(")):
        source, prefix = text[2:], "el"
    if source.endswith(":") and source.startswith((*_HEADERS, "if(", "while(", "for(", "with(")):
        source, suffix = source + " pass", ":"
    statements = ast.parse(source).body
    if len(statements) != 1:
        raise SyntaxError(f"Expected one statement, got {len(statements)}: {text}")
    return statements[0], prefix, suffix
