"""Preset projects by name and variant, and values typed on the command line."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from nnstudio.assets import asset
from nnstudio.graph.values import Expr, Value
from nnstudio.project.checks import EXPECTED
from nnstudio.project.commands.model import ApplyVariant, SetRootValue
from nnstudio.project.parameter_text import CLEAR, parse_value
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import read
from nnstudio.project.values import ParameterType, Project
from nnstudio.symbols.bounds import ExpressionError
from nnstudio.symbols.expression import parse

SUFFIX = ".nns"


class TargetError(FileError):
    """A model that cannot be found; the sentence lists near names."""


def preset_names() -> tuple[str, ...]:
    """The names of all presets, sorted."""
    folder = asset("presets")
    found = (path.stem for path in folder.glob(f"*{SUFFIX}")) if folder.is_dir() else ()
    return tuple(sorted(found, key=str.lower))


@cache
def preset(name: str) -> Project:
    """The preset called `name`. Raises `TargetError` with near names."""
    exact = _known(name)
    if exact is None:
        raise TargetError(f"There is no preset '{name}'{_near(name, preset_names())}")
    return read(asset("presets", exact + SUFFIX))


def _known(name: str) -> str | None:
    """The preset's name as it is written; None if there is none."""
    return next((known for known in preset_names() if known.lower() == name.lower()), None)


def load_target(target: str | os.PathLike[str]) -> Project:
    """The project that `target` names: a file, a preset, or either with ``/variant``.

    Raises `FileError` with one sentence.
    """
    text = os.fspath(target)
    path = Path(text)
    if path.suffix == SUFFIX or path.is_file():
        return read(path)
    base, slash, variant = text.rpartition("/")
    if slash and Path(base).suffix == SUFFIX and Path(base).is_file():
        return with_variant(read(base), variant)
    name, slash, variant = text.partition("/")
    if path.is_dir() and not _known(name):
        raise TargetError(f"{text} is a folder: expected a {SUFFIX} file or a preset.")
    if (path.is_absolute() or "/" in variant or text.startswith(".")) and not _known(name):
        raise TargetError(f"There is no file {text}: expected a {SUFFIX} file or a preset.")
    project = preset(name)
    return with_variant(project, variant) if slash else project


def with_variant(project: Project, name: str) -> Project:
    """The project with the values of a variant. Raises `TargetError` with near names."""
    names = tuple(v.name for v in project.variants)
    exact = next((known for known in names if known.lower() == name.lower()), None)
    if exact is None:
        what = f"There is no variant '{name}' of {project.root}"
        raise TargetError(what + _near(name, names, "it has no variants"))
    return ApplyVariant(exact).apply(project)


def with_values(project: Project, texts: Mapping[str, str]) -> Project:
    """The project with parameters of the model set to what was typed (``hidden=64``).

    Raises `Refusal` for an unknown name, with the near ones, and for a value that does not fit.
    """
    for name, text in texts.items():
        parameter = project.model.parameter(name)
        if parameter is None:
            names = tuple(p.name for p in project.model.parameters)
            sentence = f"{project.root} has no parameter '{name}'"
            raise Refusal(sentence + _near(name, names, "it has no parameters"))
        if not text.strip() and parameter.type != "str":
            raise Refusal(f"{name} expects {EXPECTED[parameter.type]}, received nothing")
        value = parse_value(_several(text, parameter.type), parameter.type, name=name)
        command = SetRootValue(name, None if value is CLEAR else _number(name, value))
        project = command.apply(project)
    return project


def _several(text: str, kind: ParameterType) -> str:
    """A single word typed for a list of words, as a list of one."""
    text = text.strip()
    single = text != "auto" and not any(sign in text for sign in ",[(")
    return f"{text}," if single and kind in ("list[str]", "list[bool]") else text


def _number(name: str, value: Value) -> Value:
    """An expression without names as its value: ``2 * 32``."""
    if isinstance(value, tuple):
        return tuple(_number(name, item) for item in value)
    if not isinstance(value, Expr):
        return value
    expression = parse(value.text)
    if expression.names:
        return value
    try:
        found = expression.evaluate({})
    except ExpressionError as error:
        raise Refusal(f"{name}: {error}") from None
    return tuple(found) if isinstance(found, list) else found


def _near(name: str, names: tuple[str, ...], none: str = "there are none") -> str:
    lower = {known.lower(): known for known in names}
    near = [lower[n] for n in difflib.get_close_matches(name.lower(), lower, 5, 0.5)]
    near += [n for n in names if name.lower() in n.lower() and n not in near]
    if near:
        return f"; near: {', '.join(near[:5])}"
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"; there are: {listed}" if names else f"; {none}"
