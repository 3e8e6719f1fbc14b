"""`attack.json`, in the form that `sluice attack` writes and `sluice evaluate` reads."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from errors import AttackError
from filter_file import FilterFile


def make_new_folder(path: Path) -> None:
    """Makes the folder of an output, or takes an empty one."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        is_empty = not any(path.iterdir())
    except OSError as error:
        raise AttackError(f"{path} cannot be the folder of the output: {error.strerror}") from error
    if not is_empty:
        raise AttackError(f"{path} is not empty; name a new folder with -o")


@dataclass
class AttackedImage:
    number: int
    source: str
    name: str
    sha256: str
    outcome: str
    reason: str | None = None
    true_class: int | None = None
    target: int | None = None
    distances: dict[str, float] | None = None
    seen_class: int | None = None
    probability: float | None = None
    is_flagged: bool | None = None
    p_value: float | None = None

    def json(self) -> dict[str, Any]:
        values = {
            "number": self.number,
            "source": self.source,
            "name": self.name,
            "sha256": self.sha256,
            "trueClass": self.true_class,
            "target": self.target,
            "outcome": self.outcome,
            "reason": self.reason,
            # Gradients are of the attacker's own copy: the filter is not asked.
            "queries": 0,
            "distances": self.distances,
            "seenClass": self.seen_class,
            "probability": self.probability,
            "flagged": self.is_flagged,
            "pValue": self.p_value,
        }
        return {key: value for key, value in values.items() if value is not None}


def distances(first: np.ndarray, second: np.ndarray) -> dict[str, float]:
    """L0 as a share of pixels; L2 and L-infinity of values in [0, 1]."""
    difference = np.abs(first.astype(int) - second.astype(int))
    return {
        "l0": float((difference > 0).any(-1).mean()),
        "l2": float(np.sqrt(np.square(difference).sum()) / 255),
        "linf": float(difference.max() / 255),
    }


def wilson(count: int, total: int) -> dict[str, float | int]:
    """A share with its 95 % Wilson interval."""
    z, share = 1.959963984540054, count / total
    centre, scale = share + z * z / (2 * total), 1 + z * z / total
    half = z * np.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    low, high = max(0.0, (centre - half) / scale), min(1.0, (centre + half) / scale)
    return {"count": count, "total": total, "rate": share, "lower": float(low), "upper": float(high)}


def rate_text(rate: dict[str, float | int]) -> str:
    def short(value: float) -> str:
        return f"{value:.2f}".removeprefix("0") if value < 0.995 else f"{value:.2f}"

    return f"{short(rate['rate'])} ({short(rate['lower'])}–{short(rate['upper'])})"


def summary(images: list[AttackedImage]) -> dict[str, Any]:
    attacked = [image for image in images if image.outcome != "skipped"]
    succeeded = [image for image in images if image.outcome == "succeeded"]
    result: dict[str, Any] = {
        "pictures": len(images),
        "attacked": len(attacked),
        "skipped": len(images) - len(attacked),
    }
    if attacked:
        result["succeeded"] = wilson(len(succeeded), len(attacked))
        if all(image.is_flagged is not None for image in succeeded):
            result["passing"] = wilson(sum(not image.is_flagged for image in succeeded), len(attacked))
    for norm, name in (("l0", "medianL0"), ("l2", "medianL2"), ("linf", "medianLinf")):
        values = sorted(image.distances[norm] for image in succeeded)
        if values:
            result[name] = values[(len(values) - 1) // 2]
    return result


def write_record(folder: Path, plan: dict[str, Any], filter_file: FilterFile, images: list[AttackedImage]) -> dict[str, Any]:
    record = {
        "version": 1,
        "plan": plan,
        "filter": {"name": filter_file.name, "sha256": filter_file.sha256},
        "date": date.today().isoformat(),
        "summary": summary(images),
        "images": [image.json() for image in images],
    }
    partial = folder / ".attack.json.partial"
    partial.write_text(json.dumps(record, indent=1) + "\n")
    os.replace(partial, folder / "attack.json")
    return record
