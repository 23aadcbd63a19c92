"""Pictures sampled at other places, distances between all pairs, products of vectors."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode, Written, in_brackets
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import KEPT, VIEW
from nnstudio.catalog.rules import geometry
from nnstudio.catalog.rules.cost import cost

_CORNERS = Param(
    "align_corners", "bool", False, "-1 and 1 are the middles of the outermost pixels."
)


def _grid_sample(w: Written) -> str:
    return f"F.grid_sample({w.arguments(w.x, w.inputs['grid'])}{_said(w)})"


def _affine_grid(w: Written) -> str:
    return f"F.affine_grid({w.arguments(w.x, positional=('size',))}{_said(w)})"


def _said(w: Written) -> str:
    """torch warns unless it is told."""
    return "" if "align_corners" in w.given else ", align_corners=False"


LAYERS: tuple[Layer, ...] = (
    Layer(
        type="GridSample",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("grid")),
        params=(
            Param(
                "mode",
                "choice",
                "bilinear",
                "How values between pixels are found.",
                choices=("bilinear", "nearest", "bicubic"),
                structural=True,
            ),
            Param(
                "padding_mode",
                "choice",
                "zeros",
                "What lies outside the picture.",
                choices=("zeros", "border", "reflection"),
            ),
            _CORNERS,
        ),
        rule=geometry.grid_sample,
        cost=geometry.sampling_cost,
        code=FunctionCode(_grid_sample, keeps_name=False, imports=("F",)),
        facts=("mode",),
        help="Takes the values of a picture at the places in grid, x before y, from -1 to 1. "
        "Spatial transformers and optical flow.",
        link=function_link("torch.nn.functional.grid_sample"),
        keywords=("warp", "spatial transformer", "flow", "interpolate"),
        example={"input": {"input": (2, 3, 6, 8), "grid": (2, 4, 5, 2)}, "params": {}},
    ),
    Layer(
        type="AffineGrid",
        category=Category.TENSOR,
        params=(
            Param(
                "size",
                "shape",
                help="Of the picture that is wanted: batch, channels, height, width.",
                initial=("N", 1, 28, 28),
            ),
            _CORNERS,
        ),
        rule=geometry.affine_grid,
        cost=geometry.grid_cost,
        code=FunctionCode(_affine_grid, keeps_name=False, imports=("F",)),
        facts=("size",),
        help="Makes of one matrix per sample the places for GridSample: turned, moved, stretched. "
        "A spatial transformer learns the matrix.",
        link=function_link("torch.nn.functional.affine_grid"),
        keywords=("warp", "spatial transformer", "rotate", "scale"),
        example={"input": (2, 2, 3), "params": {"size": (2, 1, 4, 5)}},
    ),
    Layer(
        type="Cdist",
        category=Category.TENSOR,
        inputs=(Input("x1"), Input("x2")),
        params=(Param("p", "float", 2.0, "The p of the p-norm.", minimum=0.0),),
        rule=geometry.pairs,
        cost=geometry.pairs_cost,
        memory=KEPT,
        code=FunctionCode(
            lambda w: f"torch.cdist({w.arguments(w.inputs['x1'], w.inputs['x2'])})",
            keeps_name=False,
            imports=("torch",),
        ),
        facts=("p",),
        help="The distance of every row of the first tensor to every row of the second. "
        "Codebooks, prototypes and nearest neighbours.",
        link=function_link("torch.cdist"),
        keywords=("distance", "codebook", "nearest", "pairwise"),
        example={"input": {"x1": (2, 4, 6), "x2": (2, 5, 6)}, "params": {}},
    ),
    Layer(
        type="Outer",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("vec2")),
        rule=geometry.outer,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"torch.outer({w.x}, {w.inputs['vec2']})",
            keeps_name=False,
            imports=("torch",),
        ),
        help="The product of every number of one vector with every number of another. "
        "Positions times frequencies.",
        link=function_link("torch.outer"),
        keywords=("product", "rotary", "frequencies"),
        example={"input": {"input": (4,), "vec2": (6,)}, "params": {}},
    ),
    Layer(
        type="Cross",
        category=Category.TENSOR,
        inputs=(Input("input"), Input("other")),
        params=(Param("dim", "int", -1, "The dimension of 3 numbers.", structural=True),),
        rule=geometry.cross,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"torch.linalg.cross({w.arguments(w.x, w.inputs['other'])})",
            keeps_name=False,
            imports=("torch",),
        ),
        facts=("dim",),
        help="The vector at right angles to two vectors of 3 numbers. For normals and rotations.",
        link=function_link("torch.linalg.cross"),
        keywords=("product", "3d", "normal"),
        example={"input": {"input": (2, 5, 3), "other": (2, 1, 3)}, "params": {}},
    ),
    Layer(
        type="Diagonal",
        category=Category.SHAPE,
        rule=geometry.diagonal,
        cost=cost(),
        memory=VIEW,
        code=FunctionCode(
            lambda w: f"{in_brackets(w.x)}.diagonal(dim1=-2, dim2=-1)", keeps_name=False
        ),
        help="The diagonal of square matrices in the last two dimensions. Its sum is the trace.",
        link=function_link("torch.Tensor.diagonal"),
        keywords=("matrix", "trace"),
        example={"input": (2, 4, 4), "params": {}},
    ),
    Layer(
        type="DiagEmbed",
        category=Category.SHAPE,
        rule=geometry.diagonal_matrix,
        cost=cost(),
        code=FunctionCode(lambda w: f"{in_brackets(w.x)}.diag_embed()", keeps_name=False),
        help="Matrices with the last dimension on their diagonal, 0 elsewhere. "
        "The inverse of Diagonal.",
        link=function_link("torch.Tensor.diag_embed"),
        keywords=("matrix", "diagonal"),
        example={"input": (2, 4), "params": {}},
    ),
)
