#!/usr/bin/env python3
"""How attacks carry over from model to model: rows made the attack, columns are fooled by it.

    python Samples/attacks/matrix.py -f a.yaml b.yaml c.yaml --images photos/ --attack pgd --set epsilon=8/255 -o matrix/

All filters prepare pictures in the same way, and every picture is one that all their classifiers get right. Each row's files
are kept in a folder of their own; the table goes to standard output, and with all settings into `matrix.json`.
"""

from __future__ import annotations

import argparse
import json
import random as plain_random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from classes import numbered, true_class
from errors import AttackError
from families.catalogue import ADAPTIVE, CATALOGUE
from filter_file import FilterFile, parse_definitions, read_filter
from network import Network, predict, to_pixels, to_tensor
from pictures import (
    Carrier,
    SavedForm,
    Source,
    decode,
    find_sources,
    load_carrier,
)
from record import make_new_folder, rate_text, wilson
from settings import from_one
from toolbox import run_toolbox, seed_everything


def arguments(texts: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How attacks carry over from model to model.")
    add = parser.add_argument
    add("-f", "--filters", type=Path, nargs="+", required=True, help="filter files, one for each model")
    add("--define", action="append", default=[], metavar="NAME=VALUE")
    add("--images", type=Path, nargs="+", required=True)
    add("--attack", choices=[name for name in CATALOGUE if name != ADAPTIVE], default="pgd")
    add("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the attack, such as epsilon=8/255")
    add("--save-as", default="png", help="png, or jpeg:90")
    add("--count", type=from_one, default=40)
    add("--seed", type=int, default=0)
    add("--batch", type=from_one, default=10)
    add("--threads", type=from_one, default=1)
    add("-o", "--output", type=Path, required=True)
    return parser.parse_args(texts)


def chosen(
    sources: list[Source], filters: list[FilterFile], networks: list[Network], form: SavedForm, count: int
) -> tuple[list[Carrier], list[Source], list[int]]:
    """Pictures that every classifier gets right, as they would be saved."""
    carriers, names, labels = [], [], []
    for source in sources:
        try:
            carrier = load_carrier(source, filters[0])
        except AttackError as error:
            print(f"matrix.py: passed over: {error}", file=sys.stderr)
            continue
        seen = to_tensor([carrier.part(form.round_trip(carrier.whole))])
        answers = [predict(network, seen)[0] for network in networks]
        actual = true_class(source.path, len(answers[0]), filters[0].labels)
        if actual is None:
            last = len(answers[0]) - 1
            raise AttackError(
                f"{source.path} names no class: call its folder or the file like a label, or begin the name of the file with the "
                f"number of a class, 0 … {last}, and an underscore"
            )
        if all(int(answer.argmax()) == actual for answer in answers):
            carriers.append(carrier)
            names.append(replace(source, name=numbered(source.name, actual, len(answers[0]), filters[0].labels)))
            labels.append(actual)
        if len(carriers) == count:
            break
    if not carriers:
        raise AttackError("there is no picture that every classifier gets right")
    return carriers, names, labels


def run(options: argparse.Namespace) -> dict:
    make_new_folder(options.output)
    kind, form = CATALOGUE[options.attack], SavedForm.parse(options.save_as)
    values = kind.values(parse_definitions(options.set, "--set"))
    filters = [read_filter(path, parse_definitions(options.define)) for path in options.filters]
    if any(other.preprocess != filters[0].preprocess for other in filters):
        raise AttackError("the filters prepare pictures in different ways")
    networks = [Network(each.classifier).eval() for each in filters]
    sources = find_sources(options.images)
    plain_random.Random(options.seed).shuffle(sources)
    carriers, sources, labels = chosen(sources, filters, networks, form, options.count)
    rows = []
    for surrogate, made_by in zip(networks, filters):
        folder = options.output / f"{len(rows) + 1}-{made_by.classifier.path.stem}"
        folder.mkdir(parents=True)
        wrong = np.zeros(len(networks), int)
        for first in range(0, len(carriers), options.batch):
            part = slice(first, first + options.batch)
            originals = to_tensor([carrier.original for carrier in carriers[part]])
            seed_everything(options.seed + first)
            truth = np.array(labels[part])
            moved = run_toolbox(
                kind, values, surrogate, originals, torch.from_numpy(truth), is_targeted=False, seed=options.seed + first
            )
            seen = []
            for carrier, source, pixels in zip(carriers[part], sources[part], to_pixels(moved)):
                file = form.encode(carrier.bearing(pixels))
                (folder / f"{source.name}.{form.ending}").write_bytes(file)
                seen.append(carrier.part(decode(file)))
            wrong += [int((predict(net, to_tensor(seen)).argmax(1).numpy() != truth).sum()) for net in networks]
            if sys.stderr.isatty():
                print(f"{made_by.name}: {first + len(truth)} of {len(carriers)}", file=sys.stderr)
        rows.append([wilson(int(count), len(carriers)) for count in wrong])
    return {
        "attack": options.attack,
        "parameters": {name: f"{value:.6g}" for name, value in values.items()},
        "savedAs": str(form),
        "seed": options.seed,
        "pictures": len(carriers),
        "models": [each.classifier.path.stem for each in filters],
        "wrong": rows,
    }


def table(result: dict) -> str:
    names = result["models"]
    lines = ["| made on ↓, wrong → | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    lines += [f"| {name} | " + " | ".join(map(rate_text, row)) + " |" for name, row in zip(names, result["wrong"])]
    return "\n".join(lines)


def main(texts: list[str] | None = None) -> int:
    options = arguments(texts)
    torch.set_num_threads(options.threads)
    try:
        result = run(options)
    except AttackError as error:
        print(f"matrix.py: {error}", file=sys.stderr)
        return 2
    (options.output / "matrix.json").write_text(json.dumps(result, indent=1) + "\n")
    print(table(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
