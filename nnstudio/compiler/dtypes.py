"""torch's dtype of each dtype that a tensor of the analysis has."""

from __future__ import annotations

import torch

DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}
