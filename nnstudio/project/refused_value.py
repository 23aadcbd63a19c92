"""What is wrong with a value that a checked model refuses: its place, and one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from nnstudio.errors import UserError

_EXPECTED = {
    "device": "be auto, cpu, cuda, cuda:N or mps",
    "loss_weights": "be numbers with commas between them",
    "schedule_epochs": "be whole numbers with commas between them",
    "threads": "be auto or a whole number from 1 to 1,024",
}
"""What is expected of fields whose own limits do not tell it well."""

_PLAIN = {
    "a valid integer": "a whole number",
    "a valid number": "a number",
    "a valid boolean": "true or false",
    "a valid string": "a text",
    "a valid tuple": "a list [...]",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "less than": "below",
    "greater than": "above",
}

_LONGEST = 60


class SettingsError(UserError):
    """Settings that cannot be; the message is one sentence for the user."""


@dataclass(frozen=True)
class RefusedValue:
    """The first problem of a `ValidationError`.

    place: where it is, such as `split.validation` or `fields[0].kind`; empty for the whole.
    unknown: the key, if it is one that there is none of.
    """

    place: str
    sentence: str
    unknown: str = ""

    @property
    def line(self) -> str:
        """The place and what is wrong there, without a full stop."""
        return ": ".join(part for part in (self.place, self.sentence.rstrip(".")) if part)


def refused_value(error: ValidationError, model: type[BaseModel]) -> RefusedValue:
    """The first problem of `error`, which a `model` has raised."""
    first = error.errors(include_url=False, include_context=True)[0]
    told = first.get("ctx", {})
    at = _Place(model, first["loc"])
    match first["type"]:
        case "extra_forbidden":
            known = ", ".join(name for inner in at.models for name in inner.model_fields)
            sentence = f"expected one of the keys {known}, received '{first['loc'][-1]:.60}'."
            return RefusedValue(at.text, sentence, str(first["loc"][-1]))
        case "missing":
            return RefusedValue(at.around, f"expected the key '{first['loc'][-1]}'.")
        case "union_tag_not_found":
            return RefusedValue(at.text, f"expected the key {told['discriminator']}.")
        case "union_tag_invalid":
            kinds = told["expected_tags"].replace("'", "")
            sentence = f"expected one of the kinds {kinds}, received '{told['tag']:.60}'."
            return RefusedValue(at.text, sentence)
        case "value_error":
            return RefusedValue(at.text, f"{str(told['error']).rstrip('.')}.")
    expected = _EXPECTED.get(at.name) or expected_by(first["msg"])
    received = _short(cast(object, first["input"]))
    return RefusedValue(at.text, f"{at.title} must {expected}, not {received}.")


class _Place:
    """Follows the steps to a value through the fields of a model and of those inside it."""

    def __init__(self, model: type[BaseModel], steps: Sequence[int | str]) -> None:
        self.text = self.around = self.name = ""
        self.title = model.__name__
        self.models = [model]
        for step in steps:
            if isinstance(step, int):
                self.text += f"[{step}]" if self.text else ""
                continue
            fields = [m.model_fields[step] for m in self.models if step in m.model_fields]
            if fields:
                self.around = self.text
                self.text += f".{step}" if self.text else step
                self.name, self.title = step, fields[0].title or step
                self.models = list(_models_in(fields[0].annotation))
            elif any(step == _tag(m) for m in self.models):
                self.models = [m for m in self.models if step == _tag(m)]


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)


def _tag(model: type[BaseModel]) -> object:
    """The word by which a model is told from the others of its union."""
    field: FieldInfo | None = model.model_fields.get("kind")
    return None if field is None else field.default


def expected_by(message: str) -> str:
    """What a message of pydantic expects, as words after `must`."""
    expected = message.partition(", unable")[0]
    if expected.startswith("Unable to parse"):
        return "be a whole number of a few digits"
    for begin in ("Input should ", "String should ", "Tuple should "):
        expected = expected.removeprefix(begin)
    for told, plain in _PLAIN.items():
        expected = expected.replace(told, plain)
    return "be a record {...}" if "dictionary" in expected else expected


def _short(value: object) -> str:
    if isinstance(value, dict | list | tuple):
        return "a record" if isinstance(value, dict) else "a list"
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
