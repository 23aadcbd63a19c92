"""Texts and their continuation, token by token."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch
from answers import likeliest, softmax
from common import PREPARATION, InputError, existing, keep, say
from glue import FILE_HELP, INPUT, OUTPUT, WHAT, call, cut, joined, load_model

TEXT: dict[str, Any] = PREPARATION["text"]
VOCABULARY: list[str] = TEXT["vocabulary"]
NUMBERS = {token: k for k, token in enumerate(VOCABULARY)}


def continue_texts() -> int:
    """Continue each text and print what follows; 1 if a file cannot be used."""
    options = text_arguments()
    model = load_model()
    told, kept, failed = [], [], False
    for path in options.files:
        try:
            tokens = tokens_of(existing(path))
        except InputError as error:
            print(f"predict.py: {error}", file=sys.stderr)
            failed = True
            continue
        values = next_values(model, tokens)
        kept.append(values)
        top = likeliest(softmax(values), VOCABULARY, options)
        told.append(
            {"file": str(path), "next": top, "continued": continued(model, tokens, options)}
        )
        if not options.json:
            say(f"{path}: next comes {as_tokens(top)}; it goes on like this:", options)
            say(told[-1]["continued"], options)
    if options.json:
        say(json.dumps(told, indent=2, ensure_ascii=False), options)
    if options.outputs and kept:
        keep(options.outputs, {OUTPUT: np.stack(kept)})
    return 1 if failed else 0


def text_arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=WHAT)
    parser.add_argument("files", metavar="FILE", nargs="+", type=Path, help=FILE_HELP)
    parser.add_argument("--json", action="store_true", help="print the answers as JSON")
    parser.add_argument("--top", metavar="K", type=int, default=3, help="the K likeliest tokens")
    parser.add_argument("--tokens", metavar="N", type=int, default=100, help="tokens to add")
    parser.add_argument(
        "--draw",
        metavar="SEED",
        type=int,
        help="draw each token by its probability; without it the likeliest one is taken",
    )
    parser.add_argument(
        "--outputs", metavar="FILE.npz", type=Path, help="keep what the model gave as arrays"
    )
    return parser.parse_args()


def tokens_of(path: Path) -> list[int]:
    """The numbers of the tokens of a text."""
    try:
        text = path.read_text(TEXT["encoding"]).removeprefix("\ufeff")
    except UnicodeError:
        raise InputError(f"{path} is no text in {TEXT['encoding']}, as the training's.") from None
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from None
    unknown = NUMBERS["<unk>"]
    found = [NUMBERS.get(token, unknown) for token in cut(text)]
    if not found:
        raise InputError(f"{path} is empty: expected the beginning of a text.")
    return found


def next_values(model: torch.nn.Module, tokens: list[int]) -> np.ndarray:
    """What the model gives for the token after the last one.

    It was trained on pieces of one length: of a longer text the end is read, and a shorter one is
    padded behind its end, where a model that reads forwards does not look.
    """
    last = tokens[-TEXT["length"] :]
    given = last + [0] * (TEXT["length"] - len(last))
    with torch.inference_mode():
        output = call(model, {INPUT: torch.tensor([given])})[OUTPUT]
    return output[0, len(last) - 1].numpy()


def continued(model: torch.nn.Module, tokens: list[int], options: argparse.Namespace) -> str:
    """What follows a text, as many tokens as were asked for."""
    draw = None if options.draw is None else np.random.default_rng(options.draw)
    found: list[int] = []
    for _ in range(options.tokens):
        values = next_values(model, tokens + found)[: len(VOCABULARY)]
        values[:2] = -np.inf  # neither padding nor the unknown can be written
        if draw is None:
            found.append(int(values.argmax()))
        else:
            chances = softmax(values.astype(np.float64))
            found.append(int(draw.choice(len(values), p=chances)))
    return joined([VOCABULARY[k] for k in found])


def as_tokens(value: list[dict[str, Any]]) -> str:
    """Tokens with percentages; blanks and ends of lines so that they can be seen."""
    return ", ".join(f"{one['class']!r} {one['probability']:.1%}" for one in value)


def words_joined(tokens: list[str]) -> str:
    """Words with blanks between them, but not before signs and ends of lines."""
    text = re.sub(r" *\n *", "\n", " ".join(tokens))
    return re.sub(r" ([.,;:!?])", r"\1", text)


def words_of(text: str) -> list[str]:
    """Words with their apostrophes and hyphens, other signs, and ends of lines."""
    return re.findall(r"\w+(?:['’\-]\w+)*|[^\w\s]|\n", text)
