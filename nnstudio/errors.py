"""`UserError`: the base of every error that a user is told; and what keeps one a sentence.

Whatever shows errors catches `UserError` and `OSError`. Any other exception is a mistake of the
program: it is never caught to be shown as if the user had made it.
"""

from __future__ import annotations

from collections.abc import Sequence


def in_one_line(text: str) -> str:
    """`text` with an escape for whatever would break a line or move a cursor: names of files."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class UserError(ValueError):
    """Something that a user asked for and cannot have.

    The message is one sentence: what was expected, what came, and where. A `ValueError`, so that
    callers of the Python API need not know this class.
    """


def first_of(errors: Sequence[Exception], where: str) -> str:
    """The first of some errors, and how many more there are of them: `... in the trash`."""
    more = f" So it is with {len(errors) - 1:,} more {where}." if errors[1:] else ""
    return f"{errors[0]}{more}"
