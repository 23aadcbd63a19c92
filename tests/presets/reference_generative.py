"""Plain originals of the presets that make pictures, written by hand with torch alone."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


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


def unit(layer: nn.Module, norm: nn.Module) -> nn.Module:
    """A convolution with what follows it, called one after the other."""
    made = nn.Module()
    made.conv, made.norm = layer, norm
    return made


class Generator(nn.Module):
    """As in PyTorch's example of DCGAN, without tanh."""

    def __init__(self, latent: int, channels: int, width: int, halvings: int) -> None:
        super().__init__()
        widths = [width << k for k in reversed(range(halvings))]
        self.conv = nn.ConvTranspose2d(latent, widths[0], 4, 1, 0, bias=False)
        self.norm = nn.BatchNorm2d(widths[0])
        self.up = nn.Sequential()
        for before, after in pairwise([*widths, channels]):
            conv = nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)
            last = len(self.up) + 1 == halvings
            self.up.append(unit(conv, nn.Identity() if last else nn.BatchNorm2d(after)))

    def forward(self, z: Tensor) -> Tensor:
        """(N, latent) -> (N, C, H, W)."""
        x = self.norm(self.conv(z[:, :, None, None]))
        for layer in self.up:
            x = layer.norm(layer.conv(x.relu()))
        return x


class Discriminator(nn.Module):
    """As in PyTorch's example of DCGAN, with a second answer."""

    def __init__(self, channels: int, width: int, halvings: int, num_classes: int) -> None:
        super().__init__()
        self.down = nn.Sequential()
        for before, after in pairwise([channels, *(width << k for k in range(halvings))]):
            conv = nn.Conv2d(before, after, 4, 2, 1, bias=False)
            self.down.append(unit(conv, nn.BatchNorm2d(after) if self.down else nn.Identity()))
        self.real, self.classes = nn.Linear(after * 16, 1), nn.Linear(after * 16, num_classes)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """(N, C, H, W) -> (N), (N, classes)."""
        x = image
        for layer in self.down:
            x = functional.leaky_relu(layer.norm(layer.conv(x)), 0.2)
        return self.real(x.flatten(1)).flatten(), self.classes(x.flatten(1))


