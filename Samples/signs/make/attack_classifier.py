"""Make adversarial pictures against the classifier in `model.onnx`.

Four groups, each from pictures of a split of their own that the classifier gets
right:

- `fgsm`: one step along the gradient's sign (Goodfellow and others, 2015);
- `pgd`: many small steps from a random start (Madry and others, 2018);
- `carlini-wagner`: the smallest change in L2 that is believed with some
  confidence (Carlini and Wagner, 2017);
- `pgd-jpeg90`: a stronger PGD that is saved as a JPEG of quality 90.

The attacker knows the classifier but not the detector. A picture is kept if the
classifier is still wrong about the file as it was written, with 8 bits a sample
or after JPEG; the first ones that succeed are taken, with no look at the
detector's scores.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

from render_signs import CLASS_NAMES, SAMPLE_FOLDER, decode, render_split
from sign_network import SignNetwork, load_network, logits, to_input

SEED = 11
BATCH = 48
MOST_SOURCES = 480
LEVEL = 1 / 255
Attack = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


class Attacker:
    """The attacks on one network. Pictures are N x 3 x 64 x 64 in [0, 1]."""

    def __init__(self, network: SignNetwork) -> None:
        self.network = network
        self.random = torch.Generator().manual_seed(SEED)

    def answer(self, pictures: torch.Tensor) -> torch.Tensor:
        return self.network((pictures - 0.5) / 0.5)

    def uphill(self, pictures: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """The direction, sample by sample, in which the true class becomes less likely."""
        pictures = pictures.detach().requires_grad_(True)
        loss = nn.functional.cross_entropy(self.answer(pictures), labels, reduction="sum")
        return torch.autograd.grad(loss, pictures)[0].sign()

    def fgsm(self, pictures: torch.Tensor, labels: torch.Tensor, reach: float) -> torch.Tensor:
        return (pictures + reach * self.uphill(pictures, labels)).clamp(0, 1)

    def pgd(
        self, pictures: torch.Tensor, labels: torch.Tensor, reach: float, step: float, steps: int
    ) -> torch.Tensor:
        """Each step is pulled back so that no sample is further than `reach` from its start."""
        noise = torch.rand(pictures.shape, generator=self.random) * 2 - 1
        moved = (pictures + reach * noise).clamp(0, 1)
        for _ in range(steps):
            moved = moved + step * self.uphill(moved, labels)
            moved = torch.clamp(moved, pictures - reach, pictures + reach).clamp(0, 1)
        return moved

    def carlini_wagner(
        self,
        pictures: torch.Tensor,
        labels: torch.Tensor,
        confidence: float,
        searches: int = 6,
        steps: int = 150,
        rate: float = 0.01,
    ) -> torch.Tensor:
        """Untargeted. For each picture a binary search for the weight of being believed.

        The picture is tanh of a free variable, so it cannot leave [0, 1]. A picture
        with no success keeps its original, which the caller then drops.
        """
        count = len(pictures)
        start = torch.atanh((pictures * 2 - 1) * 0.999999)
        own = nn.functional.one_hot(labels, len(CLASS_NAMES)).bool()
        low, high, weight = torch.zeros(count), torch.full((count,), 1e9), torch.full((count,), 0.1)
        best, best_change = pictures.clone(), torch.full((count,), torch.inf)
        for _ in range(searches):
            free = start.clone().requires_grad_(True)
            optimiser = torch.optim.Adam([free], lr=rate)
            succeeded = torch.zeros(count, dtype=torch.bool)
            for _ in range(steps):
                moved = (torch.tanh(free) + 1) / 2
                change = (moved - pictures).square().sum((1, 2, 3))
                answer = self.answer(moved)
                lead = answer[own] - answer.masked_fill(own, -torch.inf).amax(1)
                loss = change + weight * (lead + confidence).clamp(min=0)
                optimiser.zero_grad()
                loss.sum().backward()
                optimiser.step()
                fooled = lead.detach() <= -confidence
                succeeded |= fooled
                better = fooled & (change.detach() < best_change)
                best[better], best_change[better] = moved.detach()[better], change.detach()[better]
            high = torch.where(succeeded, torch.minimum(high, weight), high)
            low = torch.where(succeeded, low, torch.maximum(low, weight))
            weight = torch.where(high < 1e9, (low + high) / 2, weight * 10)
        return best


def as_png(picture: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def as_jpeg90(picture: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def to_pictures(inputs: torch.Tensor) -> np.ndarray:
    return (inputs * 255).round().byte().permute(0, 2, 3, 1).numpy()


def write_group(
    name: str,
    suffix: str,
    count: int,
    attack: Attack,
    save: Callable[[np.ndarray], bytes],
    network: SignNetwork,
    sources: np.ndarray,
    labels: np.ndarray,
) -> None:
    """Attack the sources in order until `count` files fool the classifier."""
    folder = SAMPLE_FOLDER / "adversarial" / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    written = tried = 0
    changes: list[float] = []
    for first in range(0, len(sources), BATCH):
        pictures, truths = sources[first : first + BATCH], labels[first : first + BATCH]
        inputs = torch.from_numpy(pictures.copy()).permute(0, 3, 1, 2).float() * LEVEL
        moved = to_pictures(attack(inputs, torch.from_numpy(truths)))
        files = [save(picture) for picture in moved]
        saved = np.stack([decode(data) for data in files])
        answers = logits(network, to_input(saved)).argmax(1).numpy()
        for data, seen, picture, truth, answer in zip(files, saved, pictures, truths, answers):
            if written == count:
                break
            tried += 1
            if answer == truth:
                continue
            stem = f"{written:03}_{CLASS_NAMES[truth]}_as_{CLASS_NAMES[answer]}"
            (folder / f"{stem}.{suffix}").write_bytes(data)
            changes.append(float(np.sqrt(np.square((seen * LEVEL - picture * LEVEL)).sum())))
            written += 1
        if written == count:
            break
    size = float(np.mean(changes)) if changes else 0.0
    print(f"{name}: {written} of {tried} tried succeeded, mean L2 change {size:.2f}", flush=True)


def main() -> None:
    network = load_network(SAMPLE_FOLDER / "model.onnx")
    pictures, labels = render_split("attack", MOST_SOURCES)
    right = logits(network, to_input(pictures)).argmax(1).numpy() == labels
    pictures, labels = pictures[right], labels[right]
    print(f"{len(pictures)} of {MOST_SOURCES} sources are classified correctly", flush=True)
    attacker = Attacker(network)
    groups: list[tuple[str, str, int, Attack, Callable[[np.ndarray], bytes]]] = [
        ("fgsm", "png", 40, lambda x, y: attacker.fgsm(x, y, 8 * LEVEL), as_png),
        ("pgd", "png", 40, lambda x, y: attacker.pgd(x, y, 4 * LEVEL, LEVEL, 20), as_png),
        ("carlini-wagner", "png", 40, lambda x, y: attacker.carlini_wagner(x, y, 3.0), as_png),
        ("pgd-jpeg90", "jpg", 20, lambda x, y: attacker.pgd(x, y, 8 * LEVEL, LEVEL, 40), as_jpeg90),
    ]
    for name, suffix, count, attack, save in groups:
        write_group(name, suffix, count, attack, save, network, pictures, labels)


if __name__ == "__main__":
    main()
