#!/usr/bin/env python3
"""White-box attacks on the classifier of a filter, or on the whole filter.

    python Samples/attacks/attack.py -f filter.yaml --images photos/ --attack pgd --epsilon 8/255 -o attacks/pgd8/

The folder gets the pictures that succeeded and `attack.json`; `sluice evaluate` takes it. README.md beside this file says more.
"""

from __future__ import annotations

import argparse
import hashlib
import random as plain_random
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from classes import numbered, true_class
from errors import AttackError
from families.adaptive import AdaptiveAttack
from families.catalogue import ADAPTIVE, CATALOGUE
from filter_file import FilterFile, Model, parse_definitions, read_filter
from knowledge import Knowledge, read_knowledge
from network import Network, predict, to_pixels, to_tensor
from pictures import (
    Carrier,
    SavedForm,
    Source,
    decode,
    find_sources,
    load_carrier,
)
from record import AttackedImage, distances, make_new_folder, rate_text, write_record
from settings import from_one
from toolbox import run_toolbox, seed_everything
from verdicts import judge

# By how much a change is enlarged until the file as it is saved is wrong, for attacks that stop just over the border.
ENLARGEMENTS = (1.0, 1.05, 1.1, 1.2, 1.35, 1.5, 1.75, 2.0, 2.5, 3.0)


def arguments(texts: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="White-box attacks on the classifier of a filter, or on the whole filter. Attack only what is yours.",
        epilog="attacks: " + "; ".join(f"{name}: {kind.summary}" for name, kind in CATALOGUE.items()),
    )
    add = parser.add_argument
    add("-f", "--filter", type=Path, required=True, help="the filter file")
    add("--define", action="append", default=[], metavar="NAME=VALUE", help="the value of ${NAME} in the filter file")
    add("--images", type=Path, nargs="+", required=True, help="pictures, or folders of them")
    add("--attack", choices=CATALOGUE, required=True)
    add("-o", "--output", type=Path, required=True, help="a new folder")
    add("--epsilon", help="the largest change, such as 8/255; the same as --set epsilon=8/255")
    add("--steps", help="the same as --set steps=…")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="any other setting of the attack")
    add("--target", help="the number of the wanted class, or random; any wrong one where it is left out")
    add("--save-as", default="png", help="png, or jpeg:90")
    add("--surrogate", type=Path, help="another model that gives the gradients: an ONNX file whose input is as the filter's, "
        "or the filter file of another classifier")  # fmt: skip
    add("--without", action="append", default=[], metavar="NAME", help="a detector or second model that the attacker does not know")
    add("--private", action="store_true", help="the attacker does not know detectors that are private")
    add("--count", type=from_one, default=1_000_000, help="attack so many pictures at most")
    add("--successes", type=from_one, default=1_000_000, help="stop after the batch that brings so many successes")
    add("--shuffle", action="store_true", help="take them in an order drawn from the seed")
    add("--seed", type=int, default=0)
    add("--batch", type=from_one, default=10, help="pictures that are attacked together")
    add("--threads", type=from_one, default=1, help="threads that PyTorch takes")
    add("--sluice", help="the command sluice; with it the record says what the whole filter makes of each file")
    return parser.parse_args(texts)


