"""Files that a column names: pictures and recordings in place of their names.

A step after the table was read. A field of names with the role input becomes one of the kind
`image` or `audio`; records without all of their files are left out in every field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.reading.folder import picture_files, sound_files
from nnstudio.data.reading.folder.left_out import Decoded, in_words
from nnstudio.data.reading.folder.picture_folder import some_pictures
from nnstudio.data.reading.folder.pictures import ENDINGS as PICTURES
from nnstudio.data.reading.folder.recording_folder import some_recordings
from nnstudio.data.reading.folder.sounds import ENDINGS as SOUNDS
from nnstudio.data.reading.table.columns import is_file
from nnstudio.data.samples import Finding, Progress, Samples, nobody_watches
from nnstudio.project.data.fields import Kind
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec

LOOKED_AT = 64
"""Files whose headers a glance looks at."""
PREVIEW = 16
_MEDIA: tuple[Kind, ...] = ("image", "audio")


def as_names(spec: DataSpec) -> DataSpec:
    """The spec with the pictures and recordings of its fields as the names that the table holds."""
    fields = tuple(
        field.with_values(kind="path", shape=(), dtype="object") if field.kind in _MEDIA else field
        for field in spec.fields
    )
    return spec.with_values(fields=fields)


def with_files(
    path: Path,
    samples: Samples,
    wished: DataSpec,
    progress: Progress = nobody_watches,
    cache: Cache | None = None,
) -> Samples:
    """The samples of the table at `path` with what their files hold, decoded into the cache.

    wished: the kinds that its fields have are obeyed, else the endings of the names tell.
    Raises `DataError` if no record has all of its files.
    """
    kinds = _kinds(samples, wished)
    if not kinds:
        return samples
    root = folder_of(path, samples.spec)
    samples = _existing(path.name, samples, kinds, root)
    spec = _sized(samples.spec, kinds, _paths(samples, kinds, root), progress)
    findings: list[Finding] | None = None
    while True:
        made = {
            name: _decoded(spec, kinds[name], files, progress, root, cache)
            for name, files in _paths(samples, kinds, root).items()
        }
        if findings is None:
            findings = [finding for one in made.values() for finding in one.findings]
        kept = _common(path.name, len(samples), made)
        if all(len(one.kept) == len(kept) for one in made.values()):
            return _with_values(samples, spec, kinds, kept, made, findings)
        samples = samples.take(kept)  # another file of theirs cannot be read: all anew, in line


def with_some_files(path: Path, samples: Samples) -> Samples:
    """The first of the samples with what their files hold, in memory; for a preview."""
    kinds = _kinds(samples, samples.spec)
    if not kinds:
        return samples
    root = folder_of(path, samples.spec)
    samples = _existing(path.name, samples, kinds, root)
    samples = samples.take(np.arange(min(len(samples), LOOKED_AT)))
    spec = _sized(samples.spec, kinds, _paths(samples, kinds, root), nobody_watches)
    samples = samples.take(np.arange(min(len(samples), PREVIEW)))
    made = {
        name: (some_pictures if kinds[name] == "image" else some_recordings)(files, spec, root)
        for name, files in _paths(samples, kinds, root).items()
    }
    kept = _common(path.name, len(samples), made)
    findings = [finding for one in made.values() for finding in one.findings]
    made = {
        name: replace(one, values=one.values[np.isin(one.kept, kept)]) for name, one in made.items()
    }
    return _with_values(samples, spec, kinds, kept, made, findings)


def folder_of(path: Path, spec: DataSpec) -> Path:
    """The folder to which the names are relative: as the source says, else that of the table."""
    source = spec.source
    return Path(source.files) if isinstance(source, Table) and source.files else path.parent


def _kinds(samples: Samples, wished: DataSpec) -> dict[str, Kind]:
    """The fields of names to be decoded, with what their files are."""
    found: dict[str, Kind] = {}
    for field in samples.spec.fields:
        if field.kind != "path" or field.role != "input":
            continue
        given = wished.by_name.get(field.name)
        if given is not None and given.kind in _MEDIA:
            found[field.name] = given.kind
            continue
        endings = [Path(name).suffix.lower() for name in samples.fields[field.name] if name]
        pictures = sum(ending in PICTURES for ending in endings)
        sounds = sum(ending in SOUNDS for ending in endings)
        if pictures or sounds:
            found[field.name] = "image" if pictures >= sounds else "audio"
    return found


def _existing(file: str, samples: Samples, kinds: Mapping[str, Kind], root: Path) -> Samples:
    """Those whose files are all there, with a finding about the others."""
    keep = np.ones(len(samples), np.bool_)
    findings = []
    for name in kinds:
        names = samples.fields[name]
        there = {word: is_file(root, word) for word in set(names) if word}
        gone = np.array([not there.get(word, False) for word in names], np.bool_)
        keep &= ~gone
        if gone.any():
            findings.append(_absent(samples, name, np.flatnonzero(gone)))
    if not keep.any():
        raise DataError(
            f"{file} has no record whose file is there: {findings[0].sentence} Expected them in "
            f"{root}; say where they are (files)."
        )
    if keep.all():
        return samples
    samples = samples.take(np.flatnonzero(keep))
    return replace(samples, findings=(*samples.findings, *findings))


def _absent(samples: Samples, name: str, gone: NDArray[np.intp]) -> Finding:
    told = [
        f"{samples.fields[name][k] or 'no name'} in {samples.origins[k]}" for k in gone.tolist()
    ]
    count = "1 record is" if len(gone) == 1 else f"{len(gone):,} records are"
    said = f"{count} left out: the column '{name}' names no file that is there: {in_words(told)}."
    return Finding("warning", "absent_files", said, name)


def _paths(samples: Samples, kinds: Mapping[str, Kind], root: Path) -> dict[str, list[Path]]:
    return {name: [root / word for word in samples.fields[name]] for name in kinds}


def _sized(
    spec: DataSpec,
    kinds: Mapping[str, Kind],
    paths: Mapping[str, Sequence[Path]],
    progress: Progress,
) -> DataSpec:
    """With one size for all pictures and one length for all recordings, guessed if need be."""
    for kind, sized in (("image", picture_files.sized), ("audio", sound_files.sized)):
        files = [path for name, some in paths.items() if kinds[name] == kind for path in some]
        if files:
            spec = sized(spec, files, progress)
    return spec


def _decoded(
    spec: DataSpec,
    kind: Kind,
    paths: Sequence[Path],
    progress: Progress,
    root: Path,
    cache: Cache | None,
) -> Decoded:
    if kind == "image":
        return picture_files.decode_pictures(
            paths, picture_files.size_of(spec), progress, root, cache
        )
    return sound_files.decode_recordings(paths, sound_files.length_of(spec), progress, root, cache)


def _common(file: str, count: int, made: Mapping[str, Decoded]) -> NDArray[np.intp]:
    """The records all of whose files could be read."""
    keep = np.ones(count, np.bool_)
    for one in made.values():
        keep &= np.isin(np.arange(count), one.kept)
    if not keep.any():
        raise DataError(f"{file} has no record all of whose files can be read.")
    return np.flatnonzero(keep)


def _with_values(
    samples: Samples,
    spec: DataSpec,
    kinds: Mapping[str, Kind],
    kept: NDArray[np.intp],
    made: Mapping[str, Decoded],
    findings: Sequence[Finding],
) -> Samples:
    """The records `kept`, with the values that were made of their files; spec: with the sizes."""
    fields = tuple(
        field.with_values(
            kind=kinds[field.name],
            shape=made[field.name].values.shape[1:],
            dtype=str(made[field.name].values.dtype),
        )
        if field.name in kinds
        else field
        for field in spec.fields
    )
    if len(kept) < len(samples):
        samples = samples.take(kept)
    values: dict[str, NDArray[Any]] = {
        name: made[name].values if name in made else array for name, array in samples.fields.items()
    }
    return replace(
        samples,
        spec=spec.with_values(fields=fields),
        fields=values,
        findings=(*samples.findings, *findings),
    )
