"""What users are told of studies."""

from __future__ import annotations

from nnstudio.errors import UserError


class StudyError(UserError):
    """A study cannot be made, gone on with or read, in one sentence."""
