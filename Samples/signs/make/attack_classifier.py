"""Make adversarial pictures against the classifier in `model.onnx`, with the attacks in `Samples/attacks`.

    python attack_classifier.py [FOLDER]

FOLDER is `adversarial` beside the classifier where nothing else is said. It gets four groups, each from pictures of a split of
their own that the classifier gets right:

- `fgsm`: one step along the gradient's sign (Goodfellow and others, 2015);
- `pgd`: many small steps from a random start (Madry and others, 2018);
- `carlini-wagner`: the smallest change in L2 that is believed with some
  confidence (Carlini and Wagner, 2017);
- `pgd-jpeg90`: a stronger PGD that is saved as a JPEG of quality 90.

The attacker knows the classifier but not the detector. A picture is kept if the classifier is still wrong about the file as it
was written; the first ones that succeed are taken, with no look at the detector's scores.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

from render_signs import CLASS_NAMES, SAMPLE_FOLDER, render_split

ATTACK = SAMPLE_FOLDER.parent / "attacks/attack.py"
FILTER = SAMPLE_FOLDER.parent.parent / "Filters/signs.yaml"
SEED = 11
MOST_SOURCES = 480
# Name, how many are kept, and what attack.py is told.
GROUPS: list[tuple[str, int, list[str]]] = [
    ("fgsm", 40, ["--attack", "fgsm", "--epsilon", "8/255"]),
    ("pgd", 40, ["--attack", "pgd", "--epsilon", "4/255", "--steps", "20", "--set", "step=1/255"]),
    ("carlini-wagner", 40, ["--attack", "carlini-wagner", "--set", "confidence=3"]),
    ("pgd-jpeg90", 20, ["--attack", "pgd", "--epsilon", "8/255", "--set", "step=1/255", "--save-as", "jpeg:90"]),
]


def write_sources(folder: Path) -> None:
    """The split to attack, in an order that its names keep, in a folder for each class."""
    pictures, labels = render_split("attack", MOST_SOURCES)
    for number, (picture, label) in enumerate(zip(pictures, labels)):
        # The number of the class comes first, where attacks look for it; the folder keeps the order.
        place = folder / f"picture-{number:03}"
        place.mkdir()
        Image.fromarray(picture).save(place / f"{label}_{CLASS_NAMES[label]}.png")


def write_group(name: str, count: int, texts: list[str], sources: Path, work: Path, output: Path) -> None:
    made, folder = work / name, output / name
    command = [sys.executable, str(ATTACK), "-f", str(FILTER), "--images", str(sources), "--seed", str(SEED)]
    subprocess.run([*command, *texts, "--successes", str(count), "--batch", "48", "-o", str(made)], check=True)
    images = json.loads((made / "attack.json").read_text())["images"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    changes, tried = [], 0
    for image in images:
        if image["outcome"] == "skipped":
            continue
        tried += 1
        if image["outcome"] == "failed":
            continue
        (file,) = made.glob(f"{image['name']}.*")
        number = image["trueClass"]
        # The number of the class comes first: `sluice evaluate` takes the number that a name begins with for the true class.
        name = f"{number:02}_{CLASS_NAMES[number]}_as_{CLASS_NAMES[image['seenClass']]}_{len(changes):03}"
        shutil.copy(file, folder / (name + file.suffix))
        changes.append(image["distances"]["l2"])
        if len(changes) == count:
            break
    mean = sum(changes) / max(1, len(changes))
    print(f"{name}: {len(changes)} of {tried} tried succeeded, mean L2 change {mean:.2f}", flush=True)


def main() -> None:
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE_FOLDER / "adversarial"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        sources = work / "sources"
        sources.mkdir()
        write_sources(sources)
        for group in GROUPS:
            write_group(*group, sources, work, output)


if __name__ == "__main__":
    main()
