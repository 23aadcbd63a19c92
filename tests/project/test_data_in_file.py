"""The data in a project file: round trips, old files, relative paths, variants."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.assets import asset
from nnstudio.graph.values import FrozenMap
from nnstudio.project.commands.data import SetData
from nnstudio.project.commands.model import ApplyVariant
from nnstudio.project.commands.settings import SetSettings
from nnstudio.project.compare import differences
from nnstudio.project.data.fields import Feed, Field, Target
from nnstudio.project.data.places import place_of
from nnstudio.project.data.settings import IN_VARIANTS, PLACES
from nnstudio.project.data.source import (
    Arrays,
    BuiltIn,
    Fingerprint,
    Folder,
    Hub,
    Source,
    Table,
    Text,
)
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step
from nnstudio.project.history import History
from nnstudio.project.refused_value import SettingsError
from nnstudio.project.settings import values_of, with_settings
from nnstudio.project.storage.file import dumps, loads, read, write
from nnstudio.project.values import Project, Variant
from nnstudio.workspace.workspace import Workspace

FILES = Path(__file__).parent / "files"

# -- round trips -----------------------------------------------------------------------------

WORDS = st.text(st.characters(codec="utf-8"), max_size=5)
NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)
FINGERPRINTS = st.none() | st.builds(
    Fingerprint, size=st.integers(0, 2**60), modified=st.integers(), hash=WORDS
)
SOURCES: st.SearchStrategy[Source] = st.one_of(
    st.builds(BuiltIn, path=NAMES),
    st.builds(
        Table,
        path=NAMES,
        fingerprint=FINGERPRINTS,
        format=st.sampled_from(["text", "parquet", "excel"]),
        delimiter=st.sampled_from(",;\t| "),
        decimal=st.sampled_from(".,"),
        header=st.booleans(),
        skipped=st.integers(0, 9),
        missing=st.lists(WORDS, max_size=3).map(tuple),
        files=WORDS,
    ),
    st.builds(Arrays, path=NAMES, format=st.sampled_from(["npz", "idx"])),
    st.builds(
        Folder,
        path=NAMES,
        holds=st.sampled_from(["pictures", "masks"]),
        parts=st.lists(st.tuples(NAMES, st.sampled_from(["train", "test"])), max_size=2).map(tuple),
    ),
    st.builds(Text, path=NAMES, length=st.integers(2, 100)),
    st.builds(Hub, path=NAMES, revision=WORDS),
)
STEPS = st.builds(
    Step,
    name=NAMES,
    fields=st.lists(NAMES, max_size=2).map(tuple),
    params=st.lists(
        st.tuples(
            NAMES,
            st.booleans() | st.integers() | WORDS | st.floats(-1e9, 1e9),
        ),
        max_size=2,
    ).map(tuple),
)
SPECS = st.builds(
    DataSpec,
    source=SOURCES,
    fields=st.lists(
        st.builds(
            Field,
            name=NAMES,
            origin=st.none() | st.integers(0, 9) | WORDS,
            kind=st.sampled_from(["number", "category"]),
            role=st.sampled_from(["input", "target"]),
            shape=st.lists(st.integers(1, 9), max_size=3).map(tuple),
            classes=st.lists(WORDS, max_size=3).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    targets=st.lists(
        st.builds(Target, name=NAMES, fields=st.just(("a",)), task=st.just("classes")), max_size=2
    ).map(tuple),
    feeds=st.lists(st.builds(Feed, input=NAMES, fields=st.just(("a",))), max_size=2).map(tuple),
    split=st.builds(
        Split,
        by=st.sampled_from(["random", "stratified", "given"]),
        validation=st.floats(0.0, 0.5),
        test=st.floats(0.0, 0.4),
        seed=st.integers(0, 2**31 - 1),
        max_samples=st.none() | st.integers(2, 10**9),
        duplicates_apart=st.booleans(),
    ),
    preparation=st.lists(STEPS, max_size=2).map(tuple),
    augmentation=st.lists(STEPS, max_size=2).map(tuple),
    balance=st.sampled_from(["none", "smote"]),
    resize=st.booleans(),
    guesses=st.lists(st.builds(Guess, about=NAMES, why=WORDS, confirmed=st.booleans())).map(tuple),
)


@given(SPECS)
def test_any_spec_comes_back_and_its_text_is_stable(spec: DataSpec) -> None:
    project = Project(data=spec)
    text = dumps(project)
    again = loads(text)
    assert again == project
    types = [type(value) for step in spec.preparation for _, value in step.params]
    assert [type(v) for step in again.data.preparation for _, v in step.params] == types
    assert dumps(again) == text


def test_defaults_are_left_out() -> None:
    assert "data" not in json.loads(dumps(Project()))
    table = DataSpec(source=Table(path="a.csv"), resize=True)
    found = json.loads(dumps(Project(data=table)))["data"]
    assert found == {"resize": True, "source": {"kind": "table", "path": "a.csv"}}


def test_fields_stand_on_lines_of_their_own() -> None:
    fields = tuple(Field(name=n, kind="number", role="input") for n in "abc")
    lines = dumps(Project(data=DataSpec(fields=fields))).splitlines()
    assert sum('"role": "input"' in line for line in lines) == 3


# -- old files -------------------------------------------------------------------------------

OLD = json.loads((FILES / "v1" / "settings_of_presets.json").read_text("utf-8"))


@pytest.mark.parametrize("name", OLD)
def test_the_presets_of_the_first_version_are_the_present_ones(name: str) -> None:
    """They differ in nothing but where the settings of the data stand."""
    now = asset("presets", f"{name}.nns").read_text("utf-8")
    old = {**json.loads(now), "version": 1}
    old.pop("data", None)
    old["training"] = OLD[name]["training"] or {}
    for variant in old.get("variants", []):
        variant.pop("data", None)
        variant["training"] = OLD[name]["variants"].get(variant["name"], {})
    assert dumps(loads(json.dumps(old))) == now


def old(training: dict[str, Any], **more: Any) -> Project:
    blocks = [{"name": "Model"}]
    head = {"format": "nnstudio", "version": 1, "root": "Model", "blocks": blocks}
    return loads(json.dumps({**head, "training": training, **more}))


@pytest.mark.parametrize(
    ("data", "source"),
    [
        ("heartbeats", BuiltIn(path="heartbeats")),
        ("mine.npz", Arrays(path="mine.npz", format="npz")),
        ("/data/Ages.CSV", Table(path="/data/Ages.CSV")),
        ("C:\\data\\ages.csv", Table(path="C:\\data\\ages.csv")),
    ],
)
def test_a_name_or_path_becomes_a_source_that_nobody_has_read(data: str, source: Source) -> None:
    assert old({"data": data}).data == DataSpec(source=source)


def test_each_setting_finds_its_place() -> None:
    given = {"epochs": 3, "seed": 7, "validation": 0.5, "max_samples": 90, "resize": True}
    project = old(given)
    assert project.data.split == Split(validation=0.5, seed=7, max_samples=90)
    assert project.data.resize
    assert (project.training.seed, project.training.epochs) == (7, 3)
    assert project.training.model_dump(exclude_defaults=True) == {"seed": 7, "epochs": 3}


def test_variants_take_theirs_along() -> None:
    settings = {"data": "copy", "seed": 0, "validation": 0.1, "resize": False, "max_samples": None}
    project = old({"seed": 4}, variants=[{"name": "a", "training": {**settings, "epochs": 2}}])
    (variant,) = project.variants
    assert variant.training == FrozenMap({"seed": 0, "epochs": 2})
    del settings["data"]
    assert variant.data == FrozenMap({"source": "copy", **settings})
    done = ApplyVariant("a").apply(project)
    assert done.data == DataSpec(source=BuiltIn(path="copy"), split=Split(validation=0.1))


# -- paths -----------------------------------------------------------------------------------


def on(path: Path) -> Project:
    """A project on the data in a file."""
    return with_settings(Project(), {"data": path})


def in_file(path: Path) -> str:
    found = json.loads(path.read_text("utf-8"))["data"]["source"]["path"]
    assert isinstance(found, str)
    return found


def test_a_path_is_relative_in_the_file_and_absolute_in_memory(tmp_path: Path) -> None:
    data = tmp_path / "data" / "größe.csv"
    project = on(data)
    for folder, expected in (
        (tmp_path, "data/größe.csv"),
        (tmp_path / "data", "größe.csv"),
        (tmp_path / "models" / "deep", "../../data/größe.csv"),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        write(project, folder / "my.nns")
        assert in_file(folder / "my.nns") == expected
        assert read(folder / "my.nns") == project
    assert place_of(project.data.source) == data.as_posix()


def test_a_folder_that_moves_as_a_whole_takes_its_data_along(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    write(on(tmp_path / "here" / "data.npz"), tmp_path / "here" / "my.nns")
    os.rename(tmp_path / "here", tmp_path / "there")
    moved = read(tmp_path / "there" / "my.nns")
    assert place_of(moved.data.source) == (tmp_path / "there" / "data.npz").as_posix()


def test_saving_elsewhere_points_to_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    write(on(tmp_path / "a" / "data.csv"), tmp_path / "a" / "my.nns")
    workspace = Workspace()
    workspace.open(str(tmp_path / "a" / "my.nns"))
    before = workspace.project
    workspace.save(tmp_path / "b" / "my.nns")
    assert in_file(tmp_path / "a" / "my.nns") == "data.csv"
    assert in_file(tmp_path / "b" / "my.nns") == "../a/data.csv"
    assert read(tmp_path / "b" / "my.nns") == before == workspace.project
    assert not workspace.modified


def test_what_has_only_the_root_in_common_stays_absolute(tmp_path: Path) -> None:
    far = "Q:/elsewhere/data.csv" if os.name == "nt" else "/elsewhere/data.csv"
    write(Project(data=DataSpec(source=Table(path=far))), tmp_path / "my.nns")
    assert in_file(tmp_path / "my.nns") == far
    assert place_of(read(tmp_path / "my.nns").data.source) == far


def test_a_project_without_a_file_keeps_absolute_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    project = with_settings(Project(), {"data": os.path.join("data", "mine.csv")})
    assert place_of(project.data.source) == (tmp_path / "data" / "mine.csv").as_posix()
    assert loads(dumps(project)) == project
    assert place_of(with_settings(Project(), {"data": "copy"}).data.source) == "copy"


def test_files_beside_a_table_and_paths_of_variants_go_along(tmp_path: Path) -> None:
    place = tmp_path.as_posix()
    project = Project(
        data=DataSpec(source=Table(path=f"{place}/a.csv", files=f"{place}/pictures")),
        variants=(
            Variant("own", data=FrozenMap({"source": f"{place}/b.npz"})),
            Variant("built in", data=FrozenMap({"source": "copy"})),
        ),
    )
    write(project, tmp_path / "my.nns")
    assert place not in (tmp_path / "my.nns").read_text("utf-8")
    assert read(tmp_path / "my.nns") == project
    assert place_of(ApplyVariant("own").apply(project).data.source) == f"{place}/b.npz"


# -- settings by name ------------------------------------------------------------------------


def test_every_setting_of_the_data_has_one_place() -> None:
    assert set(PLACES) < set(values_of(Project()))
    assert set(IN_VARIANTS) == {
        *("source", "resize", "max_samples", "validation", "test", "by", "seed"),
        *("duplicates_apart", "balance", "missing", "preparation", "augmentation"),
    }


def test_a_variant_is_known_by_its_data_too() -> None:
    variants = (
        Variant("few", data=FrozenMap({"max_samples": 9})),
        Variant("other", data=FrozenMap({"source": "copy", "seed": 3})),
    )
    project = Project(variants=variants)
    for variant in variants:
        assert ApplyVariant(variant.name).apply(project).variant == variant


def test_another_source_is_to_be_understood_anew(tmp_path: Path) -> None:
    spec = DataSpec(
        source=Table(path=(tmp_path / "a.csv").as_posix(), delimiter=";"),
        fields=(Field(name="a", kind="number", role="input"),),
        guesses=(Guess(about="source.delimiter", why="they are many"),),
        preparation=(Step(name="standardise"), Step(name="fill", fields=("a",))),
        split=Split(validation=0.3),
    )
    project = Project(data=spec)
    assert with_settings(project, {"data": tmp_path / "a.csv", "resize": True}).data == (
        spec.with_values(resize=True)
    )
    other = with_settings(project, {"data": tmp_path / "b.csv"}).data
    assert other == DataSpec(
        source=Table(path=(tmp_path / "b.csv").as_posix()),
        preparation=(Step(name="standardise"),),
        split=Split(validation=0.3),
    )


def test_both_shares_are_changed_at_once() -> None:
    project = with_settings(Project(), {"validation": 0.8})
    done = with_settings(project, {"validation": 0.1, "test": 0.5})
    assert (done.data.split.validation, done.data.split.test) == (0.1, 0.5)
    with pytest.raises(SettingsError, match=r"below 1 together, not 1\.3"):
        with_settings(project, {"test": 0.5})


def test_changes_are_acts_that_can_be_undone() -> None:
    history = History(Project())
    history.do(SetData(DataSpec(resize=True), "Resize"))
    history.do(SetSettings({"validation": 0.1, "epochs": 3}))
    assert history.project.data == DataSpec(resize=True, split=Split(validation=0.1))
    assert history.project.training.epochs == 3
    history.undo()
    assert (history.project.data, history.undo_title) == (DataSpec(resize=True), "Resize")
    history.undo()
    assert history.project == Project()
    with pytest.raises(SettingsError, match="Validation share must be at most"):
        history.do(SetSettings({"validation": 2}))
    assert history.project == Project()


def test_what_differs_is_said_by_title() -> None:
    here = Project(data=DataSpec(source=Table(path="/a.csv", decimal=".")))
    there = Project(
        data=DataSpec(
            source=Table(path="/a.csv", decimal=","),
            fields=(Field(name="age", kind="number", role="input"),),
            split=Split(validation=0.1),
        )
    )
    said = [str(difference) for difference in differences(here, there)]
    assert said[:2] == ["Data: validation share: 0.2 → 0.1", "Data: decimal: . → ,"]
    assert said[2].startswith("Data: field age: not there → ")
    changed = replace(there, data=there.data.with_values(source=BuiltIn()))
    assert "Data: data set: /a.csv → digits" in map(str, differences(there, changed))
