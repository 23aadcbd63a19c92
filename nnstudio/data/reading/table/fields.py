"""From columns with roles to fields, targets and arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.table.accumulate import Numbers, Words
from nnstudio.data.reading.table.columns import Seen
from nnstudio.data.reading.table.content import Content
from nnstudio.data.reading.table.dates import read_as
from nnstudio.data.reading.table.labels import all_labels, many_hot
from nnstudio.data.reading.table.numerals import CODE, Numerals, as_word
from nnstudio.project.data.fields import Field, Role, Target

MOST_CLASSES = 100_000


class Making:
    """Makes fields and their arrays; a given field keeps its classes."""

    def __init__(self, file: str, content: Content, numerals: Numerals) -> None:
        self._file = file
        self._content = content
        self._numerals = numerals

    def make(
        self, seen: Seen, role: Role, target: Target | None, given: Field | None
    ) -> tuple[Field, NDArray[Any]]:
        """The field and its values. Raises `DataError` for what the given field does not allow."""
        classes = given.classes if given is not None else ()
        classes = classes or (target.classes if target and len(target.fields) == 1 else ())
        task = target.task if target is not None else None
        as_classes = seen.kind == "category" or task == "classes"
        if task == "labels" and target is not None and target.separator:
            field, values = self._labels(seen, target.separator, classes)
        elif task == "number" and not isinstance(seen.data, Numbers):
            raise DataError(
                f"{self._file}, column '{seen.name}': expected numbers, found the word "
                f"'{next(word for word in seen.words.words if word)[:60]}'; choose classes as the "
                "task, or mend the cells."
            )
        elif as_classes:
            field, values = self._category(seen, classes)
        elif isinstance(seen.data, Numbers):
            values = seen.data.values
            field = self._field(seen, kind="number", dtype=str(values.dtype))
        else:
            field, values = self._objects(seen)
        rule = given.missing if given is not None else "refuse"
        return field.with_values(role=role, missing=rule), values

    def _field(self, seen: Seen, **values: Any) -> Field:
        origin = None if seen.name == seen.header else seen.place
        return Field(name=seen.name, origin=origin, role="input", **values)

    def _objects(self, seen: Seen) -> tuple[Field, NDArray[Any]]:
        """Text, dates and names of files, None where there is none."""
        words: list[str | None] = list(seen.words.words)
        form = ""
        if seen.kind == "date" and seen.dates is not None:
            form = seen.dates.format
            iso = dict(
                zip([word for word in seen.words.words if word], seen.dates.iso, strict=True)
            )
            words = [iso.get(word or "") for word in words]
        lookup = np.array([*(word or None for word in words), None], object)
        field = self._field(seen, kind=seen.kind, dtype="object", format=form)
        return field, lookup[seen.words.codes]

    def _category(self, seen: Seen, classes: tuple[str, ...]) -> tuple[Field, NDArray[Any]]:
        if isinstance(seen.data, Numbers):
            values = seen.data.values
            gaps = seen.data.missing
            distinct, places = np.unique(values[~gaps], return_inverse=True)
            codes = np.full(len(values), len(distinct), np.int64)
            codes[~gaps] = places
            words = [*(as_word(value) for value in distinct.tolist()), ""]
        else:
            codes, words = seen.data.codes.astype(np.int64), seen.data.words
        if not classes:
            classes = sorted_classes([word for word in words if word])
        if len(classes) > MOST_CLASSES:
            raise DataError(
                f"{self._file}, column '{seen.name}': {len(classes):,} different words; expected "
                f"at most {MOST_CLASSES:,} classes."
            )
        numbers = self._numbers_of(seen, words, codes, classes)
        field = self._field(seen, kind="category", dtype="int64", classes=classes)
        return field, numbers[codes] if len(numbers) else np.full(len(codes), -1, np.int64)

    def _numbers_of(
        self, seen: Seen, words: Sequence[str], codes: NDArray[Any], classes: Sequence[str]
    ) -> NDArray[np.int64]:
        """For each word the number of its class, -1 for no value."""
        index = {word: k for k, word in enumerate(classes)}
        numbers = np.full(len(words), -1, np.int64)
        for k, word in enumerate(words):
            if not word:
                continue
            number = index.get(word)
            if number is None and not CODE.fullmatch(word):
                value = self._numerals.number(word)
                number = None if value is None else index.get(as_word(value))
            if number is None and not (codes == k).any():
                continue
            if number is None:
                if _are_numbers(classes) and self._numerals.is_missing(word):
                    continue
                line = self._content.lines[int(np.argmax(codes == k))]
                raise DataError(
                    f"{self._file}, {self._content.unit} {line:,}, column '{seen.name}': "
                    f"'{word[:60]}' is none of its {len(classes):,} classes "
                    f"({', '.join(classes[:5])}{', ...' if len(classes) > 5 else ''})."
                )
            numbers[k] = number
        return numbers

    def _labels(
        self, seen: Seen, separator: str, classes: tuple[str, ...]
    ) -> tuple[Field, NDArray[Any]]:
        if isinstance(seen.data, Numbers):
            words = Words(len(seen.data))
            words.add([as_word(v) if v == v else "" for v in seen.data.values.tolist()])
        else:
            words = seen.data
        classes = classes or all_labels(words.words, separator)
        values, unknown = many_hot(words, separator, classes)
        if unknown:
            raise DataError(
                f"{self._file}, column '{seen.name}': '{unknown[0][:60]}' is none of its "
                f"{len(classes):,} labels."
            )
        return (
            self._field(
                seen, kind="category", dtype="uint8", classes=classes, shape=(len(classes),)
            ),
            values,
        )


def sorted_classes(words: Sequence[str]) -> tuple[str, ...]:
    """Sorted; numerically if all are numbers."""
    if _are_numbers(words):
        return tuple(sorted(words, key=lambda word: (float(word), word)))
    return tuple(sorted(words))


def _are_numbers(words: Sequence[str]) -> bool:
    numerals = Numerals(missing=frozenset())
    return bool(words) and all(numerals.number(word) is not None for word in words)


def read_dates(file: str, seen: Seen, form: str) -> list[str]:
    """The words of a given date column as ISO 8601. Raises `DataError` if one does not fit."""
    words = [word for word in seen.words.words if word]
    found = read_as(words, form)
    if found is None:
        odd = next(word for word in words if read_as([word], form) is None)
        raise DataError(
            f"{file}, column '{seen.name}': '{odd[:60]}' is no date; expected all as "
            f"{form or 'in ISO 8601, such as 2024-01-31'}."
        )
    return found
