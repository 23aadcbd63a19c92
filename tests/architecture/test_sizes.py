"""How large a file may become, and how many rooms may stand side by side."""

from pathlib import Path

import nnstudio

ROOT = Path(nnstudio.__file__).parent
LINES = 400
ROOMS_OF_UI = 22


def test_no_file_is_longer_than_a_sitting() -> None:
    counts = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in ROOT.rglob("*.py")
    }
    assert {path: lines for path, lines in counts.items() if lines > LINES} == {}


def test_ui_has_few_rooms() -> None:
    rooms = [
        path.stem
        for path in (ROOT / "ui").iterdir()
        if path.stem != "__init__" and (path.suffix == ".py" or (path / "__init__.py").exists())
    ]
    assert len(rooms) <= ROOMS_OF_UI, sorted(rooms)
