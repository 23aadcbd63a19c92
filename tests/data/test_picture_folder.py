"""Folders of pictures: every trap with a real file."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnstudio.data import cache as caches
from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.reading.folder import listing, pictures
from nnstudio.data.reading.folder.picture_files import decode_pictures
from nnstudio.data.reading.folder.picture_folder import PictureFolder
from nnstudio.data.samples import nobody_watches
from nnstudio.project.data.source import Folder
from nnstudio.project.data.spec import DataSpec
from nnstudio.symbols.work import CancelledError
from tests.pictures import GREEN, RED, noisy, plain, read, said, save, two_classes, understood


@pytest.fixture
def reader(tmp_path: Path) -> PictureFolder:
    return PictureFolder(Cache(tmp_path / "cache"))


def test_the_names_of_folders_are_classes(reader: PictureFolder, tmp_path: Path) -> None:
    root = two_classes(tmp_path / "pets")
    assert reader.claims(root)
    glance = reader.glance(root, None)
    assert glance.samples == 6
    assert len(glance.preview) == 6
    samples = reader.read(root, glance.spec, nobody_watches)
    assert len(samples) == 6
    image, label = samples.spec.fields
    assert (image.kind, image.shape, image.dtype, image.role) == (
        "image",
        (3, 16, 16),
        "uint8",
        "input",
    )
    assert (label.kind, label.classes, label.role) == ("category", ("cats", "dogs"), "target")
    assert samples.spec.targets[0].task == "classes"
    assert samples.fields["class"].tolist() == [0, 0, 0, 1, 1, 1]
    assert samples.fields["image"].shape == (6, 3, 16, 16)
    assert samples.fields["image"][0, :, 3, 3].tolist() == [255, 0, 0]
    assert samples.fields["image"][5, 2, 3, 3] > 250
    assert samples.given is None
    assert samples.origins[4] == "dogs/1.jpg"
    assert {guess.about for guess in samples.spec.guesses} == {"preparation.picture_size", "task"}
    assert isinstance(samples.spec.source, Folder)
    assert samples.spec.source.fingerprint is not None
    assert samples.take(np.array([5, 0])).fields["class"].tolist() == [1, 0]


@pytest.mark.parametrize(
    "names",
    [("train", "val", "test"), ("Training", "validation", "Testing"), ("train", "valid", "test")],
)
def test_parts_are_given(names: tuple[str, ...], reader: PictureFolder, tmp_path: Path) -> None:
    for number, part in enumerate(names):
        for label in ("b10", "b9"):
            for k in range(3 - number):
                save(tmp_path / "d" / part / label / f"{k}.png", plain())
    samples = understood(reader, tmp_path / "d")
    assert samples.given is not None
    assert samples.given.tolist().count(0) == 6
    assert samples.given.tolist().count(1) == 4
    assert samples.given.tolist().count(2) == 2
    assert samples.spec.fields[1].classes == ("b9", "b10")
    assert samples.spec.split.by == "given"


def test_a_class_that_a_part_lacks_is_said(reader: PictureFolder, tmp_path: Path) -> None:
    root = tmp_path / "d"
    for way in ("train/a", "train/b", "test/a"):
        save(root / way / "1.png", plain())
    save(root / "test" / "loose.png", plain())
    save(root / "more" / "c" / "1.png", plain())
    samples = understood(reader, root)
    assert said(samples, "class_absent") == "The part test has no file of the class b."
    assert "loose.png" in said(samples, "loose_files")
    assert "more/c/1.png" in said(samples, "outside_parts")
    assert len(samples) == 3


def test_folders_around_everything_are_no_class(reader: PictureFolder, tmp_path: Path) -> None:
    two_classes(tmp_path / "d" / "pets-v2" / "pets")
    (tmp_path / "d" / "__MACOSX" / "pets").mkdir(parents=True)
    (tmp_path / "d" / "__MACOSX" / "pets" / "._1.png").write_bytes(b"x")
    assert understood(reader, tmp_path / "d").spec.fields[1].classes == ("cats", "dogs")


def test_folders_within_classes(reader: PictureFolder, tmp_path: Path) -> None:
    root = tmp_path / "d"
    for way in ("ann/yes", "ann/no", "bob/yes", "bob/no"):
        save(root / way / "1.png", plain())
    samples = understood(reader, root)
    assert samples.spec.fields[1].classes == ("ann", "bob")
    assert any(guess.about == "source.level" for guess in samples.spec.guesses)
    last = DataSpec(source=Folder(path=str(root), holds="pictures", level="last"))
    assert read(reader, root, last).spec.fields[1].classes == ("no", "yes")


def test_what_systems_leave_behind_is_no_picture(reader: PictureFolder, tmp_path: Path) -> None:
    root = two_classes(tmp_path / "d")
    for name in (
        "Thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "._0.png",
        "notes.txt",
        "a.heic",
        "b.zip",
    ):
        (root / "cats" / name).write_bytes(b"x")
    (root / ".git").mkdir()
    samples = understood(reader, root)
    assert len(samples) == 6
    assert "8 files are ignored: 3 hidden" in said(samples, "ignored_files")
    assert "1 Thumbs.db" in said(samples, "ignored_files")
    assert ".heic cannot be read; save them as PNG or JPEG" in said(samples, "unreadable_kind")
    assert "unpack .zip" in said(samples, "archives")


def test_one_folder_without_classes_is_a_reconstruction(
    reader: PictureFolder, tmp_path: Path
) -> None:
    for k in range(3):
        save(tmp_path / "d" / f"{k}.png", plain())
    samples = understood(reader, tmp_path / "d")
    assert samples.spec.targets[0].task == "reconstruction"
    assert [field.name for field in samples.spec.fields] == ["image"]


def test_one_class_only_is_refused(reader: PictureFolder, tmp_path: Path) -> None:
    save(tmp_path / "d" / "cats" / "1.png", plain())
    with pytest.raises(DataError, match=r"one class only, 'cats': expected two folders at least"):
        reader.glance(tmp_path / "d", None)


def test_archives_and_files_are_refused(reader: PictureFolder, tmp_path: Path) -> None:
    archive = tmp_path / "pets.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "x")
    assert reader.claims(archive)
    with pytest.raises(
        DataError, match=r"^pets\.zip is an archive: unpack it and choose the folder"
    ):
        reader.glance(archive, None)
    with pytest.raises(DataError, match="There is no folder"):
        reader.read(tmp_path / "none", DataSpec(), nobody_watches)
    (tmp_path / "empty").mkdir()
    assert not reader.claims(tmp_path / "empty")
    with pytest.raises(DataError, match=r"holds no pictures \(0 other files\)"):
        reader.glance(tmp_path / "empty", None)


def test_classes_of_a_spec_keep_their_numbers(reader: PictureFolder, tmp_path: Path) -> None:
    root = two_classes(tmp_path / "d")
    spec = understood(reader, root).spec
    label = spec.fields[1].with_values(name="animal", classes=("dogs", "emus", "cats"))
    chosen = spec.with_values(fields=(spec.fields[0], label), targets=())
    samples = read(reader, root, chosen)
    assert samples.fields["animal"].tolist() == [2, 2, 2, 0, 0, 0]
    save(root / "fish" / "1.png", plain())
    with pytest.raises(DataError, match=r"'fish' in d is none of the classes \(dogs, emus, cats\)"):
        read(reader, root, chosen)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_in_a_circle_end(reader: PictureFolder, tmp_path: Path) -> None:
    root = two_classes(tmp_path / "d")
    (root / "cats" / "again").symlink_to(root)
    (root / "cats" / "gone.png").symlink_to(root / "nowhere.png")
    assert len(understood(reader, root)) == 6


def test_a_glance_at_many_files_is_bounded(
    reader: PictureFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "GLANCE_FILES", 2)
    monkeypatch.setattr(listing, "GLANCE_SECONDS", -1.0)
    root = two_classes(tmp_path / "d")
    save(root / "emus" / "1.png", plain())
    glance = reader.glance(root, None)
    assert glance.samples is None
    assert glance.spec.fields[1].classes == ("cats", "dogs", "emus")
    assert len(glance.preview) <= 6
    assert len(reader.read(root, glance.spec, nobody_watches)) == 7


def test_a_cut_glance_sees_all_parts_and_classes(
    reader: PictureFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "GLANCE_SECONDS", -1.0)
    for part in ("train", "val"):
        two_classes(tmp_path / "parts" / part)
    save(tmp_path / "parts" / "train" / "loose.png", plain())
    glance = reader.glance(tmp_path / "parts", None)
    assert isinstance(glance.spec.source, Folder)
    assert glance.spec.source.parts == (("train", "train"), ("val", "validation"))
    assert glance.spec.fields[1].classes == ("cats", "dogs")
    assert len(reader.read(tmp_path / "parts", glance.spec, nobody_watches)) == 12


def test_paths_of_a_table(tmp_path: Path) -> None:
    paths = [save(tmp_path / "p" / f"{k}.png", plain(RED)) for k in range(3)]
    paths.insert(1, tmp_path / "p" / "none.png")
    size = PictureSize.model_validate({"width": 8, "height": 8})
    made = decode_pictures(paths, size, root=tmp_path, cache=Cache(tmp_path / "c"))
    assert made.kept.tolist() == [0, 2, 3]
    assert made.values.shape == (3, 3, 8, 8)
    assert (
        made.findings[0].sentence
        == "Of 4 pictures 1 is left out: p/none.png there is no such file."
    )


def test_a_changed_file_is_decoded_again(reader: PictureFolder, tmp_path: Path) -> None:
    root = two_classes(tmp_path / "d")
    spec = understood(reader, root).spec
    save(root / "cats" / "0.png", plain(GREEN))
    os.utime(root / "cats" / "0.png", ns=(1, 1))
    assert read(reader, root, spec).fields["image"][0, :, 0, 0].tolist() == [0, 255, 0]


def test_reading_can_be_ended_and_goes_on(
    reader: PictureFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caches, "LOOK", -1.0)
    root = two_classes(tmp_path / "d")
    spec, decoded = reader.glance(root, None).spec, []
    real = pictures.picture_item

    def counted(path: Path, size: PictureSize) -> object:
        decoded.append(path.name)
        return real(path, size)

    monkeypatch.setattr("nnstudio.data.reading.folder.picture_files.picture_item", counted)

    def stop(share: float, what: str) -> None:
        if "Decoding" in what and share > 0.4:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        reader.read(root, spec, stop)
    before = len(decoded)
    assert len(read(reader, root, spec)) == 6
    assert len(decoded) - before == 3


def test_the_cache_does_not_lie_in_the_data(tmp_path: Path) -> None:
    root = two_classes(tmp_path / "d")
    with pytest.raises(DataError, match="lies in the data folder"):
        read(PictureFolder(Cache(root / "cache")), root)


MUTATED: dict[str, Callable[[io.BytesIO], None]] = {
    "jpg": lambda b: noisy().save(b, "jpeg"),
    "png": lambda b: noisy().save(b, "png"),
    "gif": lambda b: noisy().save(b, "gif", save_all=True, append_images=[plain()]),
    "bmp": lambda b: noisy().save(b, "bmp"),
    "tif": lambda b: noisy().save(b, "tiff", compression="tiff_lzw"),
    "webp": lambda b: noisy().save(b, "webp"),
    "ppm": lambda b: noisy().save(b, "ppm"),
}


@pytest.mark.parametrize("ending", MUTATED)
def test_mutated_files_are_read_or_given_a_reason(ending: str, tmp_path: Path) -> None:
    buffer, random = io.BytesIO(), np.random.default_rng(0)
    MUTATED[ending](buffer)
    whole, paths = buffer.getvalue(), []
    for number in range(150):
        data = bytearray(whole)
        for _ in range(random.integers(1, 6)):
            data[random.integers(0, min(len(data), 400 if number % 2 else len(data)))] = (
                random.integers(0, 256)
            )
        paths.append(tmp_path / f"{number}.{ending}")
        paths[-1].write_bytes(data[: random.integers(1, len(data))] if number % 5 == 0 else data)
    (tmp_path / "good.png").write_bytes(whole)
    size = PictureSize.model_validate({"width": 8, "height": 8})
    made = decode_pictures([*paths, tmp_path / "good.png"], size, cache=Cache(tmp_path / "c"))
    assert len(made.values) + sum("why" in note for note in made.notes) == 151
    assert all(len(note.get("why", "")) < 200 for note in made.notes)
