"""What users are told of evaluations that cannot be had."""

from __future__ import annotations

from nnstudio.errors import UserError


class EvaluationError(UserError):
    """An evaluation that cannot be had; the message is one sentence for the user."""
