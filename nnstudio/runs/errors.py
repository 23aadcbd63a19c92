"""What users are told of runs that cannot be had."""

from __future__ import annotations

from nnstudio.errors import UserError


class RunStoreError(UserError):
    """A run that is not there or cannot be kept; the message is one sentence for the user."""
