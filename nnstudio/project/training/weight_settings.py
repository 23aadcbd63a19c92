"""Settings of the weights: where they start, which stay, and their average."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from nnstudio.project.training.part import SettingsPart, parts_of


class WeightSettings(SettingsPart):
    """Which weights a training begins with and changes."""

    start_from: Annotated[
        str,
        Field(
            title="Start from",
            description=(
                "A safetensors file or the folder of a run, whose weights are taken where name and "
                "shape fit; a table says which did. Empty: weights drawn by the seed."
            ),
            max_length=4_096,
        ),
    ] = ""
    freeze: Annotated[
        str,
        Field(
            title="Freeze",
            description=(
                "Nodes whose weights and running averages stay as they are, by name, such as "
                "conv1, block.*; empty: none."
            ),
            max_length=4_096,
        ),
    ] = ""
    average_decay: Annotated[
        float | None,
        Field(
            title="Average of weights",
            description=(
                "Keep a running average of the weights that forgets this slowly, such as 0.999; "
                "it is validated and saved as the best weights. Empty: none."
            ),
            ge=0.0,
            lt=1.0,
        ),
    ] = None

    @property
    def frozen_nodes(self) -> tuple[str, ...]:
        """`freeze` as patterns."""
        return parts_of(self.freeze)
