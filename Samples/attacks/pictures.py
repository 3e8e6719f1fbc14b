"""Pictures as the filter prepares them, and as an attack saves them.

What is attacked is the part that the classifier sees, in its own size: every change reaches it as it is, and norms are those
of the papers. It is saved with the border that the preprocessing cuts off, in the size that it would scale the picture to, so
that the preprocessing leaves the saved file alone. Attacks of `sluice attack` are saved in the same way.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from errors import AttackError
from filter_file import FilterFile

FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "box": Image.Resampling.BOX,
}
ENDINGS = (".jpeg", ".jpg", ".png")


@dataclass(frozen=True)
class SavedForm:
    """`png`, or `jpeg:QUALITY` with chroma of half the resolution, as most programs save it."""

    quality: int | None = None

    @staticmethod
    def parse(text: str) -> SavedForm:
        match = re.fullmatch(r"png|jpeg:(\d+)", text)
        quality = int(match[1]) if match and match[1] else None
        if match is None or (quality is not None and not 1 <= quality <= 100):
            raise AttackError(f"--save-as {text}; permitted: png, or jpeg:1 … jpeg:100")
        return SavedForm(quality)

    def __str__(self) -> str:
        return "png" if self.quality is None else f"jpeg:{self.quality}"

    @property
    def ending(self) -> str:
        return "png" if self.quality is None else "jpg"

    def encode(self, pixels: np.ndarray) -> bytes:
        stream = io.BytesIO()
        if self.quality is None:
            Image.fromarray(pixels).save(stream, "PNG", optimize=True)
        else:
            Image.fromarray(pixels).save(stream, "JPEG", quality=self.quality, subsampling="4:2:0")
        return stream.getvalue()

    def round_trip(self, pixels: np.ndarray) -> np.ndarray:
        """The pixels that a decoder reads from the saved file."""
        return pixels if self.quality is None else decode(self.encode(pixels))


@dataclass(frozen=True)
class Carrier:
    """A picture to save, of rows x columns x RGB, and the box in it that is attacked."""

    whole: np.ndarray
    top: int
    left: int
    height: int
    width: int

    @property
    def original(self) -> np.ndarray:
        return self.part(self.whole)

    def part(self, saved: np.ndarray) -> np.ndarray:
        return saved[self.top : self.top + self.height, self.left : self.left + self.width]

    def bearing(self, part: np.ndarray) -> np.ndarray:
        result = self.whole.copy()
        self.part(result)[...] = part
        return result


def decode(data: bytes, applies_orientation: bool = False) -> np.ndarray:
    image = Image.open(io.BytesIO(data))
    if applies_orientation:
        image = ImageOps.exif_transpose(image)
    return np.asarray(image.convert("RGB"))


def carrier(pixels: np.ndarray, steps: tuple[dict[str, Any], ...]) -> Carrier:
    """Errors: `AttackError` where the preprocessing would change whatever is saved."""
    seen = apply(pixels, steps)
    result = Carrier(seen, 0, 0, *seen.shape[:2])
    if len(steps) > 1 and "centerCrop" in steps[-1] and "shorterSide" in steps[-2].get("resize", {}):
        side = int(steps[-2]["resize"]["shorterSide"])
        height, width = seen.shape[:2]
        if side >= max(height, width):
            _, _, rounding = _crop(steps[-1]["centerCrop"])
            whole = apply(pixels, (*steps[:-1], {"centerCrop": {"width": side, "height": side, "rounding": rounding}}))
            top, left = (_offset(side, n, rounding) for n in (height, width))
            result = Carrier(whole, top, left, height, width)
            # The crop's offset is rounded, so the border may be a pixel off; what the classifier sees is not.
            result = Carrier(result.bearing(seen), top, left, height, width)
    if not np.array_equal(apply(result.whole, steps), seen):
        raise AttackError("the preprocessing would change whatever is saved; end it with a resize, or a resize and a crop")
    return result


def apply(pixels: np.ndarray, steps: tuple[dict[str, Any], ...]) -> np.ndarray:
    """The model-size picture, as Pillow and torchvision make it."""
    for step in steps:
        (kind, settings), *_ = step.items()
        if kind == "resize":
            pixels = _resized(pixels, settings)
        elif kind == "centerCrop":
            pixels = _cropped(pixels, settings)
        elif kind == "letterbox":
            pixels = _letterboxed(pixels, settings)
        else:
            raise AttackError(f"the preprocessing step {kind} is not known; permitted: resize, centerCrop, letterbox")
    return pixels


def scaled(pixels: np.ndarray, width: int, height: int, filter_name: str = "bilinear") -> np.ndarray:
    if (height, width) == pixels.shape[:2]:
        return pixels
    return np.asarray(Image.fromarray(pixels).resize((width, height), FILTERS[filter_name]))


def _resized(pixels: np.ndarray, settings: dict[str, Any]) -> np.ndarray:
    height, width = pixels.shape[:2]
    if "shorterSide" in settings:
        side = int(settings["shorterSide"])
        longer = side * max(width, height) // min(width, height)
        target = (side, longer) if width <= height else (longer, side)
    else:
        target = (int(settings["width"]), int(settings["height"]))
    if settings.get("antialias", True) is False and target != (width, height):
        raise AttackError("a resize without antialiasing can only be attacked in pictures of the model's size")
    return scaled(pixels, *target, settings.get("filter", "bilinear"))


def _crop(settings: int | dict[str, Any]) -> tuple[int, int, str]:
    """Width, height and rounding."""
    if isinstance(settings, int):
        return settings, settings, "halfToEven"
    return int(settings["width"]), int(settings["height"]), settings.get("rounding", "halfToEven")


def _cropped(pixels: np.ndarray, settings: int | dict[str, Any]) -> np.ndarray:
    width, height, rounding = _crop(settings)
    top, left = (_offset(whole, part, rounding) for whole, part in zip(pixels.shape, (height, width)))
    if top < 0 or left < 0:
        raise AttackError(f"a crop to {width}x{height} is larger than the picture")
    return pixels[top : top + height, left : left + width]


def _letterboxed(pixels: np.ndarray, settings: dict[str, Any]) -> np.ndarray:
    width, height = int(settings["width"]), int(settings["height"])
    if pixels.shape[:2] == (height, width):
        return pixels
    ratio = min(width / pixels.shape[1], height / pixels.shape[0])
    inner = [min(limit, max(1, round(n * ratio))) for n, limit in ((pixels.shape[1], width), (pixels.shape[0], height))]
    result = np.full((height, width, 3), int(settings.get("level", 0)), np.uint8)
    left, top = (width - inner[0]) // 2, (height - inner[1]) // 2
    result[top : top + inner[1], left : left + inner[0]] = scaled(pixels, *inner, settings.get("filter", "bilinear"))
    return result


def _offset(whole: int, part: int, rounding: str) -> int:
    """As torchvision centres a crop, halves to even; or down, as Hugging Face does."""
    return (whole - part) // 2 if rounding == "down" else round((whole - part) / 2)


@dataclass(frozen=True)
class Source:
    path: Path
    # The name of its attacked version, without the ending; the same under every attack.
    name: str


def find_sources(paths: list[Path]) -> list[Source]:
    """The PNG and JPEG files named by paths, or lying in folders, in the order of their names."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and file.name[0] != ".")
        elif path.exists():
            files.append(path)
        else:
            raise AttackError(f"{path}: there is no such file or folder")
    if not files:
        raise AttackError(f"there is no PNG or JPEG file in {', '.join(map(str, paths))}")
    taken: set[str] = set()
    return [Source(file, _name(file, taken)) for file in files]


def _name(file: Path, taken: set[str]) -> str:
    base = re.sub(r"[^A-Za-z0-9_.-]", "-", file.stem[:150]).replace("__", "_-")
    base = f"-{base}" if base.startswith(".") else base
    name, number = base, 1
    while name in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name)
    return name


def load_carrier(source: Source, filter_file: FilterFile) -> Carrier:
    try:
        pixels = decode(source.path.read_bytes(), filter_file.applies_orientation)
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise AttackError(f"{source.path} cannot be read: {error}") from error
    return carrier(pixels, filter_file.preprocess)