class Attacker:
    """An attack on one filter, ready to be run on pictures."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.definitions = parse_definitions(options.define)
        self.filter: FilterFile = read_filter(options.filter, self.definitions)
        self.form = SavedForm.parse(options.save_as)
        self.seed, self.name = options.seed, options.attack
        self.kind = CATALOGUE[options.attack]
        self.values = self.kind.values(_settings(options))
        self.target = _target(options.target)
        self.victim = Network(self.filter.classifier).eval()
        self.surrogate = self.victim if options.surrogate is None else self._surrogate(options.surrogate)
        self.surrogate_name = None if options.surrogate is None else options.surrogate.name
        self.knowledge: Knowledge | None = None
        if self.name == ADAPTIVE:
            self.knowledge = read_knowledge(
                self.filter, self.surrogate, lambda model: Network(model).eval(), options.without, options.private
            )
        elif options.without or options.private:
            raise AttackError("--without and --private are of the adaptive attack: the others know no detector")

    def _surrogate(self, path: Path) -> Network:
        if path.suffix in (".yaml", ".yml"):
            return Network(read_filter(path, self.definitions).classifier).eval()
        return Network(Model(path, self.filter.classifier.encoding)).eval()

    @property
    def plan(self) -> dict[str, Any]:
        plan = {
            "attack": self.name,
            "source": self.kind.source,
            "parameters": {name: f"{value:.6g}" for name, value in self.values.items()},
            "goal": "filter" if self.name == ADAPTIVE else "classifier",
            "sees": "gradients",
            "target": self.target,
            "surrogate": self.surrogate_name,
            "savedAs": str(self.form),
            "queries": 0,
            "seed": self.seed,
        }
        if self.knowledge:
            plan["looks"] = list(self.knowledge.looks)
            plan["unknown"] = self.knowledge.unknown
            plan["notOptimised"] = self.knowledge.beyond
        return {key: value for key, value in plan.items() if value is not None}

    def run(
        self, sources: list[Source], folder: Path, batch: int, count: int, successes: int = 1_000_000
    ) -> list[AttackedImage]:
        """Attacks the pictures in their order, `batch` at a time, until so many were attacked or succeeded, and writes the
        record after each batch."""
        images: list[AttackedImage] = []
        for first in range(0, len(sources), batch):
            group = sources[first : first + batch]
            images += self.attack_group(first, group, folder, count - _attacked(images))
            write_record(folder, self.plan, self.filter, images)
            done = [image for image in images if image.outcome == "succeeded"]
            _progress(f"{self.name}: {len(done)} of {_attacked(images)} succeeded")
            if _attacked(images) >= count or len(done) >= successes:
                break
        return images

    def attack_group(self, first: int, group: list[Source], folder: Path, most: int) -> list[AttackedImage]:
        images, carriers, ready = [], [], []
        for number, source in enumerate(group, first):
            data = source.path.read_bytes()
            image = AttackedImage(number, str(source.path), source.name, hashlib.sha256(data).hexdigest(), "failed")
            carrier = self.prepared(image, source)
            if carrier is not None and len(ready) >= most:
                continue
            images.append(image)
            if carrier is not None:
                carriers.append(carrier)
                ready.append(image)
        if ready:
            # What the random choices are depends on the pictures, not on what was attacked before.
            seed = self.seed + int(ready[0].sha256[:7], 16)
            seed_everything(seed)
            self.attack_prepared(ready, carriers, folder, seed)
        return images

    def prepared(self, image: AttackedImage, source: Source) -> Carrier | None:
        """The picture to attack; `None` for one that is passed over, with the reason in the record."""
        try:
            carrier = load_carrier(source, self.filter)
        except AttackError as error:
            image.outcome, image.reason = "skipped", str(error)
            return None
        logits = predict(self.victim, to_tensor([carrier.part(self.form.round_trip(carrier.whole))]))[0]
        seen, classes = int(logits.argmax()), len(logits)
        image.true_class = true_class(source.path, classes, self.filter.labels)
        if image.true_class is None:
            image.true_class = seen
        image.name = numbered(image.name, image.true_class, classes, self.filter.labels)
        image.target = self.wanted(image, classes)
        if seen != image.true_class:
            image.outcome, image.reason = "skipped", "the classifier is wrong about the unchanged picture"
        elif image.target == image.true_class:
            image.outcome, image.reason = "skipped", "it is of the wanted class"
        return carrier if image.outcome == "failed" else None

    def wanted(self, image: AttackedImage, classes: int) -> int | None:
        if self.target is None or isinstance(self.target, int):
            if self.target is not None and self.target >= classes:
                raise AttackError(f"there is no class {self.target}; permitted: 0 … {classes - 1}")
            return self.target
        drawn = plain_random.Random(f"{self.seed} {image.sha256}").randrange(classes - 1)
        return drawn + (drawn >= image.true_class)

    def attack_prepared(self, images: list[AttackedImage], carriers: list[Carrier], folder: Path, seed: int) -> None:
        originals = to_tensor([carrier.original for carrier in carriers])
        labels = torch.tensor([image.true_class for image in images])
        targets = None if self.target is None else torch.tensor([image.target for image in images])
        moved = self.moved(originals, labels, targets, carriers, seed)
        for index, (image, carrier) in enumerate(zip(images, carriers)):
            for factor in ENLARGEMENTS if self.kind.is_minimal else (1.0,):
                change = factor * (moved[index] - originals[index])
                file = self.form.encode(carrier.bearing(self.rounded(originals[index], change)))
                if self.is_success(image, carrier, file):
                    (folder / f"{image.name}.{self.form.ending}").write_bytes(file)
                    break

    def rounded(self, original: torch.Tensor, change: torch.Tensor) -> np.ndarray:
        """The 8-bit picture within the attack's limit that is nearest."""
        limit = self.values.get("epsilon")
        if limit is None:
            return to_pixels((original + change)[None])[0]
        before = to_pixels(original[None])[0]
        if not self.kind.is_l2:
            reach = int(limit * 255 + 1e-3)
            after = to_pixels((original + change)[None])[0].astype(int)
            return (before + np.clip(after - before, -reach, reach)).astype(np.uint8)
        while True:
            pixels = to_pixels((original + change)[None])[0]
            if np.linalg.norm(pixels.astype(float) - before) <= limit * 255:
                return pixels
            change = 0.99 * change

    def moved(
        self, originals: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor | None, carriers: list[Carrier], seed: int
    ) -> torch.Tensor:
        if self.knowledge is not None:
            return self.adaptive(carriers, seed).run(originals, labels, targets)
        wanted = labels if targets is None else targets
        return run_toolbox(self.kind, self.values, self.surrogate, originals, wanted, targets is not None, seed)

    def adaptive(self, carriers: list[Carrier], seed: int) -> AdaptiveAttack:
        def save(images: torch.Tensor) -> torch.Tensor:
            if self.form.quality is None:
                return images
            read = [c.part(self.form.round_trip(c.bearing(part))) for c, part in zip(carriers, to_pixels(images))]
            return images + (to_tensor(read) - images).detach()

        # A JPEG takes colour noise away by itself, so any change is free there.
        is_gray = self.knowledge.watches_chroma and self.form.quality is None
        values = self.values
        return AdaptiveAttack(
            self.knowledge,
            values["epsilon"],
            values["steps"],
            values["distances"],
            values["draws"],
            is_gray if values["gray"] < 0 else bool(values["gray"]),
            save,
            seed,
        )

    def is_success(self, image: AttackedImage, carrier: Carrier, file: bytes) -> bool:
        """Judges the file as a decoder reads it, and fills the record if it is wrong as wanted."""
        seen = carrier.part(decode(file))
        logits = predict(self.victim, to_tensor([seen]))[0]
        answer = int(logits.argmax())
        if answer == image.true_class or (self.target is not None and answer != image.target):
            return False
        image.outcome, image.seen_class = "succeeded", answer
        image.probability = float(logits.softmax(0)[answer])
        image.distances = distances(seen, carrier.original)
        return True

    def add_verdicts(self, images: list[AttackedImage], folder: Path, sluice: str) -> None:
        files = {image.number: folder / f"{image.name}.{self.form.ending}" for image in images if image.outcome == "succeeded"}
        verdicts = judge(sluice, self.filter.path, self.definitions, list(files.values()))
        for image in images:
            if image.number in files:
                image.is_flagged, image.p_value = verdicts[str(files[image.number])]


