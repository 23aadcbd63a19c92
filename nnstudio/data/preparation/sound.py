"""Steps for sound and signals: one rate and length, log-mel spectrograms, windows."""

from __future__ import annotations

from math import prod
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field as Limits
from pydantic import model_validator

from nnstudio.data.preparation.step import Fitted, Form, Preparation
from nnstudio.data.samples import Finding
from nnstudio.project.data.fields import Field, Kind

BATCH = 256
"""Sounds that are transformed at a time."""


class SoundLength(Preparation):
    """Brings all recordings to one rate and one length, and to one channel by their mean.

    Readers of files resample while they read; `apply` cuts or pads what is an array already.
    """

    name: ClassVar[str] = "sound_length"
    title: ClassVar[str] = "Length and rate of sound"
    kinds: ClassVar[tuple[Kind, ...]] = ("audio",)

    rate: int = Limits(
        default=16_000,
        ge=100,
        le=768_000,
        title="Rate",
        description="Values a second, resampled to.",
    )
    length: int = Limits(
        default=16_000, ge=1, le=100_000_000, title="Length", description="Values of one recording."
    )
    part: Literal["start", "middle"] = Limits(
        default="start", title="Part", description="What is kept of a longer recording."
    )
    filled: Literal["silence", "repeat"] = Limits(
        default="silence",
        title="Filled with",
        description="What follows at the end of a shorter one.",
    )

    def form(self, form: Form, field: Field) -> Form:
        """(C, length)."""
        return (*form[:-1], self.length)

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        """Signals (n, C, t) as (n, C, length), cut or padded; the rate stays."""
        there = values.shape[-1]
        if there == self.length:
            return values
        if there > self.length:
            first = 0 if self.part == "start" else (there - self.length) // 2
            return values[..., first : first + self.length]
        if self.filled == "repeat" and there:
            return values[..., np.arange(self.length) % there]
        padded = np.zeros((*values.shape[:-1], self.length), values.dtype)
        padded[..., :there] = values
        return padded


