"""The squeezers of Sluice, with gradients: forward they are what Sluice computes, on the 8-bit picture, backward what a
gradient can go through (BPDA; Athalye, Carlini and Wagner 2018).

- `mirror` and `shift` only move samples: their gradient is exact.
- `look` and `rescale` are Pillow's resizes; backward a differentiable resize takes their place.
- `bitDepth`, `median`, `nonLocalMeans`, `bilateral`, `gaussian` and `jpeg` are taken for the identity backward.
- `randomResizePad` and `randomJPEG` draw anew at each step, as nobody but the operator knows what they will draw: the
  attack optimises what it expects (EOT; Athalye et al. 2018).

A squeezer takes and gives N x 3 x rows x columns in [0, 1], and is called with a generator for its random choices.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from PIL import Image
from scipy import ndimage
from torch.nn import functional

from network import to_pixels, to_tensor
from pictures import scaled

Squeezer = Callable[[torch.Tensor, np.random.Generator], torch.Tensor]
Settings = dict[str, Any]
# Keys that say how `featureSqueezing` compares, and nothing of the squeezer.
COMPARISON_KEYS = ("distance", "top", "scale")


def rounded(images: torch.Tensor) -> torch.Tensor:
    """To 8 bits; backward the identity."""
    return _through(images, (images.clamp(0, 1) * 255).round() / 255)


def make_squeezer(entry: str | Settings) -> tuple[str, Squeezer | None]:
    """The squeezer that an entry of a filter file stands for, and its name in reports.

    Returns: no squeezer for one that attacks cannot compute.
    """
    kind, settings = _parse(entry)
    maker = MAKERS.get(kind)
    name = " ".join([kind, *(str(value) for value in settings.values())])
    return name, maker(settings) if maker else None


def _parse(entry: str | Settings) -> tuple[str, Settings]:
    if isinstance(entry, str):
        return entry, {}
    kind, value = next((key, value) for key, value in entry.items() if key not in COMPARISON_KEYS)
    if isinstance(value, dict):
        return kind, value
    return kind, {} if value is None else {FIRST_PARAMETERS[kind]: value}


FIRST_PARAMETERS = {
    "bitDepth": "bits", "median": "window", "nonLocalMeans": "search", "bilateral": "diameter", "gaussian": "sigma",
    "jpeg": "quality", "totalVariation": "weight", "wavelet": "strength", "rescale": "factor", "shift": "x",
    "look": "size", "randomResizePad": "smallest", "randomJPEG": "lowest",
}  # fmt: skip


def _through(images: torch.Tensor, result: torch.Tensor) -> torch.Tensor:
    """`result` forward, the identity backward."""
    return images + (result - images).detach()


def _on_pixels(images: torch.Tensor, change: Callable[[np.ndarray], np.ndarray]) -> torch.Tensor:
    """What `change` makes of each 8-bit picture."""
    return to_tensor([change(picture) for picture in to_pixels(images)])


def _identity_backward(change: Callable[[np.ndarray], np.ndarray]) -> Squeezer:
    return lambda images, random: _through(images, _on_pixels(images, change))


def _bit_depth(settings: Settings) -> Squeezer:
    highest = float(2 ** int(settings["bits"]) - 1)
    return lambda images, random: _through(images, (rounded(images) * highest).round() / highest)


def _median(settings: Settings) -> Squeezer:
    window = int(settings["window"])
    return _identity_backward(lambda picture: ndimage.median_filter(picture, (window, window, 1), mode="reflect"))


def _gaussian(settings: Settings) -> Squeezer:
    sigma = float(settings.get("sigma", 1))

    def smooth(picture: np.ndarray) -> np.ndarray:
        values = ndimage.gaussian_filter(picture.astype(np.float32), (sigma, sigma, 0), truncate=4, mode="reflect")
        return np.rint(values).astype(np.uint8)

    return _identity_backward(smooth)


def _non_local_means(settings: Settings) -> Squeezer:
    import cv2

    search, patch = int(settings.get("search", 11)), int(settings.get("patch", 3))
    strength = float(settings.get("strength", 4))
    # The RGB picture passed as it is, as the filter does.
    return _identity_backward(
        lambda picture: cv2.fastNlMeansDenoisingColored(picture, None, strength, strength, patch, search)
    )


def _bilateral(settings: Settings) -> Squeezer:
    import cv2

    diameter = int(settings.get("diameter", 9))
    colour, space = float(settings.get("colour", 25)), float(settings.get("space", 5))
    # Mirrored about the edge sample, as Sluice does.
    return _identity_backward(
        lambda picture: cv2.bilateralFilter(picture, diameter, colour, space, borderType=cv2.BORDER_REFLECT_101)
    )


def saved_as_jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=quality, subsampling="4:2:0")
    return np.asarray(Image.open(stream).convert("RGB"))


def _jpeg(settings: Settings) -> Squeezer:
    quality = int(settings.get("quality", 75))
    return _identity_backward(lambda picture: saved_as_jpeg(picture, quality))


def _mirror(settings: Settings) -> Squeezer:
    return lambda images, random: images.flip(3)


def _shift(settings: Settings) -> Squeezer:
    x, y = int(settings.get("x", 1)), int(settings.get("y", 1))

    def move(images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
        rows, columns = (_reflected(length, by) for length, by in zip(images.shape[2:], (y, x)))
        return images[:, :, rows][:, :, :, columns]

    return move


def _reflected(length: int, by: int) -> torch.Tensor:
    """Where each of `length` samples comes from after a move, mirrored with the edge sample repeated."""
    places = torch.remainder(torch.arange(length) - by, 2 * length)
    return torch.minimum(places, 2 * length - 1 - places)


def _look(settings: Settings) -> Squeezer:
    side = int(settings["size"])
    return lambda images, random: _resized(images, side, side, "bilinear")


def _rescale(settings: Settings) -> Squeezer:
    factor, name = float(settings.get("factor", 0.5)), settings.get("filter", "bilinear")

    def there_and_back(images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
        height, width = images.shape[2:]
        smaller = [max(1, int(side * factor + 0.5)) for side in (width, height)]
        return _resized(_resized(images, *smaller, name), width, height, name)

    return there_and_back


def make_resizes(steps: tuple[dict[str, Any], ...]) -> Squeezer | None:
    """The preprocessing of a second model that only resizes what the classifier sees; `None` for any other."""
    sizes = [step.get("resize", {}) for step in steps]
    if any("width" not in size or size.get("antialias") is False for size in sizes):
        return None

    def resize(images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
        for size in sizes:
            images = _resized(images, int(size["width"]), int(size["height"]), size.get("filter", "bilinear"))
        return images

    return resize


def _resized(images: torch.Tensor, width: int, height: int, name: str) -> torch.Tensor:
    """Pillow's resize forward, a differentiable one backward."""
    soft = functional.interpolate(
        images, size=(height, width), mode="bicubic" if name in ("bicubic", "lanczos") else "bilinear", antialias=True
    )
    return soft + (_on_pixels(images, lambda picture: scaled(picture, width, height, name)) - soft).detach()


