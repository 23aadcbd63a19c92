"""Normalisation as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import AUTO, Category, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.normalisation import (
    affine_cost,
    layer_norm_cost,
    per_channel,
    per_group,
    per_sample_and_channel,
    rms_norm_cost,
    trailing,
)
from nnstudio.catalog.rules.same import of_rank
from nnstudio.catalog.rules.spatial import LAYOUTS

_EPS = Param("eps", "float", 1e-05, "Added to the variance, against division by 0.", minimum=0.0)
_KEYWORDS = ("normalisation", "norm")


def _channel_params(affine: bool, optional_momentum: bool = True) -> tuple[Param, ...]:
    return (
        Param("num_features", "int", AUTO, "Channels of the input.", minimum=1),
        _EPS,
        Param(
            "momentum",
            "float",
            0.1,
            "Share of each batch in the running statistics; none: plain average.",
            minimum=0.0,
            maximum=1.0,
            optional=optional_momentum,
        ),
        Param("affine", "bool", affine, "Learn a scale and a shift for every channel."),
        Param(
            "track_running_stats",
            "bool",
            affine,
            "Keep running statistics for evaluation.",
        ),
    )


def _batch_norm(dims: int) -> Layer:
    name = f"BatchNorm{dims}d"
    ranks = (2, 3) if dims == 1 else (dims + 2,)
    return Layer(
        type=name,
        category=Category.NORMALISATION,
        params=_channel_params(True),
        rule=per_channel(*ranks, layout=LAYOUTS[dims]),
        cost=affine_cost,
        code=ModuleCode(positional=("num_features",)),
        facts=("num_features",),
        help="Normalises every channel over the batch, with running statistics for evaluation. "
        "It needs batches of more than one sample to train.",
        link=module_link(name),
        keywords=(*_KEYWORDS, "batch", "bn"),
        example={"input": (3, 4, *[7, 6, 5][:dims]), "params": {}},
    )


def _instance_norm(dims: int) -> Layer:
    name = f"InstanceNorm{dims}d"
    return Layer(
        type=name,
        category=Category.NORMALISATION,
        params=_channel_params(False, optional_momentum=False),
        rule=per_sample_and_channel(dims + 2, LAYOUTS[dims]),
        cost=affine_cost,
        code=ModuleCode(positional=("num_features",)),
        facts=("num_features", "affine"),
        help="Normalises every channel of every sample by itself. Common in style transfer.",
        link=module_link(name),
        keywords=(*_KEYWORDS, "instance", "style"),
        example={"input": (3, 4, *[7, 6, 5][:dims]), "params": {"affine": True}},
    )


LAYERS: tuple[Layer, ...] = (
    *(_batch_norm(dims) for dims in (1, 2, 3)),
    Layer(
        type="LayerNorm",
        category=Category.NORMALISATION,
        params=(
            Param("normalized_shape", "ints", AUTO, "The last sizes of the input.", minimum=1),
            _EPS,
            Param("elementwise_affine", "bool", True, "Learn a scale (and a shift) per element."),
            Param("bias", "bool", True, "Learn the shift too."),
        ),
        rule=trailing,
        cost=layer_norm_cost,
        code=ModuleCode(positional=("normalized_shape",)),
        facts=("normalized_shape",),
        help="Normalises the last dimensions of every sample by itself. "
        "The usual choice in transformers, independent of the batch.",
        link=module_link("LayerNorm"),
        keywords=(*_KEYWORDS, "transformer"),
        example={"input": (2, 5, 8), "params": {}},
    ),
    Layer(
        type="RMSNorm",
        category=Category.NORMALISATION,
        params=(
            Param("normalized_shape", "ints", AUTO, "The last sizes of the input.", minimum=1),
            Param(
                "eps",
                "float",
                None,
                "Added to the mean square; none: the least float step.",
                minimum=0.0,
                optional=True,
            ),
            Param("elementwise_affine", "bool", True, "Learn a scale per element."),
        ),
        rule=trailing,
        cost=rms_norm_cost,
        code=ModuleCode(positional=("normalized_shape",)),
        facts=("normalized_shape",),
        help="Divides by the root mean square of the last dimensions, without centring. "
        "A lighter LayerNorm, common in language models.",
        link=module_link("RMSNorm"),
        keywords=(*_KEYWORDS, "llama"),
        example={"input": (2, 5, 8), "params": {"eps": 1e-06}},
    ),
    Layer(
        type="GroupNorm",
        category=Category.NORMALISATION,
        params=(
            Param("num_groups", "int", help="Groups of channels.", initial=8, minimum=1),
            Param("num_channels", "int", AUTO, "Channels of the input.", minimum=1),
            _EPS,
            Param("affine", "bool", True, "Learn a scale and a shift for every channel."),
        ),
        rule=per_group,
        cost=affine_cost,
        code=ModuleCode(positional=("num_groups", "num_channels")),
        facts=("num_groups", "num_channels"),
        help="Normalises groups of channels of every sample. Works with batches of any size.",
        link=module_link("GroupNorm"),
        keywords=(*_KEYWORDS, "group"),
        example={"input": (2, 6, 5, 4), "params": {"num_groups": 3}},
    ),
    *(_instance_norm(dims) for dims in (1, 2, 3)),
    Layer(
        type="LocalResponseNorm",
        category=Category.NORMALISATION,
        params=(
            Param("size", "int", help="Neighbouring channels that count.", initial=5, minimum=1),
            Param("alpha", "float", 0.0001, "Factor of the sum of squares."),
            Param("beta", "float", 0.75, "Exponent."),
            Param("k", "float", 1.0, "Added to the sum."),
        ),
        rule=of_rank(3, 4, 5, layout="(batch, channels, ...)"),
        cost=cost(),
        code=ModuleCode(positional=("size",)),
        facts=("size",),
        help="Divides each value by the strength of its neighbouring channels. "
        "From AlexNet; batch normalisation has replaced it.",
        link=module_link("LocalResponseNorm"),
        keywords=(*_KEYWORDS, "lrn", "alexnet"),
        example={"input": (2, 6, 5, 4), "params": {"size": 3}},
    ),
)
