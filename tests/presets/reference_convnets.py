"""Plain originals of well-known convolutional networks, written by hand with torch alone.

Keys and shapes are torchvision's, apart from one name that is said there; so are the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

Rows = Sequence[Sequence[int]]


def to_eight(channels: float) -> int:
    """The nearest multiple of 8, one more where that takes away more than a tenth."""
    found = max(8, int(channels + 4) // 8 * 8)
    return found + 8 if found < 0.9 * channels else found


def conv_norm(
    channels: int,
    out: int,
    kernel: int = 1,
    stride: int = 1,
    groups: int = 1,
    activation: Callable[[], nn.Module] | None = nn.ReLU,
    eps: float = 1e-5,
) -> nn.Sequential:
    """A convolution without a bias, a batch norm, an activation."""
    found = nn.Sequential(
        nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(out, eps),
    )
    if activation is not None:
        found.append(activation())
    return found


# -- MobileNetV2 -----------------------------------------------------------------------------------


def stage(widen: int, channels: int, count: int, stride: int) -> Rows:
    """A row of the paper's table 2 as a row for each block: the first has the stride."""
    return ((widen, channels, stride), *((widen, channels, 1),) * (count - 1))


V2: Rows = (
    *(*stage(1, 16, 1, 1), *stage(6, 24, 2, 2), *stage(6, 32, 3, 2), *stage(6, 64, 4, 2)),
    *(*stage(6, 96, 3, 1), *stage(6, 160, 3, 2), *stage(6, 320, 1, 1)),
)


class InvertedResidual(nn.Module):
    """Wide in the middle, without an activation at the end."""

    def __init__(self, channels: int, out: int, stride: int, widen: int) -> None:
        super().__init__()
        wide = widen * channels
        self.adds = stride == 1 and channels == out
        first = [conv_norm(channels, wide, activation=nn.ReLU6)] if widen > 1 else []
        self.conv = nn.Sequential(
            *first,
            conv_norm(wide, wide, 3, stride, wide, nn.ReLU6),
            nn.Conv2d(wide, out, 1, bias=False),
            nn.BatchNorm2d(out),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, out, H / stride, W / stride)."""
        found: Tensor = self.conv(x)
        return x + found if self.adds else found


class MobileNetV2(nn.Module):
    """Blocks row by row."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        rows: Rows = V2,
        width: float = 1.0,
        last_channels: int = 1280,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        self.image_size = image_size
        channels = to_eight(32 * width)
        self.features = nn.Sequential(conv_norm(in_channels, channels, 3, 2, activation=nn.ReLU6))
        for widen, wanted, stride in rows:
            out = to_eight(wanted * width)
            self.features.append(InvertedResidual(channels, out, stride, widen))
            channels = out
        last = to_eight(last_channels * max(width, 1))
        self.features.append(conv_norm(channels, last, activation=nn.ReLU6))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, num_classes))

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        found: Tensor = self.classifier(self.features(image).mean((2, 3)))
        return found


# -- MobileNetV3 -----------------------------------------------------------------------------------

V3_SMALL: Rows = (
    *((3, 16, 16, 1, 0, 2), (3, 72, 24, 0, 0, 2), (3, 88, 24, 0, 0, 1), (5, 96, 40, 1, 1, 2)),
    *((5, 240, 40, 1, 1, 1), (5, 240, 40, 1, 1, 1), (5, 120, 48, 1, 1, 1), (5, 144, 48, 1, 1, 1)),
    *((5, 288, 96, 1, 1, 2), (5, 576, 96, 1, 1, 1), (5, 576, 96, 1, 1, 1)),
)


class SqueezeExcitation(nn.Module):
    """Channels times what their means say."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = nn.Conv2d(channels, to_eight(channels // 4), 1)
        self.fc2 = nn.Conv2d(to_eight(channels // 4), channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> the same."""
        y = self.fc2(functional.relu(self.fc1(x.mean((2, 3), keepdim=True))))
        return x * functional.hardsigmoid(y)


class InvertedResidualV3(nn.Module):
    """With weighed channels and an activation of choice."""

    def __init__(
        self, channels: int, wide: int, out: int, kernel: int, se: int, hard: int, stride: int
    ) -> None:
        super().__init__()
        act = nn.Hardswish if hard else nn.ReLU
        self.adds = stride == 1 and channels == out
        self.block = nn.Sequential()
        if wide != channels:
            self.block.append(conv_norm(channels, wide, activation=act, eps=1e-3))
        self.block.append(conv_norm(wide, wide, kernel, stride, wide, act, eps=1e-3))
        if se:
            self.block.append(SqueezeExcitation(wide))
        self.block.append(conv_norm(wide, out, activation=None, eps=1e-3))

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, out, H / stride, W / stride)."""
        found: Tensor = self.block(x)
        return x + found if self.adds else found


class MobileNetV3(nn.Module):
    """Blocks row by row; momentum counts in training alone."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        rows: Rows = V3_SMALL,
        last_channels: int = 1024,
        num_classes: int = 1000,
        momentum: float = 0.01,
    ) -> None:
        super().__init__()
        self.image_size, self.momentum = image_size, momentum
        channels, hard = 16, nn.Hardswish
        self.features = nn.Sequential(
            conv_norm(in_channels, channels, 3, 2, activation=hard, eps=1e-3)
        )
        for kernel, wide, out, se, hs, stride in rows:
            self.features.append(InvertedResidualV3(channels, wide, out, kernel, se, hs, stride))
            channels = out
        self.features.append(conv_norm(channels, 6 * channels, activation=hard, eps=1e-3))
        self.classifier = nn.Sequential(
            nn.Linear(6 * channels, last_channels),
            nn.Hardswish(),
            nn.Dropout(0.2),
            nn.Linear(last_channels, num_classes),
        )

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        found: Tensor = self.classifier(self.features(image).mean((2, 3)))
        return found