def _settings(options: argparse.Namespace) -> dict[str, str]:
    texts = parse_definitions(options.set, "--set")
    for name in ("epsilon", "steps"):
        if getattr(options, name) is not None:
            texts[name] = getattr(options, name)
    return texts


def _target(text: str | None) -> int | str | None:
    if text is None or text == "random":
        return text
    if not text.isdigit():
        raise AttackError(f"--target {text}; permitted: the number of a class, or random")
    return int(text)


def _attacked(images: list[AttackedImage]) -> int:
    return sum(image.outcome != "skipped" for image in images)


def _progress(text: str) -> None:
    """In one line of a terminal; nowhere else."""
    if sys.stderr.isatty():
        print(f"\r{text}", end="", file=sys.stderr, flush=True)


def _report(record: dict[str, Any], plan: dict[str, Any]) -> str:
    figures = record["summary"]
    if "succeeded" not in figures:
        return f"no picture was attacked, {figures['skipped']} were passed over"
    lines = [f"{plan['attack']} on {record['filter']['name']}, goal {plan['goal']}, saved as {plan['savedAs']}"]
    for name in ("succeeded", "passing"):
        if name in figures:
            rate = figures[name]
            # What passes is the goal of an attack on the whole filter; `succeeded` counts any wrong class.
            word = "wrong" if name == "succeeded" and plan["goal"] == "filter" else name
            lines.append(f"  {word:10} {rate['count']} of {rate['total']}, {rate_text(rate)}")
    if "medianL2" in figures:
        lines.append(f"  distance   L2 {figures['medianL2']:.2f}, L∞ {round(figures['medianLinf'] * 255)}/255, medians")
    lines += [f"  not optimised through  {text}" for text in plan.get("notOptimised", [])]
    return "\n".join(lines)


def main(texts: list[str] | None = None) -> int:
    options = arguments(texts)
    torch.set_num_threads(options.threads)
    try:
        attacker = Attacker(options)
        sources = find_sources(options.images)
        if options.shuffle:
            plain_random.Random(options.seed).shuffle(sources)
        make_new_folder(options.output)
        images = attacker.run(sources, options.output, options.batch, options.count, options.successes)
        if options.sluice:
            attacker.add_verdicts(images, options.output, options.sluice)
        record = write_record(options.output, attacker.plan, attacker.filter, images)
    except AttackError as error:
        print(f"attack.py: {error}", file=sys.stderr)
        return 2
    if sys.stderr.isatty():
        print(file=sys.stderr)
    print(_report(record, attacker.plan))
    return 0


if __name__ == "__main__":
    sys.exit(main())
