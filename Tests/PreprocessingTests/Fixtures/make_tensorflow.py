"""Writes what TensorFlow 2.21 makes of small pictures without antialiasing; UnfilteredResizeTests compares with it.

    python3 -m venv tf && tf/bin/pip install tensorflow-cpu && tf/bin/python make_tensorflow.py

METHOD-WIDTHxHEIGHTxCHANNELS-to-WIDTHxHEIGHT.npy: height x width x channels, float32; uint8 for nearest.
"""

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf

CASES = [
    (40, 30, 3, 22, 22), (53, 37, 3, 31, 40), (64, 64, 1, 8, 8), (9, 17, 3, 31, 5), (7, 1, 3, 5, 5),
    (48, 48, 3, 24, 24),
]


def pattern(width, height, channels):
    index = np.arange(width * height * channels, dtype=np.int64)
    values = (index * index * 3 + index * 7 + (index >> 5) * 11) & 255
    return values.astype(np.uint8).reshape(height, width, channels)


for width, height, channels, new_width, new_height in CASES:
    picture = pattern(width, height, channels)
    for method in ["bilinear", "bicubic", "nearest"]:
        resized = tf.image.resize(picture, (new_height, new_width), method=method, antialias=False).numpy()
        np.save(f"{method}-{width}x{height}x{channels}-to-{new_width}x{new_height}.npy", resized)
