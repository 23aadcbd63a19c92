"""Which samples are learnt from, which are held out: by a rule whose outcome a run saves."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from nnstudio.project.data.part import Part

Share = Annotated[float, Field(ge=0.0, le=0.9)]


class Split(Part):
    """Shares for validation and test, drawn by a seed, or the parts that the source gives.

    by: `random`; `stratified`, every class gives its share; `grouped`, samples of one group (the
    field with the role) stay together; `time`, the last ones in the order of the field with the
    role, or of the source, are held out; `given`, as the source's folders, files or the field
    with the role `part` say. A part that is not given is drawn from the training part.
    """

    by: Annotated[
        Literal["random", "stratified", "grouped", "time", "given"],
        Field(
            title="Split",
            description=(
                "random; stratified: every class gives its share; grouped: samples of a group "
                "stay together; time: the last ones are held out; given: as the source says."
            ),
        ),
    ] = "stratified"
    validation: Annotated[
        Share,
        Field(title="Validation share", description="Part of the samples kept for validation."),
    ] = 0.2
    test: Annotated[
        Share,
        Field(title="Test share", description="Part of the samples kept for the test at the end."),
    ] = 0.0
    seed: Annotated[
        int,
        Field(
            title="Seed of the split",
            description="Same seed, same parts, whatever the seed of the training.",
            ge=0,
            le=2**31 - 1,
        ),
    ] = 0
    max_samples: Annotated[
        int | None,
        Field(
            title="Samples at most",
            description="Takes so many, drawn at random, all parts included; empty: all.",
            ge=2,
            le=1_000_000_000,
        ),
    ] = None
    duplicates_apart: Annotated[
        bool,
        Field(
            title="Equal samples may part",
            description="Samples with the same content may lie in different parts.",
        ),
    ] = False

    @model_validator(mode="after")
    def _leaves_something(self) -> Self:
        if self.validation + self.test >= 1.0:
            raise ValueError(
                "Validation share and test share must be below 1 together, "
                f"not {self.validation + self.test:g}"
            )
        return self
