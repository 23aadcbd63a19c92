"""Which samples are looked at, how they are drawn, and what is said of each. No Qt here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.samples import PARTS, Samples
from nnstudio.project.data.fields import Field
from nnstudio.workspace.data_page.mosaic import MOST, frames_of, mosaic
from nnstudio.workspace.data_page.overview import Overview
from nnstudio.workspace.data_page.words import PARTS as PART_WORDS
from nnstudio.workspace.data_page.words import form_of

Looks = Literal["pictures", "films", "curves", "waves", "texts", "rows"]
ALL = -1
NOTHING = "missing"
_LOOKS: dict[str, Looks] = {
    "image": "pictures",
    "mask": "pictures",
    "audio": "waves",
    "signal": "curves",
    "tokens": "texts",
    "text": "texts",
}
_DRAWN: tuple[Looks, ...] = ("pictures", "films", "curves", "waves")
"""Values that no words can stand for."""
_SMALLEST_CURVE = 8
"""Numbers in a field from which on they are a curve rather than figures."""
_CHANNELS = (1, 3)
"""Of pictures among fields of numbers: grey or in colour."""


def looks_of(field: Field) -> Looks | None:
    """How a field is drawn; None if it is a figure or a word among others."""
    if field.kind == "number":
        if len(field.shape) == 1 and field.shape[0] >= _SMALLEST_CURVE:
            return "curves"
        if len(field.shape) == 2:
            return "curves" if min(field.shape) < 4 else "pictures"
        if len(field.shape) == 3 and field.shape[0] in _CHANNELS:
            return "pictures"
        if len(field.shape) == 4 and field.shape[1] in _CHANNELS and field.shape[0] > 1:
            return "films"
        return None
    return _LOOKS.get(field.kind)


def main_field(samples: Samples) -> Field | None:
    """The field that a sample is shown by; None if its fields stand side by side in a row."""
    inputs = [field for field in samples.spec.fields if field.name in samples.fields]
    for roles in (("input",), ("target", "ignored", "group", "time", "weight", "part")):
        there = [field for field in inputs if field.role in roles and looks_of(field)]
        texts = [field for field in there if looks_of(field) == "texts"]
        drawn = [field for field in there if field not in texts]
        if drawn:
            return drawn[0]
        if texts and len(inputs) <= 2 * len(texts):  # a column of words among others is a cell
            return texts[0]
    return None


def value_text(field: Field, value: Any) -> str:
    """A value as people read it: a class by its word, a number with few digits."""
    if field.kind == "category" and np.ndim(value) == 0:
        number = int(value)
        if number < 0:
            return NOTHING
        return field.classes[number] if number < len(field.classes) else str(number)
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if np.ndim(value) > 0:
        if field.kind == "tokens":
            return tokens_text(field, np.asarray(value))
        if field.kind == "category":
            return ", ".join(value_text(field, one) for one in np.ravel(value)[:12])
        return " ".join(number_text(float(one)) for one in np.ravel(value)[:6])
    return number_text(float(value)) if isinstance(value, int | float | np.number) else str(value)


def number_text(number: float) -> str:
    """A number with at most five digits, grouped; nothing where there is none."""
    if not np.isfinite(number):
        return NOTHING if np.isnan(number) else str(number)
    if number == round(number) and abs(number) < 1e15:
        return f"{number:z,.0f}"
    return f"{number:,.4g}" if abs(number) < 1e5 else f"{number:,.0f}"


def tokens_text(field: Field, values: NDArray[Any]) -> str:
    """Tokens as the text they stand for; characters close together, words apart."""
    words = [
        field.classes[k] if 0 <= k < len(field.classes) else str(int(k))
        for k in np.ravel(values)[:400]
    ]
    single = bool(field.classes) and all(len(word) == 1 for word in words)
    return ("" if single else " ").join(words)


@dataclass(frozen=True)
class ShownSamples:
    """The samples of one class and part, in their order.

    class_number, part: -1 for all. indices: which samples of the source they are. changed: what
    the augmentation makes of some of them, by their numbers; then those alone are shown.
    """

    overview: Overview
    class_number: int = ALL
    part: int = ALL
    changed: Mapping[int, NDArray[Any]] = dataclass_field(default_factory=dict)

    @property
    def samples(self) -> Samples:
        """All samples of the source."""
        return self.overview.samples

    @cached_property
    def main(self) -> Field | None:
        """The field that is drawn."""
        return main_field(self.samples)

    @cached_property
    def looks(self) -> Looks:
        """How samples are drawn."""
        return (looks_of(self.main) if self.main is not None else None) or "rows"

    @cached_property
    def label(self) -> Field | None:
        """The field whose value is said beside a sample: that of the first target."""
        for target in self.samples.spec.targets:
            field = self.samples.spec.by_name.get(target.fields[0])
            if field is not None and field.name in self.samples.fields:
                return None if field == self.main else field
        return None

    @property
    def rate(self) -> int | None:
        """Values a second of the sounds; None where nothing tells."""
        steps = [dict(step.params) for step in self.samples.spec.preparation]
        found = next((params["rate"] for params in steps if "rate" in params), None)
        return found if isinstance(found, int) else None

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes by which one can choose; none where the target has none."""
        field = self.label
        return field.classes if field is not None and field.kind == "category" else ()

    @cached_property
    def indices(self) -> NDArray[np.intp]:
        """The samples that are shown."""
        if self.changed:
            return np.array(sorted(self.changed), np.intp)
        kept = np.ones(len(self.samples), bool)
        if self.part != ALL:
            kept &= self.overview.part == self.part
        if self.class_number != ALL and self.label is not None and self.classes:
            kept &= self.samples.fields[self.label.name] == self.class_number
        return np.flatnonzero(kept)

    def value(self, index: int) -> Any:
        """The value of the drawn field of a sample."""
        assert self.main is not None
        return self.samples.fields[self.main.name][index]

    @cached_property
    def beside(self) -> tuple[Field, ...]:
        """Other pictures of a sample that the model takes, as large as the one that is drawn.

        None where it is shown what the augmentation makes of that one: training changes the others
        as well, which nobody has done here.
        """
        main = self.main
        if self.changed or main is None or self.looks != "pictures" or main.kind == "mask":
            return ()
        like = [field for field in self.samples.spec.having("input") if field != main]
        return tuple(
            field
            for field in like
            if (field.kind, field.shape) == (main.kind, main.shape)
            and field.name in self.samples.fields
        )[: MOST - 1]

    def picture(self, index: int, value: NDArray[Any] | None = None) -> NDArray[Any]:
        """The sample as one picture: the frames of a film, or pictures that belong together.

        value: what is drawn in place of its own, as the augmentation has made it.
        """
        own = np.asarray(self.value(index) if value is None else value)
        if self.looks == "films":
            return mosaic(frames_of(own))
        others = [np.asarray(self.samples.fields[field.name][index]) for field in self.beside]
        alike = [one for one in others if one.shape == own.shape and one.ndim == 3]
        return mosaic([own, *alike]) if alike else own

    def caption(self, index: int) -> str:
        """What is said below a sample: its answer, else where it comes from."""
        if self.label is None or (looks_of(self.label) in _DRAWN and self.label.kind != "mask"):
            return self.origin(index)
        value = self.samples.fields[self.label.name][index]
        return self._parts_of(value) or value_text(self.label, value)

    def _parts_of(self, value: Any) -> str:
        """The classes in a mask, without a background behind others; "" of other answers."""
        classes = self.samples.spec.targets[0].classes
        if self.label is None or self.label.kind != "mask" or not classes:
            return ""
        there = [int(one) for one in np.unique(np.asarray(value))]
        names = [classes[one] for one in there if 0 <= one < len(classes)]
        return ", ".join([name for name in names if name != "background"] or names)

    def said(self, index: int) -> tuple[tuple[str, str], ...]:
        """Title and value of what else is said of a sample, the same titles for all."""
        return ()

    def origin(self, index: int) -> str:
        """Where a sample comes from: `line 12`, a path, else its number."""
        origins = self.samples.origins
        return str(origins[index]) if index < len(origins) else f"sample {index:,}"

    def part_word(self, index: int) -> str:
        """The part that a sample is in."""
        part = int(self.overview.part[index])
        return PART_WORDS[PARTS[part]] if part >= 0 else "Left out"

    def text(self, index: int, length: int = 400) -> str:
        """The text or tokens of a sample."""
        assert self.main is not None
        value = self.value(index)
        if self.main.kind == "tokens":
            return tokens_text(self.main, value)[:length]
        return NOTHING if value is None else str(value)[:length]

    def facts(self, index: int) -> list[tuple[str, str, str]]:
        """Name, value and note of everything that is known of a sample."""
        lines = [("From", self.origin(index), ""), ("Part", self.part_word(index), "")]
        spec = self.samples.spec
        by_role = sorted(spec.fields, key=lambda f: ("target", "input").count(f.role), reverse=True)
        for field in by_role[:200]:
            values = self.samples.fields.get(field.name)
            if values is None:
                continue
            if looks_of(field) in (None, "texts") and field != self.main:
                lines.append((field.name, value_text(field, values[index])[:200], ""))
            else:
                lines.append((field.name, form_of(field), ""))
        if self.main is not None and self.looks != "texts":
            flat = np.asarray(self.value(index), np.float64).ravel()
            known = flat[np.isfinite(flat)]
            if known.size:
                figures = (known.min(), known.max(), known.mean(), known.std())
                names = ("Lowest", "Highest", "Mean", "Deviation")
                lines += [
                    (name, number_text(float(f)), "")
                    for name, f in zip(names, figures, strict=True)
                ]
        return lines
