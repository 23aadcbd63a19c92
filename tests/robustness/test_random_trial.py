"""The random trial in its short form; the long one is ``python -m tests.robustness.trial``."""

from __future__ import annotations

import json
from random import Random

import pytest

from nnstudio.project.storage.fields import FileError
from nnstudio.project.storage.file import loads
from tests.robustness import cases, large
from tests.robustness.hostile import EXPRESSIONS, VALUES
from tests.robustness.mutations import MUTATIONS, mutated

SEEDS, MOST = 40, 400
ENDS = {"refused", "wrong", "built"}


@pytest.mark.parametrize("kind", cases.KINDS)
def test_every_case_is_refused_in_one_sentence_or_built(kind: str) -> None:
    ends = {cases.run(kind, seed) for seed in range(SEEDS)}
    more = iter(range(SEEDS, MOST))  # few texts that were changed at random can be built
    while ends != ENDS and (seed := next(more, None)) is not None:
        ends.add(cases.run(kind, seed))
    assert ends == ENDS


@pytest.mark.parametrize("kind", ["preset", "hostile"])
def test_the_command_line_answers_with_a_code_and_a_sentence(kind: str) -> None:
    for seed in range(1000, 1006):
        cases.run(kind, seed, commands=True)


def place(text: str) -> list[dict[str, object]]:
    """One model for each place where an expression can stand, with `text` there."""
    made = []
    for k in range(9):
        nodes = [
            large.linear(params={"out_features": {"expr": text if k == 0 else "8"}}),
            large.linear(**({"when": text} if k == 1 else {})),
            large.linear(**({"repeat": {"count": {"expr": text}}} if k == 2 else {})),
            {"type": "B0", "params": {"q": {"expr": text if k == 3 else "8"}}},
        ]
        root = large.chain("Net", nodes)
        if k == 4:
            root["locals"] = [{"name": "known", "value": text}]
        if k == 5:
            root["requirements"] = [{"condition": text, "sentence": "must hold"}]
        if k == 6:
            root["nodes"][0] = {**large.INPUT, "params": {"shape": ["N", {"expr": text}]}}
        inner = large.chain("B0", [large.linear()], parameters=[{"name": "q", "default": 8}])
        data = large.file("Net", inner, root)
        if k == 7:
            data["values"] = {"q": {"expr": text}}
        if k == 8:
            inner["parameters"][0]["default"] = {"expr": text}
        made.append(data)
    return made


# a size of 0 is a size, and torch only remarks that it has nothing to draw
@pytest.mark.filterwarnings("ignore:Initializing zero-element tensors")
@pytest.mark.parametrize("at", range(9))
def test_a_hostile_expression_at_every_place_where_one_can_stand(at: int) -> None:
    for text in (*EXPRESSIONS, *VALUES):
        written = json.dumps(place(text)[at])
        try:
            project = loads(written)
        except FileError as error:
            cases.one_sentence(str(error))
            continue
        cases.ended(project)


def test_a_seed_makes_the_same_text_again() -> None:
    for kind in cases.KINDS:
        assert cases.text_of(kind, 7) == cases.text_of(kind, 7)
        assert cases.text_of(kind, 7) != cases.text_of(kind, 8)


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_every_mutation_changes_something(mutation: object) -> None:
    text = json.dumps(large.doubling(2))
    assert any(mutated(text, Random(seed)) != text for seed in range(5))
