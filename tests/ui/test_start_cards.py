"""Cards of the start page where examples cannot be read, are searched, or come into sight late."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from nnstudio.project.presets import load_target
from nnstudio.project.storage.fields import FileError
from nnstudio.project.values import Project
from nnstudio.ui.files.recent import RecentFiles
from nnstudio.ui.settings import Settings
from nnstudio.ui.start.preset_card import PresetInfo
from nnstudio.ui.start.start_page import Gallery


def test_an_example_that_cannot_be_read_says_so_and_keeps_no_other(
    qtbot: QtBot, tmp_path: Path
) -> None:
    loaded: list[str] = []

    def load(name: str) -> Project:
        loaded.append(name)
        if name == "Broken":
            raise FileError("Broken.nns: <b>no</b> project")
        return load_target("SimpleMLP")

    names = ("Broken", "Whole", "Late")
    gallery = Gallery([PresetInfo(name) for name in names], load, RecentFiles(Settings(tmp_path)))
    qtbot.addWidget(gallery)
    gallery.resize(1_200, 900)
    gallery.show()
    gallery.search.setText("late")  # the others are hidden while they wait
    late = gallery.card("Late")
    assert late is not None
    qtbot.waitUntil(lambda: "parameters" in late.facts)
    assert loaded == ["Late"]
    gallery.search.clear()
    broken, whole = gallery.card("Broken"), gallery.card("Whole")
    assert broken is not None
    assert whole is not None
    qtbot.waitUntil(lambda: "parameters" in whole.facts)
    assert broken.facts == "cannot be read"
    assert "<b>no</b> project" in broken.toolTip()
    assert sorted(loaded) == sorted(names)
