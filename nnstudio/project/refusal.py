"""`Refusal`: why something cannot be done, as one sentence for the user."""

from __future__ import annotations

from nnstudio.errors import UserError


class Refusal(UserError):  # noqa: N818 (no error: an answer)
    """A command or input that is refused; nothing has changed."""
