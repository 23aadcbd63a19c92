"""Pictures: every trap with a real file; sizes and geometry."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.reading.folder import pictures
from nnstudio.data.reading.folder.picture_folder import PictureFolder
from tests.pictures import BLUE, GREEN, RED, noisy, plain, read, said, save, two_classes, understood


@pytest.fixture
def reader(tmp_path: Path) -> PictureFolder:
    return PictureFolder(Cache(tmp_path / "cache"))


def one(path: Path, **size: object) -> tuple[np.ndarray, dict[str, object]]:
    recipe = PictureSize.model_validate({"width": 16, "height": 16, **size})
    item = pictures.picture_item(path, recipe)
    assert item.rows is not None, item.note
    return item.rows["image"], item.note


def why(path: Path) -> str:
    item = pictures.picture_item(path, PictureSize())
    assert item.rows is None
    return str(item.note["why"])


def test_the_mark_of_the_camera_turns(tmp_path: Path) -> None:
    marked = Image.new("RGB", (32, 16), RED)
    marked.paste(GREEN, (0, 0, 8, 16))  # the left quarter
    for orientation, (row, column) in {1: (8, 1), 3: (8, 14), 6: (1, 8), 8: (14, 8)}.items():
        exif = Image.Exif()
        exif[0x0112] = orientation
        for ending in ("png", "jpg"):
            path = save(
                tmp_path / f"{orientation}.{ending}",
                marked,
                exif=exif,
                **({"quality": 95} if ending == "jpg" else {}),
            )
            values, note = one(path)
            assert values[row, column, 1] > 200, (orientation, ending)
            assert values[16 - row - 1, 16 - column - 1, 0] > 200
            header = pictures.header_of(path)
            assert (header.width, header.height) == ((16, 32) if orientation > 4 else (32, 16))
            assert note.get("turned", 1) == orientation


def test_sixteen_bits_are_scaled(reader: PictureFolder, tmp_path: Path) -> None:
    ramp = np.linspace(0, 65_535, 256).astype(np.uint16).reshape(16, 16)
    for ending in ("png", "tif"):
        values, note = one(
            save(tmp_path / "d" / "a" / f"x.{ending}", Image.fromarray(ramp)), colour="grey"
        )
        assert np.array_equal(values[..., 0].ravel(), np.arange(256))
        assert note["deep"] == 65_535
    save(tmp_path / "d" / "b" / "dark.png", Image.fromarray(ramp // 64))
    samples = understood(reader, tmp_path / "d")
    assert "scaled to eight" in said(samples, "sixteen_bits")
    assert "dark.png" in said(samples, "dark")
    assert samples.spec.fields[0].shape == (1, 16, 16)


def test_floating_point_is_scaled_or_refused(tmp_path: Path) -> None:
    for top, there in ((1.0, 255), (255.0, 255)):
        path = save(tmp_path / "f.tif", Image.fromarray(np.full((16, 16), top, np.float32)))
        assert one(path)[0][0, 0, 0] == there
    path = save(tmp_path / "f.tif", Image.fromarray(np.full((16, 16), -3.5, np.float32)))
    assert why(path) == "holds floating-point values from -3.5 to -3.5: expected 0 to 1"


def test_transparent_pixels_show_the_background(tmp_path: Path) -> None:
    clear = plain((255, 0, 0, 0), mode="RGBA")
    half = plain((0, 0, 0, 128), mode="RGBA")
    assert one(save(tmp_path / "c.png", clear))[0].min() == 255
    assert one(save(tmp_path / "c.png", clear), background="black")[0].max() == 0
    values, note = one(save(tmp_path / "h.png", half), colour="grey")
    assert abs(int(values[0, 0, 0]) - 127) <= 1
    assert note["transparent"] is True
    palette = plain(RED).convert("P")
    assert (
        one(save(tmp_path / "p.png", palette, transparency=palette.getpixel((0, 0))))[0].min()
        == 255
    )
    assert one(save(tmp_path / "la.png", plain((0, 0), mode="LA")))[0].min() == 255
    assert one(save(tmp_path / "t.png", plain(RED), transparency=RED))[0].min() == 255


def test_other_modes_become_colours(tmp_path: Path) -> None:
    assert one(save(tmp_path / "p.gif", plain(GREEN).convert("P")))[0][0, 0].tolist() == [0, 255, 0]
    cmyk = one(save(tmp_path / "c.jpg", plain(RED).convert("CMYK"), quality=95))[0][0, 0]
    assert cmyk[0] > 240
    assert max(cmyk[1:]) < 15
    assert one(save(tmp_path / "1.png", plain(1, mode="1")))[0].min() == 255
    assert one(save(tmp_path / "l.jpg", plain(90, mode="L")))[0][0, 0].tolist() == [90, 90, 90]
    assert one(save(tmp_path / "r.bmp", plain(RED)), colour="grey")[0][0, 0].tolist() == [76]


def test_several_frames_are_said(reader: PictureFolder, tmp_path: Path) -> None:
    root, frames = two_classes(tmp_path / "d"), [plain(GREEN), plain(BLUE)]
    for ending in ("gif", "png", "webp", "tif"):
        save(root / "cats" / f"several.{ending}", plain(RED), save_all=True, append_images=frames)
    samples = understood(reader, root)
    assert said(samples, "several_frames").startswith(
        "4 pictures have more than one frame, the first is used: cats/several.gif"
    )
    at = [k for k, name in enumerate(samples.origins) if "several" in name]
    assert (samples.fields["image"][at][:, 0].min(axis=(1, 2)) > 245).all()


def png_that_declares(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(9_500, 10_000), (20_000, 20_000), (60_000, 60_000)])
def test_bombs_are_refused_by_their_declared_size(size: tuple[int, int], tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png_that_declares(*size))
    assert "declares" in why(tmp_path / "bomb.png")
    assert "50,000,000" in why(tmp_path / "bomb.png")


def test_more_pixels_than_the_bytes_can_hold_are_refused(tmp_path: Path) -> None:
    (tmp_path / "bomb.png").write_bytes(png_that_declares(6_000, 6_000))
    assert why(tmp_path / "bomb.png").startswith("declares 6,000 x 6,000 pixels in only")


def test_pictures_that_take_too_much_memory_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "large.bmp", plain(RED, (4_200, 4_000)))
    assert one(path)[0].max() == 255
    monkeypatch.setattr(pictures, "budget", lambda: 100_000_000)
    assert why(path).startswith("declares 4,200 x 4,000 pixels, which take 268.8 MB: expected")


def test_readers_load_no_torch() -> None:
    said = (
        "import sys, nnstudio.data.reading.folder.picture_folder, "
        "nnstudio.data.reading.folder.recording_folder; print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_cut_and_foreign_files_are_listed_and_the_others_read(
    reader: PictureFolder, tmp_path: Path
) -> None:
    root = tmp_path / "d"
    for k in range(8):
        save(root / "ab"[k % 2] / f"{k}.png", noisy(seed=k))
    for ending in ("jpg", "png", "bmp", "tif", "gif", "webp"):
        buffer = io.BytesIO()
        noisy((200, 150)).save(buffer, {"jpg": "jpeg", "tif": "tiff"}.get(ending, ending))
        (root / "a" / f"cut.{ending}").write_bytes(
            buffer.getvalue()[: len(buffer.getvalue()) * 2 // 3]
        )
    (root / "a" / "empty.jpg").touch()
    (root / "b" / "text.png").write_text("no picture")
    with Image.open(root / "a" / "cut.jpg") as image:
        image.verify()  # finds nothing
    samples = understood(reader, root)
    assert len(samples) == 8
    finding = next(one for one in samples.findings if one.code == "unreadable_files")
    assert finding.severity == "warning"
    assert finding.sentence.startswith("Of 16 pictures 8 are left out: a/cut.bmp is cut short; ")
    assert finding.sentence.endswith("; and 3 more.")
    assert why(root / "a" / "cut.jpg") == "is cut short"
    assert why(root / "a" / "empty.jpg") == "is empty"
    assert why(root / "b" / "text.png") == "is no picture of a kind that can be read"
    assert why(root / "b" / "none.png") == "there is no such file"
    assert len(understood(reader, root)) == 8  # the same out of the cache
    assert said(understood(reader, root), "unreadable_files") == finding.sentence


def test_nothing_readable_is_an_error(reader: PictureFolder, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "d" / name).mkdir(parents=True)
        (tmp_path / "d" / name / "x.png").write_bytes(b"x")
    with pytest.raises(
        DataError, match=r"None of the 2 pictures can be read: a/x\.png is no picture"
    ):
        understood(reader, tmp_path / "d")


def test_the_size_is_guessed_and_said(reader: PictureFolder, tmp_path: Path) -> None:
    for k, size in enumerate([(30, 50), (45, 61), (500, 375)]):
        save(tmp_path / "d" / "ab"[k % 2] / f"{k}.png", noisy(size))
    samples = understood(reader, tmp_path / "d")
    assert samples.spec.fields[0].shape == (3, 56, 40)
    guess = next(one for one in samples.spec.guesses if one.about == "preparation.picture_size")
    assert "the median is 45 x 61" in guess.why
    assert "from 30 x 50 to 500 x 375" in said(samples, "mixed_sizes")
    large = PictureSize(width=96, height=104, how="crop", colour="rgb", background="white")
    samples = read(reader, tmp_path / "d", samples.spec.with_values(preparation=(large.step(),)))
    assert samples.fields["image"].shape == (3, 3, 104, 96)
    assert samples.spec.fields[0].shape == (3, 104, 96)
    assert "1 picture is enlarged" in said(samples, "enlarged")


def test_small_and_large_medians() -> None:
    from nnstudio.data.reading.folder.picture_files import suitable

    def of(width: int, height: int, mode: str = "RGB") -> PictureSize:
        return suitable([pictures.Header(width, height, mode, 1)])[0]

    assert of(4000, 3000).shape == (3, 224, 224)
    assert of(28, 28, "L").shape == (1, 24, 24)
    assert of(5, 9, "I;16").shape == (1, 8, 5)


def halves(size: tuple[int, int]) -> Image.Image:
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def test_stretch_fit_and_crop(tmp_path: Path) -> None:
    path = save(tmp_path / "wide.png", halves((64, 16)))
    stretched, fitted, cropped = (one(path, how=how)[0] for how in ("stretch", "fit", "crop"))
    assert stretched[0, 0].tolist() == [255, 0, 0]
    assert fitted[0, 0].tolist() == [255, 255, 255]
    assert fitted[8, 0].tolist() == [255, 0, 0]
    assert fitted[8, 15].tolist() == [0, 0, 255]
    assert (fitted[5] == 255).all()
    assert cropped[0, 0].tolist() == [255, 0, 0]
    assert cropped[15, 15].tolist() == [0, 0, 255]
    assert np.abs(cropped[:, :7].astype(int) - [255, 0, 0]).max() < 3


def test_a_large_jpeg_is_decoded_small_and_gives_the_same_picture(tmp_path: Path) -> None:
    x, y = np.meshgrid(np.linspace(0, 255, 1600), np.linspace(0, 255, 1200))
    smooth = Image.fromarray(np.stack([x, y, 255 - x], -1).astype(np.uint8))
    path = save(tmp_path / "large.jpg", smooth, quality=95)
    for how in ("stretch", "fit", "crop"):
        drafted = pictures.decoded(
            path, PictureSize(width=64, height=64, how=how, colour="rgb", background="white")
        )  # type: ignore[arg-type]
        assert drafted.image.size[0] < 1600
        assert min(drafted.image.size) >= 128
        assert drafted.note["size"] == [1600, 1200]
        whole = save(tmp_path / "large.png", smooth)
        assert np.abs(one(path, how=how)[0].astype(int) - one(whole, how=how)[0]).max() <= 4


def test_arrays_are_brought_to_size_too() -> None:
    size = PictureSize(width=8, height=4, how="stretch", colour="grey", background="white")
    values = np.zeros((2, 3, 16, 16), np.uint8)
    values[:, 0] = 255
    assert size.apply(values, {}).shape == (2, 1, 4, 8)
    assert (size.apply(values, {}) == 76).all()
    masks = np.repeat(np.arange(16)[None, :, None], 16, 2)
    assert size.apply(masks, {}).shape == (1, 4, 8)
    assert size.apply(masks, {})[0, :, 0].tolist() == [2, 6, 10, 14]
    fit = size.with_values(how="fit")
    assert fit.apply(values, {})[0, 0, 0].tolist() == [255, 255, 76, 76, 76, 76, 255, 255]
    same = np.zeros((1, 1, 4, 8), np.uint8)
    assert size.apply(same, {}) is same


def test_parameters_of_a_step_are_checked() -> None:
    from nnstudio.project.data.steps import Step

    assert PictureSize.of(Step(name="picture_size")) == PictureSize.model_validate({})
    assert PictureSize.of(PictureSize.model_validate({"width": 9}).step()).width == 9
    with pytest.raises(DataError, match=r"'picture_size' cannot have width 0: "):
        PictureSize.of(Step(name="picture_size", params=(("width", 0),)))
    with pytest.raises(DataError, match="has no parameter 'depth': expected one of width, height"):
        PictureSize.of(Step(name="picture_size", params=(("depth", 3),)))
