"""Targets: files, presets, variants, near names, and values typed on the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nnstudio.graph.values import FrozenMap
from nnstudio.project import presets
from nnstudio.project.presets import TargetError, load_target, preset_names, with_values
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import dumps, loads, write
from nnstudio.project.values import Block, BlockParameter, Project, Variant


def some_project() -> Project:
    parameters = (
        BlockParameter("hidden", default=8),
        BlockParameter("num_blocks", default=1),
        BlockParameter("dropout", "float", 0.2),
        BlockParameter("dims", "list[int]", (32, 64)),
        BlockParameter("bias", "bool", True),
        BlockParameter("mode", "str", "zeros"),
    )
    variants = (Variant("8k", FrozenMap({"hidden": 4})), Variant("421k", FrozenMap({"hidden": 64})))
    return Project(blocks=(Block("Model", parameters),), variants=variants)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "presets").mkdir()
    for name in ("SimpleCNN", "SimpleMLP", "AttentionGRU"):
        write(some_project(), tmp_path / "presets" / f"{name}.nns")
    monkeypatch.setattr(presets, "asset", lambda *parts: tmp_path.joinpath(*parts))
    presets.preset.cache_clear()
    yield tmp_path
    presets.preset.cache_clear()


def test_presets_by_name_and_variant(shelf: Path) -> None:
    assert preset_names() == ("AttentionGRU", "SimpleCNN", "SimpleMLP")
    assert load_target("SimpleCNN") == some_project()
    assert load_target("simplecnn") == some_project()
    assert dict(load_target("SimpleCNN/421k").values) == {"hidden": 64}


def test_files_and_their_variants(tmp_path: Path, shelf: Path) -> None:
    path = tmp_path / "mine.nns"
    write(some_project(), path)
    assert load_target(path) == some_project()
    assert dict(load_target(f"{path}/8k").values) == {"hidden": 4}
    with pytest.raises(FileError, match=r"none\.nns: cannot be read"):
        load_target(tmp_path / "none.nns")


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("SimpelCNN", "There is no preset 'SimpelCNN'; near: SimpleCNN"),
        ("gru", "There is no preset 'gru'; near: AttentionGRU"),
        ("Quantum", "There is no preset 'Quantum'; there are: AttentionGRU, SimpleCNN, SimpleMLP"),
        ("SimpleCNN/42k", "There is no variant '42k' of Model; near: 421k"),
        ("SimpleCNN/", "There is no variant '' of Model"),
        ("../secret", "There is no file ../secret: expected"),
    ],
)
def test_unknown_names_list_the_near_ones(shelf: Path, target: str, sentence: str) -> None:
    with pytest.raises(TargetError) as caught:
        load_target(target)
    assert sentence in str(caught.value)


def test_values_as_typed() -> None:
    typed = {
        "hidden": "2 * 32",
        "num_blocks": "3",
        "dropout": "0.5",
        "dims": "[8, 2 * 8]",
        "bias": "false",
        "mode": "reflect",
    }
    project = with_values(some_project(), typed)
    assert dict(project.values) == {
        "hidden": 64,
        "num_blocks": 3,
        "dropout": 0.5,
        "dims": (8, 16),
        "bias": False,
        "mode": "reflect",
    }
    assert with_values(project, {"hidden": "auto"}).values.get("hidden") is None
    assert loads(dumps(project)) == project


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("hiden", "3", "Model has no parameter 'hiden'; near: hidden"),
        ("hidden", "many", "hidden expects a whole number, received 'many'"),
        ("hidden", "0.5", "hidden expects a whole number, received 0.5"),
        ("hidden", "2 * dims", "hidden expects a whole number, received '2 * dims'"),
        ("hidden", "1 // 0", "divides by zero"),
        ("hidden", "import os", "not a valid expression"),
        ("bias", "3", "bias expects True or False, received 3"),
        ("dims", "8", "dims expects a list of whole numbers, received 8"),
    ],
)
def test_values_that_do_not_fit(name: str, text: str, sentence: str) -> None:
    with pytest.raises(Refusal) as caught:
        with_values(some_project(), {name: text})
    assert sentence in str(caught.value)


def test_a_model_without_parameters_says_so() -> None:
    with pytest.raises(Refusal, match="it has no parameters"):
        with_values(Project(), {"hidden": "3"})
    with pytest.raises(TargetError, match="it has no variants"):
        presets.with_variant(Project(), "small")


@pytest.mark.parametrize("name", preset_names())
def test_the_presets_that_come_along_are_sound(name: str) -> None:
    project = load_target(name)
    assert loads(dumps(project)) == project
    assert presets.asset("presets", f"{name}.nns").read_text("utf-8") == dumps(project)
    for variant in project.variants:
        found = load_target(f"{name}/{variant.name}")
        assert (
            replace(found, values=project.values, training=project.training, data=project.data)
            == project
        )
        assert found.variant == variant
