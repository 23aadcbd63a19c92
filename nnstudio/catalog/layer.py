"""`Layer`: the one declaration from which palette, inspector, analysis, code and help are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from typing import Any, Final, Literal

from nnstudio.catalog.code import FunctionCode, ModuleCode
from nnstudio.catalog.memory import Declared
from nnstudio.catalog.use import Use
from nnstudio.symbols.tensor import DType, Tensor


class Category(StrEnum):
    """The sections of the palette; each has its colour and icon."""

    IO = "Inputs and outputs"
    CONVOLUTION = "Convolution"
    POOLING = "Pooling"
    LINEAR = "Linear"
    NORMALISATION = "Normalisation"
    ACTIVATION = "Activation"
    DROPOUT = "Dropout"
    RECURRENT = "Recurrent"
    ATTENTION = "Attention"
    EMBEDDING = "Embedding"
    LOSS = "Losses"
    TENSOR = "Tensor operations"
    SHAPE = "Shape operations"


class NoDefault(Enum):
    """Marks in place of a default: a value must be given, or is derived from the input."""

    REQUIRED = "REQUIRED"
    AUTO = "AUTO"


REQUIRED: Final = NoDefault.REQUIRED
AUTO: Final = NoDefault.AUTO
Required = Literal[NoDefault.REQUIRED]

ParamKind = Literal[
    "int", "float", "bool", "choice", "size", "ints", "text", "shape", "number", "numbers"
]


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a layer, by torch's own name.

    `default` is torch's default, `REQUIRED`, or `AUTO` (derived from the input's shape by the
    rule). `initial` is what a freshly dropped layer of a REQUIRED parameter starts with.
    Kinds: `size` is a whole number or one per spatial dimension, `ints` a list of whole numbers,
    `shape` a list of numbers, names or expressions, `number` an int or a float, `numbers` one or
    one per spatial dimension.
    A `structural` parameter decides *which* dimensions are meant or what the code is made of, and
    must be a literal.
    """

    name: str
    kind: ParamKind
    default: Any = REQUIRED
    help: str = ""
    initial: Any = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    optional: bool = False
    structural: bool = False


@dataclass(frozen=True, slots=True)
class Input:
    """An input port. A variadic one stands for `name.0`, `name.1`, ... in the order of drawing."""

    name: str = "input"
    optional: bool = False
    variadic: bool = False
    dtype: DType | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """An output port."""

    name: str = "output"


Rule = Callable[[Use], Tensor | tuple[Tensor, ...]]
Cost = Callable[[Use, tuple[Tensor, ...]], "tuple[int | None, int | None]"]


@dataclass(frozen=True, slots=True)
class Layer:
    """One `torch.nn` module or one torch operation.

    `rule` maps input tensors to output tensors (one per output port) and fills AUTO parameters
    through `Use.auto`. Only a layer of another package may do without (None): its shapes are found
    by running it, and no parameter of it can be AUTO. `cost` gives (trainable parameters, floating
    point operations of one sample's forward; a multiply and an add count as two), None for what
    is not known. `facts` are the parameters shown on the node. `memory` says whether it writes into
    its input and whether what comes out is its own; a layer of another package may leave it out.
    """

    type: str
    category: Category
    code: ModuleCode | FunctionCode
    help: str
    rule: Rule | None = None
    inputs: tuple[Input, ...] = (Input(),)
    outputs: tuple[Output, ...] = (Output(),)
    params: tuple[Param, ...] = ()
    cost: Cost | None = None
    memory: Declared | None = None
    facts: tuple[str, ...] = ()
    link: str = ""
    keywords: tuple[str, ...] = ()
    example: dict[str, Any] = field(default_factory=dict)

    @property
    def is_module(self) -> bool:
        """True if a use of it is an attribute of the block, with keys in `state_dict`."""
        return isinstance(self.code, ModuleCode)

    def param(self, name: str) -> Param | None:
        """The declared parameter called `name`."""
        return next((p for p in self.params if p.name == name), None)
