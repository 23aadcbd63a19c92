"""A document as one HTML file: opens offline, needs no script, prints on pages."""

from __future__ import annotations

import re
from functools import cache
from itertools import count
from typing import Any

from nnstudio.assets import asset
from nnstudio.report.document import Code, Document

_DEEPEST = 2
_IN_CONTENTS = 24
"""Sections up to which the contents name those of each chapter."""
_LONG = 22
"""Letters of a word that a narrow column may have to break."""
_NAMED = re.compile(r'(\bid="|href="#|url\(#)f[0-9a-f]{8}-')
"""Names within a picture: two equal pictures on a page need names of their own."""
_NOT_IN_HTML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def html_of(document: Document) -> str:
    """The text of the file. Everything that a project, a run or data name is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(str(asset("reports"))),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=_seen,
    )
    numbers = count(1)
    environment.filters["svg"] = lambda text: Markup(
        _NAMED.sub(rf"\1p{next(numbers)}-", _without_controls(text))
    )
    environment.filters["highlight"] = lambda code: Markup(_highlighted(code))
    environment.tests["unbroken"] = lambda text: any(len(word) > _LONG for word in text.split())
    several = len(document.chapters) > 1
    style = asset("reports", "report.css").read_text("utf-8") + _style_of_code()
    return environment.get_template("report.html").render(
        document=document,
        several=several,
        nested=sum(len(one.sections) for one in document.chapters) <= _IN_CONTENTS,
        level=3 if several else _DEEPEST,
        style=style,
    )


def _seen(value: Any) -> Any:
    return _without_controls(value) if type(value) is str else value


def _without_controls(text: str) -> str:
    """A mark in the place of what no page may hold."""
    return _NOT_IN_HTML.sub("\ufffd", text)


def _highlighted(code: Code) -> str:
    """The program with its words in colours; pygments escapes it."""
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import BashLexer, DiffLexer, PythonLexer

    lexers = {"python": PythonLexer, "shell": BashLexer, "diff": DiffLexer}
    lexer = lexers[code.language]()
    found: str = highlight(
        _without_controls(code.text), lexer, HtmlFormatter(nowrap=False, cssclass="lines")
    )
    return found


@cache
def _style_of_code() -> str:
    from pygments.formatters import HtmlFormatter

    found: str = HtmlFormatter(style="friendly", nobackground=True).get_style_defs(".lines")
    return "\n" + found + "\n"
