"""The steps that turn what was read into what the model was trained on, with the saved figures."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from common import FIELDS, InputError
from glue import STEPS
from pictures import inner_size, used_part
from torch.nn.functional import interpolate


def prepared(values: np.ndarray, field: dict[str, Any]) -> np.ndarray:
    """The values of a field, (n, ...), after all of its steps."""
    for step in field["steps"]:
        values = STEPS[step["step"]](values, step)
    return values


def side_by_side(samples: dict[str, np.ndarray], names: list[str]) -> np.ndarray:
    """Fields as the columns of one table, (n, columns)."""
    columns = [prepared(samples[name], FIELDS[name]) for name in names]
    return np.concatenate([one.reshape(len(one), -1) for one in columns], 1, dtype=np.float32)


def refuse_gaps(file: str, names: list[str], samples: dict[str, np.ndarray]) -> None:
    """Say where a value is missing that nothing fills."""
    for name, values in samples.items():
        steps = [step["step"] for step in FIELDS[name]["steps"]]
        if "fill" in steps or "fill_class" in steps:
            continue
        known = values >= 0 if FIELDS[name]["kind"] == "category" else np.isfinite(values)
        gone = ~known.reshape(len(values), -1).all(1)
        if gone.any():
            where = f"{file}, {names[int(gone.argmax())]}"
            said = f"{where}: '{name}' has no value; the model knows no samples without it."
            raise InputError(said)


def fill(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """The saved value in the place of missing numbers."""
    return np.where(np.isfinite(values), values, step["value"])


def fill_class(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """The saved class in the place of missing ones."""
    return np.where(values < 0, step["value"], values)


def scale(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """(values - offset) * factor, for all or for each channel."""
    shape = (1, -1) + (1,) * (values.ndim - 2) if values.ndim > 1 else (-1,)
    offset, factor = (np.array(step[name]).reshape(shape) for name in ("offset", "factor"))
    return ((values - offset) * factor).astype(np.float32)


def scale_pixels(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Pixels (n, C, H, W) of whole numbers: (pixels - offset) * factor for each channel."""
    shape = (1, -1) + (1,) * (values.ndim - 2)
    offset, factor = (
        np.array(step[name], np.float32).reshape(shape) for name in ("offset", "factor")
    )
    return (values.astype(np.float32) - offset) * factor


