"""The inspector: forms made from the kinds of parameters, for nodes and blocks."""

from nnstudio.ui.inspector.inspector import Inspector

__all__ = ["Inspector"]