class ACGAN(nn.Module):
    """Both networks, as they are judged; `separate` has a loss for each alone."""

    def __init__(
        self,
        in_channels: int = 1,
        halvings: int = 2,
        width: int = 16,
        latent: int = 32,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        self.latent, self.num_classes = latent, num_classes
        self.generator = Generator(latent + num_classes, in_channels, width, halvings)
        self.discriminator = Discriminator(in_channels, width, halvings, num_classes)

    def made(self, count: int) -> tuple[Tensor, Tensor]:
        """Pictures (N, C, H, W) and what they should show (N)."""
        noise = torch.randn(count, self.latent)
        labels = torch.multinomial(torch.ones(count, self.num_classes), 1).flatten()
        return self.generator(torch.cat([noise, torch.eye(self.num_classes)[labels]], 1)), labels

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """(N, C, H, W) -> scores of the classes (N, classes) and losses (N)."""
        real, logits = self.discriminator(image)
        pictures, labels = self.made(len(image))
        fake, classes = self.discriminator(pictures)
        one, zero = torch.ones_like(fake), torch.zeros_like(fake)
        judged = functional.binary_cross_entropy_with_logits
        return {
            "logits": logits,
            "discriminator_loss": judged(real, one, reduction="none")
            + judged(fake, zero, reduction="none"),
            "generator_loss": judged(fake, one, reduction="none"),
            "class_loss": functional.cross_entropy(classes, labels, reduction="none"),
        }

    def separate(self, image: Tensor, digits: Tensor) -> dict[str, Tensor]:
        """The gradients of both networks by name, each of its own loss alone."""
        found = {name: one.mean() for name, one in self(image).items() if name != "logits"}
        told = functional.cross_entropy(self.discriminator(image)[1], digits)
        gradients = {}
        for name, loss in (
            ("discriminator", found["discriminator_loss"] + found["class_loss"] + told),
            ("generator", found["generator_loss"] + found["class_loss"]),
        ):
            weights = dict(self.get_submodule(name).named_parameters(name))
            slopes = torch.autograd.grad(loss, list(weights.values()), retain_graph=True)
            gradients |= dict(zip(weights, slopes, strict=True))
        return gradients


class TimedResidual(nn.Module):
    """Two convolutions with the time added between them."""

    def __init__(self, before: int, time: int, after: int, groups: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, before)
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        self.time_linear = nn.Linear(time, after)
        self.norm2 = nn.GroupNorm(groups, after)
        self.dropout = nn.Dropout(dropout)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.shortcut = nn.Conv2d(before, after, 1) if before != after else nn.Identity()

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        """(N, before, H, W) and (N, time) -> (N, after, H, W)."""
        y = self.conv1(functional.silu(self.norm1(x)))
        y = y + self.time_linear(functional.silu(time))[:, :, None, None]
        y = self.conv2(self.dropout(functional.silu(self.norm2(y))))
        found: Tensor = self.shortcut(x) + y
        return found


class PictureAttention(nn.Module):
    """Self-attention of the pixels with one head, by matrices."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels)
        self.attention = nn.MultiheadAttention(channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, C, H, W) -> the same."""
        y = self.norm(x).flatten(2).mT
        weight, bias = self.attention.in_proj_weight, self.attention.in_proj_bias
        query, key, value = functional.linear(y, weight, bias).chunk(3, -1)
        shares = (query @ key.mT / x.shape[1] ** 0.5).softmax(-1)
        found: Tensor = x + self.attention.out_proj(shares @ value).mT.reshape(x.shape)
        return found


class DiffusionUNet(nn.Module):
    """A U-Net that is told the step."""

    def __init__(
        self, channels: int, widths: list[int], blocks: int, groups: int, dropout: float
    ) -> None:
        super().__init__()
        self.dim = first = widths[0]

        def residual(before: int, after: int) -> TimedResidual:
            return TimedResidual(before, 4 * first, after, groups, dropout)

        def residuals(before: int, after: int) -> nn.ModuleList:
            more = (residual(after, after) for _ in range(blocks - 1))
            return nn.ModuleList([residual(before, after), *more])

        self.time = nn.Module()
        self.time.linear1 = nn.Linear(first, 4 * first)
        self.time.linear2 = nn.Linear(4 * first, 4 * first)
        self.begin = nn.Conv2d(channels, first, 3, padding=1)
        self.down = nn.ModuleList()
        for before, after in pairwise([first, *widths]):
            down = nn.Module()
            down.residual = residuals(before, after)
            down.conv = nn.Conv2d(after, after, 3, 2, 1)
            self.down.append(down)
        last = widths[-1]
        self.middle1 = residual(last, last)
        self.attention = PictureAttention(last, groups)
        self.middle2 = residual(last, last)
        self.up = nn.ModuleList()
        for before, after in pairwise([last, *reversed(widths)]):
            up = nn.Module()
            up.conv = nn.Conv2d(before, before, 3, padding=1)
            up.residual = residuals(before + after, after)
            self.up.append(up)
        self.norm = nn.GroupNorm(groups, first)
        self.end = nn.Conv2d(first, channels, 3, padding=1)

    def forward(self, x: Tensor, step: Tensor) -> Tensor:
        """(N, C, H, W) and (N) -> the noise in it (N, C, H, W)."""
        half = self.dim // 2
        angles = step[:, None] * 10000 ** (-torch.arange(half) / (half - 1))
        time = self.time.linear1(torch.cat([angles.sin(), angles.cos()], 1))
        time = self.time.linear2(functional.silu(time))
        x, skips = self.begin(x), []
        for layer in self.down:
            for block in layer.residual:
                x = block(x, time)
            skips.append(x)
            x = layer.conv(x)
        x = self.middle2(self.attention(self.middle1(x, time)), time)
        for layer in self.up:
            x = layer.conv(x.repeat_interleave(2, 2).repeat_interleave(2, 3))
            x = torch.cat([x, skips.pop()], 1)
            for block in layer.residual:
                x = block(x, time)
        found: Tensor = self.end(functional.silu(self.norm(x)))
        return found


class DDPM(nn.Module):
    """Algorithm 1 of the paper for one batch: the error of the noise, and the picture left."""

    def __init__(
        self,
        in_channels: int = 1,
        image_size: int = 8,
        steps: int = 1000,
        widths: tuple[int, ...] = (32, 64),
        blocks: int = 1,
        groups: int = 8,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.schedule = nn.Module()
        left = torch.cumprod(1 - torch.linspace(1e-4, 0.02, steps), 0)
        self.schedule.register_buffer("alpha_bar", left)
        self.unet = DiffusionUNet(in_channels, list(widths), blocks, groups, dropout)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """(N, C, H, W) -> the same, and the loss of each picture (N)."""
        table = self.schedule.get_buffer("alpha_bar")
        step = torch.multinomial(torch.ones(len(image), len(table)), 1).flatten()
        noise = torch.randn_like(image)
        left = table[step].view(-1, 1, 1, 1)
        noisy = left.sqrt() * image + (1 - left).sqrt() * noise
        found = self.unet(noisy, step)
        picture = (noisy - (1 - left).sqrt() * found.detach()) / left.sqrt()
        return {
            "reconstruction": picture.clamp(-2, 2),
            "noise_error": (found - noise).pow(2).flatten(1).mean(1),
        }
