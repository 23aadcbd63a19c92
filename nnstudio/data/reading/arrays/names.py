"""What the names of arrays say: which are inputs, which are targets, which are neither."""

from __future__ import annotations

import re

from nnstudio.project.data.fields import Role

_ALL = {
    "inputs": (
        "x input inputs data image images img imgs picture pictures feature features signal "
        "signals src source sequence sequences tokens samples audio waves wave ecg eeg pixels"
    ),
    "targets": (
        "y label labels target targets class classes output outputs tgt trg answer answers mask "
        "masks fine segmentation response responses truth"
    ),
    "tokens": "token tokens ids src tgt trg words text texts sequence sequences",
    "signals": "signal signals audio wave waves ecg eeg series sound sounds",
    "groups": "group groups subject subjects patient patients",
    "parts": "part parts split fold",
    "counters": "id index idx ids",
    "class names": "names classes categories labels words",
}
INPUTS, TARGETS, TOKENS, SIGNALS, GROUPS, PARTS, COUNTERS, CLASS_NAMES = (
    frozenset(words.split()) for words in _ALL.values()
)
NO_TARGETS = frozenset({"weight", "weights", "names", "attention", "padding", "key"})
"""Words of names that end like those of targets: `class_names`, `attention_mask`."""
_WORD = re.compile(r"[^\W\d_]+")


def words(name: str) -> tuple[str, ...]:
    """The words of a name, without the groups that it lies in: "a/y_age2" -> ("y", "age")."""
    last = name.rsplit("/", 1)[-1]
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", last)
    return tuple(word.lower() for word in _WORD.findall(apart))


def is_input(name: str) -> bool:
    """True for `x`, `images`, `x_left`, `input2`."""
    return words(name)[:1] != () and words(name)[0] in INPUTS


def is_target(name: str) -> bool:
    """True for `y`, `labels`, `y_age`, `true_labels`, but not for weights or names of classes."""
    said = words(name)
    if not said or not NO_TARGETS.isdisjoint(said):
        return False
    return said[0] in TARGETS or (not is_input(name) and said[-1] in TARGETS)


def is_known(name: str) -> bool:
    """True for the usual names of inputs and of targets."""
    return is_input(name) or is_target(name)


def role_of(name: str) -> Role | None:
    """The role that a name tells besides input and target."""
    said = words(name)
    if said == ("sample", "weight") or said == ("sample", "weights"):
        return "weight"
    if len(said) == 1 and said[0] in GROUPS:
        return "group"
    return None


def has(name: str, those: frozenset[str]) -> bool:
    """True if a word of the name is one of those."""
    return any(word in those for word in words(name))
