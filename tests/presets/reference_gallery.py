"""Plain originals of the presets that show what is possible, written by hand with torch alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class VAE(nn.Module):
    """As in PyTorch's example for MNIST, but with a linear output: means of a normal error."""

    def __init__(self, image_size: int = 8, hidden: int = 128, latent: int = 8) -> None:
        super().__init__()
        self.fc1 = nn.Linear(image_size**2, hidden)
        self.fc21 = nn.Linear(hidden, latent)
        self.fc22 = nn.Linear(hidden, latent)
        self.fc3 = nn.Linear(latent, hidden)
        self.fc4 = nn.Linear(hidden, image_size**2)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """(N, 1, H, W) -> the picture again (N, 1, H, W), the divergence of each (N)."""
        hidden = functional.relu(self.fc1(image.flatten(1)))
        mean, variance = self.fc21(hidden), self.fc22(hidden)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * variance)
        again = self.fc4(functional.relu(self.fc3(z))).view_as(image)
        divergence = -0.5 * (1 + variance - mean.pow(2) - variance.exp()).sum(1)
        return {"reconstruction": again, "kl": divergence}


class Mlp(nn.Module):
    """Two linear layers over the last dimension."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) -> the same."""
        found: Tensor = self.fc2(functional.gelu(self.fc1(x)))
        return found


