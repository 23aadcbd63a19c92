"""Plain originals of well-known networks for pictures, written by hand with torch alone.

Keys, shapes and numbers are torchvision's.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

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


# -- Swin ------------------------------------------------------------------------------------------


class Permute(nn.Module):
    """Channels to the end."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, H, W, C)."""
        return x.permute(0, 2, 3, 1)


class WindowAttention(nn.Module):
    """Window by window, with a mask between what stood at opposite edges before the map rolled."""

    def __init__(self, dim: int, heads: int, window: int, shift: int) -> None:
        super().__init__()
        self.heads, self.window, self.shift = heads, window, shift
        table = torch.zeros((2 * window - 1) ** 2, heads)
        self.relative_position_bias_table = nn.Parameter(table)
        places = list(product(range(window), repeat=2))
        index = [
            (row - other_row + window - 1) * (2 * window - 1) + column - other_column + window - 1
            for row, column in places
            for other_row, other_column in places
        ]
        self.register_buffer("relative_position_index", torch.tensor(index))
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def within(self, x: Tensor, region: Tensor) -> Tensor:
        """One window (N, window, window, C), with the region of each of its places -> the same."""
        count = self.window**2
        qkv: Tensor = self.qkv(x.flatten(1, 2))
        q, k, v = qkv.reshape(len(x), count, 3, self.heads, -1).unbind(2)
        bias = self.relative_position_bias_table[self.get_buffer("relative_position_index")]
        scores = torch.einsum("nihd,njhd->nhij", q, k) * q.shape[-1] ** -0.5
        scores = scores + bias.reshape(count, count, -1).permute(2, 0, 1)
        apart = region.flatten()[:, None] != region.flatten()
        scores = scores.masked_fill(apart, float("-inf"))
        found = torch.einsum("nhij,njhd->nihd", scores.softmax(-1), v).flatten(2)
        projected: Tensor = self.proj(found)
        return projected.reshape(x.shape)

    def forward(self, x: Tensor) -> Tensor:
        """(N, H, W, C) -> the same."""
        height, width = x.shape[1:3]
        rows, columns = torch.arange(height) // self.window, torch.arange(width) // self.window
        came_round = torch.zeros(height, width)
        if self.shift:
            came_round[-self.shift :] += 1
            came_round[:, -self.shift :] += 2
        x = x.roll((-self.shift, -self.shift), (1, 2))
        lines = []
        for row in range(height // self.window):
            line = [
                self.within(
                    x[:, rows == row][:, :, columns == column],
                    came_round[rows == row][:, columns == column],
                )
                for column in range(width // self.window)
            ]
            lines.append(torch.cat(line, 2))
        return torch.cat(lines, 1).roll((self.shift, self.shift), (1, 2))


class SwinBlock(nn.Module):
    """Attention and a small network, each beside a skip."""

    def __init__(self, dim: int, heads: int, window: int, shift: int, ratio: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = WindowAttention(dim, heads, window, shift)
        self.norm2 = nn.LayerNorm(dim)
        self.mlp = nn.Sequential(
            *(nn.Linear(dim, ratio * dim), nn.GELU(), nn.Dropout(0.0)),
            nn.Linear(ratio * dim, dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, H, W, dim) -> the same."""
        x = x + self.attn(self.norm1(x))
        found: Tensor = x + self.mlp(self.norm2(x))
        return found


class PatchMerging(nn.Module):
    """2 x 2 neighbours side by side."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)
        self.norm = nn.LayerNorm(4 * dim)

    def forward(self, x: Tensor) -> Tensor:
        """(N, H, W, dim) -> (N, H / 2, W / 2, 2 dim)."""
        parts = [x[:, row::2, column::2] for column in (0, 1) for row in (0, 1)]
        found: Tensor = self.reduction(self.norm(torch.cat(parts, -1)))
        return found


class Swin(nn.Module):
    """Four stages; drop_path and dropout count in training alone."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        patch_size: int = 4,
        dim: int = 96,
        depths: Sequence[int] = (2, 2, 6, 2),
        heads: Sequence[int] = (3, 6, 12, 24),
        window_size: int = 7,
        mlp_ratio: int = 4,
        dropout: float = 0.0,
        drop_path: float = 0.2,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        size = image_size // patch_size
        first = nn.Conv2d(in_channels, dim, patch_size, patch_size)
        self.features = nn.Sequential(nn.Sequential(first, Permute(), nn.LayerNorm(dim)))
        for k, (depth, count) in enumerate(zip(depths, heads, strict=True)):
            shift = window_size // 2 if size > window_size else 0
            blocks = [
                SwinBlock(dim, count, window_size, i % 2 * shift, mlp_ratio) for i in range(depth)
            ]
            self.features.append(nn.Sequential(*blocks))
            if k < 3:
                self.features.append(PatchMerging(dim))
                dim, size = 2 * dim, size // 2
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, num_classes)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        found: Tensor = self.head(self.norm(self.features(image)).mean((1, 2)))
        return found
