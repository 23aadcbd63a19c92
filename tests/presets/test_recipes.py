"""The training settings of every preset and variant, and what is said of them.

The figures are those of the documents and of the published configurations; where there are none,
the settings are the program's own, and the recipe says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nnstudio.project.commands.model import ApplyVariant
from nnstudio.project.presets import load_target, preset, preset_names
from nnstudio.project.settings import schemas, values_of
from nnstudio.project.values import Project

Settings = dict[str, Any]

ADAM: Settings = {"optimizer": "Adam", "learning_rate": 1e-3, "loss": "cross_entropy"}
HEARTBEATS: Settings = {
    **ADAM,
    "weight_decay": 1e-5,
    "schedule": "plateau",
    "schedule_factor": 0.5,
    "schedule_patience": 2,
    "early_stopping": 8,
    "batch_size": 32,
    "epochs": 15,
    "data": "heartbeats",
}
DIGITS: Settings = {
    "optimizer": "SGD",
    "learning_rate": 0.01,
    "momentum": 0.0,
    "schedule": "constant",
    "loss": "cross_entropy",
    "batch_size": 100,
    "epochs": 75,
    "validation": 0.1,
    "data": "digits",
}
LOGITS: Settings = {**DIGITS, "optimizer": "Adam", "learning_rate": 1e-3, "epochs": 20}
AUDIO: Settings = {**ADAM, "epochs": 100, "validation": 0.25, "data": "heartbeats"}
VECTORS: Settings = {**ADAM, "learning_rate": 5e-4, "loss": "mse", "data": "sequences"}
PLATEAU: Settings = {
    **ADAM,
    "schedule": "plateau",
    "schedule_factor": 0.1,
    "schedule_patience": 10,
    "clip_norm": None,
    "epochs": 10,
    "batch_size": 128,
    "data": "digits",
}
DECAYED: Settings = {**PLATEAU, "weight_decay": 1e-4}
CNN: Settings = {**DECAYED, "batch_size": 64}
HEADS: Settings = {**CNN, "loss_weights": "1, 0.5, 0.5", "data": "digits-heads"}
COSINE: Settings = {
    **ADAM,
    "optimizer": "AdamW",
    "weight_decay": 1e-2,
    "schedule": "cosine",
    "lowest_rate": 1e-5,
    "clip_norm": 1.0,
    "epochs": 20,
    "batch_size": 128,
    "data": "digits",
}
COSINE_UNCLIPPED: Settings = {**COSINE, "clip_norm": None}
CIFAR_10: Settings = {"epochs": 50, "batch_size": 128, "clip_norm": 1.0, "seed": 42}
CIFAR_100: Settings = {**CIFAR_10, "epochs": 100}
CNN_10: Settings = {**CNN, **CIFAR_10, "schedule_factor": 0.5, "schedule_patience": 8}
CNN_100: Settings = {**CNN, **CIFAR_100, "schedule_factor": 0.5, "schedule_patience": 10}
RESNET: Settings = {
    "optimizer": "SGD",
    "learning_rate": 0.0125,
    "momentum": 0.9,
    "weight_decay": 1e-4,
    "schedule": "step",
    "schedule_every": 30,
    "schedule_factor": 0.1,
    "loss": "cross_entropy",
    "batch_size": 32,
    "epochs": 90,
    "data": "digits",
}
OF_OUR_OWN: Settings = {
    **ADAM,
    "optimizer": "AdamW",
    "learning_rate": 2e-3,
    "weight_decay": 0.01,
    "schedule": "cosine",
    "batch_size": 32,
    "epochs": 20,
    "data": "digits",
}
MOBILENET_V2: Settings = {
    **RESNET,
    "learning_rate": 0.005625,
    "weight_decay": 4e-5,
    "epochs": 300,
    "schedule_every": 1,
    "schedule_factor": 0.98,
}
MOBILENET_V3: Settings = {
    **RESNET,
    "optimizer": "RMSprop",
    "learning_rate": 0.008,
    "weight_decay": 1e-5,
    "square_decay": 0.9,
    "epsilon": 0.0316,
    "batch_size": 128,
    "epochs": 600,
    "schedule_every": 2,
    "schedule_factor": 0.973,
}
VAE: Settings = {
    **ADAM,
    "loss": "mse",
    "loss_weights": "1, 0.0078125",
    "batch_size": 128,
    "epochs": 40,
    "data": "digits",
}

SENTENCES: Settings = {
    **COSINE,
    "lowest_rate": 1e-4,
    "batch_size": 32,
    "epochs": 10,
    "data": "sentences",
}

RECIPES: dict[str, Settings] = {
    "CNN2DResNet": HEARTBEATS,
    "Transformer2DResNet": HEARTBEATS,
    "Transformer2DResNetProse": HEARTBEATS,
    "AttentionGRU": HEARTBEATS,
    "TransformerEncoderLayer": VECTORS,
    "TransformerDecoderLayer": VECTORS,
    "Transformer": VECTORS,
    "NNTransformer": VECTORS,
    "Seq2SeqTransformer": {**ADAM, "schedule": "cosine", "epochs": 10, "data": "reverse"},
    "AlexNet": {**ADAM, "learning_rate": 1e-4},
    "EfficientNet": ADAM,
    "RNNClassifier": DIGITS,
    "LSTMClassifier": DIGITS,
    "GRUClassifier": DIGITS,
    **{
        f"{name}Classifier/{variant}-logits": LOGITS
        for name in ("RNN", "LSTM", "GRU")
        for variant in ("row", "pixel")
    },
    "ViTClassifier": DIGITS,
    "ViTClassifierMLPHead": DIGITS,
    "AudioCNN": AUDIO,
    "AudioTransformer": AUDIO,
    "SimpleDenseNet": {**PLATEAU, "weight_decay": 0.0},
    "SimpleDenseNet/151k": {
        **PLATEAU,
        "learning_rate": 2e-3,
        "batch_size": 64,
        "clip_norm": 0.5,
        "seed": 12345,
    },
    "SimpleMLP": {**PLATEAU, "weight_decay": 0.0},
    "SimpleCNN": CNN,
    "SimpleCNN/cifar10": CNN_10,
    "SimpleCNN/cifar10-3.3m": CNN_10,
    "SimpleCNN/cifar100": CNN_100,
    "SimpleCNN/cifar100-1.2m": CNN_100,
    "SimpleCNNMultiHead": HEADS,
    "SimpleCNNAuxiliary": CNN,
    "SimpleCNNAuxiliaryMultiHead": HEADS,
    "CifarCNNMultiHead": {**CNN_10, "data": "digits-properties"},
    "ConvNeXtV2": COSINE,
    "ConvNeXtV2/official-recipe": {
        **COSINE,
        "learning_rate": 8e-4,
        "weight_decay": 0.05,
        "lowest_rate": 1e-6,
        "label_smoothing": 0.1,
        "epochs": 100,
        "seed": 42,
    },
    "ConvNeXtV2/cifar10": {**COSINE, **CIFAR_10},
    "ConvNeXtV2/cifar100": {**COSINE, **CIFAR_100},
    "ConvNeXtV2/cifar100-290k": {**COSINE, **CIFAR_100},
    "SimpleViT": COSINE,
    "SimpleViT/995": {
        **COSINE,
        "learning_rate": 5e-4,
        "weight_decay": 1e-3,
        "epochs": 200,
        "seed": 12345,
    },
    "SimpleViT/cifar10": {**COSINE, **CIFAR_10},
    "SimpleViT/cifar10-210k": {**COSINE, **CIFAR_10},
    "SimpleViT/cifar100": {**COSINE, **CIFAR_100},
    "SimpleViT/cifar100-210k": {**COSINE, **CIFAR_100},
    "SimpleViTTorchLayers": COSINE,
    "MLPMixer": COSINE_UNCLIPPED,
    "GPT": SENTENCES,
    "Llama": SENTENCES,
    "Mixtral": {**SENTENCES, "loss_weights": "1, 0.02"},
    "BERT": {**SENTENCES, "data": "actors"},
    "Seq2SeqAttention": {
        **ADAM,
        "learning_rate": 3e-3,
        "schedule": "cosine",
        "clip_norm": 1.0,
        "epochs": 10,
        "data": "reverse",
    },
    "DenseNet": {**RESNET, "nesterov": True},
    "DenseNet/digits": OF_OUR_OWN,
    "GoogLeNet": {
        **RESNET,
        "learning_rate": 0.01,
        "weight_decay": 2e-4,
        "epochs": 250,
        "schedule_every": 8,
        "schedule_factor": 0.96,
    },
    "GoogLeNet/digits": OF_OUR_OWN,
    "MobileNetV2": MOBILENET_V2,
    "MobileNetV2/digits": OF_OUR_OWN,
    "MobileNetV3": MOBILENET_V3,
    "MobileNetV3/digits": OF_OUR_OWN,
    "ResNet": RESNET,
    "ShuffleNetV2": {
        **RESNET,
        "learning_rate": 0.015625,
        "weight_decay": 4e-5,
        "schedule": "polynomial",
        "schedule_every": values_of(Project())["schedule_every"],
        "schedule_factor": values_of(Project())["schedule_factor"],
        "epochs": 240,
    },
    "ShuffleNetV2/digits": OF_OUR_OWN,
    "TCN": {**ADAM, "batch_size": 32, "epochs": 15, "data": "heartbeats"},
    "WaveNet": {**ADAM, "batch_size": 32, "epochs": 10, "data": "sentences"},
    "ConvLSTM": {**ADAM, "loss": "mse", "batch_size": 16, "epochs": 30, "data": "films"},
    "PointNet": {
        **ADAM,
        "loss_weights": "1, 0.001",
        "batch_size": 32,
        "epochs": 30,
        "data": "solids",
    },
    "Siamese": {**ADAM, "batch_size": 32, "epochs": 30, "data": "digit-pairs"},
    "VGG": {**RESNET, "learning_rate": 0.00125},
    **{f"VGG/{depth}-bn": RESNET for depth in (11, 13, 16, 19)},
    "VGG/digits": OF_OUR_OWN,
    "UNet": {**ADAM, "batch_size": 16, "epochs": 30, "data": "shapes"},
    "VAE": VAE,
    "VAE/28x28": {**VAE, "loss_weights": "1, 0.00064"},
    "Swin": {
        **OF_OUR_OWN,
        "learning_rate": 3.125e-5,
        "weight_decay": 0.05,
        "label_smoothing": 0.1,
        "clip_norm": 1.0,
        "epochs": 300,
    },
    "Swin/digits": OF_OUR_OWN,
    "ACGAN": {**ADAM, "beta1": 0.5, "batch_size": 32, "epochs": 40, "data": "digits"},
    "DDPM": {
        **ADAM,
        "learning_rate": 2e-3,
        "schedule": "cosine",
        "loss": "mse",
        "loss_weights": "0, 1",
        "batch_size": 64,
        "epochs": 60,
        "data": "digits",
    },
    "VQVAE": {
        **VAE,
        "learning_rate": 3e-4,
        "loss_weights": "1, 1, 0.25",
        "batch_size": 32,
    },
    "SimpleEfficientNet": DECAYED,
    "SimpleEfficientNet/cifar10": {**DECAYED, **CIFAR_10},
    "SimpleEfficientNet/cifar10-210k": {**DECAYED, **CIFAR_10},
    "SimpleEfficientNet/cifar100": {**DECAYED, **CIFAR_100},
    "SimpleEfficientNet/cifar100-210k": {**DECAYED, **CIFAR_100},
}
TARGETS = [
    f"{name}/{variant.name}" if variant else name
    for name in preset_names()
    for variant in (preset(name).variants or (None,))
]
SETTLED = set(schemas()) - {"resize", "split_seed"}


@pytest.mark.parametrize("target", TARGETS)
def test_settings_are_those_of_the_document(target: str) -> None:
    recipe = RECIPES.get(target, RECIPES[target.partition("/")[0]])
    found = values_of(load_target(target))
    if found["loss"] == "auto":  # what the data of all these ask for
        found["loss"] = "cross_entropy"
    expected = {**values_of(Project()), **recipe}
    assert {name: found[name] for name in SETTLED} == {name: expected[name] for name in SETTLED}
    assert found["split_seed"] == found["seed"]  # no document tells one from the other


def test_every_recipe_belongs_to_a_preset() -> None:
    assert set(RECIPES) <= {*preset_names(), *TARGETS}
    assert set(preset_names()) <= set(RECIPES)


@pytest.mark.parametrize("name", [name for name in preset_names() if preset(name).variants])
def test_going_from_one_variant_to_another_leaves_nothing_behind(name: str) -> None:
    project = preset(name)
    named = {(frozenset(v.training), frozenset(v.data)) for v in project.variants}
    assert len(named) == 1
    first = load_target(f"{name}/{project.variants[0].name}")
    assert (first.training, first.data) == (project.training, project.data)
    for variant in project.variants:
        there = ApplyVariant(variant.name).apply(project)
        assert ApplyVariant(project.variants[0].name).apply(there) == first


def test_the_run_of_99_5_percent_is_told_from_the_size_it_trains() -> None:
    for name in ("210k", "995"):
        found = load_target(f"SimpleViT/{name}").variant
        assert found is not None
        assert found.name == name


@pytest.mark.parametrize("name", preset_names())
def test_texts_are_whole_and_calm_sentences(name: str) -> None:
    project = preset(name)
    texts = [project.about.note, project.about.recipe, *(v.note for v in project.variants)]
    for text in texts:
        assert text
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert "!" not in text
        assert "  " not in text


def test_the_documentation_lists_every_preset_and_variant() -> None:
    text = Path(__file__).parents[2].joinpath("docs", "presets.md").read_text("utf-8")
    rows = {row.split(" | ")[0].removeprefix("| "): row for row in text.splitlines()}
    for name in preset_names():
        assert preset(name).about.note in rows[name]
        assert all(f"`{variant.name}` " in rows[name] for variant in preset(name).variants)


@pytest.mark.parametrize(
    ("target", "label"),
    [
        ("SimpleEfficientNet/66k", "Published under the name 22k: 66,016"),
        ("SimpleEfficientNet/22k", "Meets the document: 21,880"),
        ("SimpleEfficientNet/210k", "Meets the document as nearly as the two factors can: 207,624"),
        ("SimpleEfficientNet/cifar10", "Published for CIFAR-10: 4,994,882"),
        ("SimpleEfficientNet/cifar10-210k", "Meets the document as nearly"),
        ("SimpleEfficientNet/cifar100", "Published for CIFAR-100: 5,087,132"),
        ("SimpleEfficientNet/cifar100-210k", "Meets the document as nearly"),
        ("SimpleCNN/421k", "Published: 421,834"),
        ("SimpleCNN/421482", "Meets the document: 421,482"),
        ("SimpleCNN/cifar10", "Published for CIFAR-10: 1,130,250"),
        ("SimpleCNN/cifar10-3.3m", "Meets the document: 3,292,938"),
        ("SimpleCNN/cifar100", "Published for CIFAR-100, and meets the document: 3,339,108"),
        ("SimpleCNNMultiHead/422k", "Published: 422,866"),
        ("SimpleCNNMultiHead/422330", "Meets the document: 422,330"),
        ("SimpleDenseNet/68k", "Published: 67,978"),
        ("SimpleDenseNet/68048", "Meets the document: 68,048"),
    ],
)
def test_notes_tell_the_published_size_from_the_documented_one(target: str, label: str) -> None:
    variant = load_target(target).variant
    assert variant is not None
    assert variant.note.startswith(label)