# -- DenseNet --------------------------------------------------------------------------------------


class DenseLayer(nn.Module):
    """Puts a few channels more beside those that are there."""

    def __init__(self, channels: int, growth: int, bottleneck: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv1 = nn.Conv2d(channels, bottleneck * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(bottleneck * growth)
        self.conv2 = nn.Conv2d(bottleneck * growth, growth, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, channels + growth, H, W)."""
        y = self.conv1(functional.relu(self.norm1(x)))
        y = self.conv2(functional.relu(self.norm2(y)))
        return torch.cat([x, y], 1)


class Transition(nn.Sequential):
    """Half the channels, half the height and width."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.relu = nn.ReLU()
        self.conv = nn.Conv2d(channels, channels // 2, 1, bias=False)
        self.pool = nn.AvgPool2d(2)


class DenseNet(nn.Module):
    """Four dense blocks. In torchvision layer 0 of a block has the name denselayer1, and so on."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        depths: Sequence[int] = (6, 12, 24, 16),
        growth: int = 32,
        stem_channels: int = 64,
        bottleneck: int = 4,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        self.image_size, channels = image_size, stem_channels
        self.features = nn.Sequential()
        stem = nn.Conv2d(in_channels, channels, 7, 2, 3, bias=False)
        self.features.add_module("conv0", stem)
        self.features.add_module("norm0", nn.BatchNorm2d(channels))
        self.features.add_module("relu0", nn.ReLU())
        self.features.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        for k, depth in enumerate(depths, 1):
            block = nn.Sequential()
            for _ in range(depth):
                block.append(DenseLayer(channels, growth, bottleneck))
                channels += growth
            self.features.add_module(f"denseblock{k}", block)
            if k < len(depths):
                self.features.add_module(f"transition{k}", Transition(channels))
                channels //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(channels))
        self.classifier = nn.Linear(channels, num_classes)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        found: Tensor = self.classifier(functional.relu(self.features(image)).mean((2, 3)))
        return found


# -- VGG -------------------------------------------------------------------------------------------


class VGG(nn.Module):
    """Convolutions of 3 x 3, stage by stage; each stage ends in a pooling."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        depths: Sequence[int] = (1, 1, 2, 2, 2),
        batch_norm: bool = False,
        width: int = 64,
        pooled: int = 7,
        hidden: int = 4096,
        dropout: float = 0.5,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        self.image_size, channels = image_size, in_channels
        self.features = nn.Sequential()
        for stage, depth in enumerate(depths):
            out = width * min(2**stage, 8)
            for _ in range(depth):
                self.features.append(nn.Conv2d(channels, out, 3, padding=1))
                if batch_norm:
                    self.features.append(nn.BatchNorm2d(out))
                self.features.append(nn.ReLU())
                channels = out
            self.features.append(nn.MaxPool2d(2))
        self.avgpool = nn.AdaptiveAvgPool2d(pooled)
        self.classifier = nn.Sequential(
            nn.Linear(channels * pooled**2, hidden),
            *(nn.ReLU(), nn.Dropout(dropout)),
            nn.Linear(hidden, hidden),
            *(nn.ReLU(), nn.Dropout(dropout)),
            nn.Linear(hidden, num_classes),
        )

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        found: Tensor = self.classifier(self.avgpool(self.features(image)).flatten(1))
        return found


# -- ShuffleNetV2 ----------------------------------------------------------------------------------


def branch(channels: int, half: int, stride: int) -> nn.Sequential:
    """1 x 1, every channel by itself, 1 x 1."""
    return nn.Sequential(
        *conv_norm(channels, half),
        *conv_norm(half, half, 3, stride, half, None),
        *conv_norm(half, half),
    )


def shuffled(*parts: Tensor) -> Tensor:
    """The first channel of each part, the second of each, and so on."""
    return torch.stack(parts, 2).flatten(1, 2)


class DownUnit(nn.Module):
    """Both branches see all."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.branch1 = nn.Sequential(
            *conv_norm(channels, channels, 3, 2, channels, None), *conv_norm(channels, out // 2)
        )
        self.branch2 = branch(channels, out // 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, out, H / 2, W / 2)."""
        return shuffled(self.branch1(x), self.branch2(x))


class ShuffleUnit(nn.Module):
    """One half passes."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.branch2 = branch(channels // 2, channels // 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> the same."""
        left, right = x.chunk(2, 1)
        return shuffled(left, self.branch2(right))


class ShuffleNetV2(nn.Module):
    """Three stages; the first unit of each halves height and width."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        depths: Sequence[int] = (4, 8, 4),
        channels: Sequence[int] = (24, 116, 232, 464, 1024),
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        self.image_size, (first, *stages, last) = image_size, channels
        self.conv1 = conv_norm(in_channels, first, 3, 2)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        for k, (depth, out) in enumerate(zip(depths, stages, strict=True), 2):
            units = (ShuffleUnit(out) for _ in range(depth - 1))
            self.add_module(f"stage{k}", nn.Sequential(DownUnit(first, out), *units))
            first = out
        self.conv5 = conv_norm(first, last)
        self.fc = nn.Linear(last, num_classes)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        x = self.stage2(self.maxpool(self.conv1(image)))
        found: Tensor = self.fc(self.conv5(self.stage4(self.stage3(x))).mean((2, 3)))
        return found