class MixerBlock(nn.Module):
    """Mixes patches, then channels."""

    def __init__(self, patches: int, dim: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp_tokens = Mlp(patches, dim // 2)
        self.norm2 = nn.LayerNorm(dim, eps=1e-6)
        self.mlp_channels = Mlp(dim, 4 * dim)

    def forward(self, x: Tensor) -> Tensor:
        """(N, patches, dim) -> the same."""
        x = x + self.mlp_tokens(self.norm1(x).mT).mT
        return x + self.mlp_channels(self.norm2(x))


class PatchEmbed(nn.Module):
    """A row of channels for each patch."""

    def __init__(self, channels: int, patch: int, dim: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, dim, patch, patch)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, patches, dim)."""
        return self.proj(image).flatten(2).mT


class MLPMixer(nn.Module):
    """With the keys of timm's MlpMixer."""

    def __init__(
        self,
        in_channels: int = 1,
        image_size: int = 8,
        patch_size: int = 2,
        dim: int = 64,
        depth: int = 4,
        num_classes: int = 10,
    ) -> None:
        super().__init__()
        patches = (image_size // patch_size) ** 2
        self.stem = PatchEmbed(in_channels, patch_size, dim)
        self.blocks = nn.Sequential(*(MixerBlock(patches, dim) for _ in range(depth)))
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.head = nn.Linear(dim, num_classes)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        found: Tensor = self.head(self.norm(self.blocks(self.stem(image))).mean(1))
        return found


class DoubleConv(nn.Module):
    """Twice a convolution that keeps the size, batch normalisation and ReLU."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm2d(out)
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(out)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, out, H, W)."""
        x = functional.relu(self.norm(self.conv(x)))
        return functional.relu(self.norm2(self.conv2(x)))


class Down(nn.Module):
    """A member of the way down; halving is done by the model."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv = DoubleConv(channels, out)


class Up(nn.Module):
    """A member of the way up."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(channels, out, 2, 2)
        self.conv = DoubleConv(2 * out, out)


class UNet(nn.Module):
    """Down and up, with what is left at each size kept in a list."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 32,
        width: int = 16,
        depth: int = 3,
        num_classes: int = 4,
    ) -> None:
        super().__init__()
        self.image_size = image_size
        widths = [width * 2**step for step in range(depth + 1)]
        before = [in_channels, *widths]
        self.down = nn.ModuleList(
            Down(one, out) for one, out in zip(before, widths[:-1], strict=False)
        )
        self.bottom = DoubleConv(widths[-2], widths[-1])
        self.up = nn.ModuleList(Up(widths[k + 1], widths[k]) for k in reversed(range(depth)))
        self.head = nn.Conv2d(width, num_classes, 1)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes, H, W)."""
        kept = []
        for step in self.down:
            kept.append(step.conv(image))
            image = functional.max_pool2d(kept[-1], 2)
        image = self.bottom(image)
        for step in self.up:
            image = step.conv(torch.cat([kept.pop(), step.up(image)], 1))
        found: Tensor = self.head(image)
        return found


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions."""

    expansion = 1

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample = downsample(channels, width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, width, H / stride, W / stride)."""
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + self.downsample(x))


class Bottleneck(nn.Module):
    """1 x 1, 3 x 3 with the stride, 1 x 1 to four times the width."""

    expansion = 4

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3 = nn.Conv2d(width, 4 * width, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(4 * width)
        self.downsample = downsample(channels, 4 * width, stride)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, 4 * width, H / stride, W / stride)."""
        y = functional.relu(self.bn1(self.conv1(x)))
        y = functional.relu(self.bn2(self.conv2(y)))
        return functional.relu(self.bn3(self.conv3(y)) + self.downsample(x))


def downsample(channels: int, out: int, stride: int) -> nn.Sequential:
    """What comes in, made as large as what comes out; nothing where it is."""
    if stride == 1 and channels == out:
        return nn.Sequential()
    return nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))


class ResNet(nn.Module):
    """With torchvision's keys."""

    def __init__(
        self,
        in_channels: int = 3,
        image_size: int = 224,
        depths: tuple[int, ...] = (2, 2, 2, 2),
        width: int = 64,
        bottleneck: bool = False,
        num_classes: int = 1000,
    ) -> None:
        super().__init__()
        self.image_size = image_size
        self.conv1 = nn.Conv2d(in_channels, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        kind = Bottleneck if bottleneck else BasicBlock
        channels = width
        for stage, depth in enumerate(depths):
            blocks: list[nn.Module] = []
            for number in range(depth):
                stride = 2 if stage and not number else 1
                blocks.append(kind(channels, width * 2**stage, stride))
                channels = kind.expansion * width * 2**stage
            self.add_module(f"layer{stage + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, num_classes)

    def forward(self, image: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, classes)."""
        x = self.maxpool(functional.relu(self.bn1(self.conv1(image))))
        for stage in range(1, 5):
            x = getattr(self, f"layer{stage}")(x)
        found: Tensor = self.fc(x.mean((2, 3)))
        return found


class CausalSelfAttention(nn.Module):
    """Attention to what came before, written out."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(dim, 3 * dim)
        self.c_proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, dim) -> the same."""
        samples, length, dim = x.shape
        parts = self.c_attn(x).split(dim, 2)
        q, k, v = (p.view(samples, length, self.heads, -1).transpose(1, 2) for p in parts)
        scores = q @ k.mT / (dim // self.heads) ** 0.5
        later = torch.ones(length, length).triu(1).bool()
        y = scores.masked_fill(later, -torch.inf).softmax(-1) @ v
        found: Tensor = self.c_proj(y.transpose(1, 2).reshape(samples, length, dim))
        return found


class MLP(nn.Module):
    """Four times as wide, and back."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(dim, 4 * dim)
        self.c_proj = nn.Linear(4 * dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, dim) -> the same."""
        found: Tensor = self.c_proj(functional.gelu(self.c_fc(x), approximate="tanh"))
        return found


class GPTBlock(nn.Module):
    """Attention and a small network, each normalised before."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(dim)
        self.attn = CausalSelfAttention(dim, heads)
        self.ln_2 = nn.LayerNorm(dim)
        self.mlp = MLP(dim)

    def forward(self, x: Tensor) -> Tensor:
        """(N, T, dim) -> the same."""
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    """With the keys of nanoGPT, without its dropouts."""

    def __init__(
        self,
        vocabulary: int = 28,
        longest: int = 64,
        dim: int = 64,
        heads: int = 4,
        depth: int = 3,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.dropout = dropout
        self.transformer = nn.ModuleDict(
            {
                "wte": nn.Embedding(vocabulary, dim),
                "wpe": nn.Embedding(longest, dim),
                "h": nn.ModuleList(GPTBlock(dim, heads) for _ in range(depth)),
                "ln_f": nn.LayerNorm(dim),
            }
        )
        self.lm_head = nn.Linear(dim, vocabulary, bias=False)
        self.lm_head.weight = self.transformer["wte"].weight

    def forward(self, tokens: Tensor) -> Tensor:
        """(N, T) -> (N, T, vocabulary)."""
        places = self.transformer["wpe"].weight[: tokens.shape[1]]
        x = self.transformer["wte"](tokens) + places
        blocks = self.transformer["h"]
        assert isinstance(blocks, nn.ModuleList)
        for block in blocks:
            x = block(x)
        found: Tensor = self.lm_head(self.transformer["ln_f"](x))
        return found
