"""What people would otherwise run: a classifier in Python without protection, or with published feature squeezing.

usage: baselines.py (unprotected | squeezing) PREPARATION < PATHS

PREPARATION is JSON: model, input, shorterSide, crop, mean, deviation. Writes one JSON line for each path, on one thread.
"""

import json
import os
import sys
import time

# Before NumPy loads the libraries that start threads.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import numpy as np
import onnxruntime
from PIL import Image


class Model:
    """The ONNX model on one thread, and what it wants of an image."""

    def __init__(self, preparation):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(
            preparation["model"], options, providers=["CPUExecutionProvider"])
        self.input, self.shorter, self.side = preparation["input"], preparation["shorterSide"], preparation["crop"]
        self.mean, self.deviation = np.float32(preparation["mean"]), np.float32(preparation["deviation"])

    def crop(self, path):
        """Shorter side resized, middle cut out, as torchvision's usual transforms do."""
        image = Image.open(path).convert("RGB")
        width, height = image.size
        shorter = min(width, height)
        image = image.resize((self.shorter * width // shorter, self.shorter * height // shorter), Image.BILINEAR)
        left, top = round((image.width - self.side) / 2), round((image.height - self.side) / 2)
        return np.asarray(image.crop((left, top, left + self.side, top + self.side)))

    def tensor(self, picture):
        values = (np.asarray(picture, np.float32) / np.float32(255) - self.mean) / self.deviation
        return np.ascontiguousarray(values.transpose(2, 0, 1))

    def logits(self, tensors):
        return self.session.run(None, {self.input: tensors})[0].reshape(len(tensors), -1)

    def takes_batches(self):
        return not isinstance(self.session.get_inputs()[0].shape[0], int)


def unprotected(model):
    return lambda path: {"class": int(model.logits(model.tensor(model.crop(path))[None])[0].argmax())}


def squeezing(model):
    """Xu, Evans, Qi (NDSS 2018): the largest L1 distance of predictions over bit depth 5, median 2×2 and non-local means
    11-3-4."""
    import cv2
    from scipy import ndimage

    cv2.setNumThreads(1)
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    depth = np.rint(np.rint(levels * 31) / 31 * 255).astype(np.uint8)
    classify = faster_way(model)

    def judge(path):
        picture = np.ascontiguousarray(model.crop(path))
        versions = [picture, cv2.LUT(picture, depth), ndimage.median_filter(picture, (2, 2, 1)),
                    cv2.fastNlMeansDenoisingColored(picture, None, 4, 4, 3, 11)]
        logits = classify(np.stack([model.tensor(version) for version in versions]))
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        predictions = powers / powers.sum(axis=1, keepdims=True)
        distances = np.abs(predictions[1:] - predictions[0]).sum(axis=1)
        return {"class": int(predictions[0].argmax()), "score": float(distances.max())}

    return judge


def faster_way(model):
    """Four images in one call, or in four: whichever takes less time here."""
    def singly(tensors):
        return np.concatenate([model.logits(tensor[None]) for tensor in tensors])

    ways = [model.logits, singly] if model.takes_batches() else [singly]
    tensors = np.zeros((4, 3, model.side, model.side), np.float32)

    def seconds(way):
        times = []
        for _ in range(4):
            start = time.perf_counter()
            way(tensors)
            times.append(time.perf_counter() - start)
        return min(times)

    return min(ways, key=seconds)


def main(way, preparation):
    judge = {"unprotected": unprotected, "squeezing": squeezing}[way](Model(json.loads(preparation)))
    for path in sys.stdin:
        print(json.dumps(judge(path.rstrip("\n"))), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
