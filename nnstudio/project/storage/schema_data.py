"""The data of a project, to and from JSON values: of the project, and settings of a variant."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from nnstudio.graph.values import EMPTY, FrozenMap
from nnstudio.project.data.settings import IN_VARIANTS, in_variant, with_values
from nnstudio.project.data.spec import DataSpec
from nnstudio.project.refused_value import SettingsError, refused_value
from nnstudio.project.storage.fields import Json, fail, record, short_text


def data_to_json(spec: DataSpec) -> Json:
    """The spec, without its defaults."""
    found: Json = spec.model_dump(mode="json", exclude_defaults=True)
    if "source" in found:
        found["source"]["kind"] = spec.source.kind  # tells which source, default or not
    return found


def data(found: object, place: str) -> DataSpec:
    """The spec of a project."""
    if not isinstance(found, dict):
        fail(place, f"expected a record {{...}}, received {short_text(found)}")
    try:
        return DataSpec.model_validate(found)
    except ValidationError as error:
        wrong = refused_value(error, DataSpec)
        fail(f"{place}.{wrong.place}" if wrong.place else place, wrong.sentence)


def data_of_variant(found: object, place: str) -> FrozenMap[Any]:
    """The settings of the data that a variant has, by their names in variants."""
    given = record(found, place, " ".join(IN_VARIANTS))
    if not given:
        return EMPTY
    values = {IN_VARIANTS[name]: value for name, value in given.items()}
    source = values.pop("data", None)
    if "source" in given and (not isinstance(source, str) or not source):
        fail(f"{place}.source", f"expected a name or a path, received {short_text(source)}")
    try:
        known = in_variant(with_values(DataSpec(), values))
    except SettingsError as error:
        fail(place, str(error))
    return FrozenMap({name: source if name == "source" else known[name] for name in given})
