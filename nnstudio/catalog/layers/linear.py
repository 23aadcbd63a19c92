"""Linear maps as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import AUTO, Category, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.linear import linear, linear_cost

LAYERS: tuple[Layer, ...] = (
    Layer(
        type="Linear",
        category=Category.LINEAR,
        params=(
            Param("in_features", "int", AUTO, "Size of the input's last dimension.", minimum=1),
            Param(
                "out_features",
                "int",
                help="Size of the output's last dimension.",
                initial=128,
                minimum=1,
            ),
            Param("bias", "bool", True, "Add a learnable value to every output."),
        ),
        rule=linear,
        cost=linear_cost,
        code=ModuleCode(positional=("in_features", "out_features")),
        facts=("in_features", "out_features"),
        help="Multiplies the last dimension by a learnable matrix and adds a bias. "
        "Also called fully connected or dense.",
        link=module_link("Linear"),
        keywords=("dense", "fully connected", "fc", "projection"),
        example={"input": (2, 5, 8), "params": {"out_features": 6}},
    ),
)