def fractions(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Pixels of whole numbers as 0 to 1."""
    return values.astype(np.float32) / np.float32(step["most"])


def logarithm(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """sign(x) * log(1 + |x|)."""
    numbers = values.astype(np.float64)
    return (np.sign(numbers) * np.log1p(np.abs(numbers))).astype(np.float32)


def clip(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Limited to the saved range."""
    return np.clip(values, step["low"], step["high"]).astype(np.float32)


def one_hot(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """1 for the class, 0 for all others."""
    return np.eye(step["classes"], dtype=np.float32)[values]


def class_number(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """The class's number itself, for an embedding."""
    return values.astype(np.int64)


def sound_length(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Sound (n, C, t) cut or filled to one length."""
    there, length = values.shape[-1], step["length"]
    if there >= length:
        first = 0 if step["part"] == "start" else (there - length) // 2
        return values[..., first : first + length]
    if step["filled"] == "repeat" and there:
        return values[..., np.arange(length) % there]
    padded = np.zeros((*values.shape[:-1], length), values.dtype)
    padded[..., :there] = values
    return padded


def mel_filters(step: dict[str, Any]) -> np.ndarray:
    """Triangles on the mel scale, height 1: (bands, window // 2 + 1)."""
    top = step["highest"] or step["rate"] / 2
    low, high = (2595.0 * np.log10(1.0 + f / 700.0) for f in (step["lowest"], top))
    edges = 700.0 * (10.0 ** (np.linspace(low, high, step["bands"] + 2) / 2595.0) - 1.0)
    at = np.linspace(0.0, step["rate"] / 2, step["window"] // 2 + 1)
    rise = (at - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    fall = (edges[2:, None] - at) / (edges[2:] - edges[1:-1])[:, None]
    return np.clip(np.minimum(rise, fall), 0.0, None).astype(np.float32)


def log_mel(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Sound (n, C, t) as log-mel spectrograms: (n, C, bands, steps), or (n, steps, C * bands)."""
    sound = torch.from_numpy(np.array(values, np.float32))
    window = torch.hann_window(step["window"])
    waves = torch.stft(
        sound.reshape(-1, sound.shape[-1]),
        step["window"],
        step["hop"],
        window=window,
        return_complex=True,
        pad_mode="constant",
    )
    bands = torch.from_numpy(mel_filters(step)) @ waves.abs().square()
    made = (bands + 1e-6).log().reshape(*sound.shape[:-1], *bands.shape[1:]).numpy()
    if step["layout"] == "picture":
        return made
    return made.reshape(len(made), -1, made.shape[-1]).transpose(0, 2, 1)


def windows(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Signals (n, C, t) as overlapping windows, (n, steps, C * window), zeros at the end."""
    samples, _, there = values.shape
    window, hop = step["window"], step["hop"]
    steps = 1 + max(0, -(-(there - window) // hop))
    missing = max(0, (steps - 1) * hop + window - there)
    padded = np.pad(values, ((0, 0), (0, 0), (0, missing)))
    cut = np.lib.stride_tricks.sliding_window_view(padded, window, axis=2)
    return cut[:, :, ::hop][:, :, :steps].transpose(0, 2, 1, 3).reshape(samples, steps, -1)


def picture_size(values: np.ndarray, step: dict[str, Any]) -> np.ndarray:
    """Pictures (n, C, h, w) of one size and colour."""
    channels = 1 if step["colour"] == "grey" else 3
    if values.shape[1:] == (channels, step["height"], step["width"]):
        return values
    pictures = torch.from_numpy(np.array(values, np.float32))
    if channels == 1 and pictures.shape[1] == 3:
        luma = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
        pictures = (pictures * luma).sum(1, keepdim=True)
    elif pictures.shape[1] != channels:
        pictures = pictures.mean(1, keepdim=True).expand(-1, channels, -1, -1)
    high, wide = pictures.shape[2:]
    left, top, right, bottom = (round(edge) for edge in used_part(wide, high, step))
    across, down = inner_size(wide, high, step)
    part = pictures[:, :, top : max(bottom, top + 1), left : max(right, left + 1)]
    small = interpolate(part, (down, across), mode="bilinear", antialias=True).numpy()
    whole = np.issubdtype(values.dtype, np.integer)
    colour = (np.iinfo(values.dtype).max if whole else 1) if step["background"] == "white" else 0
    size = (len(values), channels, step["height"], step["width"])
    canvas = np.full(size, colour, np.float32)
    above, beside = (step["height"] - down) // 2, (step["width"] - across) // 2
    canvas[..., above : above + down, beside : beside + across] = small
    return (np.rint(canvas) if whole else canvas).astype(values.dtype)


def tensor(values: np.ndarray, form: list[int]) -> torch.Tensor:
    """The samples as floats, (n, *form)."""
    flat = np.ascontiguousarray(values, np.float32)
    return torch.from_numpy(flat).reshape(len(values), *form)


def numbers_of_classes(values: np.ndarray, form: list[int]) -> torch.Tensor:
    """The samples as whole numbers, (n, *form), for an embedding."""
    return torch.from_numpy(np.ascontiguousarray(values, np.int64)).reshape(len(values), *form)


def padded_with_zeros(values: np.ndarray, length: int) -> np.ndarray:
    """Rows with zeros at their ends."""
    flat = values.reshape(len(values), -1)
    return np.pad(flat, ((0, 0), (0, length - flat.shape[1])))


def resized_signals(signals: torch.Tensor, form: list[int]) -> torch.Tensor:
    """Signals (n, 1, l) in another length, linearly, edge to edge."""
    length = int(np.prod(form))
    return interpolate(signals, length, mode="linear").reshape(-1, *form)


def resized_pictures(
    pictures: torch.Tensor, channels: int, height: int, width: int, form: list[int]
) -> torch.Tensor:
    """Pictures (n, C, h, w) in another size, bilinearly; one channel is repeated."""
    smooth = height < pictures.shape[2] or width < pictures.shape[3]
    if channels == 1 and pictures.shape[1] > 1:
        pictures = pictures.mean(1, keepdim=True)
    pictures = interpolate(pictures, (height, width), mode="bilinear", antialias=smooth)
    return pictures.expand(-1, channels, -1, -1).reshape(-1, *form)
