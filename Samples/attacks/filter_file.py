"""What an attacker reads from a filter file: how images are prepared, which model answers, and which witnesses are asked.

`sluice` checks the file; this reads what attacks need and refuses what they cannot optimise through.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from classes import read_labels
from errors import AttackError

SCORES = ("logits", "probabilities", "roundedProbabilities", "oneLogit", "oneProbability")


@dataclass(frozen=True)
class Encoding:
    """How values in [0, 1] become a model's input: `(x - mean) / std`, in a layout and an order of channels."""

    mean: tuple[float, ...] = (0.0,)
    std: tuple[float, ...] = (1.0,)
    layout: str = "nchw"
    channels: str = "rgb"
    type: str = "float32"


@dataclass(frozen=True)
class Model:
    path: Path
    encoding: Encoding
    # One of the model's inputs or a tensor inside it, which it is then asked from; `None` for its only input.
    input: str | None = None
    output: str | None = None
    scores: str = "logits"
    # Steps of its own; `None` where it takes what the classifier takes.
    preprocess: tuple[dict[str, Any], ...] | None = None


@dataclass(frozen=True)
class Detector:
    kind: str
    name: str
    is_private: bool
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class FilterFile:
    path: Path
    name: str
    sha256: str
    preprocess: tuple[dict[str, Any], ...]
    applies_orientation: bool
    classifier: Model
    # The names of the classes, where the filter has them.
    labels: tuple[str, ...] | None
    models: dict[str, Model]
    detectors: tuple[Detector, ...]


def read_filter(path: Path, definitions: dict[str, str] | None = None) -> FilterFile:
    """Errors: `AttackError` for a file that cannot be read, lacks a classifier, or names what has no definition."""
    try:
        data = path.read_bytes()
        content = yaml.safe_load(data)
    except (OSError, yaml.YAMLError) as error:
        raise AttackError(f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or "preprocess" not in content:
        raise AttackError(f"{path} is no filter file")
    if "classifier" not in content:
        raise AttackError(f"{path} has no classifier to attack")
    reader = _Reader(path, definitions or {}, content)
    return FilterFile(
        path=path,
        name=str(content.get("name", path.stem)),
        sha256=hashlib.sha256(data).hexdigest(),
        preprocess=tuple(content["preprocess"]),
        applies_orientation=content.get("decode", {}).get("orientation", "apply") == "apply",
        classifier=reader.model(content["classifier"]),
        labels=reader.labels(content["classifier"]),
        models={name: reader.model(model) for name, model in content.get("models", {}).items()},
        detectors=tuple(_detector(entry) for entry in content.get("detectors", [])),
    )


def parse_definitions(texts: list[str], option: str = "--define") -> dict[str, str]:
    """`NAME=VALUE` texts as a dictionary."""
    for text in texts:
        if "=" not in text:
            raise AttackError(f"{option} {text} is not NAME=VALUE")
    return dict(text.split("=", 1) for text in texts)


@dataclass(frozen=True)
class _Reader:
    path: Path
    definitions: dict[str, str]
    content: dict[str, Any]

    def model(self, entry: dict[str, Any]) -> Model:
        engine = entry["openvino"]
        scores = engine.get("scores", "logits")
        if scores not in SCORES:
            raise AttackError(f"{self.path}: scores {scores}; permitted: {', '.join(SCORES)}")
        steps = entry.get("preprocess")
        return Model(
            path=self.resolved(engine["model"]),
            encoding=self.encoding(entry),
            input=engine.get("input"),
            output=engine.get("output"),
            scores=scores,
            preprocess=None if steps is None or steps == self.content["preprocess"] else tuple(steps),
        )

    def labels(self, entry: dict[str, Any]) -> tuple[str, ...] | None:
        text = entry["openvino"].get("labels")
        return None if text is None else read_labels(self.resolved(text))

    def encoding(self, entry: dict[str, Any]) -> Encoding:
        normalize = entry.get("normalize", self.content.get("normalize", {}))
        tensor = entry.get("tensor", self.content.get("tensor", {}))
        result = Encoding(
            mean=tuple(normalize.get("mean", [0.0])),
            std=tuple(normalize.get("std", [1.0])),
            layout=tensor.get("layout", "nchw"),
            channels=tensor.get("channels", "rgb"),
            type=tensor.get("type", "float32"),
        )
        if result.type not in ("float32", "float16") or result.channels not in ("rgb", "bgr"):
            raise AttackError(
                f"{self.path}: a tensor of {result.type}, {result.channels} cannot be attacked; "
                "permitted: float32 or float16, rgb or bgr"
            )
        return result

    def resolved(self, text: str) -> Path:
        """`${NAME}` from the definitions or the environment; other relative paths are relative to the filter file."""
        expanded = re.sub(r"\$\{(\w+)\}", self._value, text)
        return Path(expanded) if text.startswith("${") else self.path.parent / expanded

    def _value(self, match: re.Match[str]) -> str:
        name = match[1]
        value = self.definitions.get(name, os.environ.get(name))
        if value is None and name == "SLUICE_DATA":
            # The specification of the variable says that a relative path is to be ignored, as an empty one is.
            shared = Path(os.environ.get("XDG_DATA_HOME", ""))
            value = str((shared if shared.is_absolute() else Path.home() / ".local/share") / "sluice")
        if value is None:
            raise AttackError(f"{self.path}: ${{{name}}} has no value; give one with --define {name}=VALUE")
        return value


def _detector(entry: dict[str, Any] | str) -> Detector:
    kind, settings = (entry, {}) if isinstance(entry, str) else next(iter(entry.items()))
    settings = settings or {}
    return Detector(kind, str(settings.get("name", kind)), bool(settings.get("private", False)), settings)
