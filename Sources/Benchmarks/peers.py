"""Times Sluice's subjects and their Python peers in turns on one processor core, and prints both as a table.

usage: peers.py SUBJECT_TIMINGS [FOLDER]
"""

import collections
import io
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

# Before NumPy loads the libraries that start threads.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import cv2
import numpy as np
import PIL
import scipy
from PIL import Image
from scipy import ndimage

ROUNDS = 7
SECONDS = 0.2
PHOTOGRAPHS = 64

# `wanted`: how many times the peer's speed Sluice is to reach at least.
# `tolerance`: by how much two equal results may differ, in levels or, for tensors, in standard deviations; none where
# the peer does something else, and speed alone is compared.
Comparison = collections.namedtuple("Comparison", "subject peer wanted tolerance images run")


class Sluice:
    """The process that times Sluice's own subjects."""

    def __init__(self, program, picture, photographs):
        environment = {**os.environ, "SLUICE_PICTURE": str(picture), "SLUICE_PHOTOGRAPHS": str(photographs)}
        self.process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit(f"the process of Sluice ended at: {request}")
        return float(answer)

    def milliseconds(self, subject):
        return self.ask(f"time {subject}")

    def result(self, subject, folder, element):
        self.ask(f"write {folder / 'result'} {subject}")
        return np.fromfile(folder / "result", element)


def milliseconds(run, images):
    """The median of the passes in a fifth of a second, as Sluice's process does it."""
    passes, end = [], time.perf_counter() + SECONDS
    while not passes or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        passes.append(time.perf_counter() - start)
    return statistics.median(passes) * 1000 / images


def landscape(width, height, seed):
    """A made picture with detail of every size, weaker as it is finer."""
    random, total = np.random.default_rng(seed), np.full((height, width, 3), 128.0)
    side, strength = 2, 64.0
    while side < min(width, height):
        shapes = Image.fromarray(random.integers(0, 256, (side, side, 3), np.uint8))
        total += (np.asarray(shapes.resize((width, height), Image.BICUBIC)) / 127.5 - 1) * strength
        side, strength = side * 2, strength / 2
    return Image.fromarray(total.clip(0, 255).astype(np.uint8))


