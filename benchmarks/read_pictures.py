"""How fast pictures come: into the cache, out of it, and what augmenting a batch costs.

Run with ``python benchmarks/read_pictures.py [PICTURES]`` (2,000 JPEG files of 500 x 375 are
made). Beside each figure stands what one would do otherwise: Pillow in every epoch, one thread.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from PIL import Image

from nnstudio.data.augmentation.augment import Augment
from nnstudio.data.cache import Cache
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.reading.folder.picture_files import decode_pictures
from nnstudio.project.data.steps import Step

BATCH = 32


def made(folder: Path, count: int) -> list[Path]:
    """JPEG files that compress like photographs: smooth noise with some grain."""
    random, paths = np.random.default_rng(0), []
    for number in range(count):
        rough = random.integers(0, 256, (24, 32, 3), np.uint8)
        smooth = Image.fromarray(rough).resize((500, 375), Image.Resampling.BICUBIC)
        grain = random.integers(-12, 13, (375, 500, 1))
        pixels = np.clip(np.asarray(smooth, np.int16) + grain, 0, 255).astype(np.uint8)
        paths.append(folder / f"{number}.jpg")
        Image.fromarray(pixels).save(paths[-1], quality=90)
    return paths


def seconds(act: Callable[[], object], times: int = 1) -> float:
    """The best of several runs."""
    taken = []
    for _ in range(times):
        start = perf_counter()
        act()
        taken.append(perf_counter() - start)
    return min(taken)


def with_pillow(paths: list[Path], side: int) -> None:
    """One epoch as most programs do it."""
    for path in paths:
        with Image.open(path) as image:
            np.asarray(image.convert("RGB").resize((side, side), Image.Resampling.BILINEAR))


def of_side(paths: list[Path], side: int, folder: Path) -> None:
    """Figures for pictures of one size."""
    size = PictureSize.model_validate({"width": side, "height": side})
    count = len(paths)
    for threads in (1, 2):
        cache = Cache(folder / f"cache{side}-{threads}")
        start = perf_counter()
        values = decode_pictures(paths, size, cache=cache, threads=threads).values
        print(f"  into the cache, {threads} threads   {count / (perf_counter() - start):9,.0f} /s")
    again = seconds(lambda: decode_pictures(paths, size, cache=cache))
    print(f"  found in the cache again      {again:9.3f} s for all {count:,}")
    plain = paths[: min(count, 500)]
    pillow = len(plain) / seconds(lambda: with_pillow(plain, side))
    print(f"  Pillow, every epoch           {pillow:9,.0f} /s")

    order = np.random.default_rng(0).permutation(count)
    rows = torch.from_numpy(np.moveaxis(np.asarray(values), 1, -1).copy(order="K"))
    batches = [order[k : k + BATCH] for k in range(0, count - BATCH + 1, BATCH)]
    indices = [torch.from_numpy(one) for one in batches]
    for what, gather in (
        ("map[indices] by numpy", lambda k: values[batches[k]]),
        ("tensor.index_select", lambda k: rows.index_select(0, indices[k])),
        ("tensor[indices]", lambda k: rows[indices[k]]),
    ):
        taken = seconds(lambda gather=gather: [gather(k) for k in range(len(batches))], 3)  # type: ignore[misc]
        each = taken / len(batches)
        print(f"  {what:29} {each * 1e3:9.2f} ms a batch, {BATCH / each:11,.0f} pictures/s")

    def as_float() -> None:
        for one in batches:
            torch.from_numpy(values[one]).float().div_(255)

    each = seconds(as_float, 3) / len(batches)
    rate = BATCH / each
    print(f"  ... and as float32            {each * 1e3:9.2f} ms a batch, {rate:11,.0f} pictures/s")


def augmented(side: int) -> None:
    """What each augmentation takes for a batch on the processor."""
    inputs, targets = torch.randn(BATCH, 3, side, side), torch.arange(BATCH) % 10
    names = ("crop", "flip", "affine", "colour", "erasing", "noise", "mixup", "cutmix")
    for chosen in (*((name,) for name in names), names[:5]):
        steps = [Step(name=name) for name in chosen]
        augment = Augment(steps, {"": "image"}, {"": "category"}, {"": 10})
        taken = seconds(lambda augment=augment: augment(inputs, targets), 7)  # type: ignore[misc]
        print(
            f"  {'first five' if len(chosen) > 1 else chosen[0]:29} {taken * 1e3:9.2f} ms a batch"
        )


def main() -> None:
    """All figures, for small and usual sizes."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder) / "pictures"
        files.mkdir()
        paths = made(files, count)
        kilobytes = sum(path.stat().st_size for path in paths) / count / 1e3
        print(f"{count:,} JPEG of 500 x 375, {kilobytes:.0f} kB each")
        for side in (224, 32):
            print(f"{side} x {side}")
            of_side(paths, side, Path(folder))
    for side in (224, 32):
        print(f"augmentation, {BATCH} pictures of 3 x {side} x {side}")
        augmented(side)


if __name__ == "__main__":
    main()
