"""A data set of the Hub as a table with its files beside it, made once in the cache.

    KEY/NAME.parquet    a row for each sample, in the order of the splits
    KEY/0000012.png     the picture or recording that a row names

It is made in `KEY.part` and gets its name when it is whole. The interface of `datasets` is used as
it is documented; this was never run against the real Hub.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import import_module
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any

from nnstudio.data import cache_lock
from nnstudio.data.cache import Cache, key_of
from nnstudio.data.cache_room import make_room, remove
from nnstudio.data.info import DataError
from nnstudio.data.reading.folder.pictures import ENDINGS as PICTURES
from nnstudio.data.reading.folder.sounds import ENDINGS as SOUNDS
from nnstudio.data.reading.table.roles import PARTS
from nnstudio.data.samples import Progress
from nnstudio.project.data.source import Hub

RECIPE = 1
"""Goes up when something else comes of the same data set."""
ROWS = 1_000
"""Rows that are written at a time."""
_PART_COLUMNS = ("split", "part", "partition", "subset")
_MEDIA = {"Image": ".png", "Audio": ".wav"}
"""Features that are files, with the ending of those that tell none."""


def converted(source: Hub, cache: Cache, progress: Progress) -> Path:
    """The Parquet file that the data set has become. Raises `DataError` with one sentence."""
    told = f"hub {RECIPE} {source.config}\n{source.revision}"
    key = key_of([(source.path, 0, 0)], told)
    whole = cache.folder / key
    table = f"{source.path.replace('/', '--')}.parquet"
    try:
        cache.folder.mkdir(parents=True, exist_ok=True)

        def wait(owner: str) -> None:
            progress(0.0, f"Waiting for {owner}, which prepares the same data")

        with cache_lock.held(cache.folder / f"{key}.lock", wait):
            if not (whole / table).is_file():
                sets = _loaded(source)
                make_room(cache.folder, _size(sets), cache.limit, spared=key)
                part = whole.with_suffix(".part")
                remove(whole)
                remove(part)
                part.mkdir()
                _write(source.path, sets, part, part / table, progress)
                os.replace(part, whole)
            os.utime(whole / table)
    except OSError as error:
        raise DataError(
            f"The data set {source.path} cannot be kept in the cache at {cache.folder} "
            f"({error.strerror or error}): set NNSTUDIO_CACHE to a folder that can be written."
        ) from error
    return whole / table


def _loaded(source: Hub) -> dict[str, Any]:
    """The splits by name; "" for the only one of a data set without any."""
    try:
        datasets = import_module("datasets")
    except ImportError as error:
        raise DataError(
            "Data sets of the Hugging Face Hub need the package datasets: pip install "
            '"nnstudio[hub]".'
        ) from error
    try:
        # code that a data set brings along is never run: trust_remote_code stays as it is
        found = datasets.load_dataset(
            source.path, name=source.config or None, revision=source.revision or None
        )
    except Exception as error:  # the package, and those under it, raise whatever they like
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise DataError(
            f"The data set {source.path} cannot be had from the Hugging Face Hub: "
            f"{said[0].rstrip('.')[:200]}."
        ) from error
    sets = dict(found) if isinstance(found, Mapping) else {"": found}
    known = {name: one for name, one in sets.items() if name.lower() in PARTS}
    kept = known or sets
    if not any(len(one) for one in kept.values()):
        raise DataError(f"The data set {source.path} of the Hugging Face Hub has no samples.")
    return kept


def _size(sets: Mapping[str, Any]) -> int:
    return max((int(getattr(one, "dataset_size", None) or 0) for one in sets.values()), default=0)


def _write(
    name: str, sets: Mapping[str, Any], folder: Path, table: Path, progress: Progress
) -> None:
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError as error:
        raise DataError(
            "Data sets of the Hugging Face Hub need the package pyarrow: pip install "
            '"nnstudio[hub]".'
        ) from error
    first = next(iter(sets.values()))
    columns = {
        column: kind
        for column, feature in first.features.items()
        if (kind := _type_of(arrow, feature)) is not None
    }
    if not columns:
        raise DataError(f"The data set {name} has no field with single values, pictures or sounds.")
    part = next(one for one in _PART_COLUMNS if one not in columns) if len(sets) > 1 else ""
    schema = arrow.schema([*columns.items(), *([(part, arrow.string())] if part else [])])
    count, done = sum(len(one) for one in sets.values()), 0
    with parquet.ParquetWriter(table, schema) as writer:
        for split, one in sets.items():
            for rows in _in_pieces(name, _with_bytes(one)):
                progress(done / count, f"Converting sample {done + 1:,} of {count:,}")
                made = {
                    column: [
                        _cell(row[column], one.features[column], folder, f"{done + k:07}-{column}")
                        for k, row in enumerate(rows)
                    ]
                    for column in columns
                }
                if part:
                    made[part] = [split.lower()] * len(rows)
                writer.write_table(arrow.table(made, schema=schema))
                done += len(rows)


def _kind(feature: Any) -> str:
    return type(feature).__name__


def _type_of(arrow: Any, feature: Any) -> Any:
    """The type of its column; None for lists and whatever else is no single value."""
    if _kind(feature) in _MEDIA or _kind(feature) == "ClassLabel":
        return arrow.string()
    if _kind(feature) != "Value":
        return None
    with suppress(ValueError):
        return arrow.type_for_alias(feature.dtype)
    return None


def _with_bytes(one: Any) -> Any:
    """The split with its pictures and recordings as the bytes of their files, not decoded."""
    for column, feature in one.features.items():
        if _kind(feature) in _MEDIA:
            one = one.cast_column(column, type(feature)(decode=False))
    return one


def _in_pieces(name: str, rows: Any) -> Iterator[list[Mapping[str, Any]]]:
    following, read, going_on = iter(rows), 0, True
    while going_on:
        piece: list[Mapping[str, Any]] = []
        try:
            piece.extend(islice(following, ROWS))
        except Exception as error:  # whatever the package raises for rows that are damaged
            raise DataError(
                f"The data set {name} cannot be read beyond sample {read:,}: "
                f"{type(error).__name__} {str(error)[:200]}."
            ) from error
        read, going_on = read + len(piece), len(piece) == ROWS
        if piece:
            yield piece


def _cell(value: Any, feature: Any, folder: Path, name: str) -> Any:
    """What stands in the table: a value, the word of a class, the name of a file."""
    if value is None:
        return None
    if _kind(feature) == "ClassLabel":
        return feature.names[value] if 0 <= value < len(feature.names) else None
    if _kind(feature) not in _MEDIA:
        return value
    content, path = value.get("bytes"), value.get("path") or ""
    if content is None:
        with suppress(OSError):
            content = Path(path).read_bytes()
    if content is None:
        return None
    ending = PurePosixPath(path).suffix.lower()
    known = PICTURES if _kind(feature) == "Image" else SOUNDS
    safe = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
    file = folder / (safe + (ending if ending in known else _MEDIA[_kind(feature)]))
    file.write_bytes(content)
    return file.name
