"""Films and pictures that belong together, shown as one picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.samples import nobody_watches
from nnstudio.report.figures.samples import samples_of
from nnstudio.workspace.data_page.mosaic import MOST, bytes_of, frames_of, mosaic
from nnstudio.workspace.data_page.overview import overview
from nnstudio.workspace.data_page.shown_samples import ShownSamples


def shown(name: str) -> ShownSamples:
    return ShownSamples(overview(load_built_in(name), name, nobody_watches))


@pytest.mark.parametrize(("count", "expected"), [(1, [0]), (9, [*range(9)]), (30, None)])
def test_frames_are_spread_over_the_film(count: int, expected: list[int] | None) -> None:
    film = np.arange(count, dtype=np.float32).reshape(count, 1, 1, 1)
    found = [int(frame[0, 0, 0]) for frame in frames_of(film)]
    if expected is None:
        assert len(found) == MOST
        assert (found[0], found[-1]) == (0, count - 1)
        assert max(np.diff(found)) - min(np.diff(found)) <= 1
    else:
        assert found == expected


def test_pictures_lie_row_by_row_with_lines_between() -> None:
    pictures = [np.full((3, 2, 4), k, np.uint8) for k in range(6)]
    made = mosaic(pictures)
    assert made.shape == (3, 2 * 3 - 1, 3 * 5 - 1)
    assert made.dtype == np.uint8
    assert made[0, 0, [0, 5, 10]].tolist() == [0, 1, 2]
    assert made[0, 3, [0, 5, 10]].tolist() == [3, 4, 5]
    assert set(made[:, 2].ravel().tolist()) == {2}  # halfway between 0 and 5, in whole numbers
    assert mosaic(pictures[:1]) is pictures[0]


def test_a_film_is_shown_by_its_frames() -> None:
    films = shown("films")
    assert films.main is not None
    assert (films.main.name, films.looks) == ("x", "films")
    picture = films.picture(3)
    assert picture.shape == (1, 2 * 17 - 1, 4 * 17 - 1)
    assert np.array_equal(picture[:, :16, 17:33], films.value(3)[1])
    assert films.caption(3) == films.origin(3)  # the frame that is asked for has no word


def test_pictures_of_one_sample_are_shown_beside_each_other() -> None:
    pairs = shown("digit-pairs")
    assert (pairs.looks, [field.name for field in pairs.beside]) == ("pictures", ["second"])
    picture = pairs.picture(5)
    assert picture.shape == (1, 8, 17)
    assert np.array_equal(picture[..., 9:], pairs.samples.fields["second"][5])
    changed = np.zeros_like(pairs.value(5))
    assert not pairs.picture(5, changed)[..., :8].any()
    alone = replace(pairs, changed={5: changed})  # the second would be shown as it never is
    assert (alone.beside, alone.picture(5).shape) == ((), (1, 8, 8))
    assert pairs.caption(5) in ("same", "different")
    assert shown("digits").picture(5).shape == (1, 8, 8)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([False, True], [0, 255]),
        (np.array([-128, 127], np.int8), [-128, 127]),
        (np.array([6e4, -6e4], np.float16), [6e4, -6e4]),
        ([np.inf, 1.0], [np.inf, 1.0]),
        ([np.nan, np.nan], [np.nan, np.nan]),
    ],
)
def test_values_of_any_type_lie_beside_each_other(values: object, expected: list[float]) -> None:
    picture = np.asarray(values).reshape(1, 1, 2)
    made = mosaic([picture, picture])
    assert made.shape == (1, 1, 5)
    assert np.array_equal(made[0, 0, 3:].astype(float), expected, equal_nan=True)
    assert made.min() <= made[0, 0, 2] <= made.max() or np.isnan(made[0, 0, :2]).any()


def test_pictures_of_different_types_are_each_seen() -> None:
    bright: list[NDArray[Any]] = [
        np.full((1, 1, 1), 200, np.uint8),
        np.full((1, 1, 1), 60_000, np.uint16),
    ]
    assert mosaic([*bright, np.full((1, 1, 1), 0.5)])[0, 0].tolist()[::2] == [200, 234, 255]
    assert bytes_of(np.array([-1e300, 1e300, np.inf, np.nan])).tolist() == [0, 255, 255, 127]


def test_a_report_draws_what_is_not_finite_and_what_is_empty() -> None:
    odd = [np.array([[[np.inf, 1.0, np.nan]]]), np.full((1, 1, 2), -np.inf), np.zeros((0, 2, 2))]
    drawn = samples_of(odd, ("one", "two", "three"), "Samples", pictures=True)
    assert drawn is not None
    assert drawn.svg.count("<image") == 2


def test_nothing_and_much_are_shown_as_well() -> None:
    assert mosaic(frames_of(np.zeros((0, 1, 2, 2)))).shape == (1, 1, 1)
    assert mosaic(frames_of(np.zeros((3, 1, 0, 2)))).shape == (1, 1, 1)
    large = np.broadcast_to(np.uint8(1), (300, 3, 4_000, 3_000))
    assert mosaic(frames_of(large)).shape[2] < 4_000
