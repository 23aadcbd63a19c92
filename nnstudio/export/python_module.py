"""The PyTorch module as a file: the very text that is summarised and trained."""

from __future__ import annotations

from pathlib import Path

from nnstudio.compiler.source import Source
from nnstudio.project.refusal import Refusal
from nnstudio.project.storage.atomic import write_text

FORMATS = {".py": "python"}


def export(
    source: Source, path: Path, kind: str | None = None, *, overwrite_read_only: bool = False
) -> None:
    """Write `source` to `path`, atomically; the format is `kind`, else by the ending.

    Raises `Refusal` for a format that is not known, `FileError` where it cannot be written.
    """
    found = kind or FORMATS.get(path.suffix.lower())
    if found not in FORMATS.values():
        known = ", ".join(f"{name} ({ending})" for ending, name in FORMATS.items())
        raise Refusal(f"Export expects one of the formats {known}, received '{kind or path.name}'")
    write_text(source.text, path, overwrite_read_only=overwrite_read_only)
