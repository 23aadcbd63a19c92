"""Settings of the optimizer: which one, how far it goes, and what torch's class takes."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from nnstudio.project.training.optimizers import OPTIMIZERS, OptimizerName, optimizers_with
from nnstudio.project.training.part import SettingsPart, shown_when


def _for(setting: str) -> dict[str, Any]:
    return shown_when("optimizer", *optimizers_with(setting))


class OptimizerSettings(SettingsPart):
    """How gradients change the weights."""

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
    decay_norms: Annotated[
        bool,
        Field(
            title="Decay norms and biases",
            description=(
                "Whether weight decay also pulls biases and the weights of normalisations; "
                "without it they are left alone, as is usual for transformers."
            ),
        ),
    ] = True
    optimizer: Annotated[
        OptimizerName,
        Field(
            title="Optimizer",
            description=(
                "The rule by which gradients change the weights. "
                + "; ".join(f"{name}: {kind.help}" for name, kind in OPTIMIZERS.items())
                + "."
            ),
        ),
    ] = "Adam"
    momentum: Annotated[
        float,
        Field(
            title="Momentum",
            description="How much of the last step is carried into the next.",
            ge=0.0,
            lt=1.0,
            json_schema_extra=_for("momentum"),
        ),
    ] = 0.9
    dampening: Annotated[
        float,
        Field(
            title="Dampening",
            description="Share of the gradient that does not enter the momentum.",
            ge=0.0,
            lt=1.0,
            json_schema_extra=_for("dampening"),
        ),
    ] = 0.0
    nesterov: Annotated[
        bool,
        Field(
            title="Nesterov momentum",
            description="Look ahead by the momentum; needs momentum, and no dampening.",
            json_schema_extra=_for("nesterov"),
        ),
    ] = False
    beta1: Annotated[
        float,
        Field(
            title="Beta 1",
            description="How slowly the mean of the gradient forgets.",
            ge=0.0,
            lt=1.0,
            json_schema_extra=_for("beta1"),
        ),
    ] = 0.9
    beta2: Annotated[
        float,
        Field(
            title="Beta 2",
            description="How slowly the mean of the squared gradient forgets.",
            ge=0.0,
            lt=1.0,
            json_schema_extra=_for("beta2"),
        ),
    ] = 0.999
    epsilon: Annotated[
        float | None,
        Field(
            title="Epsilon",
            description="Added where it is divided, against division by 0; empty: as torch has it.",
            gt=0.0,
            le=1.0,
            json_schema_extra=_for("epsilon"),
        ),
    ] = None
    amsgrad: Annotated[
        bool,
        Field(
            title="AMSGrad",
            description="Divide by the largest mean square so far instead of the present one.",
            json_schema_extra=_for("amsgrad"),
        ),
    ] = False
    square_decay: Annotated[
        float | None,
        Field(
            title="Memory of squares",
            description=(
                "How slowly the mean of squared gradients forgets; empty: as torch has it, "
                "0.99 for RMSprop and 0.9 for Adadelta."
            ),
            ge=0.0,
            lt=1.0,
            json_schema_extra=_for("square_decay"),
        ),
    ] = None
    centered: Annotated[
        bool,
        Field(
            title="Centred",
            description="Divide by the standard deviation of the gradient, not its mean square.",
            json_schema_extra=_for("centered"),
        ),
    ] = False
    momentum_decay: Annotated[
        float,
        Field(
            title="Momentum decay",
            description="How fast the momentum of NAdam grows to its full size.",
            ge=0.0,
            le=1.0,
            json_schema_extra=_for("momentum_decay"),
        ),
    ] = 0.004
    rate_decay: Annotated[
        float,
        Field(
            title="Rate decay",
            description="Adagrad divides its rate by 1 + this for each step done.",
            ge=0.0,
            le=1.0,
            json_schema_extra=_for("rate_decay"),
        ),
    ] = 0.0
    initial_accumulator: Annotated[
        float,
        Field(
            title="First sum of squares",
            description="With which Adagrad begins: more makes the first steps smaller.",
            ge=0.0,
            le=1e6,
            json_schema_extra=_for("initial_accumulator"),
        ),
    ] = 0.0
    ns_steps: Annotated[
        int,
        Field(
            title="Newton-Schulz steps",
            description="How exactly Muon makes its steps orthogonal.",
            ge=1,
            le=99,
            json_schema_extra=_for("ns_steps"),
        ),
    ] = 5
    clip_norm: Annotated[
        float | None,
        Field(
            title="Clip gradients at",
            description="Largest norm of all gradients together; empty: no clipping.",
            gt=0.0,
        ),
    ] = None
    accumulate: Annotated[
        int,
        Field(
            title="Batches per step",
            description=(
                "Gradients of so many batches are averaged before the weights change, as a batch "
                "of that many times the size would; BatchNorm still sees single batches."
            ),
            ge=1,
            le=65_536,
        ),
    ] = 1
