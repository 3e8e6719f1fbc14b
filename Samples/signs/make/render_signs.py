"""Render small photograph-like pictures of road signs.

The sample needs images whose origin is beyond doubt, so every pixel is drawn
here: the sign faces with Pillow primitives, the backgrounds from noise and
simple shapes. A scene is drawn at four times its final size and reduced at the
end, which gives soft edges like those of a lens, and only then receives sensor
noise. Each picture depends on its own seed alone (the split and the index), so
any one of them can be rendered again without the others.

Run alone, this writes the two clean sets, `clean/calibrate` and `clean/test`.
The other scripts call `render_split` for the splits they need.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SAMPLE_FOLDER = Path(__file__).resolve().parent.parent
SEED = 20240611
SIZE = 64
SCALE = 4
SCENE = SIZE * SCALE
FACE = 320

# The order is the order of the classifier's outputs.
CLASS_NAMES = [
    "stop",
    "yield",
    "no-entry",
    "speed-30",
    "speed-50",
    "speed-80",
    "priority-road",
    "keep-right",
    "keep-left",
    "roundabout",
    "pedestrian-crossing",
    "no-parking",
]

# A split's number goes into the seed of its pictures, so no two splits share one.
SPLITS = {"train": 1, "calibrate": 2, "test": 3, "attack": 4, "validate": 5}

RED = (186, 22, 36)
BLUE = (20, 74, 158)
YELLOW = (244, 188, 18)
WHITE = (240, 240, 236)
BLACK = (24, 24, 26)

Generator = np.random.Generator


# --- Sign faces ---------------------------------------------------------------


def regular_polygon(sides: int, radius: float, turn: float) -> list[tuple[float, float]]:
    """Corners of a regular polygon about the middle of the face."""
    angles = (turn + 2 * math.pi * side / sides for side in range(sides))
    middle = FACE / 2
    return [(middle + radius * math.cos(a), middle + radius * math.sin(a)) for a in angles]


def disc(draw: ImageDraw.ImageDraw, radius: float, fill: tuple[int, int, int]) -> None:
    middle = FACE / 2
    box = (middle - radius, middle - radius, middle + radius, middle + radius)
    draw.ellipse(box, fill=fill)


def lettering(draw: ImageDraw.ImageDraw, text: str, size: int, fill: tuple[int, int, int], bold: int) -> None:
    """Centre bold text: the built-in font has one weight, a stroke makes it heavier."""
    font = ImageFont.load_default(size=size)
    position = (FACE / 2, FACE / 2)
    draw.text(position, text, font=font, fill=fill, anchor="mm", stroke_width=bold, stroke_fill=fill)


def draw_stop(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(regular_polygon(8, 158, math.pi / 8), fill=WHITE)
    draw.polygon(regular_polygon(8, 146, math.pi / 8), fill=RED)
    lettering(draw, "STOP", 92, WHITE, 4)


def draw_yield(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon([(4, 26), (316, 26), (160, 298)], fill=WHITE)
    draw.polygon([(13, 31), (307, 31), (160, 287)], fill=RED)
    draw.polygon([(74, 66), (246, 66), (160, 216)], fill=WHITE)


def draw_no_entry(draw: ImageDraw.ImageDraw) -> None:
    disc(draw, 156, WHITE)
    disc(draw, 148, RED)
    draw.rectangle((46, 132, 274, 188), fill=WHITE)


def draw_speed(draw: ImageDraw.ImageDraw, text: str) -> None:
    disc(draw, 156, WHITE)
    disc(draw, 152, RED)
    disc(draw, 116, WHITE)
    lettering(draw, text, 150, BLACK, 6)


def draw_priority_road(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon(regular_polygon(4, 158, 0), fill=BLACK)
    draw.polygon(regular_polygon(4, 150, 0), fill=WHITE)
    draw.polygon(regular_polygon(4, 108, 0), fill=YELLOW)


def draw_keep_right(draw: ImageDraw.ImageDraw) -> None:
    disc(draw, 156, WHITE)
    disc(draw, 149, BLUE)
    draw.line([(92, 92), (200, 200)], fill=WHITE, width=42)
    draw.polygon([(238, 238), (238, 118), (118, 238)], fill=WHITE)


def draw_roundabout(draw: ImageDraw.ImageDraw) -> None:
    disc(draw, 156, WHITE)
    disc(draw, 149, BLUE)
    middle, radius = FACE / 2, 84
    box = (middle - radius - 14, middle - radius - 14, middle + radius + 14, middle + radius + 14)
    for start in (20, 140, 260):
        draw.arc(box, start, start + 66, fill=WHITE, width=28)
        tip, base = math.radians(start + 100), math.radians(start + 62)
        draw.polygon(
            [
                (middle + radius * math.cos(tip), middle + radius * math.sin(tip)),
                (middle + (radius + 36) * math.cos(base), middle + (radius + 36) * math.sin(base)),
                (middle + (radius - 36) * math.cos(base), middle + (radius - 36) * math.sin(base)),
            ],
            fill=WHITE,
        )


def draw_pedestrian_crossing(draw: ImageDraw.ImageDraw) -> None:
    draw.rounded_rectangle((12, 12, 308, 308), 22, fill=WHITE)
    draw.rounded_rectangle((19, 19, 301, 301), 17, fill=BLUE)
    draw.polygon([(160, 44), (284, 270), (36, 270)], fill=WHITE)
    draw.ellipse((147, 90, 177, 120), fill=BLACK)
    draw.line([(160, 124), (154, 180)], fill=BLACK, width=28)
    draw.line([(154, 178), (178, 212), (184, 242)], fill=BLACK, width=15, joint="curve")
    draw.line([(154, 178), (142, 212), (116, 240)], fill=BLACK, width=15, joint="curve")
    draw.line([(160, 130), (190, 160), (202, 156)], fill=BLACK, width=10, joint="curve")
    draw.line([(156, 130), (128, 166)], fill=BLACK, width=10)
    for left in (72, 122, 172, 222):
        draw.rectangle((left, 250, left + 28, 262), fill=BLACK)


def draw_no_parking(draw: ImageDraw.ImageDraw) -> None:
    disc(draw, 156, WHITE)
    disc(draw, 152, RED)
    disc(draw, 120, BLUE)
    draw.line([(74, 74), (246, 246)], fill=RED, width=34)


FACES: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {
    "stop": draw_stop,
    "yield": draw_yield,
    "no-entry": draw_no_entry,
    "speed-30": lambda draw: draw_speed(draw, "30"),
    "speed-50": lambda draw: draw_speed(draw, "50"),
    "speed-80": lambda draw: draw_speed(draw, "80"),
    "priority-road": draw_priority_road,
    "keep-right": draw_keep_right,
    "keep-left": draw_keep_right,
    "roundabout": draw_roundabout,
    "pedestrian-crossing": draw_pedestrian_crossing,
    "no-parking": draw_no_parking,
}


def sign_face(name: str) -> Image.Image:
    """The new, evenly lit sign, on a transparent square."""
    face = Image.new("RGBA", (FACE, FACE), (0, 0, 0, 0))
    FACES[name](ImageDraw.Draw(face))
    if name == "keep-left":
        face = face.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return face


# --- Textures and backgrounds -------------------------------------------------


def smooth_noise(rng: Generator, cells: int, octaves: int = 1) -> np.ndarray:
    """Random field of the scene's size in about [-1, 1], of blobs `SCENE / cells` wide.

    Each further octave doubles the detail at half the strength.
    """
    field = np.zeros((SCENE, SCENE), np.float32)
    for octave in range(octaves):
        side = cells * 2**octave + 2
        grid = Image.fromarray(rng.uniform(-1, 1, (side, side)).astype(np.float32))
        field += np.asarray(grid.resize((SCENE, SCENE), Image.Resampling.BICUBIC)) / 2**octave
    return field


def vertical_gradient(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    ramp = np.linspace(0, 1, SCENE, dtype=np.float32)[:, None, None]
    return np.broadcast_to(top * (1 - ramp) + bottom * ramp, (SCENE, SCENE, 3)).astype(np.float32)


def vary(rng: Generator, colour: tuple[float, float, float], amount: float) -> np.ndarray:
    """A colour near the given one: mostly lighter or darker, a little in hue."""
    offset = rng.uniform(-amount, amount) + rng.uniform(-amount / 3, amount / 3, 3)
    return np.clip(np.asarray(colour) + offset, 0.02, 0.98).astype(np.float32)


def sky(rng: Generator) -> np.ndarray:
    """Clear, cloudy or evening sky."""
    tops = [(0.30, 0.50, 0.80), (0.55, 0.60, 0.68), (0.42, 0.42, 0.58)]
    bottoms = [(0.72, 0.82, 0.92), (0.80, 0.82, 0.84), (0.92, 0.74, 0.58)]
    mood = rng.integers(len(tops))
    scene = vertical_gradient(vary(rng, tops[mood], 0.08), vary(rng, bottoms[mood], 0.06))
    clouds = np.clip(smooth_noise(rng, int(rng.integers(2, 5)), 4) - rng.uniform(-0.2, 0.5), 0, 1)
    return scene + (0.93 - scene) * (clouds * rng.uniform(0.3, 0.9))[..., None]


def foliage(rng: Generator) -> np.ndarray:
    """Leaves from dark to light, so that the lit ones lie on top."""
    base = vary(rng, (0.16, 0.24, 0.10), 0.06)
    canvas = Image.new("RGB", (SCENE, SCENE), tuple(int(255 * c) for c in base))
    draw = ImageDraw.Draw(canvas)
    tint = vary(rng, (0.34, 0.46, 0.18), 0.08)
    leaves = int(rng.integers(120, 260))
    for leaf in range(leaves):
        x, y = rng.uniform(-10, SCENE + 10, 2)
        width, height = rng.uniform(6, 26, 2)
        light = 0.45 + 0.8 * leaf / leaves * rng.uniform(0.6, 1.1)
        colour = np.clip(tint * light + rng.uniform(-0.03, 0.03, 3), 0, 1)
        draw.ellipse((x, y, x + width, y + height), fill=tuple(int(255 * c) for c in colour))
    scene = np.asarray(canvas, np.float32) / 255
    return scene * (1 + 0.35 * smooth_noise(rng, 3, 2))[..., None]


def brick(rng: Generator) -> np.ndarray:
    """A wall in running bond, each brick of its own shade."""
    mortar = vary(rng, (0.62, 0.59, 0.55), 0.08)
    canvas = Image.new("RGB", (SCENE, SCENE), tuple(int(255 * c) for c in mortar))
    draw = ImageDraw.Draw(canvas)
    height = int(rng.integers(18, 40))
    width = int(height * rng.uniform(1.9, 2.6))
    joint = max(2, height // 9)
    tint = (0.58, 0.30, 0.22) if rng.random() < 0.7 else (0.62, 0.56, 0.46)
    wall = vary(rng, tint, 0.08)
    first_x, first_y = rng.integers(-width, 0), rng.integers(-height, 0)
    for row, y in enumerate(range(first_y, SCENE, height)):
        for x in range(first_x - (row % 2) * width // 2, SCENE, width):
            colour = vary(rng, tuple(wall), 0.05)
            box = (x, y, x + width - joint, y + height - joint)
            draw.rectangle(box, fill=tuple(int(255 * c) for c in colour))
    scene = np.asarray(canvas, np.float32) / 255
    return scene * (1 + 0.12 * smooth_noise(rng, 12, 3))[..., None]


def plaster(rng: Generator) -> np.ndarray:
    """A plain stained wall of plaster or concrete."""
    tints = [(0.66, 0.64, 0.60), (0.76, 0.70, 0.58), (0.52, 0.54, 0.56), (0.70, 0.58, 0.50)]
    tint = tints[rng.integers(len(tints))]
    scene = vertical_gradient(vary(rng, tint, 0.10), vary(rng, tint, 0.10))
    stains = 0.10 * smooth_noise(rng, 3, 3) + 0.03 * smooth_noise(rng, 40, 2)
    return scene * (1 + stains)[..., None]


def street(rng: Generator) -> np.ndarray:
    """Houses with windows, under sky and above road."""
    canvas = Image.fromarray(to_bytes(sky(rng)))
    draw = ImageDraw.Draw(canvas)
    ground = int(rng.uniform(0.68, 0.92) * SCENE)
    x = int(rng.integers(-60, 0))
    while x < SCENE:
        width = int(rng.integers(50, 120))
        roof = int(rng.uniform(0.05, 0.55) * SCENE)
        wall = vary(rng, (0.60, 0.54, 0.48), 0.16)
        draw.rectangle((x, roof, x + width, ground), fill=tuple(int(255 * c) for c in wall))
        pane = tuple(int(255 * c) for c in wall * rng.uniform(0.35, 0.7))
        step = int(rng.integers(22, 36))
        for top in range(roof + 10, ground - step // 2, step):
            for left in range(x + 8, x + width - step // 2, step):
                draw.rectangle((left, top, left + step // 2, top + step * 3 // 5), fill=pane)
        x += width
    road = vary(rng, (0.38, 0.38, 0.40), 0.08)
    draw.rectangle((0, ground, SCENE, SCENE), fill=tuple(int(255 * c) for c in road))
    scene = np.asarray(canvas, np.float32) / 255
    return scene * (1 + 0.06 * smooth_noise(rng, 8, 3))[..., None]


def hills(rng: Generator) -> np.ndarray:
    """Sky above a wavering edge of foliage or meadow."""
    above, below = sky(rng), foliage(rng)
    if rng.random() < 0.4:
        grass = vary(rng, (0.42, 0.50, 0.24), 0.08)
        below = grass * (1 + 0.18 * smooth_noise(rng, 10, 3))[..., None]
    rows = np.linspace(0, 1, SCENE, dtype=np.float32)[:, None]
    edge = rng.uniform(0.25, 0.8) + 0.12 * smooth_noise(rng, 4, 3)
    ground = np.clip((rows - edge) * 25 + 0.5, 0, 1)[..., None]
    return above * (1 - ground) + below * ground


BACKGROUNDS = [sky, foliage, brick, plaster, street, hills]


# --- From face and background to picture --------------------------------------


def to_bytes(picture: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(picture, 0, 1) * 255).astype(np.uint8)


def blur(picture: np.ndarray, radius: float) -> np.ndarray:
    filtered = Image.fromarray(to_bytes(picture)).filter(ImageFilter.GaussianBlur(radius))
    return np.asarray(filtered, np.float32) / 255


def perspective(rng: Generator) -> tuple[np.ndarray, list[float]]:
    """Where the face's corners come to lie, and Pillow's coefficients for that.

    A sign is seen a little from the side (yaw) or from below (pitch) and may
    lean. Pillow wants the map from the scene back to the face.
    """
    half = SCENE * rng.uniform(0.31, 0.45)
    reach = max(0.0, SCENE / 2 - half)
    middle = SCENE / 2 + rng.uniform(-0.7, 0.7, 2) * reach
    yaw, pitch = rng.uniform(-0.5, 0.5), rng.uniform(-0.25, 0.25)
    lean = math.radians(float(np.clip(rng.normal(0, 4), -11, 11)))
    corners = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        turned = (x * math.cos(lean) - y * math.sin(lean), x * math.sin(lean) + y * math.cos(lean))
        depth = 1 + 0.22 * (turned[0] * math.sin(yaw) + turned[1] * math.sin(pitch))
        corners.append(middle + half * np.array([turned[0] * math.cos(yaw), turned[1] * math.cos(pitch)]) / depth)
    equations, targets = [], []
    for (x, y), (u, v) in zip(corners, ((0, 0), (FACE, 0), (FACE, FACE), (0, FACE))):
        equations.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        equations.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        targets += [u, v]
    coefficients = np.linalg.solve(np.array(equations), np.array(targets))
    return np.array(corners), coefficients.tolist()


def draw_pole(rng: Generator, scene: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """A round steel pole from behind the sign to the lower edge."""
    middle, half = corners.mean(axis=0), SCENE * rng.uniform(0.014, 0.03)
    rows, columns = np.mgrid[0:SCENE, 0:SCENE].astype(np.float32)
    across = (columns - middle[0]) / half
    mask = np.clip((1 - np.abs(across)) * half, 0, 1) * (rows > middle[1])
    shade = rng.uniform(0.45, 0.7) * (0.75 + 0.35 * np.cos(1.3 * (across - rng.uniform(-0.6, 0.6))))
    return scene * (1 - mask[..., None]) + (mask * shade)[..., None]


def age(rng: Generator, face: np.ndarray) -> np.ndarray:
    """Faded and dirty paint."""
    grey = face.mean(axis=2, keepdims=True)
    faded = face + (0.5 * grey + 0.28 - face) * rng.uniform(0, 0.28)
    dirt = np.clip(smooth_noise(rng, 4, 4) - 0.4, 0, 1) * rng.uniform(0, 0.35)
    return faded * (1 - dirt)[..., None]


def shadow(rng: Generator) -> np.ndarray:
    """Light left over where a tree or a roof throws a soft shadow."""
    rows, columns = np.mgrid[-1 : 1 : SCENE * 1j, -1 : 1 : SCENE * 1j].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    distance = rows * math.sin(angle) + columns * math.cos(angle) - rng.uniform(-0.5, 0.7)
    distance += rng.uniform(0, 0.35) * smooth_noise(rng, 4, 2)
    covered = 1 / (1 + np.exp(-np.clip(distance * rng.uniform(8, 30), -30, 30)))
    return 1 - rng.uniform(0.2, 0.5) * covered


def light(rng: Generator, scene: np.ndarray) -> np.ndarray:
    """Exposure, contrast, colour cast, uneven light and, at times, haze or shadow."""
    if rng.random() < 0.35:
        scene = scene * shadow(rng)[..., None]
    slope = rng.uniform(-0.12, 0.12, 2)
    rows, columns = np.mgrid[-1 : 1 : SCENE * 1j, -1 : 1 : SCENE * 1j].astype(np.float32)
    warmth = rng.normal(0, 0.04)
    cast = 1 + np.array([warmth, rng.normal(0, 0.015), -warmth])
    scene = scene * (1 + slope[0] * rows + slope[1] * columns)[..., None] * cast
    haze = rng.uniform(0, 0.15)
    scene = scene * (1 - haze) + 0.7 * haze
    return np.clip(scene * rng.uniform(0.6, 1.12), 0, 1) ** rng.uniform(0.85, 1.15)


def add_sensor_noise(rng: Generator, picture: np.ndarray) -> np.ndarray:
    """Noise that grows with the light and is smoothed by the camera's demosaicing."""
    grain = rng.normal(0, 1, picture.shape).astype(np.float32)
    neighbours = (np.roll(grain, 1, 0) + np.roll(grain, -1, 0) + np.roll(grain, 1, 1) + np.roll(grain, -1, 1)) / 4
    grain = 0.6 * grain + 0.8 * neighbours
    strength = rng.uniform(0.003, 0.014)
    return picture + strength * (0.5 + np.sqrt(np.clip(picture, 0, 1))) * grain


