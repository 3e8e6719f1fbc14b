"""Make adversarial images of the photographs, against the classifier that `Samples/install.sh --imagenet` installs.

    python attack_photographs.py CHECKPOINT.pth [GROUP …]

CHECKPOINT is the file in the Python package of the weights; needs PyTorch, Pillow, NumPy
and OpenVINO. Without a GROUP it makes all three:

- `pgd`: many small steps, none of a sample further than 4/255 (Madry et al., 2018);
- `pgd-jpeg90`: the same within 8/255, saved as a JPEG of quality 90;
- `carlini-wagner`: the smallest change in L2 that is believed with some confidence
  (Carlini and Wagner, 2017).

The photographs are brought to 256 pixels first, and the central 224 are attacked, so that
preprocessing changes nothing of an attack. The attacker knows the classifier and not the
filter. An image is kept if the classifier is wrong about the file as it was written; the
filter's answer plays no part.
"""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

SAMPLE_FOLDER = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(SAMPLE_FOLDER))

from checkpoint import read_checkpoint  # noqa: E402
from network import Weights, strides  # noqa: E402

SIDE, SEEN = 256, 224
BORDER = (SIDE - SEEN) // 2
MEAN, DEVIATION = 0.498, 0.502
LEVEL = 1 / 255
SEED = 7
# Photographs that the classifier has a class for.
NAMES = ("camera", "chelsea", "coffee", "rocket")


