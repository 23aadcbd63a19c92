"""The programs that were trained; of those that are almost the same, the lines that differ."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff

from nnstudio.compiler.errors import FormattingError
from nnstudio.compiler.formatting import format_text
from nnstudio.report.document import Code, Heading, Item, Paragraph, Section


def source_section(sources: Mapping[str, str], title: str = "Generated source") -> Section:
    """sources: the texts by the names of their models."""
    by_text: dict[str, list[str]] = {}
    for name, text in sources.items():
        by_text.setdefault(formatted(text), []).append(name)
    items: list[Item] = [
        Paragraph(
            "This is the program that was trained, formatted to be read: models are built from it "
            "and from nothing else. It needs PyTorch alone."
        )
    ]
    shown: dict[str, str] = {}
    for text, names in by_text.items():
        if len(sources) > 1:
            items.append(Heading(", ".join(names)))
        like = next((name for name, other in shown.items() if _few_lines(other, text)), None)
        if like is None:
            items.append(Code(text))
            shown[names[0]] = text
        else:
            items.append(Paragraph(f"As {like}, but for these lines:"))
            items.append(Code("\n".join(_changed(shown[like], text)), "diff"))
    return Section(title, tuple(items), apart=True)


def formatted(text: str) -> str:
    """The program in the form that an export has; as it is where that cannot be."""
    try:
        return format_text(text).text
    except (FormattingError, SyntaxError, ValueError, RecursionError):
        return text


def _changed(one: str, other: str) -> list[str]:
    found = list(unified_diff(one.splitlines(), other.splitlines(), n=1, lineterm=""))
    return found[2:]


def _few_lines(one: str, other: str) -> bool:
    """True for programs that share most of their lines."""
    return 10 * len(_changed(one, other)) < len(other.splitlines())
