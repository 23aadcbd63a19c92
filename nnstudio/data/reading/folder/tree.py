"""What the folders say: the class of each file and the part to which it belongs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nnstudio.data.info import DataError
from nnstudio.data.reading.folder.listing import File, Listing, natural, shown
from nnstudio.data.samples import PARTS, Finding
from nnstudio.project.data.source import Folder

_TABLES = (".csv", ".tsv", ".parquet", ".xlsx")
PartName = Literal["train", "validation", "test"]
PART_NAMES: dict[str, PartName] = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
Parts = tuple[tuple[str, PartName], ...]


@dataclass(frozen=True)
class Leaf:
    """A file with its class ("" for none) and part (index into `PARTS`, -1 for none)."""

    file: File
    label: str
    part: int


@dataclass(frozen=True)
class Tree:
    """leaves: the files that are used. classes: in natural order; none where all lie in one folder.

    nested: True if folders within class folders hold files.
    """

    leaves: Sequence[Leaf]
    classes: tuple[str, ...]
    parts: Parts
    nested: bool
    findings: tuple[Finding, ...]


def with_parts(folder: Folder, listing: Listing) -> Folder:
    """The source with the parts that its folders are, where nobody has said which."""
    if "parts" in folder.model_fields_set:
        return folder
    return folder.with_values(parts=parts_of(listing))


def parts_of(listing: Listing) -> Parts:
    """Folders of the first level that are parts by their names; two at least, or `train`."""
    around = len(common_way(listing))
    names = {file.way[around] for file in listing.files if len(file.way) > around + 1}
    if not listing.complete:
        names |= {way[around] for way in listing.folders if len(way) == around + 1}
    parts = tuple((name, PART_NAMES[name.casefold()]) for name in sorted(names) if _is_part(name))
    given = {part for _, part in parts}
    return parts if len(given) > 1 or "train" in given else ()


def _table_in(folder: Path) -> str:
    """A table in the folder or one level below it, such as those that name files; "" if none."""
    found = sorted(p for p in [*folder.glob("*.*"), *folder.glob("*/*.*")] if p.suffix in _TABLES)
    return found[0].relative_to(folder).as_posix() if found else ""


def _is_part(name: str) -> bool:
    return name.casefold() in PART_NAMES


def common_way(listing: Listing) -> tuple[str, ...]:
    """Folders around everything, such as the one that an archive wraps its contents in.

    The last folder of a file is its class, never one of these; nor is a part.
    """
    files = listing.files
    if not files:
        return ()
    common = files[0].way[:-1]
    for file in files:
        common = common[: len(file.way) - 2] if len(file.way) - 2 < len(common) else common
        while common != file.way[: len(common)]:
            common = common[:-1]
    for place, name in enumerate(common):
        # Of a listing that was cut, folders without a file yet count as well.
        beside = not listing.complete and any(
            way[:place] == common[:place] and way[place] != name
            for way in listing.folders
            if len(way) == place + 1
        )
        if beside or _is_part(name):
            return common[:place]
    return common


def planted(listing: Listing, folder: Folder, name: str) -> Tree:
    """Class and part of each file, as `folder` says. Raises `DataError` if nothing is left."""
    around = len(common_way(listing))
    parts = dict(folder.parts)
    leaves, loose, strange, nested = [], [], [], False
    for file in listing.files:
        way = file.way[around:-1]
        part = -1
        if parts:
            if not way or way[0] not in parts:
                strange.append(file)
                continue
            part, way = PARTS.index(parts[way[0]]), way[1:]
        nested = nested or len(way) > 1
        chosen = (way[0] if folder.level == "first" else way[-1]) if way else ""
        leaves.append(Leaf(file, unicodedata.normalize("NFC", shown(chosen)), part))
    labels = {leaf.label for leaf in leaves}
    if not listing.complete:
        labels |= _of_folders(listing, around, set(parts))
    classes = tuple(sorted(labels - {""}, key=natural))
    if classes and (listing.complete or any(leaf.label for leaf in leaves)):
        loose = [leaf.file for leaf in leaves if not leaf.label]
        leaves = [leaf for leaf in leaves if leaf.label]
    if not leaves:
        raise DataError(f"No file of {name} lies where it can be used: {_where(strange or loose)}.")
    if len(classes) == 1:
        without = "" if parts else f"; to learn without classes, choose '{classes[0]}' itself"
        if table := _table_in(Path(folder.path)):
            without += f"; the table {table} may tell their classes: choose it instead"
        raise DataError(
            f"The folder {name} holds one class only, '{classes[0]}': expected two folders at "
            f"least, one for each class{without}."
        )
    findings = [
        *_passed_over(loose, "loose_files", "in no folder of a class"),
        *_passed_over(strange, "outside_parts", "in no folder of a part (train, validation, test)"),
        *(_absent(leaves, classes) if listing.complete else ()),
    ]
    return Tree(leaves, classes, folder.parts, nested, tuple(findings))


def _where(files: Sequence[File]) -> str:
    first = shown(files[0].path) if files else "none"
    return (
        "expected folders named by class, within those of the parts if there are any, "
        f"which {first} is not in"
    )


def spread(leaves: Sequence[Leaf], count: int) -> list[Leaf]:
    """So many at most, from all classes in turn, in their order."""
    of: dict[str, list[int]] = {}
    for place, leaf in enumerate(leaves):
        of.setdefault(leaf.label, []).append(place)
    rounds = sorted((turn, place) for places in of.values() for turn, place in enumerate(places))
    return [leaves[place] for place in sorted(place for _, place in rounds[:count])]


def _of_folders(listing: Listing, around: int, parts: set[str]) -> set[str]:
    """Names of the folders at the depth of classes, with or without a file seen yet."""
    depth = around + bool(parts)
    names = {
        way[depth]
        for way in listing.folders
        if len(way) == depth + 1 and (not parts or way[around] in parts)
    }
    return {unicodedata.normalize("NFC", shown(name)) for name in names}


def _passed_over(files: Sequence[File], code: str, where: str) -> list[Finding]:
    if not files:
        return []
    name = shown(files[0].path)
    count = "1 file lies" if len(files) == 1 else f"{len(files):,} files lie"
    said = f"{count} {where} and {'is' if len(files) == 1 else 'are'} left out, such as {name}."
    return [Finding("warning", code, said, name)]


def _absent(leaves: Sequence[Leaf], classes: tuple[str, ...]) -> list[Finding]:
    """Classes without a file in a part."""
    found = []
    there: dict[int, set[str]] = {}
    for leaf in leaves:
        there.setdefault(leaf.part, set()).add(leaf.label)
    for part, labels in sorted(there.items()):
        missing = [one for one in classes if one not in labels]
        if part >= 0 and missing:
            names = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
            count = "the class" if len(missing) == 1 else f"{len(missing)} classes:"
            said = f"The part {PARTS[part]} has no file of {count} {names}."
            found.append(Finding("warning", "class_absent", said, PARTS[part]))
    return found
