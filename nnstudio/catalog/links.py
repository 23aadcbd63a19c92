"""Addresses of torch's own documentation of a name."""

from __future__ import annotations

ROOT = "https://docs.pytorch.org/docs/stable/generated/"


def module_link(name: str) -> str:
    """The page of a module of `torch.nn`."""
    return f"{ROOT}torch.nn.{name}.html"


def function_link(name: str) -> str:
    """The page of a function by its full name: ``torch.cat``, ``torch.Tensor.view``."""
    return f"{ROOT}{name}.html"
