"""The presets for sequences, against plain originals and published totals."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from nnstudio.compiler.build import build
from tests.compiled import compiled
from tests.presets import reference_sequences as plain
from tests.presets.gallery import (
    has_cards_apart,
    has_the_keys_of,
    has_the_numbers_of,
    last,
    original_of,
    outputs,
)

TOTALS = {
    "BERT/actors": 108_738,
    "BERT/base": 109_483_778,
    "Llama/sentences": 142_272,
    "Llama/1.1B": 1_100_048_384,
    "Llama/2-7B": 6_738_415_616,
    "Mixtral/sentences": 176_448,
    "Mixtral/8x7B": 46_702_792_704,
    "Seq2SeqAttention/reverse": 113_876,
    "Seq2SeqAttention/RNNsearch": 80_451_000,
}
LARGE = ("Llama/2-7B", "Mixtral/8x7B")
"""What needs more memory than a computer for tests may have, so that it is not built."""
PRESETS = sorted({target.partition("/")[0] for target in TOTALS})


def pairs() -> tuple[Tensor, Tensor]:
    """Tokens with padding behind some of them, and which of two texts each belongs to."""
    tokens, kinds = torch.randint(1, 34, (3, 11)), torch.randint(2, (3, 11))
    tokens[0, 6:] = tokens[1, 9:] = 0
    return tokens, kinds


def translations() -> tuple[Tensor, Tensor]:
    """What is read, with padding behind some of it, and what is written, of another length."""
    source, target = torch.randint(1, 20, (3, 9)), torch.randint(20, (3, 6))
    source[0, 5:] = 0
    return source, target


SMALL: dict[str, tuple[type[nn.Module], Callable[[], tuple[Tensor, ...]]]] = {
    "BERT/actors": (plain.BERT, pairs),
    "Llama/sentences": (plain.Llama, lambda: (torch.randint(28, (3, 20)),)),
    "Mixtral/sentences": (plain.Mixtral, lambda: (torch.randint(28, (3, 20)),)),
    "Seq2SeqAttention/reverse": (plain.Seq2SeqAttention, translations),
}
"""What is computed with, its original and a batch."""


@pytest.mark.parametrize("target", [target for target in TOTALS if target not in LARGE])
def test_keys_shapes_and_totals_are_those_of_the_original(target: str) -> None:
    make: type[nn.Module] = getattr(plain, target.partition("/")[0])
    has_the_keys_of(target, make, TOTALS[target])


@pytest.mark.parametrize("target", LARGE)
def test_large_totals_are_those_of_the_original(target: str) -> None:
    make: type[nn.Module] = getattr(plain, target.partition("/")[0])
    with torch.device("meta"):
        original = original_of(target, make)
    assert sum(p.numel() for p in original.parameters()) == TOTALS[target]
    assert compiled(target)[1].root.parameters == TOTALS[target]


@pytest.mark.parametrize("target", SMALL)
def test_the_same_weights_give_the_same_numbers(target: str) -> None:
    make, batch = SMALL[target]
    torch.manual_seed(2)
    has_the_numbers_of(target, make, *batch())


@pytest.mark.parametrize("name", PRESETS)
def test_cards_have_places_of_their_own_and_all_variants_are_known(name: str) -> None:
    has_cards_apart(name, TOTALS)


def test_bert_does_not_see_padding_and_sees_which_text_a_token_is_of() -> None:
    model = build(compiled("BERT/actors")[2]).eval()
    tokens, kinds = pairs()
    found = outputs(model, tokens)["output"]
    torch.testing.assert_close(outputs(model, tokens, kinds * 0)["output"], found)
    alone = outputs(model, tokens[:1, :6])["output"]
    torch.testing.assert_close(found[:1], alone)
    assert not torch.allclose(outputs(model, tokens, kinds)["output"], found)


def test_bert_learns_who_acts() -> None:
    end = last("BERT/actors", max_samples=400, epochs=5, batch_size=8, learning_rate=2e-3)
    assert end.validation is not None
    assert end.validation.accuracy is not None
    assert end.validation.accuracy > 0.9


def test_llama_knows_places_by_what_lies_between_them() -> None:
    """The same letters later say the same as long as nothing stands before them that is seen."""
    model = build(compiled("Llama/sentences")[2]).eval()
    tokens = torch.randint(28, (2, 12))
    found = outputs(model, tokens)["output"]
    changed = torch.cat([tokens[:, :8], (tokens[:, 8:] + 1) % 28], 1)
    torch.testing.assert_close(outputs(model, changed)["output"][:, :8], found[:, :8])
    swapped = torch.cat([tokens[:, 1:2], tokens[:, :1], tokens[:, 2:]], 1)
    assert not torch.allclose(outputs(model, swapped)["output"][:, -1], found[:, -1])


def test_llama_learns_to_write_words() -> None:
    """Without reading, the most frequent letter is right for 19 % of all places."""
    end = last("Llama/sentences", max_samples=200, epochs=2, batch_size=8, learning_rate=5e-3)
    assert end.validation is not None
    assert end.validation.accuracy is not None
    assert end.validation.accuracy > 0.4


def test_experts_that_are_not_chosen_change_nothing_and_their_number_is_free() -> None:
    torch.manual_seed(4)
    model = build(compiled("Mixtral/sentences")[2], num_experts=5, top_k=1).eval()
    mixture = model.get_submodule("model.layers.0.block_sparse_moe")
    x = torch.randn(1, 1, 64)
    with torch.no_grad():
        chosen = mixture.get_submodule("gate")(x).argmax()
        found, balance = mixture(x)
        alone = mixture.get_submodule(f"experts.{chosen}")(x)
        for number in range(5):
            if number != chosen:
                mixture.get_parameter(f"experts.{number}.w2.weight").fill_(1.0)
        again, _ = mixture(x)
    torch.testing.assert_close(found, alone)
    assert torch.equal(again, found)
    assert balance.shape == (1,)


def test_experts_learn_to_write_words_and_none_is_forgotten() -> None:
    """A router that sends all to the same two experts has a balance above 2 of up to 4."""
    end = last("Mixtral/sentences", max_samples=160, epochs=2, batch_size=8, learning_rate=7e-3)
    assert end.validation is not None
    assert end.validation.accuracy is not None
    assert end.validation.accuracy > 0.4
    assert 1.99 < end.validation.more["balance"] < 2.3


def test_a_decoder_knows_what_it_has_written_and_not_what_it_will_write() -> None:
    model = build(compiled("Seq2SeqAttention/reverse")[2]).eval()
    source, target = translations()
    found = outputs(model, source, target)["output"]
    changed = torch.cat([target[:, :3], (target[:, 3:] + 1) % 20], 1)
    other = outputs(model, source, changed)["output"]
    torch.testing.assert_close(other[:, :3], found[:, :3])
    assert not torch.allclose(other[:, 3], found[:, 3])


def test_attention_learns_to_turn_sequences_round() -> None:
    """Of what is asked, the end of the sequence alone is 9 %, a guessed token 6 %."""
    end = last(
        "Seq2SeqAttention/reverse", max_samples=500, epochs=3, batch_size=16, learning_rate=1e-2
    )
    assert end.validation is not None
    assert end.validation.accuracy is not None
    assert end.validation.accuracy > 0.5
