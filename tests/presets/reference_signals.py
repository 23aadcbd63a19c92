"""Plain originals of the presets for signals, films, points and pictures made anew, with torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class GatedResidualBlock(nn.Module):
    """A member of WaveNet: what goes on, and what is put aside."""

    def __init__(self, channels: int, skip: int, kernel_size: int, dilation: int) -> None:
        super().__init__()
        self.filter_conv = nn.Conv1d(channels, channels, kernel_size, dilation=dilation)
        self.gate_conv = nn.Conv1d(channels, channels, kernel_size, dilation=dilation)
        self.skip_conv = nn.Conv1d(channels, skip, 1)
        self.residual_conv = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, channels, T) -> the same, (N, skip, T)."""
        before = x.new_zeros(*x.shape[:2], self.filter_conv.dilation[0])
        before = before.repeat(1, 1, self.filter_conv.kernel_size[0] - 1)
        seen = torch.cat([before, x], 2)
        gated = self.filter_conv(seen).tanh() * self.gate_conv(seen).sigmoid()
        return self.residual_conv(gated) + x, self.skip_conv(gated)


class WaveNet(nn.Module):
    """Values of a signal as classes; the next one at every place."""

    def __init__(
        self,
        classes: int = 28,
        channels: int = 32,
        skip_channels: int = 64,
        layers: int = 10,
        cycle: int = 5,
        kernel_size: int = 2,
    ) -> None:
        super().__init__()
        self.classes = classes
        self.causal = nn.Conv1d(classes, channels, kernel_size)
        self.blocks = nn.ModuleList(
            GatedResidualBlock(channels, skip_channels, kernel_size, 2 ** (number % cycle))
            for number in range(layers)
        )
        self.conv1 = nn.Conv1d(skip_channels, skip_channels, 1)
        self.conv2 = nn.Conv1d(skip_channels, classes, 1)

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T) -> (N, T, classes)."""
        seen = torch.eye(self.classes)[tokens].mT
        x = self.causal(functional.pad(seen, (self.causal.kernel_size[0] - 1, 0)))
        aside = []
        for block in self.blocks:
            x, skip = block(x)
            aside.append(skip)
        y = self.conv1(torch.stack(aside).sum(0).relu())
        found: Tensor = self.conv2(y.relu()).mT
        return found


class TemporalBlock(nn.Module):
    """Two causal convolutions, each convolved to both sides and cut at the end."""

    def __init__(self, channels: int, out: int, kernel: int, dilation: int, p: float) -> None:
        super().__init__()
        both = (kernel - 1) * dilation
        self.conv1 = nn.Conv1d(channels, out, kernel, padding=both, dilation=dilation)
        self.dropout1 = nn.Dropout(p)
        self.conv2 = nn.Conv1d(out, out, kernel, padding=both, dilation=dilation)
        self.dropout2 = nn.Dropout(p)
        self.shortcut = nn.Conv1d(channels, out, 1) if channels != out else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, T) -> (N, out, T)."""
        length = x.shape[2]
        y = self.dropout1(self.conv1(x)[..., :length].relu())
        y = self.dropout2(self.conv2(y)[..., :length].relu())
        found: Tensor = (y + self.shortcut(x)).relu()
        return found


class TCN(nn.Module):
    """As in the authors' code for pixels, without weight norm."""

    def __init__(
        self,
        in_channels: int = 1,
        channels: Sequence[int] = (16,) * 5,
        kernel_size: int = 5,
        dropout: float = 0.1,
        num_classes: int = 5,
    ) -> None:
        super().__init__()
        self.blocks = nn.Sequential()
        for number, out in enumerate(channels):
            self.blocks.append(TemporalBlock(in_channels, out, kernel_size, 2**number, dropout))
            in_channels = out
        self.head = nn.Linear(in_channels, num_classes)

    def forward(self, signal: Tensor) -> Tensor:
        """(N, in_channels, T) -> (N, classes)."""
        found: Tensor = self.head(self.blocks(signal)[..., -1])
        return found


