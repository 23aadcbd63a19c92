"""From a place to samples: which reader takes it, what was understood, whether it has changed."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.fingerprint import fingerprint, has_changed
from nnstudio.data.info import DataError, DataSetInfo, InputMapping
from nnstudio.data.pipeline.describing import after_preparation, info_of
from nnstudio.data.reading.registry import reader_of
from nnstudio.data.samples import Progress, Samples, nobody_watches
from nnstudio.project.data.named import source_named
from nnstudio.project.data.places import place_of
from nnstudio.project.data.source import BuiltIn, Folder, Hub
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step


def understand(
    place: str | Path,
    spec: DataSpec | None = None,
    progress: Progress = nobody_watches,
    *,
    chosen: bool = False,
) -> Samples:
    """Read a built-in set, a file or a folder.

    place: a name, or a path that does not depend on a project. spec: what is known of it; options
    of the reader, fields and targets in it are obeyed, the rest is found out. chosen: so is the
    kind of its source, where nothing but the path is known of it. The samples' spec holds all of
    it, with the source's fingerprint. Raises `DataError` with one sentence.
    """
    if str(place) in BUILT_IN and not (spec and spec.source.kind != "builtin"):
        samples = load_built_in(str(place))
        return samples if spec is None else _with(samples, spec)
    named = source_named(str(place))
    if spec is None and isinstance(named, Hub):
        spec = DataSpec(source=named)
    in_hub = isinstance(spec.source, Hub) if spec else False
    path = Path(named.path) if in_hub else existing(place)
    known = None if spec is None or (_is_unread(spec) and not chosen) else spec
    key = (str(path), "" if in_hub else _state(path), known.model_dump_json() if known else "")
    read = _kept.get(key)
    if read is None:
        read = _read(path, known, progress)
        _kept.clear()
        _kept[key] = read
    return read if spec is None else _with(read, spec)


def _is_unread(spec: DataSpec) -> bool:
    """True if the source is no more than a path: nobody has seen or chosen its options."""
    source = spec.source
    if isinstance(source, BuiltIn | Hub):
        return isinstance(source, BuiltIn)
    if spec.fields or getattr(source, "fingerprint", None) is not None:
        return False
    return not isinstance(source, Folder) and source.model_fields_set <= _TOLD_BY_PATHS


_TOLD_BY_PATHS = {"kind", "path", "format", "fingerprint"}


_kept: dict[tuple[str, str, str], Samples] = {}
"""The last source that was read: describing it and training on it reads it once."""


def _state(path: Path) -> str:
    found = fingerprint(path) if path.is_dir() else path.stat()
    return str(found) if path.is_dir() else f"{found.st_size} {found.st_mtime_ns}"  # type: ignore[union-attr]


def _read(path: Path, known: DataSpec | None, progress: Progress) -> Samples:
    reader = reader_of(path, known.source if known else None)
    if known is not None and known.fields:
        refuse_changed(path, known)
        samples = reader.read(path, known, progress)
    else:
        glance = reader.glance(path, known.source if known else None)
        samples = reader.read(path, glance.spec, progress)
    source = samples.spec.source
    if not isinstance(source, Hub):
        update = {"path": str(path), "fingerprint": fingerprint(path)}
        source = source.model_copy(update=update)
    spec = samples.spec.with_values(source=source, samples=len(samples))
    return replace(samples, spec=spec)


def refuse_changed(path: Path, spec: DataSpec) -> None:
    """Raise `DataError` if the source is no longer what it was when it was understood."""
    before = getattr(spec.source, "fingerprint", None)
    if before is not None and has_changed(path, before):
        raise DataError(
            f"{path.name} has changed since it was understood ({before.size:,} bytes then): look "
            "at it again in Data, or give it anew with --data, before training on it."
        )


def _with(samples: Samples, spec: DataSpec) -> Samples:
    """The samples with everything else that a spec says: split, preparation, balance, ...

    What nobody has chosen in a spec of an unread source is as the reader proposes it.
    """
    found, kept = samples.spec, ("source", "samples", "fields", "targets", "guesses")
    values = {name: getattr(spec, name) for name in DataSpec.model_fields if name not in kept}
    if not spec.fields:
        own = (step for step in spec.preparation if step not in found.preparation)
        values["preparation"] = (*found.preparation, *own)
        values["split"] = _chosen(spec.split, found.split)
        if spec.feeds == ():
            values["feeds"] = found.feeds
    return replace(samples, spec=found.with_values(**values))


def _chosen(split: Split, proposed: Split) -> Split:
    """The proposed split with what differs from the defaults in the other one."""
    fresh = Split()
    own = {name: getattr(split, name) for name in Split.model_fields}
    return proposed.with_values(
        **{name: value for name, value in own.items() if value != getattr(fresh, name)}
    )


def existing(place: str | Path) -> Path:
    """The path of a file or folder that is there; otherwise `DataError`."""
    path = Path(place).expanduser()
    if not path.exists():
        raise DataError(
            f"There is no data set or file named {place}; built in are {', '.join(BUILT_IN)}."
        )
    return path


@lru_cache(maxsize=8)
def _described(spec: DataSpec) -> DataSetInfo:
    return info_of(spec)


def built_in(spec: DataSpec) -> DataSetInfo | None:
    """The description of the built-in set that a spec names, None for other data."""
    info = BUILT_IN.get(spec.source.path) if isinstance(spec.source, BuiltIn) else None
    if info is None or not spec.preparation:
        return info
    return _prepared(info.name, spec.preparation)


@lru_cache(maxsize=8)
def _prepared(name: str, steps: tuple[Step, ...]) -> DataSetInfo:
    spec = load_built_in(name).spec.with_values(preparation=steps)
    return after_preparation(BUILT_IN[name], spec)


def understood(spec: DataSpec) -> DataSpec:
    """The spec with everything that can be found out of its source; as it is where it was."""
    if built_in(spec) is not None or spec.fields:
        return spec
    return understand(place_of(spec.source), spec).spec


def describe(data: DataSpec | str | Path) -> DataSetInfo:
    """The description of the data of a spec, of a built-in set or of a path.

    They are read only if they are not yet known.
    """
    if not isinstance(data, DataSpec):
        known = BUILT_IN.get(str(data))
        return known if known is not None else _described(understand(data).spec)
    spec = data
    info = built_in(spec)
    if info is not None:
        return info
    return _described(understood(spec))


def samples_for(spec: DataSpec, feed: InputMapping) -> Samples:
    """The samples of a spec, made for the Inputs of a model where they depend on them."""
    info = built_in(spec)
    if info is not None:
        return _with(load_built_in(info.name, feed), spec)
    return understand(place_of(spec.source), spec)
