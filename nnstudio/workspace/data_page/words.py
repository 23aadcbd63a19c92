"""The words in which the window speaks of kinds, roles, rules and tasks."""

from __future__ import annotations

from collections.abc import Mapping

from nnstudio.project.data.fields import Field, Kind, Missing, Role, TaskKind
from nnstudio.project.data.source import Source

ROLES: Mapping[Role, str] = {
    "input": "Input",
    "target": "Target",
    "group": "Group",
    "time": "Time",
    "weight": "Weight",
    "part": "Part",
    "ignored": "Ignored",
}
KINDS: Mapping[Kind, str] = {
    "number": "Number",
    "category": "Category",
    "text": "Text",
    "tokens": "Tokens",
    "image": "Picture",
    "signal": "Signal",
    "audio": "Sound",
    "mask": "Mask",
    "date": "Date",
    "path": "Path",
}
MISSING: Mapping[Missing, str] = {
    "refuse": "Refuse",
    "drop": "Leave out",
    "mean": "Mean",
    "median": "Median",
    "most_common": "Most common",
    "zero": "Zero",
    "own_category": "Own class",
}
TASKS: Mapping[TaskKind, str] = {
    "classes": "One class",
    "labels": "Several labels",
    "number": "Number",
    "per_position": "Class per position",
    "per_pixel": "Class per pixel",
    "tokens": "Tokens",
    "next_token": "Next token",
    "reconstruction": "Its own input",
}
BALANCES: Mapping[str, str] = {
    "none": "As it is",
    "class_weights": "Class weights",
    "weighted_drawing": "Weighted drawing",
    "smote": "SMOTE",
}
SPLITS: Mapping[str, str] = {
    "stratified": "Stratified",
    "random": "Random",
    "grouped": "Grouped",
    "time": "By time",
    "given": "As given",
}
PARTS: Mapping[str, str] = {"train": "Training", "validation": "Validation", "test": "Test"}

MISSING_OF: Mapping[Kind, tuple[Missing, ...]] = {
    "number": ("refuse", "drop", "mean", "median", "most_common", "zero"),
    "category": ("refuse", "drop", "most_common", "own_category"),
    "signal": ("refuse", "drop", "zero"),
}
"""The rules that make sense for a kind; for the others the first two."""

OPTIONS: Mapping[str, str] = {
    "format": "Format",
    "encoding": "Encoding",
    "delimiter": "Delimiter",
    "decimal": "Decimal mark",
    "thousands": "Thousands mark",
    "header": "Header",
    "skipped": "Lines before it",
    "row_names": "Row names",
    "comment": "Comment mark",
    "missing": "Missing words",
    "sheet": "Sheet",
    "files": "Files in",
    "holds": "Holds",
    "parts": "Parts",
    "unit": "Token is a",
    "length": "Sample length",
    "vocabulary": "Vocabulary",
    "config": "Configuration",
    "revision": "Revision",
}
"""What the options of a reader are called; those that are not here keep the schema's title."""

SOURCES: Mapping[str, str] = {
    "builtin": "Built-in data set",
    "table": "Table",
    "arrays": "Arrays",
    "folder": "Folder",
    "text": "Text",
    "hub": "Hugging Face Hub",
}


def missing_rules(field: Field) -> tuple[Missing, ...]:
    """The rules for missing values from which one can choose for this field."""
    found = MISSING_OF.get(field.kind, ("refuse", "drop"))
    return found if field.missing in found else (*found, field.missing)


def form_of(field: Field) -> str:
    """What a field is, in a few characters: `image 1 × 28 × 28`, `10 classes`, `number`."""
    if field.kind == "category" and field.classes:
        return f"{len(field.classes):,} classes"
    sizes = " × ".join(f"{size:,}" for size in field.shape)
    word = "image" if field.kind == "image" else KINDS[field.kind].lower()
    return f"{word} {sizes}".strip()


def what_it_is(source: Source) -> str:
    """The kind of a source with what matters of it: `Table (text, utf-8)`."""
    told = ""
    if source.kind == "table" and source.format != "text":
        told = source.format.capitalize()
    elif source.kind == "arrays":
        told = source.format if source.format == "safetensors" else source.format.upper()
    elif source.kind == "folder":
        told = source.holds
    return f"{SOURCES[source.kind]} ({told})" if told else SOURCES[source.kind]
