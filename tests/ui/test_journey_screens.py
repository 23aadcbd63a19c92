"""The first start on small screens: all that can be pressed or written into can be reached."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests import forked

ROOT = Path(__file__).parents[2]
SCREENS = {"1024x700": (1024, 700), "smallest": (800, 560), "at 150 %": (683, 467)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Holds a folder for each screen, with what cannot be reached on it."""
    made = tmp_path_factory.mktemp("screens")
    for name, (width, height) in SCREENS.items():
        screen = {"name": "small", "x": 0, "y": 0, "width": width, "height": height}
        (made / name).mkdir()
        about = {"screens": [{**screen, "logicalDpi": 96, "dpr": 1}]}
        (made / name / "screen.json").write_text(json.dumps(about), encoding="utf-8")
    places = [str(made / name) for name in SCREENS]
    for together in [places] if hasattr(os, "fork") else [[place] for place in places]:
        done = forked.run("-m", "tests.ui.small_screen", *together, cwd=ROOT)
        assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.mark.parametrize("screen", SCREENS)
def test_everything_can_be_reached(folder: Path, screen: str) -> None:
    said = (folder / screen / "said").read_text(encoding="utf-8")
    assert (folder / screen / "code").read_text(encoding="utf-8") == "0", said
