"""Losses as modules of `torch.nn`, for Outputs of the role loss."""

from __future__ import annotations

from typing import Any

from nnstudio.catalog.code import ModuleCode, Written
from nnstudio.catalog.layer import Category, Input, Layer, Param, Rule
from nnstudio.catalog.links import module_link
from nnstudio.catalog.memory import OWN
from nnstudio.catalog.rules import losses
from nnstudio.symbols.tensor import DType

_HOW = ("mean", "sum", "none")
_PAIR = (Input("input"), Input("target"))
_CLASSES = (Input("input"), Input("target", dtype="int"))


def _reduction(*choices: str) -> Param:
    return Param(
        "reduction",
        "choice",
        "mean",
        "One number, as mean or sum, or one for each.",
        choices=choices or _HOW,
        structural=True,
    )


def _call(w: Written) -> str:
    return ", ".join(w.inputs.values())


def _loss(
    name: str,
    text: str,
    *params: Param,
    rule: Rule,
    inputs: tuple[Input, ...] = _PAIR,
    shapes: dict[str, tuple[int, ...]] | tuple[int, ...] = (3, 4),
    keywords: tuple[str, ...] = (),
    example: dict[str, Any] | None = None,
) -> Layer:
    """`params` in torch's order; `reduction` is the last one where it is not among them."""
    dtypes: dict[str, DType] = {port.name: port.dtype or "float" for port in inputs}
    given = dict.fromkeys(dtypes, shapes) if isinstance(shapes, tuple) else shapes
    return Layer(
        type=name,
        category=Category.LOSS,
        inputs=inputs,
        params=params if any(p.name == "reduction" for p in params) else (*params, _reduction()),
        rule=rule,
        cost=losses.nothing_counted,
        memory=OWN,
        code=ModuleCode(call=_call),
        facts=tuple(param.name for param in params[:1]) or ("reduction",),
        help=text,
        link=module_link(name),
        keywords=("loss", "objective", *keywords),
        example={"input": given, "dtype": dtypes, "params": example or {}},
    )


def _floats(*ports: str) -> tuple[Input, ...]:
    return tuple(Input(port) for port in ports)


_EVEN = losses.elementwise("input", "target")
_IGNORED = Param("ignore_index", "int", -100, "Answers of this number do not count.")
_MARGIN = Param("margin", "float", 1.0, "So far apart they should be.")

