"""Measure how well feature squeezing tells the adversarial samples from clean ones.

This is a second, independent computation to hold the gateway's numbers against.
A picture's score is the largest distance between the classifier's answer on it
and its answers on squeezed copies. The threshold is the score that 95 % of the
clean calibration pictures do not exceed; above it a picture is flagged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from scipy.ndimage import median_filter

from render_signs import CLASS_NAMES, SAMPLE_FOLDER
from sign_network import SignNetwork, load_network, logits

ACCEPTED_SHARE = 0.95
TOP_CLASSES = 5
GROUPS = ["fgsm", "pgd", "carlini-wagner", "pgd-jpeg90"]
SQUEEZERS = ["bits-3", "bits-4", "bits-5", "median-2", "median-3"]
COMBINATIONS = [
    *([name] for name in SQUEEZERS),
    ["bits-4", "median-2"],
    ["bits-5", "median-2"],
    ["bits-5", "median-3"],
    ["bits-4", "median-3"],
    ["median-2", "median-3"],
    ["bits-5", "median-2", "median-3"],
    SQUEEZERS,
]


def read_folder(folder: Path) -> tuple[np.ndarray, list[str]]:
    files = sorted(folder.iterdir())
    pictures = np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])
    return pictures, [file.stem for file in files]


def squeeze(pictures: np.ndarray, squeezer: str) -> np.ndarray:
    """Squeezed pictures in [0, 1]. `median-2` takes the upper of the two middle
    samples of a window that reaches one up and one left, as SciPy defines it."""
    kind, number = squeezer.split("-")
    if kind == "bits":
        levels = 2 ** int(number) - 1
        return np.rint(pictures / 255 * levels) / levels
    window = (1, int(number), int(number), 1)
    return median_filter(pictures, size=window, mode="reflect") / 255


def log_softmax(network: SignNetwork, pictures: np.ndarray) -> np.ndarray:
    """Log-probabilities in double precision of pictures in [0, 1]."""
    planes = torch.from_numpy(np.ascontiguousarray(pictures, np.float32)).permute(0, 3, 1, 2)
    return torch.log_softmax(logits(network, (planes - 0.5) / 0.5).double(), 1).numpy()


def l1(plain: np.ndarray, squeezed: np.ndarray) -> np.ndarray:
    return np.abs(np.exp(plain) - np.exp(squeezed)).sum(1)


def log_top(plain: np.ndarray, squeezed: np.ndarray) -> np.ndarray:
    """Mean change of the log-probability, over the classes likeliest for the plain picture."""
    top = np.argsort(-plain, axis=1, kind="stable")[:, :TOP_CLASSES]
    return np.abs(np.take_along_axis(plain - squeezed, top, 1)).mean(1)


DISTANCES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {"L1": l1, "log-top-5": log_top}


def main() -> None:
    network = load_network(SAMPLE_FOLDER / "model.onnx")
    folders = {name: SAMPLE_FOLDER / "clean" / name for name in ("calibrate", "test")}
    folders |= {name: SAMPLE_FOLDER / "adversarial" / name for name in GROUPS}
    answers: dict[str, dict[str, np.ndarray]] = {}
    for name, folder in folders.items():
        pictures, stems = read_folder(folder)
        answers[name] = {"plain": log_softmax(network, pictures / 255)}
        for squeezer in SQUEEZERS:
            answers[name][squeezer] = log_softmax(network, squeeze(pictures, squeezer))
        truths = np.array([CLASS_NAMES.index(stem.split("_")[1]) for stem in stems])
        right = {key: (value.argmax(1) == truths).mean() for key, value in answers[name].items()}
        print(f"{name} (n={len(stems)}), correct: " + ", ".join(f"{key} {share:.3f}" for key, share in right.items()))

    for distance, measure in DISTANCES.items():
        print(f"\n{distance}: threshold, false positives on clean/test, detected per group")
        header = "".join(f"{name:>16}" for name in GROUPS)
        print(f"{'squeezers':34}{'threshold':>11}{'clean/test':>12}{header}{'all':>8}")
        for combination in COMBINATIONS:
            scores = {
                name: np.max([measure(given["plain"], given[squeezer]) for squeezer in combination], axis=0)
                for name, given in answers.items()
            }
            ordered = np.sort(scores["calibrate"])
            threshold = ordered[math.ceil(len(ordered) * ACCEPTED_SHARE) - 1]
            rates = {name: float((score > threshold).mean()) for name, score in scores.items()}
            together = np.concatenate([scores[name] for name in GROUPS])
            title = "all five" if combination is SQUEEZERS else " + ".join(combination)
            line = "".join(f"{rates[name]:16.3f}" for name in GROUPS)
            print(f"{title:34}{threshold:11.5f}{rates['test']:12.3f}{line}{(together > threshold).mean():8.3f}")


if __name__ == "__main__":
    main()