class ConvLSTMCell(nn.Module):
    """The four gates of one convolution."""

    def __init__(self, channels: int, hidden: int, kernel: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels + hidden, 4 * hidden, kernel, padding=kernel // 2)


class ConvLSTMLayer(nn.Module):
    """Frame by frame, from states of zeros."""

    def __init__(self, channels: int, hidden: int, kernel: int) -> None:
        super().__init__()
        self.cell = ConvLSTMCell(channels, hidden, kernel)

    def forward(self, frames: Tensor) -> Tensor:
        """(N, T, channels, H, W) -> (N, T, hidden, H, W)."""
        samples, length, _, height, width = frames.shape
        hidden = self.cell.conv.out_channels // 4
        h = c = torch.zeros(samples, hidden, height, width)
        kept = []
        for step in range(length):
            gates = self.cell.conv(torch.cat([frames[:, step], h], 1))
            enter, keep, show = (
                gates[:, k * hidden : (k + 1) * hidden].sigmoid() for k in range(3)
            )
            c = keep * c + enter * gates[:, 3 * hidden :].tanh()
            h = show * c.tanh()
            kept.append(h)
        return torch.stack(kept, 1)


class ConvLSTM(nn.Module):
    """The next frame, of the last state."""

    def __init__(
        self, in_channels: int = 1, hidden: int = 16, layers: int = 1, kernel_size: int = 3
    ) -> None:
        super().__init__()
        self.stack = nn.ModuleList(
            ConvLSTMLayer(hidden if number else in_channels, hidden, kernel_size)
            for number in range(layers)
        )
        self.head = nn.Conv2d(hidden, in_channels, 1)

    def forward(self, frames: Tensor) -> Tensor:
        """(N, T, C, H, W) -> (N, C, H, W)."""
        for layer in self.stack:
            frames = layer(frames)
        found: Tensor = self.head(frames[:, -1])
        return found


def points_layer(channels: int, out: int) -> nn.Module:
    """A layer for every point alone, with its batch norm."""
    made = nn.Module()
    made.conv = nn.Conv1d(channels, out, 1, bias=False)
    made.norm = nn.BatchNorm1d(out)
    return made


def dense(features: int, out: int) -> nn.Module:
    """A layer with its batch norm."""
    made = nn.Module()
    made.linear = nn.Linear(features, out, bias=False)
    made.norm = nn.BatchNorm1d(out)
    return made


def applied(layer: Any, x: Tensor) -> Tensor:
    """Layer, norm, ReLU."""
    linear = layer.conv if hasattr(layer, "conv") else layer.linear
    found: Tensor = layer.norm(linear(x)).relu()
    return found


class SpatialTransformer(nn.Module):
    """A matrix for each cloud, the identity and what is found."""

    def __init__(self, dim: int, width: int) -> None:
        super().__init__()
        self.dim = dim
        self.conv1 = points_layer(dim, width)
        self.conv2 = points_layer(width, 2 * width)
        self.conv3 = points_layer(2 * width, 16 * width)
        self.fc1 = dense(16 * width, 8 * width)
        self.fc2 = dense(8 * width, 4 * width)
        self.fc3 = nn.Linear(4 * width, dim * dim)

    def forward(self, points: Tensor) -> Tensor:
        """(N, dim, P) -> (N, dim, dim)."""
        x = points
        for layer in (self.conv1, self.conv2, self.conv3):
            x = applied(layer, x)
        x = applied(self.fc2, applied(self.fc1, x.max(2).values))
        found: Tensor = self.fc3(x).reshape(-1, self.dim, self.dim) + torch.eye(self.dim)
        return found


class PointNet(nn.Module):
    """Classification with both transformers, layer by layer as in the authors' code."""

    def __init__(self, width: int = 16, dropout: float = 0.3, num_classes: int = 5) -> None:
        super().__init__()
        self.dropout_of = dropout
        self.transform_points = SpatialTransformer(3, width)
        self.conv1 = points_layer(3, width)
        self.conv2 = points_layer(width, width)
        self.transform_features = SpatialTransformer(width, width)
        self.conv3 = points_layer(width, width)
        self.conv4 = points_layer(width, 2 * width)
        self.conv5 = points_layer(2 * width, 16 * width)
        self.fc1 = dense(16 * width, 8 * width)
        self.fc2 = dense(8 * width, 4 * width)
        self.fc3 = nn.Linear(4 * width, num_classes)

    def forward(self, points: Tensor) -> dict[str, Tensor]:
        """(N, 3, P) -> logits (N, classes), how far the matrix is from a rotation (N)."""
        turn = self.transform_points(points)
        x = torch.einsum("nij,nip->njp", turn, points)
        for layer in (self.conv1, self.conv2):
            x = applied(layer, x)
        turn = self.transform_features(x)
        x = torch.einsum("nij,nip->njp", turn, x)
        for layer in (self.conv3, self.conv4, self.conv5):
            x = applied(layer, x)
        y = x.max(2).values
        for layer in (self.fc1, self.fc2):
            y = functional.dropout(applied(layer, y), self.dropout_of, self.training)
        far = turn @ turn.mT - torch.eye(turn.shape[1])
        return {"logits": self.fc3(y), "orthogonality": (far * far).sum((1, 2))}


class PictureEncoder(nn.Module):
    """Two convolutions and a linear layer."""

    def __init__(self, channels: int, width: int, features: int, size: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, padding=1)
        self.conv2 = nn.Conv2d(width, 2 * width, 3, padding=1)
        self.fc = nn.Linear(2 * width * (size // 4) ** 2, features)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, features)."""
        x = functional.max_pool2d(self.conv1(image).relu(), 2)
        x = functional.max_pool2d(self.conv2(x).relu(), 2)
        found: Tensor = self.fc(x.flatten(1)).sigmoid()
        return found


class Siamese(nn.Module):
    """Weighted distances of features."""

    def __init__(
        self, in_channels: int = 1, image_size: int = 8, width: int = 16, features: int = 64
    ) -> None:
        super().__init__()
        self.encoder = PictureEncoder(in_channels, width, features, image_size)
        self.head = nn.Linear(features, 1)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """Twice (N, C, H, W) -> (N, 1)."""
        found: Tensor = self.head((self.encoder(first) - self.encoder(second)).abs())
        return found
