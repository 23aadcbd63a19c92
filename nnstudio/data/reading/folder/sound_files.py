"""Many recordings, read by two threads into the cache; the rate and length that suit them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from nnstudio.data.cache import Cache, Layout, Note, key_of
from nnstudio.data.info import DataError
from nnstudio.data.preparation.sound import SoundLength
from nnstudio.data.reading.folder.left_out import Decoded, having, in_words, unreadable
from nnstudio.data.reading.folder.picture_files import marks, names_of
from nnstudio.data.reading.folder.sounds import Declared, declared, sound_item
from nnstudio.data.reading.folder.spec import step_of, with_step
from nnstudio.data.samples import Finding, Progress, nobody_watches
from nnstudio.project.data.spec import DataSpec

RECIPE = 1
"""Goes up when other values come of the same files."""


def decode_recordings(
    paths: Sequence[Path],
    recipe: SoundLength,
    progress: Progress = nobody_watches,
    root: Path | None = None,
    cache: Cache | None = None,
) -> Decoded:
    """Recordings (kept, 1, length) float32 from -1 to 1, made once and kept in the cache.

    Names in findings are relative to `root`. Raises `DataError` if no recording can be read, or
    none of them be kept.
    """
    names = names_of(paths, root)
    if not paths:
        raise DataError("There are no recordings to decode.")
    entry = (cache or Cache()).entry(
        key_of(marks(paths, names), f"recordings {RECIPE} {recipe.model_dump_json()}"),
        len(paths),
        {"sound": Layout((1, recipe.length), "float32")},
        lambda k: sound_item(paths[k], recipe),
        progress,
        "Decoding recording",
    )
    found = (*unreadable(names, entry.notes, "recordings"), *heard(names, entry.notes, recipe))
    return Decoded(entry.arrays["sound"], entry.kept, entry.notes, found)


def all_declared(paths: Sequence[Path], progress: Progress = nobody_watches) -> list[Declared]:
    """What those say of themselves that can be opened."""
    found = []
    for number, path in enumerate(paths):
        if number % 50 == 0:
            what = f"Looking at recording {number + 1:,} of {len(paths):,}"
            progress(number / len(paths), what)
        try:
            found.append(declared(path))
        except DataError:
            continue
    return found


def suitable(said: Sequence[Declared]) -> tuple[SoundLength, str]:
    """Rate and length for recordings that declare this, and why.

    The most common rate, the lower of two equally common ones; the median of the lengths.
    """
    there = [one for one in said if one["frames"] > 0]
    if not there:
        return SoundLength(), "no recording could be looked at"
    rates = Counter(one["rate"] for one in there)
    rate = min(rates, key=lambda one: (-rates[one], one))
    lengths = [round(one["frames"] * rate / one["rate"]) for one in there]
    length = max(1, round(median(lengths)))
    how_long = "all are so long" if len(set(lengths)) == 1 else "the median of their lengths"
    which = "the rate of all" if len(rates) == 1 else f"the most common of {len(rates)} rates"
    why = f"{rate:,} values a second is {which}; {length / rate:.2f} s: {how_long}"
    return SoundLength(rate=rate, length=length), why


def sized(spec: DataSpec, paths: Sequence[Path], progress: Progress = nobody_watches) -> DataSpec:
    """With rate and length, guessed from the headers where the spec has none."""
    if step_of(spec, SoundLength.name) is not None:
        return spec
    return with_step(spec, *suitable(all_declared(paths, progress)))


def length_of(spec: DataSpec) -> SoundLength:
    """Rate and length of the recordings that the spec says."""
    step = step_of(spec, SoundLength.name)
    return SoundLength() if step is None else SoundLength.of(step)


def heard(names: Sequence[str], notes: Sequence[Note], to: SoundLength) -> list[Finding]:
    """What people should know about recordings that were read."""
    there = [note for note in notes if "rate" in note]
    found = []
    rates = Counter(note["rate"] for note in there)
    if set(rates) - {to.rate}:
        kinds = ", ".join(f"{count:,} of {rate:,}" for rate, count in rates.most_common(5))
        said = f"Recordings of {kinds} values a second: all are brought to {to.rate:,}."
        found.append(Finding("note", "mixed_rates", said))
    channels = Counter(note["channels"] for note in there)
    if set(channels) - {1}:
        kinds = ", ".join(f"{count:,} with {number}" for number, count in channels.most_common(5))
        said = f"Channels are averaged into one: {kinds}."
        found.append(Finding("note", "mixed_channels", said))
    lengths = [note["frames"] / note["rate"] for note in there]
    wanted = to.length / to.rate
    longer = sum(one * to.rate >= to.length + 1 for one in lengths)
    shorter = sum(one * to.rate <= to.length - 1 for one in lengths)
    if longer or shorter:
        said = (
            f"Lengths differ, from {min(lengths):.2f} to {max(lengths):.2f} s: {longer:,} are cut "
            f"and {shorter:,} filled with {to.filled} to have {wanted:.2f} s."
        )
        found.append(Finding("note", "mixed_lengths", said))
    for key, what in (("silent", "silent"), ("clipped", "clipped: too loud, their peaks cut off")):
        if some := having(names, notes, key):
            count = "1 recording is" if len(some) == 1 else f"{len(some):,} recordings are"
            said = f"{count} {what}: {in_words(some)}."
            found.append(Finding("warning", key, said, some[0]))
    return found
