"""Operations that make tensors: numbers in order, ones, zeros, one-hot vectors."""

from __future__ import annotations

from nnstudio.catalog.code import FunctionCode, Written, elements, word
from nnstudio.catalog.layer import Category, Input, Layer, Param
from nnstudio.catalog.links import function_link
from nnstudio.catalog.memory import SHAPE_ONLY
from nnstudio.catalog.rules.cost import cost
from nnstudio.catalog.rules.creation import arange, evenly, filled, identity_matrix, one_hot
from nnstudio.catalog.rules.same import elementwise, unchanged

_DTYPES = {"float": "torch.float", "int": "torch.long", "bool": "torch.bool"}


def _device(w: Written) -> str:
    return f", device={w.inputs['like']}.device" if "like" in w.inputs else ""


def _arange(w: Written) -> str:
    bounds = [w.params["end"]]
    if w.params["start"] != "0" or w.params["step"] != "1":
        bounds.insert(0, w.params["start"])
    if w.params["step"] != "1":
        bounds.append(w.params["step"])
    if word(w.params["dtype"]) == "float":
        bounds.append("dtype=torch.float")
    return f"torch.arange({', '.join(bounds)}{_device(w)})"


def _fill_code(method: str) -> FunctionCode:
    """`x.new_ones(...)`: dtype and device of `like`; without it, on the default device."""

    def write(w: Written) -> str:
        sizes = elements(w.params["size"])
        if "like" in w.inputs:
            shape = f"({', '.join(sizes)},)" if len(sizes) == 1 else f"({', '.join(sizes)})"
            return f"{w.inputs['like']}.new_{method}({shape})"
        return f"torch.{method}({', '.join(sizes)})"

    return FunctionCode(write, keeps_name=False, imports=("torch",))


def _constant(name: str, method: str, text: str) -> Layer:
    return Layer(
        type=name,
        category=Category.TENSOR,
        inputs=(Input("like", optional=True),),
        params=(Param("size", "shape", help="Sizes, names or expressions.", initial=("N", 1)),),
        rule=filled,
        cost=cost(),
        memory=SHAPE_ONLY,
        code=_fill_code(method),
        facts=("size",),
        help=text,
        link=function_link(f"torch.Tensor.new_{method}"),
        keywords=("constant", "fill", "new", "stochastic depth", "drop path"),
        example={"input": {"like": (2, 4)}, "params": {"size": (2, 1, 1)}},
    )


def _random(name: str, function: str, text: str) -> Layer:
    return Layer(
        type=name,
        category=Category.TENSOR,
        rule=elementwise,
        cost=cost(),
        memory=SHAPE_ONLY,
        code=FunctionCode(
            lambda w: f"torch.{function}({w.x})",
            keeps_name=False,
            imports=("torch",),
            noun="noise",
            draws=True,
        ),
        help=f"{text}, in the shape of the input. Drawn anew in every call, also in evaluation.",
        link=function_link(f"torch.{function}"),
        keywords=("noise", "random", "sample", "vae"),
        example={"input": (2, 4, 6), "params": {}},
    )


