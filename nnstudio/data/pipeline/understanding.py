"""From a place to samples: which reader takes it, what was understood, whether it has changed."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.fingerprint import fingerprint, has_changed
from nnstudio.data.info import DataError, DataSetInfo, InputMapping
from nnstudio.data.pipeline.describing import after_preparation, info_of
from nnstudio.data.reading.reader import Reader
from nnstudio.data.reading.registry import reader_of
from nnstudio.data.reading.table.reader import TableReader
from nnstudio.data.samples import Fix, Progress, Samples, nobody_watches
from nnstudio.project.data.named import source_named
from nnstudio.project.data.places import HUB, absolute, place_of
from nnstudio.project.data.source import BuiltIn, Fingerprint, Folder, Hub, Table
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
    it, with the source's absolute path and fingerprint. Raises `DataError` with one sentence.
    """
    if str(place) in BUILT_IN and not (spec and spec.source.kind != "builtin"):
        samples = load_built_in(str(place))
        return samples if spec is None else _with(samples, spec)
    if spec is None and str(place).startswith(HUB):
        spec = DataSpec(source=source_named(str(place)))
    in_hub = spec is not None and isinstance(spec.source, Hub)
    path = Path(spec.source.path) if spec is not None and in_hub else existing(place)
    known = None if spec is None or (_is_unread(spec) and not chosen) else spec
    if not in_hub and not any(place == str(path) for place, _, _ in _kept):
        reader_of(path, known.source if known else None)  # no folder is summed up in vain
    folder = fingerprint(path) if not in_hub and path.is_dir() else None
    state = "" if in_hub else folder.hash if folder is not None else _state(path)
    read = _kept.get((str(path), state, _what_decides(known)))
    if read is None:
        read = _read(path, known, progress, folder)
        _kept.clear()
        for asked in (known, read.spec):
            _kept[(str(path), state, _what_decides(asked))] = read
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


def _what_decides(spec: DataSpec | None) -> str:
    """What of a spec a reader looks at; the rest comes after it."""
    if spec is None:
        return ""
    parts = {"source", "fields", "targets", "preparation"}
    chosen = [] if spec.fields else sorted(spec.source.model_fields_set)
    return f"{spec.model_dump_json(include=parts)} {chosen}"


def _state(path: Path) -> str:
    state = path.stat()
    return f"{state.st_size} {state.st_mtime_ns}"


def _read(
    path: Path, known: DataSpec | None, progress: Progress, folder: Fingerprint | None
) -> Samples:
    """folder: what a folder was just before it is read; a file is summed up once it was read."""
    reader = reader_of(path, known.source if known else None)
    if known is not None and known.fields:
        refuse_changed(path, known)
        samples = reader.read(path, known, progress)
    else:
        samples = reader.read(path, _to_be_read(reader, path, known), progress)
    source = samples.spec.source
    if not isinstance(source, Hub):
        changed = {"path": str(path), "fingerprint": folder or fingerprint(path)}
        source = absolute(source.model_copy(update=changed), Path.cwd())
    seen = {"source": source, "samples": len(samples)}

    def of_what_was_seen(fix: Fix) -> Fix:
        """A fix that reads the source no other way is one of the source as it was seen."""
        same = fix.spec.source == samples.spec.source
        return Fix(fix.title, fix.spec.with_values(**seen)) if same else fix

    findings = tuple(
        replace(finding, fixes=tuple(map(of_what_was_seen, finding.fixes)))
        for finding in samples.findings
    )
    return replace(samples, spec=samples.spec.with_values(**seen), findings=findings)


def _to_be_read(reader: Reader, path: Path, known: DataSpec | None) -> DataSpec:
    """What is known before all of a source is read: options, no fields.

    A table is understood from all of its records, not from the first ones that a glance sees.
    """
    if known is not None and isinstance(known.source, Folder):
        return known.with_values(source=reader.glance(path, known.source).spec.source)
    if known is not None:
        return known
    if isinstance(reader, TableReader):
        return DataSpec(source=Table(path=str(path)))
    return DataSpec(source=reader.glance(path, None).spec.source)


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


_LONGEST = 200
"""Characters of a path that a sentence shows."""


def existing(place: str | Path) -> Path:
    """The path of a file or folder that is there; otherwise `DataError`."""
    shown = place if len(str(place)) <= _LONGEST else f"{str(place)[:_LONGEST]}..."
    try:
        path = Path(os.path.abspath(Path(place).expanduser()))
        there = path.exists()
    except RuntimeError:  # the home of a user whom nobody knows
        there = False
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise DataError(f"{shown} cannot be looked at: {why}.") from error
    if not there:
        raise DataError(
            f"There is no data set or file named '{shown}'; built in are {', '.join(BUILT_IN)}."
        )
    if not path.is_file() and not path.is_dir():
        raise DataError(f"{shown} is a pipe or a device: expected a file or a folder.")
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise DataError(
            f"The name {shown} is not valid UTF-8, no project can keep it: rename it."
        ) from error
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


def understood(spec: DataSpec, loss: str = "auto") -> DataSpec:
    """The spec with everything that can be found out of its source; as it is where it was.

    loss: of the training; cross entropy says that guessed numbers are classes.
    """
    if built_in(spec) is not None or spec.fields:
        return spec
    found = understand(place_of(spec.source), spec).spec
    if loss != "cross_entropy" or not any(t.task == "number" for t in found.targets):
        return found
    asked = {t.fields[0] for t in found.targets if t.task == "number" and len(t.fields) == 1}
    fields = tuple(
        field.with_values(kind="category") if field.name in asked else field
        for field in found.fields
    )
    targets = tuple(
        target.with_values(task="classes") if target.fields[0] in asked else target
        for target in found.targets
    )
    wanted = found.with_values(fields=fields, targets=targets)
    return understand(place_of(spec.source), wanted).spec


def refuse_errors(samples: Samples) -> None:
    """Raise `DataError` with what was found that makes a training impossible.

    Values that are missing or infinite have rules of their own (`without_gaps`).
    """
    for finding in samples.findings:
        if finding.severity == "error" and finding.code not in ("missing", "infinite"):
            raise DataError(finding.sentence)


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
