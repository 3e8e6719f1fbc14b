"""What an adaptive attacker knows of a filter: the looks that its detectors take, and how they compare them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn

from filter_file import Detector, FilterFile, Model
from squeezers import Squeezer, make_resizes, make_squeezer


@dataclass(frozen=True)
class Look:
    """One answer that a detector asks for: a model's, about the picture or a squeezed version of it."""

    name: str
    network: nn.Module
    squeezer: Squeezer | None = None

    def logits(self, images: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
        return self.network(images if self.squeezer is None else self.squeezer(images, random))


@dataclass(frozen=True)
class Comparison:
    """A detector's distance between the classifier's answer and another look's."""

    detector: str
    look: str
    distance: str
    top: int = 5
    temperature: float = 1.0


@dataclass
class Knowledge:
    """The looks by name, the classifier's own first, and what is compared."""

    looks: dict[str, Look] = field(default_factory=dict)
    comparisons: list[Comparison] = field(default_factory=list)
    # Whether fine detail in colour differences is looked for.
    watches_chroma: bool = False
    # Detectors that the attacker does not know.
    unknown: list[str] = field(default_factory=list)
    # What is known but not optimised through, with the reason.
    beyond: list[str] = field(default_factory=list)


PLAIN = "classifier"
DEFAULT_TRANSFORMS = ["mirror", {"shift": {"x": 2, "y": 2}}]
# They look at the file, or at an enlarged original: an attack in the model's size, saved by Pillow, leaves no trace there.
UNCONCERNED = ("fileFindings", "scalingAttack")


def read_knowledge(
    filter_file: FilterFile,
    classifier: nn.Module,
    make_network: Callable[[Model], nn.Module],
    without: list[str] | None = None,
    without_private: bool = False,
) -> Knowledge:
    """What the attacker knows of the filter who does not know the detectors and models named in `without`.

    Parameters: `make_network` makes a network of a second model; it is called once for each that is known.
    """
    hidden = set(without or [])
    knowledge = Knowledge(looks={PLAIN: Look(PLAIN, classifier)})
    reader = _Reader(filter_file, knowledge, make_network, hidden)
    for detector in filter_file.detectors:
        is_unknown = detector.name in hidden or detector.kind in hidden or (without_private and detector.is_private)
        if is_unknown or hidden.intersection(_models(detector)):
            knowledge.unknown.append(detector.name)
        else:
            reader.add(detector)
    return knowledge


def _models(detector: Detector) -> list[str]:
    settings = detector.settings
    return [settings["model"]] if "model" in settings else list(settings.get("models", []))


@dataclass
class _Reader:
    filter_file: FilterFile
    knowledge: Knowledge
    make_network: Callable[[Model], nn.Module]
    hidden: set[str]

    def add(self, detector: Detector) -> None:
        settings = detector.settings
        if detector.kind == "featureSqueezing":
            self.squeezed(detector, settings.get("squeezers", []))
        elif detector.kind == "transformConsistency":
            self.squeezed(detector, settings.get("transforms", DEFAULT_TRANSFORMS))
        elif detector.kind == "auxiliaryModel":
            self.asked(detector, [settings["model"]], settings.get("distance", "l1"))
        elif detector.kind == "ensembleDisagreement":
            self.asked(detector, settings["models"], "jensenShannon")
        elif detector.kind == "chromaResidual" or (
                detector.kind == "noiseWhiteness" and settings.get("signal", "colours") == "colours"):
            self.knowledge.watches_chroma = True
        elif detector.kind not in UNCONCERNED:
            self.knowledge.beyond.append(f"{detector.name}: {detector.kind} has no gradient here")

    def squeezed(self, detector: Detector, entries: list) -> None:
        for entry in entries:
            name, squeezer = make_squeezer(entry)
            if squeezer is None:
                self.knowledge.beyond.append(f"{detector.name}: {name} is not computed here")
                continue
            classifier = self.knowledge.looks[PLAIN].network
            self.knowledge.looks.setdefault(name, Look(name, classifier, squeezer))
            own = entry if isinstance(entry, dict) else {}
            self.compare(detector, name, own.get("distance", detector.settings.get("distance", "l1")), own)

    def asked(self, detector: Detector, models: list[str], distance: str) -> None:
        for model in models:
            name, known = f"model {model}", self.filter_file.models[model]
            resize = None if known.preprocess is None else make_resizes(known.preprocess)
            if known.preprocess is not None and resize is None:
                self.knowledge.beyond.append(f"{detector.name}: {model} has a preprocessing of its own")
                continue
            if name not in self.knowledge.looks:
                self.knowledge.looks[name] = Look(name, self.make_network(known), resize)
            self.compare(detector, name, distance, {})

    def compare(self, detector: Detector, look: str, distance: str, own: dict) -> None:
        settings = detector.settings
        self.knowledge.comparisons.append(
            Comparison(
                detector.name,
                look,
                distance,
                top=int(own.get("top", settings.get("top", 5))),
                temperature=float(settings.get("temperature", 1)),
            )
        )
