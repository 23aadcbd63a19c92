"""Settings of the run itself: where and how exactly it computes, and what it keeps."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from nnstudio.project.training.part import SettingsPart


def _on_or_off(given: object) -> object:
    """It was a yes or no before it could be found out."""
    if isinstance(given, str):
        given = {"true": True, "false": False}.get(given.lower(), given)
    return {True: "on", False: "off"}[given] if isinstance(given, bool) else given


class RunningSettings(SettingsPart):
    """Where and how exactly a training computes."""

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
    precision: Annotated[
        Literal["float32", "tf32", "bf16", "fp16"],
        Field(
            title="Precision",
            description=(
                "float32; tf32: matrix products of NVIDIA GPUs with fewer digits; bf16 and fp16: "
                "16 bits where torch holds them safe, weights and loss stay float32, fp16 on CUDA "
                "alone, with its gradients scaled."
            ),
        ),
    ] = "float32"
    deterministic: Annotated[
        bool,
        Field(
            title="Deterministic",
            description=(
                "Use algorithms that give the same bits each time, and stop at an operation that "
                "has none; slower on GPUs."
            ),
        ),
    ] = False
    compile: Annotated[
        bool,
        Field(
            title="Compile",
            description=(
                "Let torch.compile translate the model first: takes up to a minute, worth it for "
                "long trainings."
            ),
        ),
    ] = False
    channels_last: Annotated[
        Literal["auto", "on", "off"],
        BeforeValidator(_on_or_off),
        Field(
            title="Channels last",
            description=(
                "Keep pictures with their channels innermost, which makes many convolutions "
                "faster; auto tries it on the CPU, together with the threads, and remembers it."
            ),
        ),
    ] = "auto"
    checkpoint: Annotated[
        bool,
        Field(
            title="Checkpoints",
            description="Save the state now and then and at the end, and the best weights.",
        ),
    ] = True