LAYERS: tuple[Layer, ...] = (
    Layer(
        type="Arange",
        category=Category.TENSOR,
        inputs=(Input("like", optional=True),),
        params=(
            Param("start", "int", 0, "The first number."),
            Param("end", "int", help="The first number left out.", initial=10),
            Param("step", "int", 1, "From one to the next.", minimum=1),
            Param(
                "dtype",
                "choice",
                "int",
                "Whole numbers or floating point.",
                choices=("int", "float"),
                structural=True,
            ),
        ),
        rule=arange,
        cost=cost(),
        memory=SHAPE_ONLY,
        code=FunctionCode(_arange, keeps_name=False, imports=("torch",)),
        facts=("start", "end", "step"),
        help="The numbers from start to end in steps. "
        "Connect like to make them on the device of another tensor.",
        link=function_link("torch.arange"),
        keywords=("range", "positions", "count"),
        example={"input": {}, "params": {"end": 10, "step": 3, "dtype": "float"}},
    ),
    _constant(
        "Ones",
        "ones",
        "A tensor of ones, with dtype and device of like. "
        "Ones of (N, 1, 1, 1), Dropout and Multiply make stochastic depth.",
    ),
    _constant(
        "Zeros",
        "zeros",
        "A tensor of zeros, with dtype and device of like. For initial states.",
    ),
    Layer(
        type="Linspace",
        category=Category.TENSOR,
        inputs=(Input("like", optional=True),),
        params=(
            Param("start", "number", help="The first number.", initial=0.0),
            Param("end", "number", help="The last number.", initial=1.0),
            Param("steps", "int", help="How many.", initial=10, minimum=1),
        ),
        rule=evenly,
        cost=cost(),
        memory=SHAPE_ONLY,
        code=FunctionCode(
            lambda w: (
                f"torch.linspace({w.params['start']}, {w.params['end']}, {w.params['steps']}"
                f"{_device(w)})"
            ),
            keeps_name=False,
            imports=("torch",),
        ),
        facts=("start", "end", "steps"),
        help="Numbers evenly from start to end, both among them. For schedules and coordinates.",
        link=function_link("torch.linspace"),
        keywords=("range", "even", "coordinates", "drop path"),
        example={"input": {}, "params": {"start": 0.0, "end": 0.5, "steps": 7}},
    ),
    Layer(
        type="Eye",
        category=Category.TENSOR,
        inputs=(Input("like", optional=True),),
        params=(Param("n", "int", help="Rows and columns.", initial=4, minimum=1),),
        rule=identity_matrix,
        cost=cost(),
        memory=SHAPE_ONLY,
        code=FunctionCode(
            lambda w: f"torch.eye({w.params['n']}{_device(w)})",
            keeps_name=False,
            imports=("torch",),
        ),
        facts=("n",),
        help="The identity matrix: ones on the diagonal, else zeros. "
        "Connect like to make it on the device of another tensor.",
        link=function_link("torch.eye"),
        keywords=("identity", "matrix", "diagonal"),
        example={"input": {}, "params": {"n": 5}},
    ),
    Layer(
        type="FullLike",
        category=Category.TENSOR,
        params=(Param("fill_value", "number", help="The number.", initial=1.0),),
        rule=unchanged,
        cost=cost(),
        memory=SHAPE_ONLY,
        code=FunctionCode(
            lambda w: f"torch.full_like({w.x}, {w.params['fill_value']})",
            keeps_name=False,
            imports=("torch",),
        ),
        facts=("fill_value",),
        help="One number everywhere, in the shape and dtype of the input. For masks to fill.",
        link=function_link("torch.full_like"),
        keywords=("constant", "fill"),
        example={"input": (2, 4, 6), "params": {"fill_value": 0.5}},
    ),
    _random("RandnLike", "randn_like", "Random numbers with mean 0 and variance 1"),
    _random("RandLike", "rand_like", "Random numbers between 0 and 1"),
    Layer(
        type="OneHot",
        category=Category.TENSOR,
        inputs=(Input(dtype="int"),),
        params=(Param("num_classes", "int", help="Size of each vector.", initial=10, minimum=1),),
        rule=one_hot,
        cost=cost(),
        code=FunctionCode(
            lambda w: f"F.one_hot({w.x}, {w.params['num_classes']})",
            keeps_name=False,
            imports=("F",),
        ),
        facts=("num_classes",),
        help="Turns each whole number into a vector of zeros with a single one. "
        "The result holds whole numbers; cast it for Linear.",
        link=function_link("torch.nn.functional.one_hot"),
        keywords=("category", "class", "encode"),
        example={"input": (2, 5), "dtype": "int", "params": {"num_classes": 7}},
    ),
)