LAYERS: tuple[Layer, ...] = (
    _loss(
        "MSELoss",
        "The squared difference to a target. Far misses weigh heavily.",
        rule=_EVEN,
        keywords=("regression", "reconstruction", "mean squared error"),
    ),
    _loss(
        "L1Loss",
        "The absolute difference to a target. Less moved by far misses.",
        rule=_EVEN,
        keywords=("regression", "mean absolute error"),
    ),
    _loss(
        "SmoothL1Loss",
        "Squared below beta, absolute above it. Less moved by far misses.",
        _reduction(),
        Param("beta", "float", 1.0, "Where it changes.", minimum=0.0),
        rule=_EVEN,
        keywords=("regression", "boxes"),
    ),
    _loss(
        "HuberLoss",
        "Squared below delta, straight above it. Delta times SmoothL1Loss.",
        _reduction(),
        Param("delta", "float", 1.0, "Where it changes.", minimum=0.0),
        rule=_EVEN,
        keywords=("regression", "robust"),
    ),
    _loss(
        "CrossEntropyLoss",
        "From scores of classes to how unlikely the right one is. "
        "Takes scores before any softmax, classes in dimension 1.",
        _IGNORED,
        _reduction(),
        Param("label_smoothing", "float", 0.0, "Share spread over all.", minimum=0.0, maximum=1.0),
        rule=losses.classes,
        inputs=_CLASSES,
        shapes={"input": (3, 4, 5), "target": (3, 5)},
        keywords=("classification", "softmax"),
    ),
    _loss(
        "NLLLoss",
        "Minus the logarithm of the right class's probability. "
        "Takes log probabilities, as LogSoftmax gives.",
        _IGNORED,
        rule=losses.classes,
        inputs=_CLASSES,
        shapes={"input": (3, 4), "target": (3,)},
        keywords=("classification", "likelihood"),
    ),
    _loss(
        "BCELoss",
        "Cross entropy of probabilities from 0 to 1. Takes what a Sigmoid gives.",
        rule=_EVEN,
        keywords=("binary", "labels", "reconstruction"),
    ),
    _loss(
        "BCEWithLogitsLoss",
        "Cross entropy of scores before a Sigmoid. Safer than both alone.",
        rule=_EVEN,
        keywords=("binary", "labels", "adversarial"),
    ),
    _loss(
        "KLDivLoss",
        "How far a target distribution is from one given as log probabilities. "
        "batchmean divides by the samples, as the formula says.",
        _reduction("mean", "batchmean", "sum", "none"),
        Param("log_target", "bool", False, "The target is logarithms, too."),
        rule=_EVEN,
        example={"reduction": "batchmean"},
        keywords=("distillation", "divergence"),
    ),
    _loss(
        "PoissonNLLLoss",
        "For counts: minus the log likelihood of a Poisson distribution. "
        "The input is the logarithm of the mean.",
        Param("log_input", "bool", True, "The input is a logarithm."),
        Param("full", "bool", False, "With Stirling's term for large counts."),
        Param("eps", "float", 1e-08, "Added to the mean where it is none.", minimum=0.0),
        rule=_EVEN,
        keywords=("counts", "likelihood"),
    ),
    _loss(
        "GaussianNLLLoss",
        "Minus the log likelihood of a normal distribution. The model gives a mean and a variance.",
        Param("full", "bool", False, "With the constant."),
        Param("eps", "float", 1e-06, "Least variance.", minimum=0.0),
        rule=losses.elementwise("input", "target", "var"),
        inputs=_floats("input", "target", "var"),
        keywords=("uncertainty", "likelihood"),
    ),
    _loss(
        "HingeEmbeddingLoss",
        "Pulls distances of equal pairs (1) down, pushes those of others (-1) to a margin. "
        "The input is a distance.",
        _MARGIN,
        rule=_EVEN,
        keywords=("siamese", "metric"),
    ),
    _loss(
        "MultiLabelSoftMarginLoss",
        "Cross entropy of each label of a sample, averaged over the labels. "
        "Takes scores before any Sigmoid.",
        rule=losses.per_sample("float", same=True),
        keywords=("labels",),
    ),
    _loss(
        "MultiLabelMarginLoss",
        "Right labels should score higher than others by 1. "
        "The target lists the right ones, then -1.",
        rule=losses.per_sample("int", same=True),
        inputs=_CLASSES,
        shapes=(3, 4),
        keywords=("labels", "hinge"),
    ),
    _loss(
        "MultiMarginLoss",
        "The right class should score higher than the others by a margin. The hinge loss.",
        Param("p", "int", 1, "1, or 2 for the square.", minimum=1, maximum=2),
        _MARGIN,
        rule=losses.per_sample("int", same=False),
        inputs=_CLASSES,
        shapes={"input": (3, 4), "target": (3,)},
        keywords=("classification", "hinge", "svm"),
    ),
    _loss(
        "TripletMarginLoss",
        "An anchor should be nearer to one like it than to another, by a margin. For embeddings.",
        _MARGIN,
        Param("p", "float", 2.0, "The p of the distance."),
        Param("eps", "float", 1e-06, "Added, against division by 0.", minimum=0.0),
        Param("swap", "bool", False, "Also from the positive to the negative."),
        rule=losses.vectors("anchor", "positive", "negative"),
        inputs=_floats("anchor", "positive", "negative"),
        keywords=("siamese", "metric", "embedding"),
    ),
    _loss(
        "CosineEmbeddingLoss",
        "Turns equal pairs (1) to one direction, others (-1) apart. For embeddings.",
        Param("margin", "float", 0.0, "Cosine that others may have."),
        rule=losses.vectors("input1", "input2", target="target"),
        inputs=_floats("input1", "input2", "target"),
        shapes={"input1": (3, 4), "input2": (3, 4), "target": (3,)},
        keywords=("siamese", "metric", "embedding"),
    ),
    _loss(
        "MarginRankingLoss",
        "The first score should be larger (1) or smaller (-1) than the second. For ranking.",
        Param("margin", "float", 0.0, "By so much."),
        rule=losses.ranking,
        inputs=_floats("input1", "input2", "target"),
        shapes=(3,),
        keywords=("ranking", "order"),
    ),
    _loss(
        "CTCLoss",
        "For sequences whose answers are shorter and not aligned, such as speech. "
        "Takes (time, batch, classes) log probabilities and two lengths per sample.",
        Param("blank", "int", 0, "The class that means nothing.", minimum=0),
        _reduction(),
        Param("zero_infinity", "bool", False, "Impossible answers do not count."),
        rule=losses.ctc,
        inputs=(
            Input("log_probs"),
            Input("targets", dtype="int"),
            Input("input_lengths", dtype="int"),
            Input("target_lengths", dtype="int"),
        ),
        shapes={
            "log_probs": (6, 3, 4),
            "targets": (3, 2),
            "input_lengths": (3,),
            "target_lengths": (3,),
        },
        keywords=("speech", "alignment", "sequence"),
    ),
)
