"""The source that a text names: a built-in set, a file by its ending, `hub:NAME`.

The disk is not asked.

What a file really holds is found when it is read: until then its options are the defaults.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from nnstudio.project.data.places import HUB
from nnstudio.project.data.source import Arrays, BuiltIn, Folder, Hub, Source, Table, Text
from nnstudio.project.refused_value import SettingsError, refused_value

_ENDINGS: dict[str, dict[str, str]] = {
    ".csv": {"kind": "table"},
    ".tsv": {"kind": "table"},
    ".tab": {"kind": "table"},
    ".parquet": {"kind": "table", "format": "parquet"},
    ".xlsx": {"kind": "table", "format": "excel"},
    ".txt": {"kind": "text"},
    ".npz": {"kind": "arrays", "format": "npz"},
    ".npy": {"kind": "arrays", "format": "npy"},
    ".safetensors": {"kind": "arrays", "format": "safetensors"},
    ".h5": {"kind": "arrays", "format": "hdf5"},
    ".hdf5": {"kind": "arrays", "format": "hdf5"},
    ".mat": {"kind": "arrays", "format": "mat"},
    "-ubyte": {"kind": "arrays", "format": "idx"},
    "-ubyte.gz": {"kind": "arrays", "format": "idx"},
    ".bin": {"kind": "arrays", "format": "cifar"},
}
_KINDS: Mapping[str, type[Table | Arrays | Folder | Text | Hub]] = {
    "table": Table,
    "arrays": Arrays,
    "folder": Folder,
    "text": Text,
    "hub": Hub,
}


def record_named(text: str) -> dict[str, str]:
    """The JSON record of the source that `text` names."""
    if text.startswith(HUB) and text != HUB:
        return {"kind": "hub", "path": text.removeprefix(HUB)}
    lower = text.lower()
    found = next((told for end, told in _ENDINGS.items() if lower.endswith(end)), None)
    return {**(found or {"kind": "builtin"}), "path": text}


def source_named(text: str) -> Source:
    """The source that `text` names, as yet unread. Raises pydantic's `ValidationError`."""
    record = record_named(text)
    return _KINDS.get(record["kind"], BuiltIn).model_validate(record)


# -- by hand ---------------------------------------------------------------------------------------

READ_AS: Mapping[str, Mapping[str, str]] = {
    "table": {"kind": "table"},
    "arrays": {"kind": "arrays"},
    "pictures": {"kind": "folder", "holds": "pictures"},
    "recordings": {"kind": "folder", "holds": "recordings"},
    "masks": {"kind": "folder", "holds": "masks"},
    "text": {"kind": "text"},
    "hub": {"kind": "hub"},
}
"""What a file or folder can be read as, with the values that say so in its source."""

_NO_OPTIONS = ("kind", "path", "fingerprint", "holds")
_ESCAPED = {"\\t": "\t", "tab": "\t", "blank": " "}


def word_of(source: Source) -> str:
    """The word of `READ_AS` for a source; its kind where there is none."""
    return source.holds if isinstance(source, Folder) else source.kind


def source_as(path: str, read_as: str, options: Mapping[str, object]) -> Source:
    """The source at `path` read as a word of `READ_AS`, with options of the reader by name.

    Options may be texts: `yes`, `3`, `NA,-`, `tab`. Raises `SettingsError`, one sentence.
    """
    if read_as not in READ_AS:
        raise SettingsError(f"Data can be read as {', '.join(READ_AS)}, not as '{read_as:.40}'.")
    fixed = dict(READ_AS[read_as])
    kind = _KINDS[fixed["kind"]]
    known = [name for name in kind.model_fields if name not in _NO_OPTIONS]
    for name in options:
        if name not in known:
            raise SettingsError(
                f"Data that are read as {read_as} have no option '{name:.40}': there are "
                f"{', '.join(known)}."
            )
    named = record_named(path)
    if kind is Arrays and "format" not in options:
        if named["kind"] != "arrays":
            raise SettingsError(
                f"The ending of {path} does not tell which arrays it holds: give the option "
                "format, such as format=npy."
            )
        fixed["format"] = named["format"]
    values = {name: _option(name, value) for name, value in options.items()}
    try:
        return kind.model_validate({**fixed, "path": path.removeprefix(HUB), **values})
    except ValidationError as error:
        raise SettingsError(refused_value(error, kind).sentence) from error


def _option(name: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if name == "missing":
        return ("", *(word.strip() for word in value.split(",") if word.strip()))
    if name == "parts":
        return tuple(tuple(pair.split("=", 1)) for pair in value.split(",") if pair)
    return _ESCAPED.get(value, value) if name == "delimiter" else value
