"""Folders of recordings: every trap with a real file."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from nnstudio.data import cache as caches
from nnstudio.data.cache import Cache
from nnstudio.data.info import DataError
from nnstudio.data.preparation.sound import SoundLength
from nnstudio.data.reading.folder import sounds
from nnstudio.data.reading.folder.recording_folder import RecordingFolder
from nnstudio.data.reading.folder.sound_files import decode_recordings
from nnstudio.data.samples import Samples, nobody_watches
from nnstudio.symbols.work import CancelledError

KINDS = [
    ("wav", "PCM_16"), ("wav", "FLOAT"), ("flac", "PCM_24"), ("ogg", "VORBIS"), ("ogg", "OPUS"),
    ("mp3", "MPEG_LAYER_III"), ("aiff", "PCM_16"), ("au", "PCM_16"), ("w64", "PCM_16"),
]  # fmt: skip


@pytest.fixture
def reader(tmp_path: Path) -> RecordingFolder:
    return RecordingFolder(Cache(tmp_path / "cache"))


def tone(
    seconds: float = 0.5, rate: int = 16_000, hertz: float = 440.0, channels: int = 1
) -> np.ndarray:
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, 1)


def save(path: Path, sound: np.ndarray, rate: int = 16_000, subtype: str | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, sound, rate, subtype=subtype)
    return path


def two_classes(root: Path) -> Path:
    for k in range(3):
        save(root / "low" / f"{k}.wav", tone(hertz=300))
        save(root / "high" / f"{k}.flac", tone(hertz=3000))
    return root


def understood(reader: RecordingFolder, root: Path) -> Samples:
    return reader.read(root, reader.glance(root, None).spec, nobody_watches)


def said(samples: Samples, code: str) -> str:
    return next((one.sentence for one in samples.findings if one.code == code), "")


def to(**values: object) -> SoundLength:
    return SoundLength.model_validate({"length": 8000, **values})


def why(path: Path) -> str:
    item = sounds.sound_item(path, to())
    assert item.rows is None
    return str(item.note["why"])


def one(path: Path, **values: object) -> np.ndarray:
    item = sounds.sound_item(path, to(**values))
    assert item.rows is not None, item.note
    return item.rows["sound"][0]


def loudest(sound: np.ndarray, rate: int) -> float:
    """The frequency with the most power, Hz."""
    return float(np.abs(np.fft.rfft(sound)).argmax() * rate / len(sound))


def test_the_names_of_folders_are_classes(reader: RecordingFolder, tmp_path: Path) -> None:
    root = two_classes(tmp_path / "d")
    assert reader.claims(root)
    glance = reader.glance(root, None)
    assert glance.samples == 6
    samples = reader.read(root, glance.spec, nobody_watches)
    sound, label = samples.spec.fields
    assert (sound.kind, sound.shape, sound.dtype) == ("audio", (1, 8000), "float32")
    assert label.classes == ("high", "low")
    assert samples.fields["class"].tolist() == [0, 0, 0, 1, 1, 1]
    assert samples.fields["sound"].dtype == np.float32
    assert np.allclose(samples.fields["sound"][5, 0], tone(hertz=300)[:, 0], atol=1e-4)
    assert samples.findings == ()
    guess = next(one for one in samples.spec.guesses if one.about == "preparation.sound_length")
    assert guess.why == "16,000 values a second is the rate of all; 0.50 s: all are so long"
    assert not reader.claims(root / "low" / "0.wav")


@pytest.mark.parametrize(("ending", "subtype"), KINDS)
def test_every_kind_is_read(ending: str, subtype: str, tmp_path: Path) -> None:
    path = save(tmp_path / f"a.{ending}", tone(), subtype=subtype)
    sound = one(path)
    assert sound.shape == (8000,)
    assert abs(loudest(sound, 16_000) - 440) < 5
    assert 0.4 < np.abs(sound[1000:7000]).max() < 0.6


@pytest.mark.parametrize(("ending", "subtype"), KINDS)
def test_cut_recordings_are_found_out(ending: str, subtype: str, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    whole = save(
        tmp_path / f"a.{ending}", 0.3 * random.standard_normal((32_000, 1)), subtype=subtype
    )
    data = whole.read_bytes()
    for share in (0.3, 0.5, 0.9):
        (tmp_path / f"cut.{ending}").write_bytes(data[: int(len(data) * share)])
        assert any(word in why(tmp_path / f"cut.{ending}") for word in ("cut short", "damaged"))


def test_headers_without_a_length_are_no_cut(tmp_path: Path) -> None:
    data = bytearray(save(tmp_path / "a.wav", tone()).read_bytes())
    at = data.index(b"data") + 4
    data[at : at + 4] = data[4:8] = b"\xff\xff\xff\xff"
    (tmp_path / "piped.wav").write_bytes(data)
    assert np.allclose(one(tmp_path / "piped.wav"), tone()[:, 0], atol=1e-4)


def test_rates_channels_and_lengths_are_brought_together(
    reader: RecordingFolder, tmp_path: Path
) -> None:
    root = tmp_path / "d"
    save(root / "a" / "1.wav", tone(0.5))
    save(root / "a" / "2.wav", tone(0.5, 44_100), 44_100)
    save(root / "b" / "1.wav", tone(1.0, channels=2))
    save(root / "b" / "2.wav", tone(0.25))
    samples = understood(reader, root)
    assert samples.fields["sound"].shape == (4, 1, 8000)
    assert said(samples, "mixed_rates").startswith("Recordings of 3 of 16,000, 1 of 44,100 values")
    assert said(samples, "mixed_channels") == "Channels are averaged into one: 3 with 1, 1 with 2."
    assert said(samples, "mixed_lengths") == (
        "Lengths differ, from 0.25 to 1.00 s: 1 are cut and 1 filled with silence to have 0.50 s."
    )
    resampled, short = samples.fields["sound"][1, 0], samples.fields["sound"][3, 0]
    assert np.abs(resampled[200:7800] - tone(0.5)[200:7800, 0]).max() < 1e-3
    assert (short[4000:] == 0).all()


def test_channels_are_averaged(tmp_path: Path) -> None:
    stereo = np.stack([tone()[:, 0], np.zeros(8000)], 1)
    assert np.allclose(one(save(tmp_path / "a.wav", stereo)), tone()[:, 0] / 2, atol=1e-4)


def test_parts_and_filling(tmp_path: Path) -> None:
    path = save(tmp_path / "a.wav", np.arange(10_000)[:, None] / 20_000, subtype="FLOAT")
    assert one(path, length=100)[0] == 0.0
    middle = one(path, length=100, part="middle")
    assert abs(middle[50] * 20_000 - 5000) < 3
    repeated = one(path, length=25_000, filled="repeat")
    assert np.array_equal(repeated[:10_000], repeated[10_000:20_000])
    assert (one(path, length=25_000)[10_000:] == 0).all()


def test_a_long_recording_is_read_in_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save(tmp_path / "a.wav", tone(2.0), subtype="FLOAT")
    whole, middle = one(path, length=32_000), one(path, part="middle")
    monkeypatch.setattr(sounds, "BLOCK", 1000)
    assert np.array_equal(one(path, length=32_000), whole)
    assert np.array_equal(one(path, part="middle"), middle)


def test_silent_clipped_and_broken_ones_are_said(reader: RecordingFolder, tmp_path: Path) -> None:
    root = two_classes(tmp_path / "d")
    save(root / "low" / "silent.wav", np.zeros((8000, 1)))
    save(root / "low" / "loud.wav", np.clip(4 * tone(), -1, 1))
    save(root / "low" / "nan.wav", np.full((8000, 1), np.nan), subtype="FLOAT")
    save(root / "low" / "none.wav", np.zeros((0, 1)))
    (root / "low" / "text.wav").write_text("no sound")
    (root / "low" / "empty.wav").touch()
    (root / "low" / "a.m4a").touch()
    samples = understood(reader, root)
    assert len(samples) == 8
    assert said(samples, "silent") == "1 recording is silent: low/silent.wav."
    assert said(samples, "clipped").endswith(": low/loud.wav.")
    assert "low/empty.wav is empty" in said(samples, "unreadable_files")
    assert "low/nan.wav holds values that are no numbers" in said(samples, "unreadable_files")
    assert "low/none.wav holds no sound" in said(samples, "unreadable_files")
    assert "low/text.wav is no recording of a kind" in said(samples, "unreadable_files")
    assert ".m4a cannot be read; save them as WAV or FLAC" in said(samples, "unreadable_kind")


def test_parts_are_given(reader: RecordingFolder, tmp_path: Path) -> None:
    for part in ("train", "test"):
        two_classes(tmp_path / "d" / part)
    samples = understood(reader, tmp_path / "d")
    assert samples.given is not None
    assert samples.given.tolist() == [2] * 6 + [0] * 6


def test_lying_headers_cost_no_memory(tmp_path: Path) -> None:
    data = bytearray(save(tmp_path / "a.flac", tone()).read_bytes())
    data[21] |= 0x0F  # the length in samples, 36 bits
    data[22:26] = b"\xff\xff\xff\xff"
    (tmp_path / "long.flac").write_bytes(data)
    assert "declares 1,193 hours" in why(tmp_path / "long.flac")


def test_paths_of_a_table_and_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caches, "LOOK", -1.0)
    paths = [save(tmp_path / "p" / f"{k}.wav", tone()) for k in range(3)]
    paths.append(tmp_path / "p" / "none.wav")

    def stop(share: float, _what: str) -> None:
        if share > 0.2:
            raise CancelledError("enough")

    cache = Cache(tmp_path / "c")
    with pytest.raises(CancelledError):
        decode_recordings(paths, to(), stop, tmp_path, cache)
    made = decode_recordings(paths, to(), nobody_watches, tmp_path, cache)
    assert made.kept.tolist() == [0, 1, 2]
    assert made.values.shape == (3, 1, 8000)
    assert "p/none.wav there is no such file" in made.findings[0].sentence
    with pytest.raises(DataError, match="None of the 1 recordings"):
        decode_recordings(paths[3:], to(), nobody_watches, tmp_path, cache)


@pytest.mark.parametrize(("ending", "subtype"), KINDS[2:7])
def test_mutated_files_are_read_or_given_a_reason(
    ending: str, subtype: str, tmp_path: Path
) -> None:
    buffer, random = io.BytesIO(), np.random.default_rng(0)
    soundfile.write(
        buffer, tone(), 16_000, format="OGG" if ending == "ogg" else ending, subtype=subtype
    )
    whole, paths = buffer.getvalue(), []
    for number in range(100):
        data = bytearray(whole)
        for _ in range(random.integers(1, 6)):
            data[random.integers(0, min(len(data), 200 if number % 2 else len(data)))] = (
                random.integers(0, 256)
            )
        paths.append(tmp_path / f"{number}.{ending}")
        paths[-1].write_bytes(data[: random.integers(1, len(data))] if number % 5 == 0 else data)
    (tmp_path / f"good.{ending}").write_bytes(whole)
    made = decode_recordings(
        [*paths, tmp_path / f"good.{ending}"], to(), cache=Cache(tmp_path / "c")
    )
    assert len(made.values) + sum("why" in note for note in made.notes) == 101
    assert np.isfinite(made.values).all()
