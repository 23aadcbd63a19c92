"""Linear maps as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import AUTO, Category, Input, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.linear import bilinear, bilinear_cost, linear, linear_cost

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
    Layer(
        type="Bilinear",
        category=Category.LINEAR,
        inputs=(Input("input1"), Input("input2")),
        params=(
            Param("in1_features", "int", AUTO, "Size of input1's last dimension.", minimum=1),
            Param("in2_features", "int", AUTO, "Size of input2's last dimension.", minimum=1),
            Param(
                "out_features",
                "int",
                help="Size of the output's last dimension.",
                initial=128,
                minimum=1,
            ),
            Param("bias", "bool", True, "Add a learnable value to every output."),
        ),
        rule=bilinear,
        cost=bilinear_cost,
        code=ModuleCode(positional=("in1_features", "in2_features", "out_features")),
        facts=("in1_features", "in2_features", "out_features"),
        help="Every output is a learnable form of two inputs at once. "
        "It has in1 x in2 x out weights, so keep the features few.",
        link=module_link("Bilinear"),
        keywords=("two inputs", "interaction"),
        example={"input": {"input1": (2, 4), "input2": (2, 5)}, "params": {"out_features": 6}},
    ),
)
