"""Data sets of the Hub, from a module that behaves as the documentation of `datasets` says."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from PIL import Image as Picture

import nnstudio
from nnstudio.cli.main import run as command
from nnstudio.data.info import DataError
from nnstudio.data.pipeline import understanding
from nnstudio.data.pipeline.understanding import understand
from nnstudio.project.data.source import Hub
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.settings import values_of, with_settings
from tests.two_inputs import picture_and_numbers


@dataclass
class Value:
    dtype: str


@dataclass
class ClassLabel:
    names: list[str]


@dataclass
class List:
    feature: Any


@dataclass
class Image:
    decode: bool = True


@dataclass
class Audio:
    decode: bool = True


@dataclass
class Dataset:
    """Rows with features; pictures come as bytes only after `cast_column`."""

    features: Mapping[str, Any]
    rows: list[dict[str, Any]]
    dataset_size: int | None = 1_000

    def __len__(self) -> int:
        return len(self.rows)

    def cast_column(self, column: str, feature: Any) -> Dataset:
        return replace(self, features={**self.features, column: feature})

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            yield {
                name: row[name]
                if not isinstance(feature, Image) or not feature.decode
                else Picture.open(io.BytesIO(row[name]["bytes"]))
                for name, feature in self.features.items()
            }


def png(k: int) -> bytes:
    kept = io.BytesIO()
    Picture.fromarray(np.full((16, 16, 3), 20 + 200 * (k % 2), np.uint8)).save(kept, "PNG")
    return kept.getvalue()


def plants(count: int) -> Dataset:
    random = np.random.default_rng(count)
    features = {
        "photo": Image(),
        "height": Value("float32"),
        "width": Value("float64"),
        "tags": List(Value("string")),
        "label": ClassLabel(["a", "b", "c", "d"]),
    }
    rows = [
        {
            "photo": {"bytes": png(k), "path": None},
            "height": (3.0 if k // 2 % 2 else -3.0) + random.normal(),
            "width": random.normal(),
            "tags": ["x"],
            "label": 2 * (k % 2) + k // 2 % 2,
        }
        for k in range(count)
    ]
    return Dataset(features, rows)


@dataclass
class FakeHub:
    """The module, and what it was asked for."""

    sets: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    def load_dataset(self, path: str, name: str | None = None, revision: str | None = None) -> Any:
        self.calls.append((path, name, revision))
        if path not in self.sets:
            raise FileNotFoundError(f"Dataset '{path}' doesn't exist on the Hub.\nCheck its name")
        return self.sets[path]


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeHub:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(understanding, "_kept", {})  # what other tests have read
    made = FakeHub()
    module = ModuleType("datasets")
    module.load_dataset = made.load_dataset  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "datasets", module)
    made.sets["green/plants"] = {"train": plants(60), "test": plants(20), "unlabelled": plants(7)}
    return made


def test_splits_pictures_and_classes(hub: FakeHub) -> None:
    samples = understand("hub:green/plants")
    spec = samples.spec
    assert spec.source == Hub(path="green/plants")
    assert samples.given is not None
    assert np.bincount(samples.given).tolist() == [60, 0, 20]
    assert (spec.split.by, spec.by_name["split"].role) == ("given", "part")
    assert samples.fields["photo"][:3, 0, 0, 0].tolist() == [20, 220, 20]
    assert spec.targets[0].classes == ("a", "b", "c", "d")
    assert samples.fields["label"][:4].tolist() == [0, 2, 1, 3]
    assert "tags" not in spec.by_name


def test_it_is_had_once_for_each_revision(hub: FakeHub) -> None:
    spec = understand("hub:green/plants").spec
    understand("hub:green/plants", spec.with_values(samples=None))
    assert hub.calls == [("green/plants", None, None)]
    other = Hub(path="green/plants", config="big", revision="v2")
    understand("hub:green/plants", DataSpec(source=other))
    assert hub.calls[1:] == [("green/plants", "big", "v2")]


def test_it_is_trained_on_by_name(hub: FakeHub, tmp_path: Path) -> None:
    run = nnstudio.train(
        picture_and_numbers(), data="hub:green/plants", epochs=2, batch_size=8, device="cpu"
    )
    assert run.project.data.source == Hub(path="green/plants")
    nnstudio.save(run.project, tmp_path / "plants.nns")
    again = nnstudio.load(tmp_path / "plants.nns")
    assert again.data == run.project.data
    assert values_of(again)["data"] == "hub:green/plants"
    assert with_settings(again, {"data": "hub:green/plants"}).data == again.data


def test_what_is_understood_is_printed(hub: FakeHub, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["data", "hub:green/plants", "--option", "revision=v1", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["samples"]) == ("hub", 80)
    assert hub.calls == [("green/plants", None, "v1")]


def test_a_name_that_there_is_not(hub: FakeHub) -> None:
    said = "green/trees cannot be had from the Hugging Face Hub: Dataset 'green/trees' doesn't ex"
    with pytest.raises(DataError, match=said):
        understand("hub:green/trees")


def test_a_data_set_without_splits_and_one_without_samples(hub: FakeHub) -> None:
    hub.sets["one"] = plants(40)
    assert understand("hub:one").given is None
    hub.sets["none"] = {"train": plants(0)}
    with pytest.raises(DataError, match="none of the Hugging Face Hub has no samples"):
        understand("hub:none")


def test_pictures_that_are_gone_are_left_out(hub: FakeHub) -> None:
    made = plants(40)
    made.rows[3]["photo"] = {"bytes": None, "path": "/nowhere/3.png"}
    made.rows[5]["label"] = -1
    hub.sets["holes"] = made
    samples = understand("hub:holes")
    assert len(samples) == 39
    assert samples.fields["label"][4] == -1


def test_without_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNSTUDIO_CACHE", str(tmp_path / "cache"))
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(DataError, match=r'pip install "nnstudio\[hub\]"\.$'):
        understand("hub:green/plants")


def test_what_was_broken_off_is_made_anew(hub: FakeHub, tmp_path: Path) -> None:
    hub.sets["plants"] = made = plants(40)
    rows, made.rows = made.rows, [*made.rows[:10], {}]
    with pytest.raises(DataError, match="plants cannot be read beyond sample 0: KeyError 'photo'"):
        understand("hub:plants")
    made.rows = rows
    assert len(understand("hub:plants")) == 40
