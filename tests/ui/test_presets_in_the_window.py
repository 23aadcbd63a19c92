"""What is told of a preset: its note in the gallery, its variant's note, its recipe; its cards."""

from __future__ import annotations

from itertools import combinations

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.project.presets import load_target, preset_names
from nnstudio.ui.app import preset_infos
from nnstudio.ui.canvas import Canvas
from nnstudio.ui.inspector import Inspector
from nnstudio.ui.start.preset_card import PresetCard
from nnstudio.ui.training.form import TrainingForm
from nnstudio.workspace.workspace import Workspace


def test_a_card_says_what_the_preset_is(qtbot: QtBot) -> None:
    for info in preset_infos():
        card = PresetCard(info)
        qtbot.addWidget(card)
        assert info.note
        assert info.note in card.toolTip().replace("\n", " ")


def test_a_variant_is_explained_and_brings_its_training(qtbot: QtBot) -> None:
    workspace = Workspace(load_target("SimpleViT"))
    inspector = Inspector(workspace)
    qtbot.addWidget(inspector)
    row = inspector.block_page.values["variant"]
    assert "Published as small" in row.editor.toolTip().replace("\n", " ")
    row.committed.emit("variant", "995")
    inspector.refresh()
    assert workspace.project.training.epochs == 200
    assert "99.5 % on MNIST" in row.editor.toolTip().replace("\n", " ")
    workspace.undo()
    assert workspace.project.training.epochs == 20


def test_the_form_says_where_the_settings_come_from(qtbot: QtBot) -> None:
    workspace = Workspace(load_target("CNN2DResNet"))
    form = TrainingForm(workspace)
    qtbot.addWidget(form)
    form.show()
    assert form.recipe.text().startswith("Settings of the report's notebooks")
    assert form.recipe.isVisible()
    form.close()


@pytest.mark.parametrize("name", preset_names())
def test_no_cards_touch(name: str, qtbot: QtBot) -> None:
    canvas = Canvas(Workspace(load_target(name)))
    qtbot.addWidget(canvas)
    seen, paths = set(), [()]
    for path in paths:
        canvas.show_path(path)
        if canvas.block in seen:
            continue
        seen.add(canvas.block)
        paths += [(*path, n.id) for n in canvas.graph.nodes if n.type in canvas.project.by_name]
        for one, two in combinations(canvas.scene.nodes.values(), 2):
            assert not one.rect().adjusted(-8, -8, 8, 8).intersects(two.rect()), canvas.block
    canvas.dispose()
