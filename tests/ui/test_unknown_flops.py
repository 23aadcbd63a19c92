"""Floating point operations that nobody can count are shown as unknown, not as none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from pytestqt.qtbot import QtBot
from torch import nn

from nnstudio.inspection.summary import summarise
from nnstudio.ui.app import create_window
from nnstudio.ui.panels.summary_panel import SummaryPanel
from nnstudio.ui.window.main_window import MainWindow
from tests.acme import installed
from tests.drawing import Drawing
from tests.ui.shell import closed


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with installed():
        window = create_window(folder=tmp_path)
        window.show()
        yield window
        closed(window)


def test_the_summary_says_so(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnstudio.inspection.flop_counter._OURS", {})
    model = nn.Bilinear(4, 5, 6)
    summary = summarise(model, [((1, 4), torch.float32), ((1, 5), torch.float32)])
    panel = SummaryPanel()
    qtbot.addWidget(panel)
    panel.set_summary(summary, None)
    assert "FLOPs unknown" in panel.totals.text()
    assert "no formula for aten::_trilinear" in panel.totals.toolTip()
    top = panel.tree.topLevelItem(0)
    assert top is not None
    assert top.text(4) == "unknown"


def test_the_status_bar_says_so(window: MainWindow, qtbot: QtBot) -> None:
    drawing = Drawing("Net")
    x = drawing.input("x", "N", 8)
    drawing.output(drawing.add("AcmeGate", x, name="gate", dim=8))
    window.documents.show(drawing.project())
    qtbot.waitUntil(lambda: window.workspace.report.ok, timeout=60_000)
    assert "148 parameters" in window.status.facts.text()
    assert "FLOPs unknown" in window.status.facts.text()
