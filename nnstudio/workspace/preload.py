"""What takes a moment to load, loaded ahead of need: torch, the data sets, the first step."""

from __future__ import annotations


def warm_up() -> tuple[str, ...]:
    """Import what summary and training need and take one step of nothing; the devices there are.

    Meant for a background thread, once the window can be seen. Draws no random numbers.
    """
    # Some are only loaded here, for those who need them soon
    from nnstudio.data.pipeline.sets import load
    from nnstudio.training import devices, loop, optimizers  # noqa: F401

    optimizers.warm_up(devices.resolve("cpu"))
    load("digits")
    return tuple(device.name for device in devices.available())
