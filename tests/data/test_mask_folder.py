"""Pictures with masks: pairs, values as classes, geometry of both."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.reading.folder.picture_folder import PictureFolder
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.project.data.source import Folder


@pytest.fixture
def reader(tmp_path: Path) -> PictureFolder:
    return PictureFolder(Cache(tmp_path / "cache"))


def save(path: Path, values: np.ndarray, **options: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **options)


def pair(values: tuple[int, int] = (0, 255), seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """A picture (24, 32) that is red where its mask has the second value."""
    mask = np.full((24, 32), values[0], np.uint8)
    mask[4 : 12 + seed, 8:20] = values[1]
    picture = np.zeros((24, 32, 3), np.uint8)
    picture[mask == values[1], 0] = 255
    return picture, mask


def understood(reader: PictureFolder, root: Path) -> Samples:
    return reader.read(root, reader.glance(root, None).spec, nobody_watches)


def said(samples: Samples, code: str) -> str:
    return next((one.sentence for one in samples.findings if one.code == code), "")


def agrees(samples: Samples) -> bool:
    """True if pictures are red exactly where their masks have the second class."""
    red = samples.fields["image"][:, 0] > 127
    return bool((red == (samples.fields["mask"] == 1)).all())


def fill(root: Path, where: str, ending: str = "png", count: int = 4, **values: object) -> None:
    for seed in range(count):
        picture, mask = pair(seed=seed, **values)  # type: ignore[arg-type]
        if where == "beside":
            save(root / f"{seed}.{ending}", picture)
            save(root / f"{seed}_mask.png", mask)
        else:
            images, masks = where.split()
            save(root / images / f"{seed}.{ending}", picture)
            save(root / masks / f"{seed}.png", mask)


@pytest.mark.parametrize(
    "where", ["beside", "images masks", "Imgs labels", "train/images train/masks"]
)
def test_pairs_are_found(where: str, reader: PictureFolder, tmp_path: Path) -> None:
    root = tmp_path / "d"
    fill(root, where)
    assert reader.claims(root)
    glance = reader.glance(root, None)
    assert glance.samples == 4
    assert isinstance(glance.spec.source, Folder)
    assert glance.spec.source.holds == "masks"
    samples = reader.read(root, glance.spec, nobody_watches)
    assert len(samples) == 4
    image, mask = samples.spec.fields
    assert (image.kind, image.role, image.shape) == ("image", "input", (3, 24, 32))
    assert (mask.kind, mask.role, mask.shape) == ("mask", "target", (24, 32))
    assert mask.classes == ("0", "255")
    assert samples.spec.targets[0].task == "per_pixel"
    assert samples.fields["mask"].dtype == np.uint8
    assert agrees(samples)
    assert (samples.given is not None) == ("train" in where)


def test_parts_below_images_and_masks(reader: PictureFolder, tmp_path: Path) -> None:
    fill(tmp_path / "d", "images/train masks/train")
    fill(tmp_path / "d", "images/val masks/val", count=2)
    samples = understood(reader, tmp_path / "d")
    assert samples.given is not None
    assert sorted(samples.given.tolist()) == [0, 0, 0, 0, 1, 1]
    assert samples.spec.split.by == "given"


def test_palettes_and_colours_are_classes(reader: PictureFolder, tmp_path: Path) -> None:
    root = tmp_path / "d"
    for seed in range(2):
        picture, mask = pair((0, 3), seed)
        save(root / "images" / f"{seed}.png", picture)
        palette = Image.fromarray(mask).convert("P")
        palette = Image.frombytes("P", (32, 24), mask.tobytes())
        palette.putpalette([0, 0, 0, 9, 9, 9, 9, 9, 9, 200, 0, 0])
        (root / "masks").mkdir(exist_ok=True)
        palette.save(root / "masks" / f"{seed}.png")
    samples = understood(reader, root)
    assert samples.spec.fields[1].classes == ("0", "3")
    assert agrees(samples)
    for seed in range(2):
        picture, mask = pair((0, 1), seed)
        save(
            root / "masks" / f"{seed}.png",
            np.where(mask[..., None] == 1, [255, 0, 0], [0, 255, 0]).astype(np.uint8),
        )
    samples = understood(reader, root)
    assert samples.spec.fields[1].classes == ("#00ff00", "#ff0000")
    assert agrees(samples)


def test_masks_take_the_nearest_pixel_and_the_way_of_their_picture(
    reader: PictureFolder, tmp_path: Path
) -> None:
    fill(tmp_path / "d", "images masks", values=(7, 90))
    spec = reader.glance(tmp_path / "d", None).spec
    for how in ("stretch", "fit", "crop"):
        size = PictureSize(width=12, height=12, how=how, colour="rgb", background="black")  # type: ignore[arg-type]
        samples = reader.read(
            tmp_path / "d", spec.with_values(preparation=(size.step(),)), nobody_watches
        )
        assert set(np.unique(samples.fields["mask"])) == {0, 1}
        red = samples.fields["image"][:, 0] > 127
        assert (red == (samples.fields["mask"] == 1)).mean() > 0.93
        if how == "fit":
            assert (samples.fields["mask"][:, 0] == 0).all()


def test_a_mask_is_turned_with_its_picture(reader: PictureFolder, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for seed in range(2):
        picture, mask = pair(seed=seed)
        save(tmp_path / "d" / "images" / f"{seed}.png", picture, exif=exif)
        save(tmp_path / "d" / "masks" / f"{seed}.png", mask if seed else np.rot90(mask, -1).copy())
    samples = understood(reader, tmp_path / "d")
    assert samples.fields["image"].shape == (2, 3, 32, 24)
    assert agrees(samples)


def test_what_stands_alone_or_does_not_fit_is_left_out(
    reader: PictureFolder, tmp_path: Path
) -> None:
    root = tmp_path / "d"
    fill(root, "images masks", count=6)
    (root / "masks" / "0.png").unlink()
    (root / "images" / "1.png").unlink()
    save(root / "masks" / "2.png", np.zeros((5, 5), np.uint8))
    (root / "masks" / "3.png").write_bytes((root / "masks" / "3.png").read_bytes()[:60])
    samples = understood(reader, root)
    assert samples.origins == ["images/4.png", "images/5.png"]
    assert "1 picture has no mask" in said(samples, "pictures_without_mask")
    assert "1 mask has no picture" in said(samples, "masks_without_picture")
    assert "its mask has 5 x 5 pixels, the picture 32 x 24" in said(samples, "unreadable_files")
    assert "images/3.png cannot be used: its mask is " in said(samples, "unreadable_files")


def test_classes_of_a_spec_hold(reader: PictureFolder, tmp_path: Path) -> None:
    fill(tmp_path / "d", "images masks", count=3)
    spec = understood(reader, tmp_path / "d").spec
    save(tmp_path / "d" / "masks" / "0.png", pair((0, 9))[1])
    samples = reader.read(tmp_path / "d", spec, nobody_watches)
    assert len(samples) == 2
    assert "its mask has the value 9, which is none of the classes" in said(
        samples, "unreadable_files"
    )


def test_blurred_and_empty_masks_are_refused(reader: PictureFolder, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    for seed in range(2):
        save(tmp_path / "d" / "images" / f"{seed}.png", pair()[0])
        save(tmp_path / "d" / "masks" / f"{seed}.jpg", random.integers(0, 255, (24, 32), np.uint8))
    with pytest.raises(DataError, match="is a JPEG, which blurs the values of masks"):
        understood(reader, tmp_path / "d")
    for seed in range(2):
        (tmp_path / "d" / "masks" / f"{seed}.jpg").unlink()
        save(tmp_path / "d" / "masks" / f"{seed}.png", np.zeros((24, 32), np.uint8))
    with pytest.raises(DataError, match="have the value 0: expected two classes"):
        understood(reader, tmp_path / "d")
    for seed in range(2):
        deep = np.arange(24 * 32, dtype=np.uint16).reshape(24, 32)
        save(tmp_path / "d" / "masks" / f"{seed}.png", deep)
    with pytest.raises(DataError, match="has 768 different values"):
        understood(reader, tmp_path / "d")
