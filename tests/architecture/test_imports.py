"""What may be imported without what, tried in fresh processes; the static rules are contracts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

QT = ["PySide6", "shiboken6", "pyqtgraph"]
TORCH = ["torch", "torchinfo"]
WITHOUT_TORCH = ["assets", "errors", "symbols", "graph", "catalog", "project", "analysis", "runs"]
BELOW_UI = [*WITHOUT_TORCH, "compiler", "inspection", "training", "data", "export", "workspace"]

# Imports all modules of the named packages with the blocked ones out of reach, and tells which
# heavy packages are loaded afterwards. Looks for no garbage, which would take as long again.
SCRIPT = """
import gc, importlib, json, pkgutil, sys

gc.disable()

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"{name} is blocked", name=name)

def refuse(name):
    raise ImportError(f"{name} cannot be imported") from sys.exc_info()[1]

packages, blocked, deep = json.loads(sys.argv[1])
sys.meta_path.insert(0, Blocker())
count = 0
for package in packages:
    module = importlib.import_module(package)
    count += 1
    if deep and hasattr(module, "__path__"):
        for found in pkgutil.walk_packages(module.__path__, package + ".", refuse):
            importlib.import_module(found.name)
            count += 1
heavy = {"torch", "PySide6", "pyqtgraph", "sklearn"} & set(sys.modules)
print(json.dumps([count, sorted(heavy)]))
gc.freeze()
"""


def imported(
    packages: list[str], blocked: list[str] | None = None, *, deep: bool = True
) -> tuple[int, set[str]]:
    """How many modules were imported, and which of the heavy packages with them."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps([packages, blocked or [], deep])],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    count, heavy = json.loads(done.stdout.splitlines()[-1])
    return count, set(heavy)


def floors(names: list[str]) -> list[str]:
    return [f"nnstudio.{name}" for name in names]


def test_the_package_itself_is_light() -> None:
    _, heavy = imported(["nnstudio"], deep=False)
    assert heavy == set()


def test_the_command_line_is_light_until_a_command_needs_more() -> None:
    _, heavy = imported(["nnstudio.__main__", "nnstudio.cli"], deep=False)
    assert heavy == set()


def test_everything_below_the_window_works_without_qt() -> None:
    count, heavy = imported(floors(BELOW_UI), QT)
    assert count > 2 * len(BELOW_UI)
    assert heavy.isdisjoint({"PySide6", "pyqtgraph"})


def test_the_lower_floors_work_without_torch() -> None:
    count, heavy = imported(floors(WITHOUT_TORCH), [*TORCH, *QT])
    assert count > 2 * len(WITHOUT_TORCH)
    assert heavy.isdisjoint({"torch"})


def test_window_and_workspace_are_imported_without_torch() -> None:
    pytest.importorskip("PySide6", exc_type=ImportError)
    _, heavy = imported(["nnstudio.workspace", "nnstudio.ui"], TORCH)
    assert "torch" not in heavy


def test_the_main_window_opens_before_plots_and_torch_are_needed() -> None:
    pytest.importorskip("PySide6", exc_type=ImportError)
    _, heavy = imported(["nnstudio.ui.window.main_window"], deep=False)
    assert heavy == {"PySide6"}


def test_import_contracts() -> None:
    tool = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert tool is not None, "lint-imports is part of the test requirements"
    done = subprocess.run(
        [tool, "--no-cache", "--config", str(ROOT / "pyproject.toml")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