def _random_resize_pad(settings: Settings) -> Squeezer:
    smallest = float(settings.get("smallest", 0.9))

    def place(images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
        height, width = images.shape[2:]
        factor = random.uniform(smallest, 1)
        inner = max(1, int(height * factor)), max(1, int(width * factor))
        top, left = (int(random.integers(0, whole - part + 1)) for whole, part in zip((height, width), inner))
        small = _resized(images, inner[1], inner[0], "bilinear")
        border = (left, width - inner[1] - left, top, height - inner[0] - top)
        return functional.pad(small, border, value=128 / 255)

    return place


def _random_jpeg(settings: Settings) -> Squeezer:
    lowest, highest = sorted((int(settings.get("lowest", 20)), int(settings.get("highest", 80))))
    qualities = [lowest + step * (highest - lowest) // 3 for step in range(4)]

    def save(picture: np.ndarray, random: np.random.Generator) -> np.ndarray:
        height, width = picture.shape[:2]
        choices = random.integers(0, 4, (-(-height // 8), -(-width // 8)))
        chosen = np.repeat(np.repeat(choices, 8, 0), 8, 1)[:height, :width]
        result = picture.copy()
        for index, quality in enumerate(qualities):
            result[chosen == index] = saved_as_jpeg(picture, quality)[chosen == index]
        return result

    return lambda images, random: _through(images, _on_pixels(images, lambda picture: save(picture, random)))


MAKERS: dict[str, Callable[[Settings], Squeezer]] = {
    "bitDepth": _bit_depth,
    "median": _median,
    "gaussian": _gaussian,
    "nonLocalMeans": _non_local_means,
    "bilateral": _bilateral,
    "jpeg": _jpeg,
    "mirror": _mirror,
    "shift": _shift,
    "look": _look,
    "rescale": _rescale,
    "randomResizePad": _random_resize_pad,
    "randomJPEG": _random_jpeg,
}
