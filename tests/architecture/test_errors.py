"""Every error type of the program is one that users are told, or says why it is not."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest

import nnstudio
from nnstudio.errors import UserError

NEVER_SHOWN = {
    "nnstudio.catalog.isolation.ForeignError": "whoever calls foreign code says whose it was",
    "nnstudio.catalog.isolation.UnansweredError": "whoever calls foreign code says whose it was",
    "nnstudio.analysis.alternatives._UnlikeError": "whoever reads the place says at which node",
    "nnstudio.analysis.modes.RefusedError": "whoever analyses the repetition says whose it is",
    "nnstudio.symbols.normal._TooLongError": "a formula that is too long to be compared is not",
    "nnstudio.catalog.rules.cost.UnknownError": "a cost that depends on an unknown size",
    "nnstudio.symbols.work.CancelledError": "whoever asked for the work has asked for its end",
    "nnstudio.symbols.work.OutOfStepsError": "whoever gave the allowance says it itself",
    "nnstudio.data.reading.table.encoding._UndecodableError": "another encoding is tried",
    "nnstudio.data.reading.table.records.Unfinished": "the reader goes on with the next block",
}


def error_types() -> Iterator[type[Exception]]:
    for module in pkgutil.walk_packages(nnstudio.__path__, "nnstudio."):
        if module.name == "nnstudio.__main__":
            continue
        for found in vars(importlib.import_module(module.name)).values():
            if (
                isinstance(found, type)
                and issubclass(found, Exception)
                and found.__module__ == module.name
            ):
                yield found


def test_errors_that_users_are_told_share_a_base() -> None:
    pytest.importorskip("PySide6", reason="the window's error types are counted too")
    types = {f"{kind.__module__}.{kind.__qualname__}": kind for kind in error_types()}
    assert len(types) > 10
    others = {name for name, kind in types.items() if not issubclass(kind, UserError)}
    assert others == set(NEVER_SHOWN)


def test_callers_of_the_python_api_need_not_know_the_base() -> None:
    assert issubclass(UserError, ValueError)
