"""Settings of the objective: what is minimised, and by which figure epochs are compared."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from nnstudio.project.training.part import SettingsPart, parts_of, shown_when

BestBy = Literal["loss", "accuracy", "r2", "balanced_accuracy", "top_5", "macro_f1", "mae", "rmse"]
LOWER_IS_BETTER = ("loss", "mae", "rmse")
OF_NUMBERS = ("mse", "l1", "huber", "poisson", "gaussian_nll")
"""The losses of numeric targets."""


class ObjectiveSettings(SettingsPart):
    """What is minimised, and what is called better."""

    loss: Annotated[
        Literal[
            "auto",
            "cross_entropy",
            "binary_cross_entropy",
            "mse",
            "l1",
            "huber",
            "poisson",
            "gaussian_nll",
        ],
        Field(
            title="Loss",
            description=(
                "auto: what the data ask for; cross_entropy for classes; binary_cross_entropy for "
                "labels of which several may hold. For numbers: mse, the mean squared error; l1, "
                "the mean absolute error; huber, squared near 0 and absolute far from it; poisson "
                "for counts, of which the model gives the logarithm; gaussian_nll for a model that "
                "gives each mean, then each logarithm of the variance."
            ),
        ),
    ] = "auto"
    huber_delta: Annotated[
        float,
        Field(
            title="Huber delta",
            description="The error from which on it counts by its absolute value.",
            gt=0.0,
            le=1e9,
            json_schema_extra=shown_when("loss", "huber"),
        ),
    ] = 1.0
    label_smoothing: Annotated[
        float,
        Field(
            title="Label smoothing",
            description=(
                "Share of each target that is spread over all classes; in the training alone."
            ),
            ge=0.0,
            lt=1.0,
            json_schema_extra=shown_when("loss", "cross_entropy", "auto"),
        ),
    ] = 0.0
    ignored_class: Annotated[
        int | None,
        Field(
            title="Ignored class",
            description=(
                "Number of a class, from 0, whose samples, pixels or positions count neither in "
                "the loss nor in any figure, such as padding; empty: none."
            ),
            ge=0,
            le=1_000_000,
            json_schema_extra=shown_when("loss", "cross_entropy", "auto"),
        ),
    ] = None
    loss_weights: Annotated[
        str,
        Field(
            title="Weights of losses",
            description=(
                "For models with several outputs: what the loss of each counts, such as "
                "1, 0.5, 0.5; empty: all the same."
            ),
            pattern=r"^\s*(\d+(\.\d+)?(\s*,\s*\d+(\.\d+)?)*)?\s*$",
        ),
    ] = ""
    best_by: Annotated[
        BestBy,
        Field(
            title="Best by",
            description=(
                "The figure by which epochs are compared, for the best weights and for early "
                "stopping: the lowest loss, mae or rmse, the highest of the others."
            ),
        ),
    ] = "loss"
    early_stopping: Annotated[
        int | None,
        Field(
            title="Early stopping",
            description="Epochs without a better figure before it ends; empty: never.",
            ge=1,
            le=100_000,
        ),
    ] = None

    @property
    def weights_of_losses(self) -> tuple[float, ...]:
        """`loss_weights` as numbers, none if it is empty."""
        return tuple(float(part) for part in parts_of(self.loss_weights))
