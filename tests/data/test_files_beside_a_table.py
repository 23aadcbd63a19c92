"""A column of names of files: pictures and recordings as inputs, what is missing left out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.pipeline.understanding import understand
from nnstudio.data.reading.table.reader import TableReader
from nnstudio.data.samples import Samples
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec
from tests.pictures import plain, said, save
from tests.two_inputs import table_beside_pictures


@pytest.fixture
def reader(tmp_path: Path) -> TableReader:
    return TableReader(Cache(tmp_path / "cache"))


def read(reader: TableReader, path: Path, spec: DataSpec | None = None) -> Samples:
    return reader.read(path, spec or reader.glance(path, None).spec)


def test_the_files_of_a_column_are_pictures(reader: TableReader, tmp_path: Path) -> None:
    path = table_beside_pictures(tmp_path / "garden", 12)
    glance = reader.glance(path, None)
    assert glance.preview.fields["photo"].shape == (12, 3, 16, 16)
    samples = read(reader, path, glance.spec)
    field = samples.spec.by_name["photo"]
    assert (field.kind, field.role, field.shape, field.dtype) == (
        "image",
        "input",
        (3, 16, 16),
        "uint8",
    )
    values = samples.fields["photo"]
    assert isinstance(values.base, np.memmap)
    assert values.mean(axis=(1, 2, 3)).round(-2).tolist() == [0, 200] * 6
    assert samples.spec.targets[0].fields == ("species",)
    source = samples.spec.source
    assert isinstance(source, Table)
    assert Path(source.files) == path.parent / "photos"
    abouts = {guess.about for guess in samples.spec.guesses}
    assert {"preparation.picture_size", "fields.photo.kind", "source.files"} <= abouts


def test_what_was_understood_is_read_again_the_same(reader: TableReader, tmp_path: Path) -> None:
    path = table_beside_pictures(tmp_path / "garden", 12)
    first = read(reader, path)
    again = read(reader, path, first.spec)
    assert again.spec == first.spec
    assert (again.fields["photo"] == first.fields["photo"]).all()


def test_missing_and_damaged_files_are_left_out_of_all_fields(
    reader: TableReader, tmp_path: Path
) -> None:
    path = table_beside_pictures(tmp_path / "garden", 40)
    photos = path.parent / "photos"
    whole = read(reader, path)
    (photos / "p30.png").unlink()
    (photos / "p7.png").write_bytes(b"no picture")
    with path.open("a") as file:
        file.write(",0.5,0.5,a\n")
    samples = read(reader, path)
    kept = np.delete(np.arange(40), [7, 30])
    assert len(samples) == 38
    assert {len(values) for values in samples.fields.values()} == {38}
    for name, values in samples.fields.items():
        assert (values == whole.fields[name][kept]).all(), name
    assert samples.origins[7] == "line 10"
    absent = said(samples, "absent_files")
    assert absent.startswith("2 records are left out: the column 'photo' names no file that is ")
    assert "p30.png in line 32, no name in line 42" in absent
    assert "p7.png" in said(samples, "unreadable_files")


def test_recordings_and_pictures_of_one_table(reader: TableReader, tmp_path: Path) -> None:
    """What is wrong with the one is left out of the other, too."""
    lines = ["photo,call,weight,kind"]
    for k in range(10):
        save(tmp_path / f"{k}.png", plain((k, 0, 0)))
        soundfile.write(tmp_path / f"{k}.wav", np.full(800, k / 20, np.float32), 8000)
        lines.append(f"{k}.png,{k}.wav,{k / 4},{'ab'[k % 2]}")
    (tmp_path / "3.png").write_bytes(b"nothing")
    (tmp_path / "6.wav").write_bytes(b"nothing")
    table = tmp_path / "birds.csv"
    table.write_text("\n".join(lines))
    samples = read(reader, table)
    kept = [0, 1, 2, 4, 5, 7, 8, 9]
    assert samples.fields["photo"][:, 0, 0, 0].tolist() == kept
    assert (samples.fields["call"][:, 0, 400] * 20).round().tolist() == kept
    assert (samples.fields["weight"] * 4).tolist() == kept
    assert samples.spec.by_name["call"].shape == (1, 800)
    codes = [finding.code for finding in samples.findings]
    assert codes.count("unreadable_files") == 2


def test_the_folder_of_the_files_can_be_said(reader: TableReader, tmp_path: Path) -> None:
    path = table_beside_pictures(tmp_path / "garden", 12)
    moved = tmp_path / "elsewhere" / "plants.csv"
    moved.parent.mkdir()
    path.rename(moved)
    files = (path.parent / "photos").as_posix()
    spec = reader.glance(moved, Table(path=moved.as_posix(), files=files)).spec
    assert read(reader, moved, spec).fields["photo"].shape == (12, 3, 16, 16)


def test_no_file_is_there_any_more(reader: TableReader, tmp_path: Path) -> None:
    path = table_beside_pictures(tmp_path / "garden", 12)
    spec = read(reader, path).spec
    (path.parent / "photos").rename(tmp_path / "away")
    with pytest.raises(DataError, match="has no record whose file is there: 12 records"):
        read(reader, path, spec)


def test_names_that_are_ignored_stay_names(reader: TableReader, tmp_path: Path) -> None:
    path = table_beside_pictures(tmp_path / "garden", 12)
    spec = read(reader, path).spec
    fields = tuple(
        field.with_values(kind="path", role="ignored", shape=(), dtype="object")
        if field.name == "photo"
        else field
        for field in spec.fields
    )
    samples = read(reader, path, spec.with_values(fields=fields))
    assert samples.fields["photo"][0] == "p0.png"


def sounds_with_their_table(folder: Path) -> Path:
    """As environmental sounds are published: `audio` and, beside it, `meta` with the table."""
    for name in ("audio", "meta"):
        (folder / name).mkdir(parents=True)
    lines = ["filename,fold,target,category,take"]
    for number in range(40):
        fold, kind = number % 5 + 1, number % 4
        tone = np.sin(np.arange(800) * 0.1 * (kind + 1)).astype(np.float32)
        name = f"{fold}-{number}-A-{kind}.wav"
        soundfile.write(folder / "audio" / name, tone, 8_000)
        words = ("dog", "rain", "sea_waves", "sneezing")
        lines.append(f"{name},{fold},{10 * kind},{words[kind]},{'AB'[number % 2]}")
    path = folder / "meta" / "sounds.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_files_lie_beside_the_folder_of_the_table(reader: TableReader, tmp_path: Path) -> None:
    path = sounds_with_their_table(tmp_path / "sounds")
    spec = read(reader, path).spec
    roles = {field.name: (field.kind, field.role) for field in spec.fields}
    assert roles == {
        "filename": ("audio", "input"),
        "fold": ("number", "ignored"),
        "target": ("category", "target"),
        "category": ("category", "ignored"),
        "take": ("category", "input"),
    }
    why = {guess.about: guess.why for guess in spec.guesses}
    assert why["fields.category.role"].startswith("it is another name of target")
    assert why["fields.fold.role"] == "it numbers the folds of a cross-validation."


def test_a_folder_with_a_table_of_its_files_says_so(tmp_path: Path) -> None:
    sounds_with_their_table(tmp_path / "sounds")
    with pytest.raises(DataError, match=r"the table meta/sounds\.csv may tell their classes"):
        understand(str(tmp_path / "sounds"))
