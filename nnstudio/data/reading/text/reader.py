"""The reader of texts: samples of so many tokens, each with the same one token on as target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnstudio.data.info import DataError
from nnstudio.data.reading.budget import afford
from nnstudio.data.reading.table.encoding import Encoding
from nnstudio.data.reading.text.corpus import (
    BLOCK,
    ENDINGS,
    NONE,
    Document,
    blocks,
    documents_of,
    encoding_of,
)
from nnstudio.data.reading.text.tokens import SPECIAL, Numbering, count, cut, vocabulary_of
from nnstudio.data.samples import Finding, Glance, Progress, Samples, nobody_watches
from nnstudio.project.data.fields import Field, Role, Target
from nnstudio.project.data.source import Source, Text
from nnstudio.project.data.spec import DataSpec, Guess
from nnstudio.project.data.split import Split

INPUT, NEXT = "tokens", "next"
PREVIEW = 32
"""Samples of a preview."""
CHECKED = 200_000_000
"""Bytes that a glance looks at to tell the encoding: a tenth of a second."""
_BYTES = np.dtype(np.int64).itemsize
_RARE = 0.05
"""Share of unknown tokens from which people are told."""


class TextReader:
    """Reads texts for models of tokens; see `nnstudio.data.reading.reader.Reader`."""

    def claims(self, path: Path) -> bool:
        """True for the endings of texts, and for a folder with texts and nothing else in it."""
        if not path.is_dir():
            return path.is_file() and path.suffix.lower() in ENDINGS
        any_text = False
        for file in path.rglob("*"):
            ending = file.suffix.lower()
            if ending in ENDINGS and not file.name.startswith("."):
                any_text = True
            elif ending and not file.name.startswith(".") and file.is_file():
                return False
        return any_text

    def glance(self, path: Path, source: Source | None) -> Glance:
        """The beginning of the first files; the vocabulary stays open unless that was all."""
        documents = documents_of(path)
        checked = sum(document.size for document in documents) <= CHECKED
        text, encoding = _source(path, source, documents, checked)
        seen, left = [], BLOCK
        for document in documents:
            if left > 0:
                seen.append(document)
                left -= document.size
        whole = len(seen) == len(documents) and left >= 0
        spec = _spec(text, documents, encoding)
        preview = _Pieces(path, tuple(seen), None if whole else BLOCK).samples(
            spec, nobody_watches, shortest=not whole
        )
        first = preview.take(np.arange(min(PREVIEW, len(preview))))
        return Glance(preview.spec if whole else spec, first, len(preview) if whole else None)

    def read(self, path: Path, spec: DataSpec, progress: Progress) -> Samples:
        """All of it, twice: to count the tokens, and to number them."""
        documents = documents_of(path)
        text, encoding = _source(path, spec.source, documents, True, known=bool(spec.fields))
        if spec.fields:
            spec = spec.with_values(source=text)
        else:
            found = _spec(text, documents, encoding)
            split = found.split if spec.split == Split() else spec.split
            spec = spec.with_values(
                source=text,
                fields=found.fields,
                targets=found.targets,
                split=split,
                guesses=found.guesses,
            )
        return _Pieces(path, documents, None).samples(spec, progress)


def _source(
    path: Path,
    source: Source | None,
    documents: tuple[Document, ...],
    whole: bool,
    known: bool = False,
) -> tuple[Text, Encoding]:
    """known: the source was understood before, and all its options are obeyed."""
    given = source if isinstance(source, Text) else None
    said = given.encoding if given and (known or "encoding" in given.model_fields_set) else None
    encoding = encoding_of(path.name, documents, said, whole)
    if given:
        return given.with_values(encoding=encoding.name), encoding
    values = {"path": path.as_posix(), "encoding": encoding.name}
    return Text.model_validate(values), encoding


def _spec(text: Text, documents: tuple[Document, ...], encoding: Encoding) -> DataSpec:
    """What is understood of a text: its two fields, the task, how it is split."""
    shape = (text.length,)
    fields = (
        _tokens(INPUT, "input", shape),
        _tokens(NEXT, "target", shape),
    )
    guesses = [Guess(about="task", why="next_token: a text is continued, token by token.")]
    if encoding.asked:
        guesses.append(Guess(about="source.encoding", why=f"{encoding.why}."))
    if documents[0].part != NONE or any(document.part != NONE for document in documents):
        split = Split(by="given")
        guesses.append(Guess(about="split.by", why="names of files or folders are those of parts."))
    else:
        split = Split(by="time")
        why = "the end of a text is held out: samples drawn from its middle continue each other."
        guesses.append(Guess(about="split.by", why=why))
    return DataSpec(
        source=text,
        fields=fields,
        targets=(Target(name=NEXT, fields=(NEXT,), task="next_token"),),
        split=split,
        guesses=tuple(guesses),
    )


def _tokens(name: str, role: Role, shape: tuple[int, ...]) -> Field:
    return Field(name=name, origin=None, kind="tokens", role=role, shape=shape, dtype="int64")


class _Pieces:
    """The files of a text cut into samples. `most`: characters of each file, None for all."""

    def __init__(self, path: Path, documents: tuple[Document, ...], most: int | None) -> None:
        self._path, self._documents, self._most = path, documents, most
        self._size = sum(document.size for document in documents)

    def samples(self, spec: DataSpec, progress: Progress, shortest: bool = False) -> Samples:
        """Samples of `length` tokens that follow each other, of one part each.

        What is left at the end of a part, less than a sample, is dropped. `shortest`: a text that
        is too short for one sample is padded instead, for a preview.
        """
        source = spec.source
        assert isinstance(source, Text)
        counts, totals = self._counted(source, progress)
        known = spec.by_name[INPUT].classes if INPUT in spec.by_name else ()
        vocabulary = known or vocabulary_of(counts, source.vocabulary)
        length = source.length
        made = [
            (part, self._numbered(source, part, total, vocabulary, progress))
            for part, total in sorted(totals.items())
        ]
        pieces = [(part, (len(numbers) - 1) // length, numbers) for part, numbers in made]
        found = sum(number for _, number, _ in pieces)
        if not found and shortest and pieces:
            part, _, numbers = pieces[0]
            padded = np.zeros(length + 1, np.int64)
            padded[: len(numbers)] = numbers
            pieces, found = [(part, 1, padded)], 1
        if not found:
            raise DataError(
                f"{self._path.name} has {sum(totals.values()):,} tokens: expected at least "
                f"{length + 1:,} for one sample of {length:,}; take shorter samples."
            )
        used = [piece for piece in pieces if piece[1]]
        fields = {
            INPUT: _joined([numbers[: n * length].reshape(n, length) for _, n, numbers in used]),
            NEXT: _joined(
                [numbers[1 : n * length + 1].reshape(n, length) for _, n, numbers in used]
            ),
        }
        given = np.repeat(np.array([part for part, _, _ in used], np.int8), [n for _, n, _ in used])
        progress(1.0, f"Reading {self._path.name}")
        return Samples(
            spec=_with_vocabulary(spec, vocabulary),
            fields=fields,
            count=found,
            given=given if (given != NONE).any() else None,
            findings=self._findings(counts, vocabulary),
        )

    def _counted(self, source: Text, progress: Progress) -> tuple[Counter[str], dict[int, int]]:
        """How often each token comes, in what is for training; and all tokens of each part."""
        counts: Counter[str] = Counter()
        totals: dict[int, int] = {}
        trained = 0 if any(one.part == 0 for one in self._documents) else NONE
        for part in sorted({document.part for document in self._documents}):
            into = counts if part == trained else Counter[str]()
            tokens = cut(self._text(source, part, progress, 0.0), source.unit)
            totals[part] = count(self._path.name, tokens, into)
        return counts, totals

    def _numbered(
        self,
        source: Text,
        part: int,
        total: int,
        vocabulary: tuple[str, ...],
        progress: Progress,
    ) -> NDArray[np.int64]:
        afford(self._path.name, total * _BYTES, "its tokens")
        out = np.empty(total, np.int64)
        numbering = Numbering(vocabulary, source.unit)
        at = 0
        for tokens in cut(self._text(source, part, progress, 0.5), source.unit):
            out[at : at + len(tokens)] = numbering.numbers(tokens)
            at += len(tokens)
        return out

    def _text(self, source: Text, part: int, progress: Progress, begun: float) -> Iterator[str]:
        """The files of a part one after the other, with a line end between them."""
        what = f"Reading {self._path.name}"
        before = sum(one.size for one in self._documents if one.part < part)
        ended = True
        for document in self._documents:
            if document.part != part:
                continue
            if not ended:
                yield "\n"
            done = 0
            for block in blocks(document, source.encoding, self._most):
                done += len(block)
                share = min(1.0, (before + done) / self._size)
                progress(begun + share / 2, what)
                ended = block.endswith("\n")
                yield block
            before += document.size

    def _findings(self, counts: Counter[str], vocabulary: tuple[str, ...]) -> tuple[Finding, ...]:
        known = set(vocabulary)
        total = sum(counts.values())
        unknown = sum(number for token, number in counts.items() if token not in known)
        if not total or unknown < _RARE * total:
            return ()
        sentence = (
            f"{unknown / total:.0%} of the tokens are not among the {len(vocabulary):,} of the "
            f"vocabulary and are read as {SPECIAL[1]}."
        )
        return (Finding("advice", "unknown_tokens", sentence, INPUT),)


def _joined(pieces: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """One after the other; of one piece a view, so that a text is in memory once."""
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)


def _with_vocabulary(spec: DataSpec, vocabulary: tuple[str, ...]) -> DataSpec:
    fields = tuple(
        field.with_values(classes=vocabulary) if field.kind == "tokens" else field
        for field in spec.fields
    )
    targets = tuple(
        target.with_values(classes=vocabulary) if target.task == "next_token" else target
        for target in spec.targets
    )
    return spec.with_values(fields=fields, targets=targets)
