"""What takes a moment to load, loaded ahead of need: torch, the data sets, the first step."""

from __future__ import annotations

import gc
from functools import cache
from threading import Event

_LOADED = Event()
"""Set once torch is there; until then nobody in the window's thread waits for it."""


def warm_up() -> tuple[str, ...]:
    """Import what summary and training need and take one step of nothing; the devices there are.

    Meant for a background thread, once the window can be seen. Draws no random numbers.
    """
    # Some are only loaded here, for those who need them soon
    from nnstudio.data.pipeline.sets import load
    from nnstudio.training import devices, loop, optimizers  # noqa: F401

    optimizers.warm_up(devices.resolve("cpu"))
    load("digits")
    gc.freeze()  # the libraries stay: to look through them costs a moment that a hand can feel
    _LOADED.set()
    return tuple(device.name for device in devices.available())


def shortcomings(device: str) -> dict[str, str]:
    """By the name of a setting: what of its choices this machine cannot do on that device.

    Empty until `warm_up` is done, and for a device that is not there: that is refused.
    """
    return _shortcomings(device) if _LOADED.is_set() else {}


@cache
def _shortcomings(device: str) -> dict[str, str]:
    from nnstudio.training import devices, machine

    try:
        return machine.shortcomings(devices.resolve(device))
    except devices.DeviceError:
        return {}