def render(split: str, index: int) -> tuple[np.ndarray, int, Generator]:
    """Picture `index` of a split (uint8, rows x columns x RGB), its class, and its generator.

    Classes take turns, so every split of a multiple of twelve is balanced.
    """
    rng = np.random.default_rng([SEED, SPLITS[split], index])
    label = index % len(CLASS_NAMES)
    scene = BACKGROUNDS[rng.integers(len(BACKGROUNDS))](rng)
    scene = blur(scene, rng.uniform(1.0, 7.0))
    corners, coefficients = perspective(rng)
    if rng.random() < 0.7:
        scene = draw_pole(rng, scene, corners)
    face = sign_face(CLASS_NAMES[label]).transform(
        (SCENE, SCENE), Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )
    pixels = np.asarray(face, np.float32) / 255
    opaque = pixels[..., 3:]
    scene = scene * (1 - opaque) + age(rng, pixels[..., :3]) * opaque
    scene = light(rng, scene)
    scene = blur(scene, rng.uniform(1.2, 3.6))
    reduced = Image.fromarray(to_bytes(scene)).resize((SIZE, SIZE), Image.Resampling.BOX)
    picture = add_sensor_noise(rng, np.asarray(reduced, np.float32) / 255)
    return to_bytes(picture), label, rng


