"""The `.nns` file: UTF-8 JSON, keys sorted, one node a line. Nothing read is ever executed.

Reading is check -> migrate -> parse -> resolve; writing is atomic. Same project, same bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from nnstudio.project.data.named import record_named
from nnstudio.project.data.places import absolute, absolute_path, relative, relative_path
from nnstudio.project.data.source import Source
from nnstudio.project.storage import schema
from nnstudio.project.storage.atomic import write_text
from nnstudio.project.storage.fields import FileError, fail, short_text
from nnstudio.project.storage.migrations import migrate, needed_version
from nnstudio.project.storage.resolve import resolve
from nnstudio.project.values import Project
from nnstudio.symbols.work import Cancelled, allowance

FORMAT = "nnstudio"
MAX_BYTES = 64 * 2**20
LINED = frozenset(
    {"nodes", "edges", "groups", "parameters", "locals", "requirements", "variants", "inputs"}
    | {"initialisers", "ties", "search"}
)
LINED_OF_DATA = frozenset({"fields", "targets", "feeds", "preparation", "augmentation", "guesses"})

FIRST = ("format", "version")


@dataclass(frozen=True, slots=True)
class StoredProject:
    """A project and the digest of the bytes that it was read from."""

    project: Project
    digest: str


def dumps(project: Project, folder: Path | None = None) -> str:
    """The project as the text of a file. folder: where it will lie; paths are relative to it."""
    if folder is not None:
        project = _with_paths(project, folder, relative, relative_path)
    data = schema.project_to_json(project)
    return layout({"format": FORMAT, "version": needed_version(data), **data})


def layout(data: dict[str, Any]) -> str:
    """JSON with sorted keys, one node, edge, group, parameter or field a line.

    What the file is comes first, so that its first bytes tell (the MIME type looks there).
    """
    lines = []
    for key, value in sorted(data.items(), key=lambda item: (item[0] not in FIRST, item[0])):
        if key == "blocks":
            blocks = ",\n".join(_record(block, "  ") for block in value)
            lines.append(f' "blocks": [\n{blocks}\n ]')
        elif key == "data" and not LINED_OF_DATA.isdisjoint(value):
            lines.append(f' "data": {_record(value, " ").lstrip()}')
        else:
            lines.append(f" {_line(key)}: {_entry(key, value, ' ')}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _record(record: dict[str, Any], indent: str) -> str:
    lines = [
        f"{indent} {_line(key)}: {_entry(key, value, f'{indent} ')}"
        for key, value in sorted(record.items())
    ]
    return f"{indent}{{\n" + ",\n".join(lines) + f"\n{indent}}}"


def _entry(key: str, value: Any, indent: str) -> str:
    if key in LINED | LINED_OF_DATA and value:
        rows = ",\n".join(f"{indent} {_line(item)}" for item in value)
        return f"[\n{rows}\n{indent}]"
    return _line(value)


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def _with_paths(
    project: Project,
    folder: Path,
    of_source: Callable[[Source, Path], Source],
    of_path: Callable[[str, Path], str],
) -> Project:
    """The project with the paths of its data changed, for the folder of its file."""
    source = of_source(project.data.source, folder)
    if source is not project.data.source:
        project = replace(project, data=project.data.with_values(source=source))
    if not any("source" in variant.data for variant in project.variants):
        return project
    variants = []
    for variant in project.variants:
        named = variant.data.get("source")
        if named is not None and record_named(named)["kind"] != "builtin":
            data = variant.data.with_("source", of_path(named, folder))
            variant = replace(variant, data=data)
        variants.append(variant)
    return replace(project, variants=tuple(variants))


def checked_text(project: Project, folder: Path | None = None) -> str:
    """Write a project as a text that `loads` takes. Raises `FileError` with its sentence.

    folder: as for `dumps`.
    """
    try:
        text = dumps(project, folder)
    except FileError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        fail(project.root, f"what stands in the project cannot be written: {error}")
    loads(text, project.root)
    return text


def loads(
    text: str,
    where: str = "file",
    cancelled: Cancelled | None = None,
    folder: Path | None = None,
) -> Project:
    """The project in `text`. Raises `FileError` whose sentence begins with `where`.

    As soon as `cancelled` says so, it ends with a `CancelledError`. folder: where the file lies;
    relative paths of the data become absolute ones from there.
    """
    try:
        with allowance(math.inf, cancelled):
            data = load_json(text, FORMAT)
            project = resolve(schema.project(migrate(data)))
            if folder is None:
                return project
            return _with_paths(project, folder, absolute, absolute_path)
    except FileError as error:
        raise FileError(f"{where}: {error}") from None


def load_json(text: str, expected: str) -> dict[str, Any]:
    """The JSON record in `text`, of the expected format. Raises `FileError`."""
    if len(text) > MAX_BYTES:
        fail("", f"expected at most {MAX_BYTES:,} characters, received {len(text):,}")
    try:
        data = json.loads(
            text, object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_float
        )
    except json.JSONDecodeError as error:
        if not text[error.pos :].strip() or error.msg.startswith("Unterminated"):
            fail("", f"the text ends in the middle of a record, at line {error.lineno:,}")
        fail("", f"no JSON at line {error.lineno:,}, column {error.colno:,}: {error.msg}")
    except RecursionError:
        fail("", "expected records a few levels deep, received far deeper ones")
    except FileError:
        raise
    except ValueError:  # Python reads no more than a few thousand
        fail("", "expected numbers of a few digits, received one of thousands")
    if not isinstance(data, dict):
        fail("", f"expected a record {{...}}, received {short_text(data)}")
    found = data.get("format")
    if found != expected:
        fail("format", f"expected '{expected}', received {short_text(found)}")
    return data


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        double, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        fail("", f"expected each key once, received '{double:.60}' twice in one record")
    return result


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        fail("", f"expected numbers up to 1e308, received {text:.40}")
    return number


def _constant(name: str) -> NoReturn:
    fail("", f"expected finite numbers, received {name}")


def read(path: str | os.PathLike[str], cancelled: Cancelled | None = None) -> Project:
    """The project in a file. Raises `FileError` that begins with the file's name.

    As soon as `cancelled` says so, it ends with a `CancelledError`.
    """
    return read_stored(path, cancelled).project


def read_stored(path: str | os.PathLike[str], cancelled: Cancelled | None = None) -> StoredProject:
    """Read the project in a file with the digest of its content. Raises like `read`."""
    data = read_bytes(Path(path))
    folder = Path(path).absolute().parent
    project = loads(_text(data, Path(path)), Path(path).name, cancelled, folder)
    return StoredProject(project, digest(data))


def read_text(path: str | os.PathLike[str]) -> str:
    """The text of a file of ours. Raises `FileError` that begins with the file's name."""
    return _text(read_bytes(Path(path)), Path(path))


def digest(data: bytes) -> str:
    """Return a short text that is another one for other bytes."""
    return hashlib.sha256(data).hexdigest()


def read_bytes(path: Path) -> bytes:
    """Read the bytes of a file of ours. Raises `FileError`."""
    try:
        if path.stat().st_size > MAX_BYTES:
            size = path.stat().st_size
            fail(path.name, f"expected at most {MAX_BYTES:,} bytes, received {size:,}")
        return path.read_bytes()
    except OSError as error:
        fail(str(path), f"cannot be read: {error.strerror or error}")


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fail(path.name, f"expected UTF-8 text, received other bytes at position {error.start:,}")


def write(
    project: Project, path: str | os.PathLike[str], *, overwrite_read_only: bool = False
) -> str:
    """Write a project and return the digest of the text. Raises `FileError`.

    What `read` would refuse is not written. Paths of the data are relative to the file's folder.
    """
    text = checked_text(project, Path(path).absolute().parent)
    write_text(text, path, overwrite_read_only=overwrite_read_only)
    return digest(text.encode("utf-8"))
