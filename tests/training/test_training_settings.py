"""Training settings: schema for the form, limits, one sentence for an error."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from nnstudio.project.refused_value import SettingsError
from nnstudio.project.training_settings import TrainingSettings


def test_every_field_is_explained() -> None:
    for name, field in TrainingSettings.model_json_schema()["properties"].items():
        assert field["title"], name
        assert field["description"].endswith("."), name
        for other, choices in field.get("shown_when", {}).items():
            schema = TrainingSettings.model_json_schema()["properties"][other]
            assert set(choices) <= set(schema["enum"])


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"epochs": 0}, "Epochs must be at least 1, not 0."),
        ({"learning_rate": 0}, "Learning rate must be above 0, not 0."),
        ({"learning_rate": float("nan")}, "Learning rate must be a finite number, not nan."),
        ({"momentum": 1.0}, "Momentum must be below 1, not 1.0."),
        (
            {"optimizer": "Magic"},
            "Optimizer must be 'Adam', 'AdamW', 'SGD', 'RMSprop', 'NAdam', 'RAdam', 'Adamax', "
            "'Adagrad', 'Adadelta' or 'Muon', not 'Magic'.",
        ),
        ({"device": "tpu"}, "Device must be auto, cpu, cuda, cuda:N or mps, not 'tpu'."),
        ({"lerning_rate": 1}, "There is no training setting named lerning_rate."),
    ],
)
def test_one_sentence(values: dict[str, object], sentence: str) -> None:
    with pytest.raises(SettingsError) as caught:
        TrainingSettings.from_values(values)
    assert str(caught.value) == sentence


def test_frozen_changed_and_through_json() -> None:
    settings = TrainingSettings()
    with pytest.raises(ValidationError):
        settings.epochs = 3  # type: ignore[misc]
    changed = settings.with_values(epochs=3, clip_norm=1)
    assert (changed.epochs, changed.clip_norm, settings.epochs) == (3, 1.0, 10)
    assert TrainingSettings.from_values(changed.model_dump(mode="json")) == changed
    with pytest.raises(SettingsError):
        settings.with_values(epochs=-1)
