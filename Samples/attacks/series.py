#!/usr/bin/env python3
"""Attacks of many kinds and strengths on the classifier of a filter, each in a folder of its own.

    python Samples/attacks/series.py -f filter.yaml --images photos/ -o attacks/
    sluice calibrate -f filter.yaml --clean photos/ --adversarial attacks/ --weights filter

The early exits of a filter are chosen on such a series. Each attack takes the pictures in an order of its own, so that the series
is of many pictures and not of the same few. What is there already is kept, so an interrupted series goes on.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import attack
from settings import from_one

# Weak and strong, one step and many, in all norms, at the border and beyond it, as it is and saved as a JPEG. The fast ones first.
SERIES = {
    "fgsm-2": ["--attack", "fgsm", "--epsilon", "2/255"],
    "fgsm-4": ["--attack", "fgsm", "--epsilon", "4/255"],
    "fgsm-8": ["--attack", "fgsm", "--epsilon", "8/255"],
    "mifgsm-8": ["--attack", "mifgsm", "--epsilon", "8/255"],
    "bim-1": ["--attack", "bim", "--epsilon", "1/255", "--steps", "20"],
    "pgd-4": ["--attack", "pgd", "--epsilon", "4/255", "--steps", "20"],
    "pgd-8-jpeg-90": ["--attack", "pgd", "--epsilon", "8/255", "--steps", "20", "--save-as", "jpeg:90"],
    "pgd-l2-1": ["--attack", "pgd-l2", "--epsilon", "1", "--steps", "20"],
    "patch": ["--attack", "patch"],
    "carlini-wagner-5": ["--attack", "carlini-wagner", "--set", "confidence=5"],
    "carlini-wagner-10-jpeg-90": ["--attack", "carlini-wagner", "--set", "confidence=10", "--save-as", "jpeg:90"],
}


def arguments(texts: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Attacks of many kinds and strengths, each in a folder of its own.")
    add = parser.add_argument
    add("-f", "--filter", type=Path, required=True, help="the filter file")
    add("--define", action="append", default=[], metavar="NAME=VALUE", help="the value of ${NAME} in the filter file")
    add("--images", nargs="+", required=True, help="pictures, or folders of them")
    add("-o", "--output", type=Path, required=True, help="the folder of the series")
    add("--only", nargs="+", choices=SERIES, default=list(SERIES), metavar="NAME", help=f"some of: {', '.join(SERIES)}")
    add("--successes", type=from_one, default=100, help="stop each attack after the batch that brings so many (default 100)")
    add("--seed", type=int, default=0)
    add("--batch", type=from_one, default=10, help="pictures that are attacked together")
    add("--threads", type=from_one, default=1, help="threads that PyTorch takes")
    return parser.parse_args(texts)


def run(name: str, options: argparse.Namespace) -> int:
    """One attack, in a folder that has its name only once it is complete."""
    unfinished = options.output / f"{name}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    place = list(SERIES).index(name)
    texts = ["--filter", str(options.filter), "--output", str(unfinished), *SERIES[name], "--images", *options.images]
    for definition in options.define:
        texts += ["--define", definition]
    texts += ["--shuffle", "--seed", str(options.seed * len(SERIES) + place), "--successes", str(options.successes)]
    texts += ["--batch", str(options.batch), "--threads", str(options.threads)]
    print(name, flush=True)
    status = attack.main(texts)
    if status == 0:
        unfinished.rename(options.output / name)
    return status


def main(texts: list[str] | None = None) -> int:
    options = arguments(texts)
    options.output.mkdir(parents=True, exist_ok=True)
    for name in options.only:
        if (options.output / name).exists():
            continue
        status = run(name, options)
        if status != 0:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main())
