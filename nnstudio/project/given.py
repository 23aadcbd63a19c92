"""What a script gives to a function: checked before anything is done with it."""

from __future__ import annotations

import os
from typing import Any

from nnstudio.project.refusal import Refusal
from nnstudio.project.values import Project


def given_project(given: Any, what: str = "a project is expected") -> Project:
    """The project itself. Raises `Refusal` for anything else, and says how to come by one."""
    if isinstance(given, Project):
        return given
    if isinstance(given, str):
        shown = repr(given) if len(given) <= 60 else repr(given[:57] + "...")
        raise Refusal(f"{what}, received the text {shown}: load it first, nnstudio.load({shown})")
    raise Refusal(f"{what}, received {kind_of(given)}: nnstudio.load gives one")


def given_place(given: Any) -> str:
    """A name or a path as a text. Raises `Refusal`."""
    if not isinstance(given, str | os.PathLike):
        raise Refusal(f"the name of a preset or a path is expected, received {kind_of(given)}")
    return os.fspath(given)


def given_number(name: str, given: Any, least: int) -> int:
    """A whole number that is not too small. Raises `Refusal`."""
    if isinstance(given, bool) or not isinstance(given, int):
        raise Refusal(f"{name}: expected a whole number, received {given!r:.60}")
    if given < least:
        raise Refusal(f"{name}: expected at least {least}, received {given}")
    return given


def kind_of(given: Any) -> str:
    """What something is, in a sentence: `None`, `a dict`."""
    return "None" if given is None else f"a value of the type {type(given).__name__}"
