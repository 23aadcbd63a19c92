"""What users are told of studies that cannot be had."""

from __future__ import annotations

from nnstudio.errors import UserError


class StudyError(UserError):
    """A study that is not there, cannot be begun or cannot go on; one sentence for the user."""
