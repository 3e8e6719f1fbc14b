"""Writes network/imagenet/efficientnet-lite0.xml and .bin: a network of the form that `sluice witness` looks for, with 96
features of a few numbers each in place of EfficientNet-Lite0.

Needs numpy and openvino. Run in this folder: python3 make_network.py
"""

import numpy as np
import openvino as ov
from openvino import opset13 as operators

FEATURES, CLASSES = 96, 5

random = np.random.default_rng(18)
image = operators.parameter([-1, 3, 224, 224], np.float32, name="input")
image.output(0).set_names({"input"})
kernel = random.normal(size=(FEATURES, 3, 1, 1)).astype(np.float32)
widened = operators.clamp(operators.convolution(image, kernel, [32, 32], [0, 0], [0, 0], [1, 1]), 0.0, 6.0)
features = operators.reduce_mean(widened, np.array([2, 3], np.int64), keep_dims=False)
features.output(0).set_names({"features"})
weights = random.normal(size=(CLASSES, FEATURES)).astype(np.float32)
logits = operators.add(operators.matmul(features, weights, False, True), np.zeros((1, CLASSES), np.float32))
logits.output(0).set_names({"logits"})
model = ov.Model([operators.result(logits, name="result")], [image], "tiny")
ov.serialize(model, "network/imagenet/efficientnet-lite0.xml", "network/imagenet/efficientnet-lite0.bin")
