"""Pictures that tests write, and what was said of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from nnstudio.data.reading.folder.picture_folder import PictureFolder
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.project.data.source import Folder
from nnstudio.project.data.spec import DataSpec

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def save(path: Path, image: Image.Image, **options: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def plain(colour: object = RED, size: tuple[int, int] = (16, 16), mode: str = "RGB") -> Image.Image:
    return Image.new(mode, size, colour)  # type: ignore[arg-type]


def noisy(size: tuple[int, int] = (64, 48), seed: int = 0) -> Image.Image:
    random = np.random.default_rng(seed)
    return Image.fromarray(random.integers(0, 255, (size[1], size[0], 3), np.uint8))


def two_classes(root: Path) -> Path:
    for k in range(3):
        save(root / "cats" / f"{k}.png", plain(RED))
        save(root / "dogs" / f"{k}.jpg", plain(BLUE))
    return root


def read(reader: PictureFolder, root: Path, spec: DataSpec | None = None) -> Samples:
    return reader.read(
        root, spec or DataSpec(source=Folder(path=str(root), holds="pictures")), nobody_watches
    )


def understood(reader: PictureFolder, root: Path) -> Samples:
    return reader.read(root, reader.glance(root, None).spec, nobody_watches)


def said(samples: Samples, code: str) -> str:
    return next((one.sentence for one in samples.findings if one.code == code), "")
