"""Distances and similarities as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.memory import KEPT
from nnstudio.catalog.rules.distance import (
    cosine_cost,
    cosine_similarity,
    distance_cost,
    pairwise_distance,
)

_INPUTS = (Input("x1"), Input("x2"))

LAYERS: tuple[Layer, ...] = (
    Layer(
        type="CosineSimilarity",
        category=Category.TENSOR,
        inputs=_INPUTS,
        params=(
            Param("dim", "int", 1, "The dimension of the vectors.", structural=True),
            Param("eps", "float", 1e-08, "Least length, against division by 0.", minimum=0.0),
        ),
        rule=cosine_similarity,
        cost=cosine_cost,
        code=ModuleCode(),
        facts=("dim",),
        help="The cosine of the angle between two vectors: 1 for the same direction, 0 at right "
        "angles. For Siamese networks.",
        link=module_link("CosineSimilarity"),
        keywords=("angle", "siamese", "distance", "compare"),
        example={"input": {"x1": (2, 6, 5), "x2": (2, 6, 5)}, "params": {}},
    ),
    Layer(
        type="PairwiseDistance",
        category=Category.TENSOR,
        inputs=_INPUTS,
        params=(
            Param("p", "float", 2.0, "The p of the p-norm."),
            Param("eps", "float", 1e-06, "Added, against division by 0.", minimum=0.0),
            Param("keepdim", "bool", False, "Leave a last dimension of 1.", structural=True),
        ),
        rule=pairwise_distance,
        cost=distance_cost,
        memory=KEPT,
        code=ModuleCode(),
        facts=("p",),
        help="The distance between two vectors in the last dimension. p 2 is the usual distance.",
        link=module_link("PairwiseDistance"),
        keywords=("distance", "siamese", "metric", "compare"),
        example={"input": {"x1": (4, 6), "x2": (4, 6)}, "params": {"keepdim": True}},
    ),
)
