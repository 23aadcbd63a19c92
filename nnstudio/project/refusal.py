"""`Refusal`: why something cannot be done, as one sentence for the user."""


class Refusal(ValueError):  # noqa: N818 (no error: an answer)
    """A command or input that is refused; nothing has changed."""
