"""Models with the form of their input and output around them: from pictures in [0, 1] to logits."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from filter_file import Model
from onnx_model import load_onnx


class Network(nn.Module):
    """Takes N x 3 x rows x columns of RGB in [0, 1], gives N x classes of logits or, where the model gives probabilities,
    of their logarithms."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = load_onnx(model.path, model.output, model.input)
        encoding = model.encoding
        self.register_buffer("mean", torch.tensor(encoding.mean, dtype=torch.float32).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(encoding.std, dtype=torch.float32).view(1, -1, 1, 1))
        self.is_reversed = encoding.channels == "bgr"
        self.is_nhwc = encoding.layout == "nhwc"
        self.is_half = encoding.type == "float16"
        self.scores = model.scores

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        images = images.flip(1) if self.is_reversed else images
        values = (images - self.mean) / self.std
        values = values.permute(0, 2, 3, 1) if self.is_nhwc else values.contiguous(memory_format=torch.channels_last)
        output = self.model(values.half() if self.is_half else values)
        return as_logits(output.flatten(1).float(), self.scores)


def as_logits(output: torch.Tensor, scores: str) -> torch.Tensor:
    """What a model gives, as numbers whose softmax are its probabilities."""
    least = 1e-12
    if scores == "oneLogit":
        return torch.cat([torch.zeros_like(output), output], 1)
    if scores == "oneProbability":
        output = torch.cat([1 - output, output], 1)
    return output if scores == "logits" else output.clamp(least, 1).log()


def to_tensor(pixels: list[np.ndarray] | np.ndarray) -> torch.Tensor:
    """Rows x columns x RGB of 8 bits as N x 3 x rows x columns in [0, 1]."""
    stacked = np.ascontiguousarray(np.stack(list(pixels)).transpose(0, 3, 1, 2))
    return torch.from_numpy(stacked).float() / 255


def to_pixels(images: torch.Tensor) -> np.ndarray:
    """The nearest 8-bit pictures."""
    levels = (images.detach().clamp(0, 1) * 255).round().to(torch.uint8)
    return np.ascontiguousarray(levels.permute(0, 2, 3, 1).numpy())


@torch.no_grad()
def predict(network: nn.Module, images: torch.Tensor, batch: int = 16) -> torch.Tensor:
    return torch.cat([network(part) for part in images.split(batch)])
