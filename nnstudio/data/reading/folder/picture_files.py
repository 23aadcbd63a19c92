"""Many pictures, decoded by two threads into the cache; the size that suits them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import numpy as np

from nnstudio.data.cache import THREADS, Cache, Layout, Note, key_of
from nnstudio.data.info import DataError
from nnstudio.data.preparation.pictures import PictureSize
from nnstudio.data.reading.folder.left_out import Decoded, having, in_words, unreadable
from nnstudio.data.reading.folder.listing import shown
from nnstudio.data.reading.folder.pictures import Header, header_of, picture_item
from nnstudio.data.reading.folder.spec import step_of, with_step
from nnstudio.data.samples import Finding, Progress, nobody_watches
from nnstudio.project.data.spec import DataSpec

LARGEST = 224
STEP = 8
RECIPE = 1
"""Goes up when other pixels come of the same files."""


def decode_pictures(
    paths: Sequence[Path],
    recipe: PictureSize,
    progress: Progress = nobody_watches,
    root: Path | None = None,
    cache: Cache | None = None,
    threads: int = THREADS,
) -> Decoded:
    """Pictures (kept, C, height, width) uint8, made once and kept in the cache.

    The map lies channels last on the disk: `values[indices]` by numpy keeps that order and is
    fast. Names in findings are relative to `root`. Raises `DataError` if no picture can be read,
    or none of them be kept.
    """
    names = names_of(paths, root)
    if not paths:
        raise DataError("There are no pictures to decode.")
    layout = Layout((recipe.height, recipe.width, recipe.channels), "uint8")
    with quiet():
        entry = (cache or Cache()).entry(
            key_of(marks(paths, names), f"pictures {RECIPE} {recipe.model_dump_json()}"),
            len(paths),
            {"image": layout},
            lambda k: picture_item(paths[k], recipe),
            progress,
            "Decoding picture",
            threads,
        )
    findings = (*unreadable(names, entry.notes, "pictures"), *seen(names, entry.notes, recipe))
    values = np.moveaxis(entry.arrays["image"], -1, 1)
    return Decoded(values, entry.kept, entry.notes, findings)


def names_of(paths: Sequence[Path], root: Path | None) -> list[str]:
    """Paths as text, relative to `root` where they lie below it."""
    if root is None:
        return [shown(path.as_posix()) for path in paths]
    return [
        shown((path.relative_to(root) if path.is_relative_to(root) else path).as_posix())
        for path in paths
    ]


def marks(paths: Sequence[Path], names: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Name, size and time of change of each; -1 and 0 for one that is not there."""
    for path, name in zip(paths, names, strict=True):
        try:
            state = path.stat()
            yield name, state.st_size, state.st_mtime_ns
        except OSError:
            yield name, -1, 0


@contextmanager
def quiet() -> Iterator[None]:
    """Pillow's warnings are not shown: what matters of them is in the findings."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\..*")
        yield


def headers_of(paths: Sequence[Path], progress: Progress = nobody_watches) -> list[Header]:
    """The headers of those that have one."""
    found = []
    with quiet():
        for number, path in enumerate(paths):
            if number % 200 == 0:
                progress(
                    number / len(paths), f"Looking at picture {number + 1:,} of {len(paths):,}"
                )
            try:
                found.append(header_of(path))
            except DataError:
                continue
    return found


def suitable(headers: Sequence[Header]) -> tuple[PictureSize, str]:
    """The size for pictures with these headers, and why.

    Median width and height, rounded down to a multiple of 8, at most 224.
    """
    if not headers:
        return PictureSize(), "no picture could be looked at"
    width, height = (
        _rounded(median(sizes))
        for sizes in ([one.width for one in headers], [one.height for one in headers])
    )
    grey = all(one.is_grey for one in headers)
    sizes = {(one.width, one.height) for one in headers}
    if len(sizes) == 1:
        there = "all pictures are {} x {}".format(*next(iter(sizes)))
    else:
        there = (
            f"the median is {median(one.width for one in headers):g} x "
            f"{median(one.height for one in headers):g}"
        )
    why = f"{there}, rounded down to a multiple of {STEP}, at most {LARGEST}"
    why += "; all are grey" if grey else "; some have colours"
    return PictureSize(width=width, height=height, colour="grey" if grey else "rgb"), why


def sized(spec: DataSpec, paths: Sequence[Path], progress: Progress = nobody_watches) -> DataSpec:
    """With a size of the pictures, guessed from their headers where the spec has none."""
    if step_of(spec, PictureSize.name) is not None:
        return spec
    return with_step(spec, *suitable(headers_of(paths, progress)))


def size_of(spec: DataSpec) -> PictureSize:
    """The size of the pictures that the spec says."""
    step = step_of(spec, PictureSize.name)
    return PictureSize() if step is None else PictureSize.of(step)


def _rounded(size: float) -> int:
    whole = int(min(size, LARGEST))
    return whole // STEP * STEP if whole >= STEP else max(whole, 1)


def seen(names: Sequence[str], notes: Sequence[Note], size: PictureSize) -> list[Finding]:
    """What people should know about pictures that were read."""
    found = []

    def say(severity: str, key: str, code: str, sentence: str) -> None:
        if some := having(names, notes, key):
            said = sentence.format(n=_of_pictures(len(some)), names=in_words(some))
            found.append(Finding(severity, code, said, some[0]))  # type: ignore[arg-type]

    say("note", "frames", "several_frames", "{n} more than one frame, the first is used: {names}.")
    say("note", "turned", "turned", "{n} a mark of the camera and were turned by it: {names}.")
    say(
        "note",
        "transparent",
        "transparent",
        f"{{n}} transparent pixels, put on {size.background}: {{names}}.",
    )
    say("note", "deep", "sixteen_bits", "{n} 16 bits, scaled to eight: {names}.")
    say("note", "exif", "bad_exif", "{n} marks of the camera that cannot be read: {names}.")
    dark = [
        name for name, note in zip(names, notes, strict=True) if 0 < note.get("deep", 0) < 4_096
    ]
    if dark:
        said = f"{_of_pictures(len(dark))} 16 bits but values below 4,096 only, and will be dark: "
        found.append(Finding("advice", "dark", f"{said}{in_words(dark)}.", dark[0]))
    return [*found, *_sizes(notes, size)]


def _of_pictures(count: int) -> str:
    return "1 picture has" if count == 1 else f"{count:,} pictures have"


def _sizes(notes: Sequence[Note], size: PictureSize) -> list[Finding]:
    sizes = [tuple(note["size"]) for note in notes if "size" in note]
    if len(set(sizes)) < 2:
        return []
    least, most = min(sizes, key=lambda s: s[0] * s[1]), max(sizes, key=lambda s: s[0] * s[1])
    said = (
        f"Sizes differ, from {least[0]} x {least[1]} to {most[0]} x {most[1]}: all are brought to "
        f"{size.width} x {size.height} ({size.how})."
    )
    found = [Finding("note", "mixed_sizes", said)]
    small = sum(one[0] * 2 <= size.width and one[1] * 2 <= size.height for one in sizes)
    if small:
        what = "1 picture is" if small == 1 else f"{small:,} pictures are"
        said = f"{what} enlarged to twice the size or more: a smaller size would do for them."
        found.append(Finding("advice", "enlarged", said))
    return found
