"""The classifier's shape, and how to read it back from the model file.

The attack and the measurement both load the weights from `model.onnx`, so they
test exactly the file that the gateway uses, not a private copy of it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

CHANNELS = [3, 24, 32, 64, 96, 128]


class SignNetwork(nn.Module):
    """Five 3x3 convolutions, each halving the picture but the last, then an average.

    With `normalised`, each convolution is followed by batch normalisation, which
    makes training quick. The model file holds the network without it: `folded`
    moves its effect into the convolutions.
    """

    def __init__(self, classes: int, normalised: bool = False) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv2d(inputs, outputs, 3, padding=1) for inputs, outputs in zip(CHANNELS, CHANNELS[1:])
        )
        self.norms = nn.ModuleList(
            nn.BatchNorm2d(outputs) if normalised else nn.Identity() for outputs in CHANNELS[1:]
        )
        self.classify = nn.Linear(CHANNELS[-1] * 4, classes)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for depth, (convolution, norm) in enumerate(zip(self.convolutions, self.norms)):
            x = torch.relu(norm(convolution(x)))
            if depth < len(CHANNELS) - 2:
                x = nn.functional.max_pool2d(x, 2)
        # What remains is 4x4. A coarse average keeps left and right apart.
        x = nn.functional.avg_pool2d(x, 2)
        return self.classify(torch.flatten(x, 1))

    def folded(self) -> SignNetwork:
        plain = SignNetwork(self.classify.out_features)
        for target, convolution, norm in zip(plain.convolutions, self.convolutions, self.norms):
            fused = nn.utils.fusion.fuse_conv_bn_eval(convolution.eval(), norm.eval())
            target.load_state_dict(fused.state_dict())
        plain.classify.load_state_dict(self.classify.state_dict())
        return plain.eval()


def load_network(model_file: Path) -> SignNetwork:
    """The network with the weights of a model file, for gradients and for measuring."""
    graph = onnx.load(model_file).graph
    weights = {tensor.name: torch.from_numpy(onnx.numpy_helper.to_array(tensor).copy()) for tensor in graph.initializer}
    network = SignNetwork(weights["classify.weight"].shape[0])
    network.load_state_dict({name: weights[name] for name in network.state_dict()})
    return network.eval().requires_grad_(False)


def to_input(pictures: np.ndarray) -> torch.Tensor:
    """8-bit pictures (N x rows x columns x RGB) as N x 3 x rows x columns in [-1, 1]."""
    planes = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float()
    return (planes / 255 - 0.5) / 0.5


@torch.no_grad()
def logits(network: SignNetwork, inputs: torch.Tensor) -> torch.Tensor:
    return torch.cat([network(batch) for batch in inputs.split(128)])
