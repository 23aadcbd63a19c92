"""The fitted preparation comes back from its files as it was, and says what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nnstudio.data.info import DataError
from nnstudio.data.preparation import keeping
from nnstudio.data.preparation.fit import fit_preparation
from nnstudio.data.preparation.streams import streams
from nnstudio.data.samples import Samples
from nnstudio.project.data.fields import Field
from nnstudio.project.data.source import Table
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.data.steps import Step


def samples() -> Samples:
    chance = np.random.default_rng(0)
    spec = DataSpec(
        source=Table(path="/a.csv"),
        fields=(
            Field(name="age", kind="number", role="input", missing="median"),
            Field(name="colour", kind="category", role="input", classes=("red", "green", "blue")),
        ),
        preparation=(Step(name="clip"), Step(name="standardise", fields=("age",))),
    )
    age = chance.normal(40, 9, 50).astype(np.float32)
    age[3] = np.nan
    return Samples(spec, {"age": age, "colour": chance.integers(0, 3, 50)}, 50)


def test_what_is_read_back_prepares_to_the_bit(tmp_path: Path) -> None:
    given = samples()
    fitted = fit_preparation(given, given.spec, np.arange(30))
    keeping.write(fitted, tmp_path)
    again = keeping.read(tmp_path)
    assert again.fields.keys() == fitted.fields.keys()
    for name, one in fitted.fields.items():
        assert again.fields[name].field == one.field
        assert again.fields[name].steps == one.steps
    for stream in streams(given.spec):
        one, _ = fitted.stream(given, None, stream)
        other, _ = again.stream(given, None, stream)
        assert np.array_equal(one, other)
        assert one.dtype == other.dtype


@pytest.mark.parametrize("file", [keeping.JSON, keeping.NUMBERS])
def test_damaged_files_are_one_sentence(tmp_path: Path, file: str) -> None:
    given = samples()
    keeping.write(fit_preparation(given, given.spec, np.arange(30)), tmp_path)
    for text in ("", "{", '{"version": 9}', '{"version": 1}', "[1]"):
        (tmp_path / file).write_text(text)
        with pytest.raises(DataError, match=file) as error:
            keeping.read(tmp_path)
        assert "\n" not in str(error.value)
    (tmp_path / file).unlink()
    with pytest.raises(DataError, match=f"{file} is missing"):
        keeping.read(tmp_path)
