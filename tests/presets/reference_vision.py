"""Plain originals of well-known networks for pictures, written by hand with torch alone.

Keys, shapes and numbers are torchvision's.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

# -- GoogLeNet -------------------------------------------------------------------------------------

INCEPTION: Sequence[Sequence[int]] = (
    *((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
    *((192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64)),
    *((112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128)),
    *((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128)),
)


class ConvNorm(nn.Module):
    """A convolution without a bias, a batch norm, a ReLU."""

    def __init__(self, channels: int, out: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(out, 1e-3)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, out, H / stride, W / stride)."""
        return functional.relu(self.bn(self.conv(x)))


class Inception(nn.Module):
    """Four branches side by side."""

    def __init__(self, channels: int, row: Sequence[int], kernel: int) -> None:
        super().__init__()
        one, reduce2, two, reduce3, three, four = row
        self.branch1 = ConvNorm(channels, one)
        self.branch2 = nn.Sequential(ConvNorm(channels, reduce2), ConvNorm(reduce2, two, 3))
        self.branch3 = nn.Sequential(ConvNorm(channels, reduce3), ConvNorm(reduce3, three, kernel))
        self.branch4 = nn.Sequential(nn.MaxPool2d(3, 1, 1), ConvNorm(channels, four))
        self.out = one + two + three + four

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, out, H, W)."""
        return torch.cat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class GoogLeNet(nn.Module):
    """Without auxiliary classifiers, as torchvision gives it to judge with."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        stem_channels: Sequence[int] = (64, 192),
        rows: Sequence[Sequence[int]] = INCEPTION,
        kernel_size: int = 3,
        dropout: float = 0.2,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        self.image_size, (first, channels) = image_size, stem_channels
        self.conv1 = ConvNorm(in_channels, first, 7, 2)
        self.conv2 = ConvNorm(first, first)
        self.conv3 = ConvNorm(first, channels, 3)
        names = ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
        for name, row in zip(names, rows, strict=True):
            block = Inception(channels, row, kernel_size)
            self.add_module(f"inception{name}", block)
            channels = block.out
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(channels, num_classes)

    def stage(self, x: Tensor, *names: str) -> Tensor:
        """Blocks one after the other, as wide and high as `x`."""
        for name in names:
            x = self.get_submodule(f"inception{name}")(x)
        return x

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        x = functional.max_pool2d(self.conv1(image), 3, 2, ceil_mode=True)
        x = functional.max_pool2d(self.conv3(self.conv2(x)), 3, 2, ceil_mode=True)
        x = functional.max_pool2d(self.stage(x, "3a", "3b"), 3, 2, ceil_mode=True)
        x = functional.max_pool2d(self.stage(x, "4a", "4b", "4c", "4d", "4e"), 2, 2, ceil_mode=True)
        x = self.stage(x, "5a", "5b")
        found: Tensor = self.fc(self.dropout(x.mean((2, 3))))
        return found
