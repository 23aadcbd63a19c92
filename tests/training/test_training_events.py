"""Events: their form as JSON and back."""

from __future__ import annotations

import json

import pytest

from nnstudio.training.events import (
    Completed,
    EpochDone,
    Event,
    Failed,
    Metrics,
    Paused,
    Started,
    from_json,
)

GOOD = Metrics(0.5, 0.75, 20)


@pytest.mark.parametrize(
    "event",
    [
        Started("cpu", 10, 45, 1438, 359, 1_000, 1),
        EpochDone(1, 10, GOOD, None, 1e-3, 2.0),
        EpochDone(2, 10, GOOD, GOOD, 1e-3, 2.0),
        Completed(10, 20.0, 8, GOOD, GOOD),
        Paused(),
        Failed("It failed.", "Traceback", 12),
    ],
)
def test_there_and_back(event: Event) -> None:
    assert from_json(json.loads(json.dumps(event.to_json()))) == event


def test_names() -> None:
    told = EpochDone(1, 10, GOOD, None, 1e-3, 2.0).to_json()
    assert told["event"] == "epoch_done"
    assert told["train"] == {"loss": 0.5, "accuracy": 0.75, "samples": 20}


@pytest.mark.parametrize("told", [{}, {"event": "lunch"}, {"event": "epoch_done"}])
def test_what_is_no_event(told: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="event"):
        from_json(told)
