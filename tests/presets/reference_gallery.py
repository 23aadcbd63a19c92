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
