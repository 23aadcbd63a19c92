"""The files of the examples in docs/data.md: small, made from fixed numbers, a function a kind."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import nnstudio
from tests.array_files import cifar_bytes, idx_bytes
from tests.drawing import Drawing

Array = np.ndarray[Any, Any]

CIFAR_WORDS = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)
FLOWERS = ("daisy", "iris", "tulip")


def random() -> np.random.Generator:
    return np.random.default_rng(7)


def stripes(count: int, side: int) -> tuple[Array, Array]:
    """Grey pictures (count, side, side) of bytes with a bar, and whether it lies or stands."""
    pictures, lies = random().integers(0, 40, (count, side, side)), np.arange(count) % 2
    for picture, standing in zip(pictures, lies, strict=True):
        at = int(random().integers(2, side - 2))
        picture[(slice(None), at) if standing else (at, slice(None))] = 230
    return pictures.astype(np.uint8), lies.astype(np.uint8)


def flowers() -> list[list[str]]:
    """Header and 60 records: two lengths, a colour, the kind; one cell is empty."""
    numbers = random()
    rows = [["petal", "stem", "colour", "kind"]]
    for k in range(60):
        kind = k % 3
        petal, stem = 2 + 2 * kind + numbers.normal(0, 0.3), 20 + 5 * kind + numbers.normal(0, 2)
        rows.append([f"{petal:.2f}", f"{stem:.1f}", ("white", "red")[k // 3 % 2], FLOWERS[kind]])
    rows[5][1] = ""
    return rows


def csv(folder: Path) -> None:
    (folder / "flowers.csv").write_text("".join(",".join(row) + "\n" for row in flowers()))


def german(folder: Path) -> None:
    lines = ["Messung vom 3. Mai", "Länge;Breite;Preis"]
    for k, value in enumerate(random().normal(2, 0.4, 40)):
        lines.append(f"{value:.2f};{k % 7},5;{12 + 3 * value:.2f}".replace(".", ","))
    (folder / "preise.csv").write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))


def tsv(folder: Path) -> None:
    rows = flowers()
    rows[5][1] = "19.5"
    (folder / "flowers.tsv").write_text("".join("\t".join(row) + "\n" for row in rows))


def excel(folder: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "2025"
    header, *rows = flowers()
    sheet.append(header)
    for petal, stem, *words in rows:
        sheet.append([float(petal), float(stem or 19.5), *words])
    book.save(folder / "flowers.xlsx")


def parquet(folder: Path) -> None:
    import pandas as pd

    header, *rows = flowers()
    table = pd.DataFrame(rows, columns=header)
    table["petal"], table["stem"] = table["petal"].astype(float), pd.to_numeric(table["stem"])
    table.fillna({"stem": 19.5}).to_parquet(folder / "flowers.parquet")


def npz(folder: Path) -> None:
    pictures, lies = stripes(80, 12)
    np.savez(folder / "bars.npz", x=pictures, y=lies)


def npy(folder: Path) -> None:
    np.save(folder / "curves.npy", random().normal(size=(50, 1, 32)).astype(np.float32))


def safetensors(folder: Path) -> None:
    from safetensors.numpy import save_file

    pictures, lies = stripes(80, 12)
    save_file({"x": pictures[:, None], "y": lies}, folder / "bars.safetensors")


def hdf5(folder: Path) -> None:
    import h5py

    pictures, lies = stripes(80, 12)
    with h5py.File(folder / "bars.h5", "w") as file:
        file["x"], file["y"] = pictures, lies


def mat(folder: Path) -> None:
    from scipy.io import savemat

    pictures, lies = stripes(80, 12)
    savemat(folder / "bars.mat", {"x": pictures, "y": lies})


def mnist(folder: Path) -> None:
    pictures, lies = stripes(80, 28)
    (folder / "mnist").mkdir()
    for name, some in (("train", slice(60)), ("t10k", slice(60, 80))):
        for ending, values in (("images-idx3", pictures[some]), ("labels-idx1", lies[some])):
            packed = gzip.compress(idx_bytes(values), 9, mtime=0)
            (folder / "mnist" / f"{name}-{ending}-ubyte.gz").write_bytes(packed)


def cifar(folder: Path) -> None:
    pictures, lies = stripes(60, 32)
    coloured, to = np.repeat(pictures[:, None], 3, 1), folder / "cifar-10-batches-bin"
    to.mkdir()
    for name, some in (("data_batch_1", slice(40)), ("test_batch", slice(40, 60))):
        (to / f"{name}.bin").write_bytes(cifar_bytes(lies[some, None], coloured[some]))
    (to / "batches.meta.txt").write_text("\n".join(CIFAR_WORDS) + "\n")


def pictures(folder: Path) -> None:
    from PIL import Image

    bars, lies = stripes(40, 32)
    for k, (picture, standing) in enumerate(zip(bars, lies, strict=True)):
        place = folder / "bars" / ("train" if k < 32 else "test") / ("lying", "upright")[standing]
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(place / f"{k:02}.png")


def masks(folder: Path) -> None:
    from PIL import Image

    for kind in ("images", "masks"):
        (folder / "cells" / kind).mkdir(parents=True)
    for k in range(12):
        mask = np.zeros((24, 24), np.uint8)
        mask[k : k + 8, 4:16] = 1
        noisy = mask * 150 + random().integers(0, 60, mask.shape).astype(np.uint8)
        Image.fromarray(noisy).save(folder / "cells" / "images" / f"{k:02}.png")
        Image.fromarray(mask).save(folder / "cells" / "masks" / f"{k:02}.png")


def recordings(folder: Path) -> None:
    import soundfile

    time, noise = np.arange(4000) / 8000, random()
    for k in range(20):
        low = k % 2 == 0
        place = folder / "tones" / ("low" if low else "high")
        place.mkdir(parents=True, exist_ok=True)
        tone = 0.4 * np.sin(2 * np.pi * (300 if low else 2000) * time)
        soundfile.write(place / f"{k:02}.wav", tone + 0.02 * noise.normal(size=4000), 8000)


def text(folder: Path) -> None:
    song = "Row your boat gently down the stream.\nMerrily, merrily: life is but a dream!\n"
    (folder / "song.txt").write_text(song * 60, newline="\n")


def labels(folder: Path) -> None:
    numbers, lines = random(), ["width,height,labels"]
    for _ in range(40):
        width, height = numbers.uniform(1, 9, 2)
        tags = [tag for tag, there in (("wide", width > 5), ("tall", height > 5)) if there]
        lines.append(f"{width:.1f},{height:.1f},{';'.join(tags)}")
    (folder / "boxes.csv").write_text("\n".join(lines) + "\n")


def damaged(folder: Path) -> None:
    lines = ["a,b,kind", *(f"{k},{k % 5},{'xy'[k % 2]}" for k in range(20))]
    lines[7] = "6,1"
    (folder / "cut.csv").write_text("\n".join(lines) + "\n")
    (folder / "one.csv").write_text("a,b,kind\n" + "".join(f"{k},{k % 7},x\n" for k in range(30)))


def unequal(folder: Path) -> None:
    numbers, lines = random(), ["iron,sugar,state"]
    for k in range(90):
        state = 2 if k % 15 == 0 else 1 if k % 6 == 1 else 0
        iron, sugar = numbers.normal(2.0 * state, 1.0), numbers.normal(-state, 1.0)
        lines.append(f"{iron:.2f},{sugar:.2f},{('well', 'ill', 'acute')[state]}")
    (folder / "blood.csv").write_text("\n".join(lines) + "\n")


def models(folder: Path) -> None:
    """Three small networks as somebody may have drawn them."""
    table = Drawing("Layers")
    x = table.input("x", "N", 1)
    x = table.add("Linear", x, name="hidden", out_features=16)
    x = table.add("ReLU", x, name="relu")
    table.output(table.add("Linear", x, name="head", out_features=1))
    pixels = Drawing("Pixels")
    x = pixels.input("x", "N", 3, "height", "width")
    x = pixels.add("Conv2d", x, name="conv", out_channels=8, kernel_size=3, padding=1)
    x = pixels.add("ReLU", x, name="relu")
    pixels.output(pixels.add("Conv2d", x, name="head", out_channels=3, kernel_size=1))
    writer = Drawing("Writer")
    x = writer.input("tokens", "N", "length", dtype="int")
    x = writer.add("Embedding", x, name="embed", num_embeddings=5, embedding_dim=16)
    x = writer.add("GRU", x, name="gru", hidden_size=32, batch_first=True)
    writer.output(writer.add("Linear", x, name="head", out_features=5))
    for drawing in (table, pixels, writer):
        nnstudio.save(drawing.project(), folder / f"{drawing.name.lower()}.nns")


MAKERS: tuple[Callable[[Path], None], ...] = (
    *(csv, german, tsv, excel, parquet, npz, npy, safetensors, hdf5, mat, mnist, cifar),
    *(pictures, masks, recordings, text, labels, damaged, unequal, models),
)


def make_all(folder: Path) -> None:
    """All files and folders that the page names, below `folder`."""
    for make in MAKERS:
        make(folder)