class Classifier(nn.Module):
    """EfficientNet-Lite as PyTorch computes it: OpenVINO gives no gradients. Images are N x 3 x 224 x 224 in [0, 1]."""

    def __init__(self, tensors: dict[str, np.ndarray]) -> None:
        super().__init__()
        self.weights = Weights(tensors)
        self.strides = strides(self.weights)
        self.folded = functools.cache(lambda *names: tuple(map(torch.from_numpy, self.weights.folded(*names))))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        signal = self.convolve((images - MEAN) / DEVIATION, "_conv_stem", "_bn0", stride=2)
        for block, stride in zip(self.weights.block_names(), self.strides):
            signal = self.block(signal, block, stride)
        features = self.convolve(signal, "_conv_head", "_bn1").mean((2, 3))
        tensors = self.weights.tensors
        return nn.functional.linear(features, torch.tensor(tensors["_fc.weight"]), torch.tensor(tensors["_fc.bias"]))

    def block(self, signal: torch.Tensor, block: str, stride: int) -> torch.Tensor:
        result = signal
        widens = self.weights.has(f"{block}_expand_conv")
        names = [f"{block}_bn{index}" for index in (range(3) if widens else range(1, 3))]
        if widens:
            result = self.convolve(result, f"{block}_expand_conv", names[0])
        result = self.convolve(result, f"{block}_depthwise_conv", names[-2], stride, groups=result.shape[1])
        result = self.convolve(result, f"{block}_project_conv", names[-1], is_clipped=False)
        return result + signal if result.shape == signal.shape else result

    def convolve(
        self,
        signal: torch.Tensor,
        convolution: str,
        normalisation: str,
        stride: int = 1,
        groups: int = 1,
        is_clipped: bool = True,
    ) -> torch.Tensor:
        kernel, bias = self.folded(convolution, normalisation)
        # As TensorFlow pads: what cannot be halved goes to the right and the bottom.
        extent, length = kernel.shape[-1], signal.shape[-1]
        padding = max((-(-length // stride) - 1) * stride + extent - length, 0)
        before = padding // 2
        signal = nn.functional.pad(signal, (before, padding - before, before, padding - before))
        result = nn.functional.conv2d(signal, kernel, bias, stride, groups=groups)
        return result.clamp(0, 6) if is_clipped else result


def pgd(classifier: Classifier, images: torch.Tensor, labels: torch.Tensor, reach: float, steps: int) -> torch.Tensor:
    """Each step is pulled back so that no sample is further than `reach` from its start."""
    noise = torch.rand(images.shape, generator=torch.Generator().manual_seed(SEED)) * 2 - 1
    moved = (images + reach * noise).clamp(0, 1)
    for _ in range(steps):
        moved.requires_grad_(True)
        loss = nn.functional.cross_entropy(classifier(moved), labels, reduction="sum")
        direction = torch.autograd.grad(loss, moved)[0].sign()
        moved = moved.detach() + reach / 8 * direction
        moved = torch.clamp(moved, images - reach, images + reach).clamp(0, 1)
    return moved


def carlini_wagner(
    classifier: Classifier,
    images: torch.Tensor,
    labels: torch.Tensor,
    confidence: float = 5.0,
    searches: int = 2,
    steps: int = 40,
) -> torch.Tensor:
    """Untargeted. For each image a binary search for the weight of being believed; no success leaves it as it was."""
    count = len(images)
    start = torch.atanh((images * 2 - 1) * 0.999999)
    low, high, weight = torch.zeros(count), torch.full((count,), torch.inf), torch.full((count,), 10.0)
    best, best_change = images.clone(), torch.full((count,), torch.inf)
    for _ in range(searches):
        free = start.clone().requires_grad_(True)
        optimiser = torch.optim.Adam([free], lr=0.01)
        succeeded = torch.zeros(count, dtype=torch.bool)
        for _ in range(steps):
            moved = (torch.tanh(free) + 1) / 2
            change = (moved - images).square().sum((1, 2, 3))
            scores = classifier(moved)
            own = scores.gather(1, labels[:, None])[:, 0]
            lead = own - scores.scatter(1, labels[:, None], -torch.inf).amax(1)
            optimiser.zero_grad()
            (change + weight * (lead + confidence).clamp(min=0)).sum().backward()
            optimiser.step()
            fooled = lead.detach() <= -confidence
            succeeded |= fooled
            better = fooled & (change.detach() < best_change)
            best[better], best_change[better] = moved.detach()[better], change.detach()[better]
        high = torch.where(succeeded, torch.minimum(high, weight), high)
        low = torch.where(succeeded, low, torch.maximum(low, weight))
        weight = torch.where(high.isinf(), weight * 10, (low + high) / 2)
    return best


def photograph(name: str) -> np.ndarray:
    """The photograph as the filter resizes it, and its middle: 256 x 256 x 3."""
    image = Image.open(SAMPLE_FOLDER / "photographs" / f"{name}.jpg").convert("RGB")
    shorter = min(image.size)
    image = image.resize([SIDE * length // shorter for length in image.size], Image.Resampling.BILINEAR)
    left, top = (round((length - SIDE) / 2) for length in image.size)
    return np.asarray(image.crop((left, top, left + SIDE, top + SIDE)))


def middle(pictures: np.ndarray) -> torch.Tensor:
    seen = pictures[:, BORDER : BORDER + SEEN, BORDER : BORDER + SEEN]
    return torch.from_numpy(seen.copy()).permute(0, 3, 1, 2).float() * LEVEL


def write(group: str, ending: str, classifier: Classifier, attacked: torch.Tensor, sources: np.ndarray) -> None:
    folder = SAMPLE_FOLDER / "adversarial" / group
    folder.mkdir(parents=True, exist_ok=True)
    pictures = sources.copy()
    pictures[:, BORDER : BORDER + SEEN, BORDER : BORDER + SEEN] = (
        (attacked * 255).round().byte().permute(0, 2, 3, 1).numpy()
    )
    labels = classifier(middle(sources)).argmax(1)
    for name, picture, label in zip(NAMES, pictures, labels):
        file = folder / f"{name}.{ending}"
        options = {"optimize": True} if ending == "png" else {"quality": 90}
        Image.fromarray(picture).save(file, **options)
        seen = classifier(middle(np.asarray(Image.open(file))[None]))[0]
        if seen.argmax() == label:
            file.unlink()
        print(f"{group} {name}: {int(label)} as {int(seen.argmax())}, {float(seen.softmax(0).max()):.2f}", flush=True)


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    classifier = Classifier(read_checkpoint(Path(sys.argv[1]).read_bytes()))
    sources = np.stack([photograph(name) for name in NAMES])
    images = middle(sources)
    with torch.no_grad():
        labels = classifier(images).argmax(1)
    wanted = sys.argv[2:]
    attacks = {
        ("pgd", "png"): lambda: pgd(classifier, images, labels, 4 * LEVEL, 20),
        ("pgd-jpeg90", "jpg"): lambda: pgd(classifier, images, labels, 8 * LEVEL, 40),
        ("carlini-wagner", "png"): lambda: carlini_wagner(classifier, images, labels),
    }
    for (group, ending), attack in attacks.items():
        if wanted and group not in wanted:
            continue
        attacked = attack()
        with torch.no_grad():
            write(group, ending, classifier, attacked, sources)


if __name__ == "__main__":
    main()
