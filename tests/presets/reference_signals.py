"""Plain originals of the presets for signals, films, points and pictures made anew, with torch."""

from __future__ import annotations

from collections.abc import Sequence

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
