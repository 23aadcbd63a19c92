"""The first start on small screens: all that can be pressed or written into can be reached.

A screen belongs to a process, so each has one of its own.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests import forked
from tests.ui.conftest import FOLDERS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "size", [(1024, 700), (800, 560), (683, 467)], ids=["1024x700", "smallest", "at 150 %"]
)
def test_everything_can_be_reached(tmp_path: Path, size: tuple[int, int]) -> None:
    screen = {"name": "small", "x": 0, "y": 0, "width": size[0], "height": size[1]}
    about = tmp_path / "screen.json"
    about.write_text(json.dumps({"screens": [{**screen, "logicalDpi": 96, "dpr": 1}]}))
    folders = {variable: str(tmp_path / variable.lower()) for variable in FOLDERS}
    platform = {"QT_QPA_PLATFORM": f"offscreen:configfile={about}"}
    surroundings = {**os.environ, **folders, **platform}
    done = forked.run("-m", "tests.ui.small_screen", env=surroundings, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