class LogMel(Preparation):
    """Turns sound into log-mel spectrograms: how loud each of some bands is, over time."""

    name: ClassVar[str] = "log_mel"
    title: ClassVar[str] = "Log-mel spectrogram"
    kinds: ClassVar[tuple[Kind, ...]] = ("audio", "signal")

    rate: int = Limits(
        default=16_000,
        ge=100,
        le=768_000,
        title="Rate",
        description="Values a second of the sound.",
    )
    window: int = Limits(
        default=1024,
        ge=16,
        le=65_536,
        title="Window",
        description="Values of one Fourier transform.",
    )
    hop: int = Limits(
        default=256, ge=1, le=65_536, title="Hop", description="Values from one window to the next."
    )
    bands: int = Limits(
        default=64, ge=1, le=512, title="Bands", description="Filters on the mel scale."
    )
    lowest: float = Limits(
        default=0.0, ge=0.0, le=384_000.0, title="Lowest frequency", description="Hz."
    )
    highest: float = Limits(
        default=0.0,
        ge=0.0,
        le=384_000.0,
        title="Highest frequency",
        description="Hz; 0: half the rate.",
    )

    layout: Literal["picture", "sequence"] = Limits(
        default="picture",
        title="Layout",
        description="picture: channels, bands, steps; sequence: steps, bands.",
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lowest < self._top <= self.rate / 2:
            raise ValueError("expected lowest < highest <= half the rate")
        return self

    @property
    def _top(self) -> float:
        return self.highest or self.rate / 2

    def filters(self) -> NDArray[np.float32]:
        """The filter bank, (bands, window // 2 + 1): triangles on the mel scale, height 1."""
        low, high = (2595.0 * np.log10(1.0 + f / 700.0) for f in (self.lowest, self._top))
        edges = 700.0 * (10.0 ** (np.linspace(low, high, self.bands + 2) / 2595.0) - 1.0)
        at = np.linspace(0.0, self.rate / 2, self.window // 2 + 1)
        rise = (at - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
        fall = (edges[2:, None] - at) / (edges[2:] - edges[1:-1])[:, None]
        bank: NDArray[np.float32] = np.clip(np.minimum(rise, fall), 0.0, None).astype(np.float32)
        return bank

    def findings(self) -> tuple[Finding, ...]:
        """A warning if some filters are empty: narrower than what the window tells apart."""
        empty = int((self.filters().sum(1) == 0).sum())
        if not empty:
            return ()
        what = "1 of the bands is" if empty == 1 else f"{empty} of the bands are"
        said = (
            f"{what} always empty: {self.bands} bands are too many for a window of {self.window} "
            f"values at {self.rate:,} a second; choose fewer bands or a longer window."
        )
        return (Finding("warning", "empty_bands", said, self.name),)

    def fit(self, values: NDArray[Any], field: Field | None = None) -> Fitted:
        """The filter bank; nothing is learnt from the samples."""
        return {"filters": self.filters()}

    def form(self, form: Form, field: Field) -> Form:
        """(C, bands, 1 + t // hop), or (1 + t // hop, C * bands) as a sequence."""
        steps = 1 + form[-1] // self.hop
        if self.layout == "sequence":
            return (steps, prod(form[:-1]) * self.bands)
        return (*form[:-1], self.bands, steps)

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[np.float32]:
        """Sound (n, C, t) as spectrograms (n, C, bands, 1 + t // hop), natural logarithm.

        As a sequence (n, 1 + t // hop, C * bands), the channels one after the other.
        """
        import torch

        bank = torch.from_numpy(np.asarray(fitted["filters"], np.float32))
        shape = torch.hann_window(self.window)
        parts = []
        for start in range(0, max(len(values), 1), BATCH):
            sound = torch.from_numpy(np.array(values[start : start + BATCH], np.float32))
            parts.append(log_mel(sound, bank, shape, self.hop).numpy())
        made: NDArray[np.float32] = np.concatenate(parts)
        if self.layout == "picture":
            return made
        steps = made.reshape(len(made), -1, made.shape[-1]).transpose(0, 2, 1)
        return np.ascontiguousarray(steps)


def log_mel(sound: Any, filters: Any, window: Any, hop: int) -> Any:
    """Tensors: sound (n, C, t), filters (bands, bins), window -> (n, C, bands, 1 + t // hop)."""
    import torch

    flat = sound.reshape(-1, sound.shape[-1])
    waves = torch.stft(
        flat, len(window), hop, window=window, return_complex=True, pad_mode="constant"
    )
    bands = filters @ waves.abs().square()
    return (bands + 1e-6).log().reshape(*sound.shape[:-1], *bands.shape[1:])


class Windows(Preparation):
    """Cuts sound or a signal into overlapping windows: a sequence of steps for recurrent layers."""

    name: ClassVar[str] = "windows"
    title: ClassVar[str] = "Windows"
    kinds: ClassVar[tuple[Kind, ...]] = ("audio", "signal")

    window: int = Limits(
        default=256, ge=1, le=10_000_000, title="Window", description="Values of one window."
    )
    hop: int = Limits(
        default=128,
        ge=1,
        le=10_000_000,
        title="Hop",
        description="Values from one window to the next.",
    )

    def form(self, form: Form, field: Field) -> Form:
        """(steps, C * window)."""
        steps = 1 + max(0, -(-(form[-1] - self.window) // self.hop))
        return (steps, form[0] * self.window)

    def apply(
        self, values: NDArray[Any], fitted: Fitted, field: Field | None = None
    ) -> NDArray[Any]:
        """Signals (n, C, t) as (n, steps, C * window): channels one after the other.

        A last window that is not full is padded with zeros. Overlapping windows take more memory
        than the signal: window / hop times as much.
        """
        samples, channels, there = values.shape
        steps = 1 + max(0, -(-(there - self.window) // self.hop))
        whole = (steps - 1) * self.hop + self.window
        if whole > there:
            values = np.concatenate(
                [values, np.zeros((samples, channels, whole - there), values.dtype)], axis=2
            )
        cut = np.lib.stride_tricks.sliding_window_view(values, self.window, axis=2)
        cut = cut[:, :, :: self.hop][:, :, :steps]
        return np.ascontiguousarray(cut.transpose(0, 2, 1, 3)).reshape(samples, steps, -1)