def gather(source, target):
    """Puts the photographs where Sluice reads them, and gives their bytes in the same order."""
    target.mkdir()
    if source is None:
        for seed in range(8):
            landscape(500, 375, seed).save(target / f"{seed:05}.jpg", quality=90)
    else:
        found = sorted(path for path in source.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
        for index, path in enumerate(found[:PHOTOGRAPHS]):
            (target / f"{index:05}.jpg").symlink_to(path.resolve())
    files = [path.read_bytes() for path in sorted(target.iterdir())]
    return files or sys.exit(f"no JPEG files in {source}")


def crop(photograph):
    """Shorter side 256, middle 224×224, as torchvision's usual transforms do."""
    image = Image.open(io.BytesIO(photograph)).convert("RGB")
    width, height = image.size
    shorter = min(width, height)
    image = image.resize((256 * width // shorter, 256 * height // shorter), Image.BILINEAR)
    left, top = round((image.width - 224) / 2), round((image.height - 224) / 2)
    return image.crop((left, top, left + 224, top + 224))


MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


def prepare(photograph):
    values = np.asarray(crop(photograph), np.float32)
    values = values / np.float32(255)
    values -= MEAN
    values /= DEVIATION
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def prepare_all(photographs):
    """The first tensor; the others are dropped one by one, as a stream would."""
    first = prepare(photographs[0])
    for photograph in photographs[1:]:
        prepare(photograph)
    return first


def decode_all(photographs):
    for photograph in photographs:
        cv2.imdecode(photograph, cv2.IMREAD_COLOR)


def saved_and_opened(image):
    file = io.BytesIO()
    image.save(file, "JPEG", quality=75)
    saved = Image.open(file)
    saved.load()
    return saved


def comparisons(image, photographs):
    picture = np.ascontiguousarray(image)
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    encoded = [np.frombuffer(photograph, np.uint8) for photograph in photographs]
    table = np.rint(np.rint(levels * 31) / 31 * 255).astype(np.uint8)
    return [
        Comparison("nonLocalMeans 11-3-4", "OpenCV fastNlMeansDenoisingColored", 4, 0, 1,
                   lambda: cv2.fastNlMeansDenoisingColored(picture, None, 4, 4, 3, 11)),
        Comparison("median 2", "SciPy median_filter", 50, 0, 1, lambda: ndimage.median_filter(picture, (2, 2, 1))),
        Comparison("median 3", "OpenCV medianBlur", 1, 0, 1, lambda: cv2.medianBlur(picture, 3)),
        Comparison("bitDepth 5", "OpenCV LUT", 1, 0, 1, lambda: cv2.LUT(picture, table)),
        Comparison("bilateral 9-25-5", "OpenCV bilateralFilter", 1, 1, 1,
                   lambda: cv2.bilateralFilter(picture, 9, 25, 5, borderType=cv2.BORDER_REFLECT_101)),
        Comparison("gaussian 1", "SciPy gaussian_filter, rint", 1, 0, 1,
                   lambda: np.rint(ndimage.gaussian_filter(picture, (1, 1, 0), output=np.float32)).astype(np.uint8)),
        Comparison("jpeg 75", "Pillow save, open", 1, 0, 1, lambda: saved_and_opened(image)),
        Comparison("decode resize crop normalise", "Pillow, NumPy", 2, 0.04, len(photographs),
                   lambda: prepare_all(photographs)),
        Comparison("decode resize crop normalise", "OpenCV imdecode alone", 0.85, None, len(photographs),
                   lambda: decode_all(encoded)),
    ]


def agreement(sluice, comparison, folder):
    """The share of equal elements, for people, and a warning where the others are not as near as they have to be."""
    if comparison.tolerance is None:
        return "–"
    peer = np.asarray(comparison.run()).ravel()
    ours = sluice.result(comparison.subject, folder, peer.dtype)
    differences = np.abs(peer.astype(np.float64) - ours.astype(np.float64))
    near = differences.max() <= comparison.tolerance + 1e-5
    return f"{'' if near else 'TOO FAR APART, '}{100 * np.mean(differences < 1e-5):.5g} %"


def measure(sluice, comparison):
    """Milliseconds of peer and Sluice in each round; the round before the first only warms up."""
    rounds = [
        (milliseconds(comparison.run, comparison.images), sluice.milliseconds(comparison.subject))
        for _ in range(ROUNDS + 1)
    ]
    return zip(*rounds[1:])


def main(program, source=None):
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        photographs = gather(source and pathlib.Path(source), folder / "photographs")
        image = crop(photographs[0])
        image.save(folder / "picture.png")
        sluice = Sluice(program, folder / "picture.png", folder / "photographs")
        print(f"NumPy {np.__version__}, SciPy {scipy.__version__}, OpenCV {cv2.__version__}, Pillow {PIL.__version__}; "
              f"one core; medians of {ROUNDS} rounds; picture 224×224×3; {len(photographs)} photographs\n")
        print("| operation | peer | ms peer | ms Sluice | ratio (lowest–highest) | wanted | equal |")
        print("|---|---|---|---|---|---|---|")
        for comparison in comparisons(image, photographs):
            equal = agreement(sluice, comparison, folder)
            peers, ours = map(list, measure(sluice, comparison))
            ratios = [peer / own for peer, own in zip(peers, ours)]
            peer, own = statistics.median(peers), statistics.median(ours)
            print(f"| {comparison.subject} | {comparison.peer} | {peer:.3g} | {own:.3g} "
                  f"| {peer / own:.2f} ({min(ratios):.2f}–{max(ratios):.2f}) | {comparison.wanted:.3g} "
                  f"| {equal} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    main(*sys.argv[1:])
