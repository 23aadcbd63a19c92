"""The computed pictures of shapes: each pixel's class is that of the shape it shows."""

from __future__ import annotations

import numpy as np

from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.builtin.shapes import CLASSES, NOISE, generate


def test_pixels_of_one_class_in_one_piece_have_one_colour() -> None:
    pictures, masks = generate(40)
    for picture, mask in zip(pictures, masks, strict=True):
        background = picture[:, mask == 0]
        clipped = abs(background).max(1) > 1.9
        spread = background.std(1)[~clipped]
        assert (abs(spread - NOISE / 0.25) < 0.06).all()
    assert set(np.unique(masks)) == set(range(len(CLASSES)))


def test_the_same_seed_gives_the_same_pictures_however_many() -> None:
    few, many = generate(2, seed=5), generate(4, seed=5)
    assert all(np.array_equal(one, other[:2]) for one, other in zip(few, many, strict=True))


def test_it_comes_as_pictures_with_masks() -> None:
    found = load_built_in("shapes")
    kinds = {one.name: (one.kind, one.role, one.shape) for one in found.spec.fields}
    assert kinds == {
        "x": ("image", "input", (3, 32, 32)),
        "answer": ("mask", "target", (32, 32)),
    }
    assert found.spec.targets[0].task == "per_pixel"
    assert found.spec.targets[0].classes == CLASSES
