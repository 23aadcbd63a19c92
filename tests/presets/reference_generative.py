"""Plain originals of the presets that make pictures, written by hand with torch alone."""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn


class Codebook(nn.Module):
    """The nearest vector of a codebook, by squares that are multiplied out."""

    def __init__(self, dim: int, num_codes: int) -> None:
        super().__init__()
        self.codebook = nn.Embedding(num_codes, dim)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(N, dim, H, W) -> the same, and both losses of each picture (N)."""
        table = self.codebook.weight
        rows = x.movedim(1, -1).reshape(-1, x.shape[1])
        distances = rows.pow(2).sum(1, keepdim=True) - 2 * rows @ table.T + table.pow(2).sum(1)
        nearest = table[distances.argmin(1)].view(x.shape[0], *x.shape[2:], -1).movedim(-1, 1)
        passed = nearest.detach() + x - x.detach()
        errors = (nearest - x.detach()).pow(2), (nearest.detach() - x).pow(2)
        codebook, commitment = (error.flatten(1).mean(1) for error in errors)
        return passed, codebook, commitment


class Residual(nn.Module):
    """Two convolutions added to what came in."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, hidden, 3, padding=1)
        self.conv2 = nn.Conv2d(hidden, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same."""
        found: Tensor = x + self.conv2(self.conv1(x.relu()).relu())
        return found


class Half(nn.Module):
    """Encoder or decoder: convolutions of 4 x 4 with a step of 2, and residual layers."""

    def __init__(self, down: int, first: int, hidden: int, inside: int, residuals: int) -> None:
        super().__init__()
        if down:
            self.down = nn.Sequential()
        self.conv = nn.Conv2d(hidden if down else first, hidden, 3, padding=1)
        self.residual = nn.Sequential(*(Residual(hidden, inside) for _ in range(residuals)))
        if not down:
            self.up = nn.Sequential()


class VQVAE(nn.Module):
    """The example of the authors with a codebook that learns by its loss."""

    def __init__(
        self,
        in_channels: int = 1,
        image_size: int = 8,
        hidden: int = 32,
        residual_hidden: int = 16,
        residual_layers: int = 1,
        halvings: int = 1,
        dim: int = 8,
        num_codes: int = 32,
    ) -> None:
        super().__init__()
        inside = (hidden, residual_hidden, residual_layers)
        self.encoder = Half(1, in_channels, *inside)
        self.pre_vq = nn.Conv2d(hidden, dim, 1)
        self.quantizer = Codebook(dim, num_codes)
        self.decoder = Half(0, dim, *inside)
        widths = [in_channels, *(hidden >> k for k in reversed(range(halvings)))]
        for before, after in pairwise(widths):
            down, up = nn.Module(), nn.Module()
            down.conv = nn.Conv2d(before, after, 4, 2, 1)
            up.conv = nn.ConvTranspose2d(after, before, 4, 2, 1)
            self.encoder.down.append(down)
            self.decoder.up.insert(0, up)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """(N, C, H, W) -> the picture again, the losses of codebook and commitment (N)."""
        x = image
        for layer in self.encoder.down:
            x = layer.conv(x).relu()
        x = self.encoder.residual(self.encoder.conv(x)).relu()
        x, codebook, commitment = self.quantizer(self.pre_vq(x))
        x = self.decoder.residual(self.decoder.conv(x))
        for layer in self.decoder.up:
            x = layer.conv(x.relu())
        return {"reconstruction": x, "codebook": codebook, "commitment": commitment}
