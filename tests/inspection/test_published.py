"""The facts of the published models, and the comparison with them."""

from __future__ import annotations

import pytest

from nnstudio.inspection.published import Published, compare, published_facts
from nnstudio.project.presets import load_target, preset_names

FACTS = Published("x", 12, (2, 3), (("fc.weight", (3, 4)), ("fc.bias", (3,))))
KEYS = [("fc.weight", (3, 4)), ("fc.bias", (3,))]


def statuses(parameters: int = 12, keys: object = None, output: object = (2, 3)) -> list[str]:
    found = compare(FACTS, parameters, keys or KEYS, {"y": output})  # type: ignore[arg-type, dict-item]
    return [row.status for row in found]


def test_the_same_model_matches() -> None:
    assert statuses() == ["match", "match", "match"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"parameters": 13}, 0),
        ({"keys": KEYS[::-1]}, 1),
        ({"keys": KEYS[:1]}, 1),
        ({"keys": [*KEYS, ("more", (1,))]}, 1),
        ({"keys": [("fc.weight", (4, 3)), KEYS[1]]}, 1),
        ({"output": (2, 4)}, 2),
    ],
)
def test_any_difference_is_a_mismatch(change: dict[str, object], wrong: int) -> None:
    found = statuses(**change)  # type: ignore[arg-type]
    assert found[wrong] == "mismatch"
    assert found.count("mismatch") == 1


def test_the_first_wrong_key_is_named() -> None:
    row = compare(FACTS, 12, KEYS[::-1], {"y": (2, 3)})[1]
    assert row.expected == "fc.weight 3 × 4"
    assert row.found == "fc.bias 3"


def test_several_outputs_are_compared_by_name() -> None:
    facts = Published("x", 1, {"a": (2, 3), "b": (2,)}, ())
    assert [r.status for r in compare(facts, 1, [], {"a": (2, 3), "b": (2,)})] == ["match"] * 2
    assert compare(facts, 1, [], {"a": (2, 3)})[-1].status == "mismatch"


def test_every_reference_of_a_preset_is_known() -> None:
    named = set()
    for name in preset_names():
        project = load_target(name)
        named |= {project.about.reference, *(v.reference for v in project.variants)} - {""}
    assert len(named) == 65
    assert all(published_facts(reference) is not None for reference in named)


@pytest.mark.parametrize(
    ("reference", "origin"),
    [
        ("s000.cnn2d_resnet", "as published"),
        ("s001.alexnet", "as published"),
        ("s003.suggested.arch1", "as in the reference model"),
        ("s003.suggested.arch2.h4", "as in the reference model"),
    ],
)
def test_an_assignment_that_leaves_the_sizes_free_has_published_none(
    reference: str, origin: str
) -> None:
    facts = published_facts(reference)
    assert facts is not None
    rows = compare(facts, 1, [("x", (1,))], {"y": (1,)})
    assert [row.name.partition(", ")[2] for row in rows] == [origin] * 3
