"""What a step of the preparation is: a name, its parameters, what it fits and what it does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from numpy.typing import NDArray
from pydantic import ValidationError

from nnstudio.data.info import DataError
from nnstudio.project.data.fields import Field, Kind
from nnstudio.project.data.part import Part
from nnstudio.project.data.steps import Step

Fitted = Mapping[str, NDArray[Any]]
Form = tuple[int, ...]


class Preparation(Part):
    """A step with its parameters; a subclass is one kind of step and its fields are parameters.

    Fitted values come from the training part alone and are saved with the run.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    help: ClassVar[str]
    kinds: ClassVar[frozenset[Kind]]
    """The kinds of fields that it can work on."""

    def form(self, form: Form, field: Field) -> Form:
        """The shape of a sample after it, from that before."""
        return form

    def fit(self, values: NDArray[Any], field: Field) -> Fitted:
        """What has to be known of the training part, (n, *shape), to do it."""
        return {}

    def apply(self, values: NDArray[Any], fitted: Fitted, field: Field) -> NDArray[Any]:
        """The values (n, *shape) after it, as a new array."""
        raise NotImplementedError


def checked(kind: type[Preparation], step: Step) -> Preparation:
    """The step with its parameters. Raises `DataError` with one sentence."""
    try:
        return kind.model_validate(dict(step.params))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise DataError(
            f"{kind.title}, parameter {place}: {first['msg'].lower()}, received {first['input']!r}."
        ) from error
