"""Build EfficientNet-Lite from its weights, with OpenVINO's own operators.

EfficientNet (Tan and Le, 2019) without what is slow on small devices: no
squeeze-and-excitation, ReLU6 in place of Swish, and a first and a last layer that do
not grow with the network. It was trained with TensorFlow, which pads unevenly
(`same_upper`). How many blocks a network has, and how wide they are, is read from the
weights; only what they cannot tell stands here: where a block halves the image.
"""

from __future__ import annotations

import numpy as np
import openvino as ov
from openvino import opset13 as operators

EPSILON = 1e-3
# The stages of blocks that halve the image begin where the width first reaches one of these places of seven stages.
HALVING_STAGES = frozenset((1, 2, 3, 5))


class Weights:
    """The tensors of a checkpoint, with each batch normalisation folded into the convolution before it."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        self.tensors = tensors

    def block_names(self) -> list[str]:
        count = 1 + max(int(name.split(".")[1]) for name in self.tensors if name.startswith("_blocks."))
        return [f"_blocks.{index}." for index in range(count)]

    def has(self, layer: str) -> bool:
        return f"{layer}.weight" in self.tensors

    def folded(self, convolution: str, normalisation: str) -> tuple[np.ndarray, np.ndarray]:
        """Kernel and bias, float32. Computed in float64, so that every machine gets the same."""
        kernel = self.tensors[f"{convolution}.weight"].astype(np.float64)
        gain, bias, mean, variance = (
            self.tensors[f"{normalisation}.{part}"].astype(np.float64)
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = gain / np.sqrt(variance + EPSILON)
        return (kernel * scale[:, None, None, None]).astype(np.float32), (bias - mean * scale).astype(np.float32)


def build(tensors: dict[str, np.ndarray], size: int, name: str) -> ov.Model:
    """A model from `input`, float32 N×3×size×size, to `logits`, float32 N×1000."""
    weights = Weights(tensors)
    image = operators.parameter([-1, 3, size, size], np.float32, name="input")
    image.output(0).set_names({"input"})
    signal = _convolution(image, *weights.folded("_conv_stem", "_bn0"), stride=2)
    for block, stride in zip(weights.block_names(), strides(weights)):
        signal = _block(signal, weights, block, stride)
    signal = _convolution(signal, *weights.folded("_conv_head", "_bn1"))
    features = operators.reduce_mean(signal, np.array([2, 3], np.int64), keep_dims=False)
    features.output(0).set_names({"features"})
    scores = operators.matmul(features, tensors["_fc.weight"], False, True)
    logits = operators.add(scores, tensors["_fc.bias"][None])
    logits.output(0).set_names({"logits"})
    model = ov.Model([operators.result(logits, name="result")], [image], name)
    # Names of their own come from a counter; these make the same file of the same weights, whatever was built before.
    for index, node in enumerate(model.get_ordered_ops()):
        if node.get_type_name() not in ("Parameter", "Result"):
            node.set_friendly_name(f"{node.get_type_name()}_{index}")
    return model


def strides(weights: Weights) -> list[int]:
    """How far each block's kernel moves: 2 at the beginning of a stage that halves the image, else 1."""
    steps, stage, kind = [], -1, None
    for block in weights.block_names():
        kernel = weights.tensors[f"{block}_depthwise_conv.weight"].shape[-1]
        width = weights.tensors[f"{block}_project_conv.weight"].shape[0]
        begins = (kernel, width) != kind
        stage, kind = stage + begins, (kernel, width)
        steps.append(2 if begins and stage in HALVING_STAGES else 1)
    return steps


def _block(signal: ov.Node, weights: Weights, block: str, stride: int) -> ov.Node:
    """An inverted bottleneck (Sandler et al., 2018): widen, filter each channel, narrow, add what came in."""
    result = signal
    names = iter(("_bn0", "_bn1", "_bn2") if weights.has(f"{block}_expand_conv") else ("_bn1", "_bn2"))
    if weights.has(f"{block}_expand_conv"):
        result = _convolution(result, *weights.folded(f"{block}_expand_conv", block + next(names)))
    result = _depthwise(result, *weights.folded(f"{block}_depthwise_conv", block + next(names)), stride=stride)
    kernel, bias = weights.folded(f"{block}_project_conv", block + next(names))
    result = _convolution(result, kernel, bias, is_clipped=False)
    is_like_input = stride == 1 and kernel.shape[0] == signal.output(0).get_partial_shape()[1].get_length()
    return operators.add(result, signal) if is_like_input else result


def _convolution(
    signal: ov.Node, kernel: np.ndarray, bias: np.ndarray, stride: int = 1, is_clipped: bool = True
) -> ov.Node:
    result = operators.convolution(
        signal, kernel, [stride, stride], [0, 0], [0, 0], [1, 1], auto_pad="same_upper"
    )
    return _with_bias(result, bias, is_clipped)


def _depthwise(signal: ov.Node, kernel: np.ndarray, bias: np.ndarray, stride: int) -> ov.Node:
    result = operators.group_convolution(
        signal, kernel[:, None], [stride, stride], [0, 0], [0, 0], [1, 1], auto_pad="same_upper"
    )
    return _with_bias(result, bias, is_clipped=True)


def _with_bias(signal: ov.Node, bias: np.ndarray, is_clipped: bool) -> ov.Node:
    result = operators.add(signal, bias[None, :, None, None])
    return operators.clamp(result, 0.0, 6.0) if is_clipped else result
