"""`DataSpec`: everything that decides which numbers a model is given, as one frozen value."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field as Limits

from nnstudio.project.data.fields import Feed, Field, Missing, Role, Target
from nnstudio.project.data.part import Part
from nnstudio.project.data.source import BuiltIn, Source
from nnstudio.project.data.split import Split
from nnstudio.project.data.steps import Step


class Guess(Part):
    """What was guessed, why, and whether the user has agreed.

    `about` is the place of the value in the spec: "source.decimal", "fields.age.kind", "task".
    """

    about: str
    why: str
    confirmed: bool = False


class DataSpec(Part):
    """The data of a project.

    `fields`, `targets` and `feeds` are empty for a source that was not looked at yet, such as a
    built-in set or a path from the command line: then they are what `understand` finds. No feeds
    otherwise means: by name, else in order.
    """

    source: Source = BuiltIn()
    samples: Annotated[
        int | None, Limits(ge=0, description="How many there were when they were counted.")
    ] = None
    fields: tuple[Field, ...] = ()
    targets: tuple[Target, ...] = ()
    feeds: tuple[Feed, ...] = ()
    split: Split = Split()
    missing: Annotated[
        Missing,
        Limits(
            title="Missing values",
            description=(
                "For inputs without a rule of their own. refuse: asks; drop: leaves the samples "
                "out, those without an answer too; mean, median, zero, most_common: fills numbers "
                "by the figures of the training part, categories by their most common class; "
                "own_category: of categories, a class of its own."
            ),
        ),
    ] = "refuse"
    preparation: tuple[Step, ...] = ()
    augmentation: tuple[Step, ...] = ()
    balance: Annotated[
        Literal["none", "class_weights", "weighted_drawing", "smote"],
        Limits(
            title="Balance",
            description=(
                "class_weights: rare classes count more in the loss; weighted_drawing: they are "
                "drawn more often; smote: new samples between neighbours, of tables and signals."
            ),
        ),
    ] = "none"
    resize: Annotated[
        bool,
        Limits(
            title="Resize samples",
            description=(
                "Pictures and signals are enlarged or reduced to the size that the model takes, "
                "instead of fitting the model to theirs."
            ),
        ),
    ] = False
    guesses: tuple[Guess, ...] = ()

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    def having(self, role: Role) -> tuple[Field, ...]:
        """The fields with that role, in order."""
        return tuple(field for field in self.fields if field.role == role)
