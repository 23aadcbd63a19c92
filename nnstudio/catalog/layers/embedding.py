"""Embedding tables as modules of `torch.nn`."""

from __future__ import annotations

from nnstudio.catalog.code import ModuleCode
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.links import module_link
from nnstudio.catalog.rules.linear import (
    embedding,
    embedding_bag,
    embedding_bag_cost,
    embedding_cost,
)

_ROWS = Param("num_embeddings", "int", help="Rows of the table.", initial=1000, minimum=1)
_WIDTH = Param("embedding_dim", "int", help="Size of each row.", initial=128, minimum=1)
_MAX_NORM = Param(
    "max_norm", "float", None, "Rows longer than this are shortened.", minimum=0.0, optional=True
)
_NORM_TYPE = Param("norm_type", "float", 2.0, "The p of the p-norm for max_norm.")
_BY_FREQUENCY = Param(
    "scale_grad_by_freq", "bool", False, "Divide gradients by how often a row occurs in the batch."
)
_SPARSE = Param("sparse", "bool", False, "Make sparse gradients, for optimisers that take them.")
_PADDING = Param(
    "padding_idx", "int", None, "A row that stays zero and is not trained.", optional=True
)

LAYERS: tuple[Layer, ...] = (
    Layer(
        type="Embedding",
        category=Category.EMBEDDING,
        inputs=(Input(dtype="int"),),
        params=(_ROWS, _WIDTH, _PADDING, _MAX_NORM, _NORM_TYPE, _BY_FREQUENCY, _SPARSE),
        rule=embedding,
        cost=embedding_cost,
        code=ModuleCode(positional=("num_embeddings", "embedding_dim")),
        facts=("num_embeddings", "embedding_dim"),
        help="Looks up a learnable row for each whole number. "
        "Turns tokens or categories into vectors.",
        link=module_link("Embedding"),
        keywords=("token", "lookup", "table", "vocabulary"),
        example={
            "input": (2, 5),
            "dtype": "int",
            "params": {"num_embeddings": 10, "embedding_dim": 8, "padding_idx": 0},
        },
    ),
    Layer(
        type="EmbeddingBag",
        category=Category.EMBEDDING,
        inputs=(
            Input(dtype="int"),
            Input("offsets", optional=True, dtype="int"),
            Input("per_sample_weights", optional=True),
        ),
        params=(
            _ROWS,
            _WIDTH,
            _MAX_NORM,
            _NORM_TYPE,
            _BY_FREQUENCY,
            Param(
                "mode",
                "choice",
                "mean",
                "How the rows of a bag become one.",
                choices=("mean", "sum", "max"),
            ),
            _SPARSE,
            Param("include_last_offset", "bool", False, "The last offset ends the last bag."),
            _PADDING,
        ),
        rule=embedding_bag,
        cost=embedding_bag_cost,
        code=ModuleCode(positional=("num_embeddings", "embedding_dim")),
        facts=("num_embeddings", "embedding_dim", "mode"),
        help="Looks up several rows and takes their mean, sum or maximum at once. "
        "For bags of words or categories.",
        link=module_link("EmbeddingBag"),
        keywords=("bag of words", "lookup", "table", "category"),
        example={
            "input": (2, 5),
            "dtype": "int",
            "params": {"num_embeddings": 10, "embedding_dim": 8},
        },
    ),
)
