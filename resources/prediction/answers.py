"""From the numbers that a model gives for one sample to what they mean."""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path
from typing import Any

import numpy as np
from common import InputError
from PIL import Image


def softmax(values: np.ndarray, axis: int = -1) -> np.ndarray:
    """Values as probabilities that add up to 1."""
    powers = np.exp(values - values.max(axis, keepdims=True))
    return powers / powers.sum(axis, keepdims=True)


def sigmoid(values: np.ndarray) -> np.ndarray:
    """Each value as a probability of its own."""
    return 1 / (1 + np.exp(-values.astype(np.float64)))


def two_classes(value: np.ndarray) -> np.ndarray:
    """The probabilities of two classes, from the one value that tells the second one."""
    second = float(sigmoid(value.reshape(())))
    return np.array([1 - second, second])


def class_name(classes: list[str], k: int) -> str:
    """The name of a class; an output may have more values than there are classes."""
    return classes[k] if k < len(classes) else f"(unused {k})"


def likeliest(
    probabilities: np.ndarray, classes: list[str], options: argparse.Namespace
) -> list[dict[str, Any]]:
    """The likeliest classes with their probabilities, the first one first."""
    order = np.argsort(-probabilities, kind="stable")[: max(1, options.top)]
    return [
        {"class": class_name(classes, k), "probability": float(probabilities[k])}
        for k in order.tolist()
    ]


def best_scores(
    scores: np.ndarray, classes: list[str], options: argparse.Namespace
) -> list[dict[str, Any]]:
    """The classes with the highest scores; they were not trained to be probabilities."""
    order = np.argsort(-scores, kind="stable")[: max(1, options.top)]
    return [{"class": class_name(classes, k), "score": float(scores[k])} for k in order.tolist()]


def labels_of(values: np.ndarray, about: dict[str, Any]) -> dict[str, float]:
    """Each label with its probability."""
    found = sigmoid(values.reshape(-1)).tolist()
    return dict(zip(about["classes"], found, strict=True))


def numbers_of(values: np.ndarray, about: dict[str, Any]) -> dict[str, float]:
    """The numbers by name, in the units of the data."""
    found = values.astype(np.float64).reshape(-1)
    names = about["numbers"] if len(about["numbers"]) == len(found) else range(1, len(found) + 1)
    return {str(name): float(value) for name, value in zip(names, found, strict=True)}


def means(values: np.ndarray) -> np.ndarray:
    """The first half of the values; the second half tells how sure the model is."""
    return values[: len(values) // 2]


def in_units(values: np.ndarray, about: dict[str, Any]) -> np.ndarray:
    """Numbers as they stand in the data: the steps of their preparation undone, last one first."""
    columns = values.astype(np.float64).reshape(len(about["undo"]), -1)
    for k, steps in enumerate(about["undo"]):
        for step in reversed(steps):
            if step["step"] == "scale":
                columns[k] = columns[k] / step["factor"] + step["offset"]
            elif step["step"] == "log":
                columns[k] = np.sign(columns[k]) * np.expm1(np.abs(columns[k]))
    return columns.reshape(values.shape)


def classes_by_position(values: np.ndarray, about: dict[str, Any]) -> list[str]:
    """The likeliest class of each position, of values (length, classes)."""
    return [class_name(about["classes"], k) for k in values.argmax(-1).tolist()]


COLOURS = [0, 0, 0, 230, 159, 0, 86, 180, 233, 0, 158, 115, 240, 228, 66, 0, 114, 178, 213, 94, 0]
COLOURS += [204, 121, 167]
"""Red, green and blue of the first eight classes; more are shades of grey."""


def mask_file(values: np.ndarray, about: dict[str, Any], path: Path) -> dict[str, Any]:
    """Write the likeliest class of each pixel, of values (classes, height, width), as a PNG.

    The numbers of its pixels are those of the classes, and stand for the colours that are seen.
    """
    numbers = values.argmax(0).astype(np.uint8)
    greys = [level for level in range(8, 256) for _ in range(3)]
    picture = Image.fromarray(numbers)
    picture.putpalette(COLOURS + greys)
    target = free_name(f"{path.stem}-mask")
    try:
        picture.save(target)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from None
    there = np.bincount(numbers.reshape(-1)) / numbers.size
    shares = {class_name(about["classes"], n): float(s) for n, s in enumerate(there) if s}
    return {"mask": str(target), "shares": shares}


def free_name(stem: str) -> Path:
    """The name of a picture that is not there yet: nothing is written over."""
    names = (Path(f"{stem}{number or ''}.png") for number in itertools.count())
    return next(name for name in names if not name.exists())


def difference(values: np.ndarray, given: np.ndarray) -> dict[str, float]:
    """How far the rebuilt sample is from the one that was given, both as the model has them."""
    apart = values.astype(np.float64) - given.reshape(values.shape)
    return {"mean squared difference": float((apart**2).mean())}


def as_classes(value: list[dict[str, Any]]) -> str:
    """Classes in words, with percentages or scores."""
    return ", ".join(
        f"{one['class']} {one['probability']:.1%}"
        if "probability" in one
        else f"{one['class']} (score {one['score']:.4g})"
        for one in value
    )


def as_labels(value: dict[str, float]) -> str:
    """The labels that are likelier than not, in words."""
    return ", ".join(f"{name} {p:.1%}" for name, p in value.items() if p > 0.5) or "no label"


def as_numbers(value: dict[str, float]) -> str:
    """Numbers in words."""
    return ", ".join(f"{name} {number:.6g}" for name, number in value.items())


def as_number(value: dict[str, float]) -> str:
    """A number whose name is told already."""
    return ", ".join(f"{number:.6g}" for number in value.values())


def as_positions(value: list[str]) -> str:
    """The classes of all positions in words."""
    return " ".join(value)


def as_mask(value: dict[str, Any]) -> str:
    """Where the mask is, and what it shows."""
    shares = ", ".join(f"{name} {share:.1%}" for name, share in value["shares"].items())
    return f"mask in {value['mask']}, by classes {shares}"
