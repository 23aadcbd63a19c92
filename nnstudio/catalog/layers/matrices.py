"""Linear algebra with square matrices, as flows and layers of physics need it."""

from __future__ import annotations

from typing import Any

from nnstudio.catalog.code import FunctionCode
from nnstudio.catalog.layer import Category, Cost, Input, Layer, Output, Rule
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, OWN, Memory
from nnstudio.catalog.rules import matrices


def _of_matrices(
    name: str,
    function: str,
    text: str,
    rule: Rule,
    counted: Cost,
    *,
    inputs: tuple[Input, ...] = (Input(),),
    outputs: tuple[Output, ...] = (Output(),),
    shapes: Any = (2, 4, 4),
    memory: Memory = OWN,
) -> Layer:
    return Layer(
        type=name,
        category=Category.TENSOR,
        inputs=inputs,
        outputs=outputs,
        rule=rule,
        cost=counted,
        memory=memory,
        code=FunctionCode(
            lambda w: f"torch.linalg.{function}({', '.join(w.inputs.values())})",
            result=", ".join(f"{{{port.name}}}" for port in outputs) if len(outputs) > 1 else "",
            keeps_name=False,
            imports=("torch",),
        ),
        help=text,
        link=function_link(f"torch.linalg.{function}"),
        keywords=("matrix", "linear algebra", "flow"),
        example={"input": shapes, "params": {}},
    )


LAYERS: tuple[Layer, ...] = (
    _of_matrices(
        "Inv",
        "inv",
        "The inverse of square matrices. Solve is safer where it is multiplied with something.",
        matrices.square,
        matrices.inverse_cost,
        memory=KEPT,
    ),
    _of_matrices(
        "Solve",
        "solve",
        "x of A x = B for square matrices A. Better than multiplying with the inverse.",
        matrices.solved,
        matrices.solution_cost,
        inputs=(Input("input"), Input("other")),
        shapes={"input": (2, 4, 4), "other": (2, 4, 3)},
        memory=KEPT,
    ),
    _of_matrices(
        "Det",
        "det",
        "The determinant of square matrices. Slogdet is safer for large ones.",
        matrices.one_number,
        matrices.determinant_cost,
        memory=KEPT,
    ),
    _of_matrices(
        "Slogdet",
        "slogdet",
        "Sign and logarithm of the determinant of square matrices. For normalising flows.",
        matrices.sign_and_logarithm,
        matrices.determinant_cost,
        outputs=(Output("sign"), Output("logabsdet")),
        memory=KEPT,
    ),
)
