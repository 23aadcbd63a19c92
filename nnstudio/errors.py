"""`UserError`: the base of every error that a user is told, and nothing else.

Whatever shows errors catches `UserError` and `OSError`. Any other exception is a mistake of the
program: it is never caught to be shown as if the user had made it.
"""

from __future__ import annotations


class UserError(ValueError):
    """Something that a user asked for and cannot have.

    The message is one sentence: what was expected, what came, and where. A `ValueError`, so that
    callers of the Python API need not know this class.
    """
