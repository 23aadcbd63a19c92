"""How a model is trained: the settings as one checked, frozen value. No torch here.

Title, description and limits of each field are in the JSON schema, from which the window makes
its form. `shown_when` in a field's schema names the choices for which the field matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nnstudio.project.refused_value import SettingsError, refused_value


def no_such_setting(name: str) -> str:
    """The sentence for a name that no setting has."""
    return f"There is no training setting named {name:.60}."


def _shown_when(field: str, *choices: str) -> dict[str, Any]:
    return {"shown_when": {field: list(choices)}}


class TrainingSettings(BaseModel):
    """Everything that decides how a training goes, apart from the model and its data."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    epochs: Annotated[
        int,
        Field(title="Epochs", description="How often all samples are seen.", ge=1, le=100_000),
    ] = 10
    batch_size: Annotated[
        int,
        Field(title="Batch size", description="Samples per step.", ge=1, le=65_536),
    ] = 32
    learning_rate: Annotated[
        float,
        Field(
            title="Learning rate",
            description="How far each step goes; the schedule starts from it.",
            gt=0.0,
            le=10.0,
        ),
    ] = 1e-3
    weight_decay: Annotated[
        float,
        Field(
            title="Weight decay",
            description="Pull of every weight towards 0; AdamW keeps it apart from the gradient.",
            ge=0.0,
            le=1.0,
        ),
    ] = 0.0
    optimizer: Annotated[
        Literal["Adam", "AdamW", "SGD", "RMSprop"],
        Field(title="Optimizer", description="The rule by which gradients change the weights."),
    ] = "Adam"
    momentum: Annotated[
        float,
        Field(
            title="Momentum",
            description="How much of the last step is carried into the next.",
            ge=0.0,
            lt=1.0,
            json_schema_extra=_shown_when("optimizer", "SGD", "RMSprop"),
        ),
    ] = 0.9
    schedule: Annotated[
        Literal["constant", "cosine", "plateau", "step"],
        Field(
            title="Learning rate schedule",
            description=(
                "constant: stays; cosine: falls to the lowest rate at the last epoch; plateau: "
                "falls when the validation loss stops falling; step: falls every few epochs."
            ),
        ),
    ] = "constant"
    schedule_every: Annotated[
        int,
        Field(
            title="Lower every",
            description="Epochs from one lowering of the rate to the next.",
            ge=1,
            le=100_000,
            json_schema_extra=_shown_when("schedule", "step"),
        ),
    ] = 10
    schedule_patience: Annotated[
        int,
        Field(
            title="Plateau patience",
            description="Epochs without a lower validation loss before the rate is lowered.",
            ge=0,
            le=100_000,
            json_schema_extra=_shown_when("schedule", "plateau"),
        ),
    ] = 5
    schedule_factor: Annotated[
        float,
        Field(
            title="Lower by",
            description="The rate is multiplied by this each time it is lowered.",
            gt=0.0,
            lt=1.0,
            json_schema_extra=_shown_when("schedule", "plateau", "step"),
        ),
    ] = 0.1
    lowest_rate: Annotated[
        float,
        Field(
            title="Lowest rate",
            description="The schedule does not go below this.",
            ge=0.0,
            le=10.0,
            json_schema_extra=_shown_when("schedule", "cosine", "plateau"),
        ),
    ] = 0.0
    loss: Annotated[
        Literal["auto", "cross_entropy", "binary_cross_entropy", "mse"],
        Field(
            title="Loss",
            description=(
                "auto: what the data ask for; cross_entropy for classes; binary_cross_entropy for "
                "labels of which several may hold; mse, the mean squared error, for numbers."
            ),
        ),
    ] = "auto"
    label_smoothing: Annotated[
        float,
        Field(
            title="Label smoothing",
            description=(
                "Share of each target that is spread over all classes; in the training alone."
            ),
            ge=0.0,
            lt=1.0,
            json_schema_extra=_shown_when("loss", "cross_entropy", "auto"),
        ),
    ] = 0.0
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
    clip_norm: Annotated[
        float | None,
        Field(
            title="Clip gradients at",
            description="Largest norm of all gradients together; empty: no clipping.",
            gt=0.0,
        ),
    ] = None
    seed: Annotated[
        int,
        Field(
            title="Seed",
            description="Same seed, same weights at the start, same order, same losses.",
            ge=0,
            le=2**31 - 1,
        ),
    ] = 0
    device: Annotated[
        str,
        Field(
            title="Device",
            description="auto takes a GPU if there is one; or cpu, cuda, cuda:1, mps.",
            pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        ),
    ] = "auto"
    threads: Annotated[
        Literal["auto"] | Annotated[int, Field(ge=1, le=1_024)],
        Field(
            title="Threads",
            description=(
                "How many work inside one operation on the CPU; auto tries which number is the "
                "fastest for this model, and remembers it."
            ),
        ),
    ] = "auto"
    early_stopping: Annotated[
        int | None,
        Field(
            title="Early stopping",
            description="Epochs without a lower validation loss before it ends; empty: never.",
            ge=1,
            le=100_000,
        ),
    ] = None
    checkpoint: Annotated[
        bool,
        Field(
            title="Checkpoints",
            description="Save the state now and then and at the end, and the best weights.",
        ),
    ] = True

    @property
    def weights_of_losses(self) -> tuple[float, ...]:
        """`loss_weights` as numbers, none if it is empty."""
        return tuple(float(part) for part in self.loss_weights.split(",") if part.strip())

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> TrainingSettings:
        """Settings from `values`, defaults for the rest. Raises `SettingsError`, one sentence."""
        try:
            return cls.model_validate(dict(values))
        except ValidationError as error:
            found = refused_value(error, cls)
            told = no_such_setting(found.unknown) if found.unknown else found.sentence
            raise SettingsError(told) from error

    def with_values(self, **values: Any) -> TrainingSettings:
        """A copy with other values, checked like new ones."""
        return self.from_values({**self.model_dump(), **values})
