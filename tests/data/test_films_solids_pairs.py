"""The computed films and points, and the pairs of digits: each is what its note says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nnstudio.data.builtin import films, solids
from nnstudio.data.builtin.digit_pairs import digit_pairs
from nnstudio.data.builtin.digits import digits
from nnstudio.data.builtin.loading import load_built_in


@pytest.mark.parametrize("generate", [films.generate, solids.generate])
def test_the_same_seed_gives_the_same_however_many(
    generate: Callable[[int, int], tuple[Any, Any]],
) -> None:
    few, many = generate(2, 5), generate(4, 5)
    assert all(np.array_equal(one, other[:2]) for one, other in zip(few, many, strict=True))


def test_discs_stay_in_the_picture_and_move_on() -> None:
    frames, following = films.generate(20)
    assert 0 <= frames.min() < frames.max() <= 1
    moved = abs(following - frames[:, -1]).mean((1, 2, 3))
    assert (moved > 0.005).all()


def test_the_farthest_point_of_a_solid_is_at_1() -> None:
    clouds, kinds = solids.generate(10)
    farthest = np.linalg.norm(clouds, axis=1).max(1)
    assert abs(farthest - 1) == pytest.approx(0, abs=4 * solids.NOISE)
    assert sorted(kinds.tolist()) == sorted(2 * list(range(5)))


def test_no_digit_is_in_two_pairs_and_the_answer_is_right() -> None:
    pairs, same = digit_pairs()
    _, shown = digits()
    assert len(np.unique(pairs)) == pairs.size
    assert np.array_equal(shown[pairs[:, 0]] == shown[pairs[:, 1]], same == 1)
    assert 0.45 < same.mean() < 0.55


@pytest.mark.parametrize("name", ["films", "solids", "digit-pairs"])
def test_it_comes_in_the_form_that_is_announced(name: str) -> None:
    found = load_built_in(name)
    inputs = {one.name: one.shape for one in found.spec.fields if one.role == "input"}
    expected = {
        "films": {"x": (8, 1, 16, 16)},
        "solids": {"x": (3, 128)},
        "digit-pairs": {"first": (1, 8, 8), "second": (1, 8, 8)},
    }
    assert inputs == expected[name]
    assert found.count == len(found.fields["answer"])
