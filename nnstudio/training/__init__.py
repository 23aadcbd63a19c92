"""Training: the loop, its events, checkpoints and devices.

`events`, `control` and `run` need no torch; import everything from the submodules, so that the
window can be open before torch is. Nothing here knows a window.
"""
