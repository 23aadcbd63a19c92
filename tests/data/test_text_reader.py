"""Texts become tokens and the tokens that follow them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.data.info import DataError
from nnstudio.data.reading.text.reader import TextReader
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.project.data.source import Text
from nnstudio.project.data.spec import DataSpec
from nnstudio.symbols.work import CancelledError

READER = TextReader()
VERSE = "the cat sat on the mat.\nThe dog didn't: naïve dog!\n"


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, **options: object) -> Samples:
    found = READER.glance(path, Text(path=path.as_posix(), **options) if options else None)
    return READER.read(path, found.spec, nobody_watches)


def as_text(samples: Samples, row: int, field: str = "tokens") -> str:
    classes = samples.spec.by_name[field].classes
    return "".join(classes[k] for k in samples.fields[field][row])


def test_characters(tmp_path: Path) -> None:
    path = written(tmp_path / "verse.txt", VERSE * 10)
    samples = read(path, length=20)
    assert samples.fields["tokens"].shape == (len(VERSE) * 10 // 20, 20)
    assert samples.fields["tokens"].dtype == np.int64
    assert as_text(samples, 0) == VERSE[:20]
    assert as_text(samples, 0, "next") == VERSE[1:21]
    assert as_text(samples, 1) == VERSE[20:40]
    assert samples.spec.targets[0].task == "next_token"
    assert samples.spec.split.by == "time"


def test_the_vocabulary_is_in_the_order_of_frequency(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", "ccc bb aa d ccc\n")
    classes = read(path, length=4).spec.by_name["tokens"].classes
    assert classes == ("<pad>", "<unk>", "c", " ", "a", "b", "\n", "d")
    small = read(path, length=4, vocabulary=4)
    assert small.spec.targets[0].classes == ("<pad>", "<unk>", "c", " ")
    assert small.fields["tokens"][0].tolist() == [2, 2, 2, 3]
    assert small.fields["tokens"][1].tolist() == [1, 1, 3, 1]
    assert [finding.code for finding in small.findings] == ["unknown_tokens"]


def test_words(tmp_path: Path) -> None:
    samples = read(written(tmp_path / "verse.txt", VERSE), unit="words", length=8)
    classes = samples.spec.by_name["tokens"].classes
    assert [classes[k] for k in samples.fields["tokens"][0]] == [
        *("the", "cat", "sat", "on", "the", "mat", ".", "\n")
    ]
    assert [classes[k] for k in samples.fields["next"][0]][-1] == "The"
    assert {"didn't", "naïve", ":", "!"} <= set(classes)


def test_parts_by_the_names_of_files(tmp_path: Path) -> None:
    for name, text in {
        "ptb.train": "ab" * 50,
        "ptb.valid": "ba" * 20,
        "ptb.test": "xa" * 10,
    }.items():
        written(tmp_path / f"{name}.txt", text)
    assert READER.claims(tmp_path)
    samples = read(tmp_path, length=10)
    assert samples.given is not None
    assert np.bincount(samples.given).tolist() == [9, 3, 1]
    assert samples.spec.split.by == "given"
    # the vocabulary is that of what is for training
    assert samples.spec.targets[0].classes == ("<pad>", "<unk>", "a", "b")
    assert as_text(samples, 12)[:5] == "<unk>"


def test_files_of_a_folder_follow_each_other(tmp_path: Path) -> None:
    written(tmp_path / "b.txt", "2222")
    written(tmp_path / "a.txt", "1111\n")
    written(tmp_path / "c" / "d.txt", "3333")
    samples = read(tmp_path, length=6)
    assert [as_text(samples, k) for k in range(2)] == ["1111\n2", "222\n33"]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16-le"), ("cp1252", "cp1252")],
)
def test_encodings(tmp_path: Path, encoding: str, found: str) -> None:
    text = "Käse für Müller, größer\r\n" * 5
    samples = read(written(tmp_path / "a.txt", text, encoding))
    source = samples.spec.source
    assert isinstance(source, Text)
    assert source.encoding == found
    assert as_text(samples, 0) == text.replace("\r\n", "\n")[:64]
    guessed = {guess.about for guess in samples.spec.guesses}
    assert ("source.encoding" in guessed) == (encoding == "cp1252")


def test_several_encodings_are_refused(tmp_path: Path) -> None:
    written(tmp_path / "a.txt", "größer" * 20)
    written(tmp_path / "b.txt", "größer" * 20, "cp1252")
    with pytest.raises(DataError, match=r"a\.txt in utf-8 and b\.txt in cp1252: save all"):
        read(tmp_path)


def test_a_saved_vocabulary_is_kept(tmp_path: Path) -> None:
    spec = read(written(tmp_path / "a.txt", "abab" * 40)).spec
    written(tmp_path / "a.txt", "bbxb" * 40)
    samples = READER.read(tmp_path / "a.txt", spec, nobody_watches)
    assert samples.spec == spec
    assert samples.fields["tokens"][0, :4].tolist() == [3, 3, 1, 3]


def test_a_long_text_is_glanced_at(tmp_path: Path) -> None:
    path = written(tmp_path / "long.txt", "one line, no end " * 200_000)
    found = READER.glance(path, None)
    assert found.samples is None
    assert found.spec.by_name["tokens"].classes == ()
    assert len(found.preview) == 32
    samples = READER.read(path, found.spec, nobody_watches)
    assert len(samples) == (17 * 200_000 - 1) // 64
    words = READER.read(path, DataSpec(source=Text(path="long.txt", unit="words")), nobody_watches)
    assert words.spec.by_name["tokens"].classes[2:] == (",", "end", "line", "no", "one")
    assert len(words) == (5 * 200_000 - 1) // 64


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has 5 tokens: expected at least 65"):
        read(written(tmp_path / "short.txt", "short"))
    with pytest.raises(DataError, match=r"empty\.txt is empty: expected a text"):
        read(written(tmp_path / "empty.txt", ""))
    with pytest.raises(DataError, match=r"binary\.txt"):
        read(written(tmp_path / "binary.txt", "\1\2\3\4" * 100))
    folder = tmp_path / "nothing"
    folder.mkdir()
    with pytest.raises(DataError, match="nothing holds no texts"):
        READER.glance(folder, None)


def test_reading_can_be_stopped(tmp_path: Path) -> None:
    def stopped(_share: float, _what: str) -> None:
        raise CancelledError("stopped")

    path = written(tmp_path / "a.txt", VERSE * 10)
    with pytest.raises(CancelledError):
        READER.read(path, READER.glance(path, None).spec, stopped)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=5, max_size=200))
def test_any_text_comes_back(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = written(tmp_path_factory.mktemp("any") / "a.txt", text)
    plain = text.removeprefix("\ufeff")
    if len(plain) < 5:
        return
    samples = read(path, length=4, encoding="utf-8")
    there = "".join(as_text(samples, k) for k in range(len(samples)))
    assert there == plain[: len(there)]
    assert len(there) > len(plain) - 5
