"""The source that a text names: a built-in set, or a file by its ending. The disk is not asked.

What a file really holds is found when it is read: until then its options are the defaults.
"""

from __future__ import annotations

from nnstudio.project.data.source import Arrays, BuiltIn, Source, Table, Text

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
_KINDS: dict[str, type[Table | Arrays | Text]] = {"table": Table, "arrays": Arrays, "text": Text}


def record_named(text: str) -> dict[str, str]:
    """The JSON record of the source that `text` names."""
    lower = text.lower()
    found = next((told for end, told in _ENDINGS.items() if lower.endswith(end)), None)
    return {**(found or {"kind": "builtin"}), "path": text}


def source_named(text: str) -> Source:
    """The source that `text` names, as yet unread. Raises pydantic's `ValidationError`."""
    record = record_named(text)
    return _KINDS.get(record["kind"], BuiltIn).model_validate(record)
