"""Another package with layers in it, as installed for one test."""

from __future__ import annotations

import importlib.metadata
import sys
import types
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest

from nnstudio.catalog import registry

GROUP = "nnstudio.layers"


def package(monkeypatch: pytest.MonkeyPatch, name: str, **contents: Any) -> Callable[..., None]:
    """Make the package `name`; the returned function installs entry points: name -> value."""
    module: Any = types.ModuleType(name)
    vars(module).update(contents)
    monkeypatch.setitem(sys.modules, name, module)

    def install(**found: Any) -> None:
        vars(module).update(found)
        points = [EntryPoint(point, f"{name}:{point}", GROUP) for point in found]
        real = importlib.metadata.entry_points
        monkeypatch.setattr(
            importlib.metadata,
            "entry_points",
            lambda **wanted: points if wanted.get("group") == GROUP else real(**wanted),
        )
        registry.forget()

    return install
