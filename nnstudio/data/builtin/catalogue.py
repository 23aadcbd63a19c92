"""The data sets that are built in, described. No torch here."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.data.answer import Answer
from nnstudio.data.builtin import digit_answers as heads
from nnstudio.data.builtin.words import ADJECTIVES, ANIMALS, PERSONS, VERBS
from nnstudio.data.info import DataSetInfo

_DIGITS = DataSetInfo(
    name="digits",
    title="Handwritten digits",
    note=(
        "1,797 real handwritten digits, 8 x 8 grey values, about 180 of each. Scaled to 0 to 1, "
        "then shifted and divided by the mean and standard deviation of the whole set."
    ),
    classes=tuple("0123456789"),
    samples=1797,
    forms=((1, 8, 8), (8, 8), (64,), (64, 1)),
    licence="CC BY 4.0",
    source=(
        "E. Alpaydin, C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning "
        "Repository, 1998 (doi 10.24432/C50P49), the test part, as shipped with scikit-learn"
    ),
    synthetic=False,
    resizable="image",
    further=(("measures", (5,)),),
    numbers=("thickness", "smoothness"),
)

_MEASURES = (
    " A second input gets five measures of each picture: its mean, the centre of its ink across "
    "and down, and how far the ink reaches to both sides of it."
)

_STROKES = (
    " Two numbers are measured of each picture: the thickness of its strokes and the smoothness "
    "of their outline, with mean 0 and deviation 1."
)

_DIGITS_HEADS = replace(
    _DIGITS,
    name="digits-heads",
    title="Handwritten digits, three questions",
    note=_DIGITS.note
    + " Asked are the digit, its thickness and its smoothness; the last two are functions of the "
    "digit, as in the published multi-head models, not measured.",
    heads=heads.with_classes(heads.MNIST),
    numbers=("measured_thickness", "measured_smoothness"),
)

_DIGITS_PROPERTIES = replace(
    _DIGITS,
    name="digits-properties",
    numbers=(),
    title="Handwritten digits, four questions",
    note=_DIGITS.note
    + " Asked are class, domain, mobility and size, as of the published models for objects in "
    "pictures; here all four are functions of the digit and try out the model, no more.",
    heads=heads.with_classes(heads.CIFAR),
)

_HEARTBEATS = DataSetInfo(
    name="heartbeats",
    title="Heartbeats (synthetic)",
    note=(
        "Synthetic: 5,000 computed heartbeats, not recorded from anyone and not for medical use. "
        "Normal (N, 40 %), premature from above the ventricles (S), ventricular (V), fusion of "
        "both (F) and paced (Q), 15 % each; real recordings are far less balanced. 187 values at "
        "125 Hz, padded on the right to 192 with zeros, divided by the standard deviation."
    ),
    classes=("N", "S", "V", "F", "Q"),
    samples=5000,
    forms=((1, 16, 12), (192, 1), (192,), (1, 192)),
    licence="MIT, made by this program",
    source=(
        "ECGSYN model of P. E. McSharry, G. D. Clifford, L. Tarassenko, L. A. Smith, IEEE "
        "Transactions on Biomedical Engineering 50(3), 2003 (doi 10.1109/TBME.2003.808805)"
    ),
    synthetic=True,
    resizable="signal",
)

_SOUNDS = DataSetInfo(
    name="sounds",
    title="Environmental sounds (synthetic)",
    note=(
        "Synthetic: 400 computed clips of 2 s at 16 kHz, 40 of each of ten classes, in noise; "
        "nothing was recorded. They are drawings of sounds for trying out models, best as log-mel "
        "spectrograms; how well a model does on them says nothing about real recordings."
    ),
    classes=(
        *("rain", "wind", "siren", "clock", "bark"),
        *("bell", "engine", "crickets", "knocking", "waves"),
    ),
    samples=400,
    forms=((1, 32_000), (32_000,), (32_000, 1)),
    licence="MIT, made by this program",
    source="computed by this program from a seed",
    synthetic=True,
    resizable="signal",
)

_PARTS = ("background", "disc", "square", "triangle")

_SHAPES = DataSetInfo(
    name="shapes",
    title="Shapes (synthetic)",
    note=(
        "Synthetic: 400 computed pictures of one to three discs, squares and triangles in noise, "
        "32 x 32 in colours; asked is what each pixel belongs to. Values of 0 to 1, less 0.5, "
        "divided by 0.25. For trying out models that segment; how well a model does on them says "
        "nothing about photos."
    ),
    classes=_PARTS,
    samples=400,
    forms=((3, 32, 32),),
    licence="MIT, made by this program",
    source="computed by this program from a seed",
    synthetic=True,
    asked=(Answer("", "per_pixel", _PARTS, (32, 32)),),
)

_FILMS = DataSetInfo(
    name="films",
    title="Films of moving discs (synthetic)",
    note=(
        "Synthetic: 600 computed films of eight frames, 16 x 16, values of 0 to 1; two discs move "
        "straight on and bounce off the edges. Asked is the frame after the last. For trying out "
        "models that look ahead. Choose the loss mse."
    ),
    classes=(),
    samples=600,
    forms=((8, 1, 16, 16),),
    licence="MIT, made by this program",
    source="computed by this program from a seed",
    synthetic=True,
    asked=(Answer("", "number", form=(1, 16, 16)),),
)

_SOLIDS = DataSetInfo(
    name="solids",
    title="Points on solids (synthetic)",
    note=(
        "Synthetic: 500 computed clouds of 128 points on the surface of a ball, box, cylinder, "
        "cone or ring, 100 of each; stretched, turned about the upright axis, with noise. For "
        "trying out models of points; how well a model does on them says nothing about scans."
    ),
    classes=("ball", "box", "cylinder", "cone", "ring"),
    samples=500,
    forms=((3, 128),),
    licence="MIT, made by this program",
    source="computed by this program from a seed",
    synthetic=True,
)

_DIGIT_PAIRS = replace(
    _DIGITS,
    name="digit-pairs",
    title="Pairs of handwritten digits",
    note=(
        "898 pairs of the real handwritten digits, 8 x 8 grey values, scaled as in the set digits. "
        "Asked is whether both show the same digit; half of them do. No picture is in two pairs. "
        "For models with two inputs."
    ),
    classes=("different", "same"),
    samples=898,
    forms=((1, 8, 8),),
    resizable="",
    first="first",
    further=(("second", (1, 8, 8)),),
    numbers=(),
)

_VOCABULARY = 20


def _token_task(name: str, answer: str) -> DataSetInfo:
    return DataSetInfo(
        name=name,
        title=f"Token sequences to {name}",
        note=(
            f"5,000 sequences of ten random tokens; the answer is {answer}. Token 1 starts and "
            "2 ends a sequence, 0 is padding. A model with two inputs reads the sequence and, "
            "one token behind, the answer; a model with one input reads the sequence alone."
        ),
        classes=("padding", "start", "end", *(chr(ord("a") + k) for k in range(_VOCABULARY - 3))),
        samples=5000,
        forms=((10,),),
        licence="MIT, made by this program",
        source="drawn at random by this program",
        synthetic=True,
        first="src",
        further=(("tgt", (11,)),),
        tokens=_VOCABULARY,
    )


_SEQUENCES = DataSetInfo(
    name="sequences",
    title="Noisy sequences",
    note=(
        "1,000 sums of four sines, ten steps long and as wide as the model, with noise of half "
        "their deviation; the target is the sequence without noise. A model with two inputs "
        "gets two recordings of it. Choose the loss mse."
    ),
    classes=(),
    samples=1000,
    forms=((10, 64),),
    licence="MIT, made by this program",
    source="drawn at random by this program",
    synthetic=True,
    resizable="sequence",
    first="noisy",
    further=(("second", (10, 64)),),
)

_LETTERS = (" ", ".", *"abcdefghijklmnopqrstuvwxyz")

_WORDS = (
    *("[padding]", "[start]", "[end]", "the", "is", "by"),
    *(*ADJECTIVES, *ANIMALS, *PERSONS, *(form for verb in VERBS for form in verb)),
)

_SENTENCES = DataSetInfo(
    name="sentences",
    title="Simple sentences (synthetic)",
    note=(
        "Synthetic: 2,000 pieces of 64 letters of a computed text, one after the other; asked is "
        "the next letter at each place. Sentences follow a small grammar with drawn words, so that "
        "no model can be right about every letter."
    ),
    classes=_LETTERS,
    samples=2000,
    forms=((64,),),
    licence="MIT, made by this program",
    source="computed by this program from a seed",
    synthetic=True,
    first="tokens",
    tokens=len(_LETTERS),
    asked=(Answer("", "next_token", _LETTERS, (64,)),),
)

_ACTORS = DataSetInfo(
    name="actors",
    title="Who acts? (synthetic)",
    note=(
        "Synthetic: 2,000 computed sentences of one animal or person and another, half of them in "
        "the passive; asked is whether an animal or a person acts. Up to eleven words a sentence: "
        "token 1 starts and 2 ends it, 0 is padding behind it."
    ),
    classes=("animal", "person"),
    samples=2000,
    forms=((11,),),
    licence="MIT, made by this program",
    source="computed by this program from a seed",
    synthetic=True,
    first="tokens",
    tokens=len(_WORDS),
    words=_WORDS,
    asked=(Answer("", "classes", ("animal", "person")),),
)

BUILT_IN: dict[str, DataSetInfo] = {
    info.name: info
    for info in (
        replace(_DIGITS, note=_DIGITS.note + _MEASURES + _STROKES),
        replace(_DIGITS_HEADS, note=_DIGITS_HEADS.note + _MEASURES + _STROKES),
        _DIGITS_PROPERTIES,
        _DIGIT_PAIRS,
        _HEARTBEATS,
        _SOUNDS,
        _SHAPES,
        _FILMS,
        _SOLIDS,
        _SENTENCES,
        _ACTORS,
        _token_task("copy", "the same sequence"),
        _token_task("reverse", "the sequence from its end"),
        _token_task("sort", "the sequence in rising order"),
        _SEQUENCES,
    )
}
