"""Dropout as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Layer, Param, Rule
from nnstudio.catalog.links import module_link
from nnstudio.catalog.memory import VIEW, Memory
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.same import elementwise, of_rank
from nnstudio.catalog.rules.spatial import LAYOUTS

# in evaluation the input itself comes out; the alpha dropouts (VIEW) ignore `inplace`
_IN_PLACE = Memory(passes=True, overwrites="inplace")


def _dropout(
    name: str, text: str, rule: Rule, shape: tuple[int, ...], memory: Memory = _IN_PLACE
) -> Layer:
    return Layer(
        type=name,
        category=Category.DROPOUT,
        params=(
            Param("p", "float", 0.5, "Probability of a zero.", minimum=0.0, maximum=1.0),
            Param("inplace", "bool", False, "Overwrite the input to save memory."),
        ),
        rule=rule,
        cost=cost(),
        memory=memory,
        code=ModuleCode(positional=("p",)),
        facts=("p",),
        help=text,
        link=module_link(name),
        keywords=("regularisation", "noise"),
        example={"input": shape, "params": {"p": 0.2}},
    )


_WHOLE = (
    "Sets whole {} to 0 at random in training and scales the rest up. "
    "In evaluation it does nothing."
)

LAYERS: tuple[Layer, ...] = (
    _dropout(
        "Dropout",
        "Sets values to 0 at random in training and scales the rest up. "
        "In evaluation it does nothing.",
        elementwise,
        (2, 6),
    ),
    _dropout(
        "Dropout1d",
        _WHOLE.format("channels of a sequence"),
        of_rank(2, 3, layout="(batch, channels, length)"),
        (2, 4, 6),
    ),
    _dropout(
        "Dropout2d",
        _WHOLE.format("feature maps"),
        of_rank(3, 4, layout=LAYOUTS[2]),
        (2, 4, 6, 5),
    ),
    _dropout(
        "Dropout3d",
        _WHOLE.format("volumes"),
        of_rank(4, 5, layout="(batch, channels, depth, height, width)"),
        (2, 4, 3, 6, 5),
    ),
    _dropout(
        "AlphaDropout",
        "Dropout that keeps mean and variance, for networks with SELU. "
        "Dropped values get SELU's negative limit instead of 0.",
        elementwise,
        (2, 6),
        VIEW,
    ),
    _dropout(
        "FeatureAlphaDropout",
        "AlphaDropout of whole channels, for networks with SELU. "
        "Neighbouring values of a channel are dropped together.",
        elementwise,
        (2, 4, 6),
        VIEW,
    ),
)
