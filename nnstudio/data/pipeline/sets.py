"""A whole source as one data set of tensors, in a wanted form."""

from __future__ import annotations

from pathlib import Path

from nnstudio.data.builtin.catalogue import BUILT_IN
from nnstudio.data.builtin.loading import load_built_in
from nnstudio.data.dataset import DataSet
from nnstudio.data.info import InputMapping, ModelInput
from nnstudio.data.pipeline.assembling import whole
from nnstudio.data.pipeline.understanding import describe, understand


def load(name_or_path: str | Path, form: tuple[int, ...] | None = None) -> DataSet:
    """A built-in set or a .npz or .csv file, its first input in `form` (default: the native one).

    A form may be any shape with as many values as a sample has (`info.forms` are the usual ones)
    or, for pictures and signals, another size; then `DataSet.to_model` resizes. Raises `DataError`
    with one sentence: no such set or file, an unusable file, or a form that cannot be had.
    """
    info = describe(name_or_path)
    given = ModelInput("", info.first, info.forms[0] if form is None else tuple(form))
    return load_for(name_or_path, InputMapping((given,)))


def load_for(name_or_path: str | Path, feed: InputMapping) -> DataSet:
    """The samples as `feed` gives them to a model; `load` for models with several inputs."""
    built_in = BUILT_IN.get(str(name_or_path))
    if built_in is not None:
        return whole(load_built_in(built_in.name, feed), feed, built_in)
    return whole(understand(name_or_path), feed)
