"""Modules of `torch.nn` that arrange or pass on what they get."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.memory import VIEW
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.reshape import flatten, unflatten
from nnstudio.catalog.rules.same import unchanged

LAYERS: tuple[Layer, ...] = (
    Layer(
        type="Flatten",
        category=Category.SHAPE,
        params=(
            Param("start_dim", "int", 1, "First dimension to flatten.", structural=True),
            Param("end_dim", "int", -1, "Last dimension to flatten.", structural=True),
        ),
        rule=flatten,
        cost=cost(),
        memory=VIEW,
        code=ModuleCode(),
        facts=("start_dim",),
        help="Makes one dimension of several, by default of all but the batch. "
        "The bridge from feature maps to Linear.",
        link=module_link("Flatten"),
        keywords=("reshape", "vector"),
        example={"input": (2, 3, 4, 5), "params": {}},
    ),
    Layer(
        type="Unflatten",
        category=Category.SHAPE,
        params=(
            Param("dim", "int", help="The dimension to take apart.", initial=1, structural=True),
            Param("unflattened_size", "shape", help="Its parts; one may be -1.", initial=(8, -1)),
        ),
        rule=unflatten("unflattened_size"),
        cost=cost(),
        memory=VIEW,
        code=ModuleCode(positional=("dim", "unflattened_size")),
        facts=("dim", "unflattened_size"),
        help="Makes several dimensions of one, the reverse of Flatten. "
        "The sizes multiply to the old one.",
        link=module_link("Unflatten"),
        keywords=("reshape", "view"),
        example={"input": (2, 12), "params": {"dim": 1, "unflattened_size": (3, 4)}},
    ),
    Layer(
        type="Identity",
        category=Category.SHAPE,
        rule=unchanged,
        cost=cost(),
        memory=VIEW,
        code=ModuleCode(),
        help="Returns what it gets. A place holder for a part that is left out.",
        link=module_link("Identity"),
        keywords=("pass", "skip", "nothing"),
        example={"input": (2, 6), "params": {}},
    ),
)
