"""What a layer does with memory: whether it writes into its input, and whose memory comes out.

Shapes do not tell that ``ReLU(inplace=True)`` changes what it is given, or that ``Flatten`` gives a
view of it. Each layer declares it here; the contract test holds that against torch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from nnstudio.catalog.use import Use

INPLACE = "inplace"


@dataclass(frozen=True, slots=True)
class Memory:
    """What a layer does with the memory of its input `port` ("": the first).

    `passes`: what comes out may lie in that memory: a view of it, or the input itself.
    `overwrites`: it writes into it, always or where that boolean parameter is on; then what comes
    out lies there too.
    `keeps`: autograd keeps what comes out for the gradient, always or where it overwrites.
    `shape_only`: no value of the input is read, only its shape, dtype and device.
    `locked`: torch lets nobody write into what comes out where gradients are wanted: the parts that
    one call has cut. `overlaps`: elements of what comes out share memory with each other.
    """

    passes: bool = False
    overwrites: bool | str = False
    keeps: Literal["never", "overwriting", "always"] = "never"
    shape_only: bool = False
    locked: bool = False
    overlaps: bool = False
    port: str = ""


OWN = Memory()
"""What comes out is new and nobody's but its readers'."""
VIEW = Memory(passes=True)
KEPT = Memory(keeps="always")
SHAPE_ONLY = Memory(shape_only=True)
CUT = Memory(passes=True, locked=True)
OVERLAPPING = Memory(passes=True, overlaps=True)

Declared = Memory | Callable[[Use], Memory]
