#!/usr/bin/env python3
"""Attacks a gateway by asking, and says when its guard noticed and what the attack achieved all the same.

    measure.py --sluice .build/release/sluice --filter filter.yaml --photographs photos/ -o results.jsonl
    measure.py --table results.jsonl

Each photograph is attacked by each attack under each action of the guard, with a memory that is empty at first. A line is
written for each; a run that is started again goes on where it ended. What an attack achieved is judged by the classifier
itself, on the 8-bit image, without a guard.
"""

import argparse
import json
import pathlib
import statistics

import numpy
from PIL import Image

import oars
import toolboxes
from black_box import BlackBox, Spent
from client import rounded
from serving import Serving

ATTACKS = {
    "hop-skip-jump": toolboxes.hop_skip_jump,
    "square": toolboxes.square,
    "boundary": toolboxes.boundary,
    "oars-hop-skip-jump": oars.hop_skip_jump,
    "oars-square": oars.square,
}
GUARDS = ["off", "silent", "freeze", "slow", "refuse"]
# A perturbation counts as small up to this L2, in units of [0, 1]: 11.5 levels (root mean square) in 256 × 256 × 3 samples.
SMALL = 20.0


def main() -> None:
    options = arguments()
    if options.table:
        print_table(read(options.table))
        return
    done = {(line["attack"], line["guard"], line["photograph"]) for line in read(options.output)}
    with open(options.output, "a", buffering=1) as output:
        for photograph in sorted(pathlib.Path(options.photographs).iterdir())[: options.count]:
            for attack in options.attacks:
                for guard in options.guards:
                    if (attack, guard, photograph.name) not in done:
                        line = measured(options, attack, guard, photograph)
                        if line is not None:
                            print(json.dumps(line), file=output)


def measured(options, attack: str, guard: str, photograph: pathlib.Path) -> dict | None:
    original = picture(photograph)
    with Serving(options.sluice, options.filter, "off") as plain:
        label = top_class(plain, original)
        if label < 0:
            # It is held back unchanged: there is no class to lead away from.
            return None
        with Serving(options.sluice, options.filter, guard, *options.serve_option) as serving:
            noticed: list[int] = []

            def after(queries: int) -> None:
                if not noticed and guard != "off" and serving.searches():
                    noticed.append(queries)

            box = BlackBox(serving.gateway(), original, label, options.queries, after)
            try:
                ATTACKS[attack](box, options.epsilon, options.seed)
            except Spent:
                pass
        achieved = box.best is not None and top_class(plain, box.best) not in (-1, label)
    return {
        "attack": attack, "guard": guard, "photograph": photograph.name, "queries": box.queries, "refusals": box.refusals,
        "noticed": noticed[0] if noticed else None, "mistaken": bool(achieved),
        "l2": box.distance(box.best) if achieved else None,
    }


def picture(photograph: pathlib.Path) -> numpy.ndarray:
    """The photograph at 256 × 256 pixels, cropped, as values in [0, 1]."""
    image = Image.open(photograph).convert("RGB")
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    square = image.crop((left, top, left + side, top + side)).resize((256, 256), Image.Resampling.BILINEAR)
    return numpy.asarray(square, numpy.float32) / 255


def top_class(serving: Serving, image: numpy.ndarray) -> int:
    probabilities = serving.gateway().ask(rounded(image)).probabilities
    return -1 if probabilities is None else int(probabilities.argmax())


def read(path: str) -> list[dict]:
    file = pathlib.Path(path)
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def print_table(lines: list[dict]) -> None:
    print("| attack | guard | n | noticed | median query | worst | succeeds | 95 % | median L2 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for attack in ATTACKS:
        for guard in GUARDS:
            rows = [line for line in lines if (line["attack"], line["guard"]) == (attack, guard)]
            if rows:
                print(row(attack, guard, rows))


def row(attack: str, guard: str, lines: list[dict]) -> str:
    noticed = [line["noticed"] for line in lines if line["noticed"]]
    distances = [line["l2"] for line in lines if line["l2"] is not None]
    small = sum(distance <= SMALL for distance in distances)
    low, high = interval(small, len(lines))
    when = f"{statistics.median(noticed):.0f} | {max(noticed)}" if noticed else "– | –"
    reach = f"{statistics.median(distances):.1f}" if distances else "–"
    return (f"| {attack} | {guard} | {len(lines)} | {len(noticed)} | {when} "
            f"| {small / len(lines):.2f} | {low:.2f}–{high:.2f} | {reach} |")


def interval(hits: int, count: int) -> tuple[float, float]:
    """Clopper and Pearson's interval of 95 %."""
    from scipy.stats import beta

    low = beta.ppf(0.025, hits, count - hits + 1) if hits else 0.0
    high = beta.ppf(0.975, hits + 1, count - hits) if hits < count else 1.0
    return float(low), float(high)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sluice", default=".build/release/sluice", help="the program")
    parser.add_argument("--filter", help="the filter file that is attacked; its classifier has 1000 classes")
    parser.add_argument("--photographs", help="a folder of photographs")
    parser.add_argument("--attacks", nargs="+", choices=ATTACKS, default=list(ATTACKS))
    parser.add_argument("--guards", nargs="+", choices=GUARDS, default=["off", "silent", "freeze", "refuse"])
    parser.add_argument("--count", type=int, default=20, help="how many photographs (default: 20)")
    parser.add_argument("--queries", type=int, default=1000, help="the maximum number of questions (default: 1000)")
    parser.add_argument("--epsilon", type=float, default=8 / 255, help="the L∞ bound of Square (default: 8/255)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--serve-option", action="append", default=[], help="a further option of sluice serve, as --a=b")
    parser.add_argument("-o", "--output", default="results.jsonl", help="a line for each attack (default: results.jsonl)")
    parser.add_argument("--table", metavar="RESULTS", help="print the table of such a file, and end")
    options = parser.parse_args()
    if not options.table and not (options.filter and options.photographs):
        parser.error("--filter and --photographs are needed")
    return options


if __name__ == "__main__":
    main()