def encode(picture: np.ndarray, rng: Generator) -> tuple[bytes, str]:
    """The picture as a file: one in four a JPEG of quality 85 to 95, else a PNG."""
    stream = io.BytesIO()
    if rng.random() < 0.25:
        Image.fromarray(picture).save(stream, "JPEG", quality=int(rng.integers(85, 96)))
        return stream.getvalue(), "jpg"
    Image.fromarray(picture).save(stream, "PNG", optimize=True)
    return stream.getvalue(), "png"


def decode(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def render_split(split: str, count: int, first: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pictures as a reader of their files would see them, and their classes."""
    pictures, labels = [], []
    for index in range(first, first + count):
        picture, label, rng = render(split, index)
        pictures.append(decode(encode(picture, rng)[0]))
        labels.append(label)
    return np.stack(pictures), np.array(labels)


def write_split(split: str, count: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for index in range(count):
        picture, label, rng = render(split, index)
        data, suffix = encode(picture, rng)
        (folder / f"{index:03}_{CLASS_NAMES[label]}.{suffix}").write_bytes(data)
    print(f"{folder.relative_to(SAMPLE_FOLDER)}: {count} images")


if __name__ == "__main__":
    write_split("calibrate", 204, SAMPLE_FOLDER / "clean" / "calibrate")
    write_split("test", 84, SAMPLE_FOLDER / "clean" / "test")
