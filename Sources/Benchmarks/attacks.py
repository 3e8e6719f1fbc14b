"""Runs the attacks of `sluice attack` against one filter and prints what they achieved; attacks.sh says how to call it."""

import argparse
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import tempfile

CLASSIFIER, FILTER = "classifier", "filter"
SCORES, VERDICTS, LABELS = "scores", "verdicts", "labels"
SEED = 0
# Each attack with the settings that say how far it may go, and with goals and sights in which it is told apart. An attack that
# learns no more from verdicts than from labels has one row for both.
SEARCHES = [(CLASSIFIER, SCORES), (FILTER, SCORES), (FILTER, VERDICTS)]
ESTIMATES = [(CLASSIFIER, SCORES), (FILTER, SCORES)]
BLIND = [(CLASSIFIER, LABELS), (FILTER, LABELS)]
ATTACKS = [
    ("square", "epsilon", SEARCHES),
    ("square-l2", "length", SEARCHES),
    ("nes", "epsilon", ESTIMATES),
    ("simba", "length", ESTIMATES),
    ("hopskipjump", "length", BLIND),
    ("spatial", None, BLIND),
    ("noise", "noise", BLIND),
    ("contrast", None, BLIND),
    ("jpeg", None, BLIND),
]


def main():
    options = arguments()
    photographs = chosen(options.photographs, options.images)
    measured = key(options, photographs)
    rows = []
    for attack, limit, cells in ATTACKS:
        for goal, sees in cells:
            name = f"{attack}-{goal}-{sees}"
            if options.only and not any(part in name for part in options.only):
                continue
            value = getattr(options, limit) if limit else None
            folder = options.output / name
            mark(folder, measured)
            if not (folder / "attack.json").exists():
                run(options, attack, value, goal, sees, photographs, folder)
            record = json.loads((folder / "attack.json").read_text())
            check(record["plan"], options, value, folder)
            rows.append(row(record))
            print(rows[-1], file=sys.stderr, flush=True)
    print("| attack | goal | sees | n | wrong | of these flagged | passes | median queries | L2 | L∞ |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    print("\n".join(rows))


def arguments():
    parser = argparse.ArgumentParser(
        prog="attacks.sh", formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        description="What black-box attacks achieve against a filter, as a Markdown table.")
    parser.add_argument("filter", type=pathlib.Path, help="a filter file")
    parser.add_argument("photographs", type=pathlib.Path, help="a folder of pictures to attack")
    parser.add_argument("output", type=pathlib.Path, help="a folder for the attacks, one folder each")
    parser.add_argument("--images", type=int, default=25, help="pictures to attack, drawn by digests of their names")
    parser.add_argument("--queries", type=int, default=500, help="queries for each picture")
    parser.add_argument("--epsilon", type=int, default=16, help="largest change of a sample, in 8-bit levels")
    parser.add_argument("--length", type=float, default=10, help="largest L2 length, samples in units of [0, 1]")
    parser.add_argument("--noise", type=int, default=64, help="largest change of a sample by the control, in 8-bit levels")
    parser.add_argument("--workers", type=int, default=1, help="pictures that are attacked at a time")
    parser.add_argument("--only", nargs="+", metavar="PART", help="attacks whose name contains one of these, as filter-scores")
    parser.add_argument("--define", action="append", default=[], metavar="NAME=VALUE", help="for the filter file")
    parser.add_argument("--sluice", default="sluice", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.images < 1:
        parser.error("--images takes a number from 1")
    return options


def chosen(folder, count):
    """Pictures of a folder, drawn by digests of their names: the same in every run, and of all kinds."""
    paths = [path for path in folder.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png")]
    if not paths:
        sys.exit(f"attacks.sh: there is no PNG or JPEG in {folder}")
    paths.sort(key=lambda path: hashlib.sha256(path.name.encode()).digest())
    return sorted(paths[:count])


def key(options, photographs):
    """What figures are of, besides the settings of an attack: the filter with its files and its calibration, as its own record
    of a verdict has them, the definitions, and the pictures."""
    filter = ["-f", options.filter]
    for definition in options.define:
        filter += ["--define", definition]
    with tempfile.TemporaryDirectory() as folder:
        log = pathlib.Path(folder) / "audit"
        sluice(options, "filter", *filter, "--audit", log, "--format", "none", photographs[0])
        lines = [json.loads(line)["record"] for line in sluice(options, "audit", "list", "--audit", log, "--ndjson").splitlines()]
    return {
        "filter": next(record["filter"] for record in lines if record["kind"] == "verdict"),
        # Digests, because a definition may be a secret.
        "definitions": sorted(hashlib.sha256(text.encode()).hexdigest() for text in options.define),
        "pictures": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in photographs},
    }


def sluice(options, *arguments):
    """What the command writes; status 1 says that a picture was flagged."""
    done = subprocess.run([str(part) for part in (options.sluice, *arguments)], stdout=subprocess.PIPE)
    if done.returncode > 1:
        sys.exit(f"attacks.sh: sluice {arguments[0]} ended with {done.returncode}")
    return done.stdout


def mark(folder, measured):
    """Says in the folder what its figures are of; an older folder must be of the same. Hidden, so that it is no picture."""
    path = folder / ".measured.json"
    if not folder.exists():
        folder.mkdir(parents=True)
        path.write_text(json.dumps(measured, indent=1) + "\n")
    elif not path.exists() or json.loads(path.read_text()) != measured:
        sys.exit(f"attacks.sh: {folder} is of another filter, calibration or other pictures; name another OUTPUT")


def run(options, attack, value, goal, sees, photographs, folder):
    command = [options.sluice, "attack", "-f", options.filter, "--attack", attack, "--goal", goal, "--sees", sees]
    command += ["--queries", options.queries, "--seed", SEED, "--workers", options.workers, "-o", folder]
    if value is not None:
        command += ["--set", f"epsilon={value:g}"]
    for definition in options.define:
        command += ["--define", definition]
    command += ["--images", *photographs]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        sys.exit(f"attacks.sh: {attack}, {goal}, {sees} ended with {done.returncode}; the same command goes on from here")


def check(plan, options, limit, folder):
    """What was measured before must have been measured in the same way."""
    known = plan["parameters"].get("epsilon")
    if (plan["queries"], plan["seed"]) != (options.queries, SEED) or (limit is not None and known != limit):
        sys.exit(f"attacks.sh: {folder} is of {plan['queries']} queries and a limit of {known}; name another OUTPUT")


def row(record):
    plan, summary = record["plan"], record["summary"]
    attacked = summary["attacked"]
    wrong = [image for image in record["images"] if image["outcome"] == "succeeded"]
    passing = sum(image["flagged"] is False for image in wrong)
    # A flagged picture is no success where the filter is the goal.
    flagged = share(len(wrong) - passing, len(wrong)) if plan["goal"] == CLASSIFIER else "–"
    return "| " + " | ".join([
        f"`{plan['attack']}`{limit(plan['parameters'], plan['attack'])}", plan["goal"], plan["sees"], str(attacked),
        share(len(wrong), attacked), flagged, share(passing, attacked), text(summary.get("medianQueries"), "d"),
        text(summary.get("medianL2"), ".1f"),
        text(summary.get("medianLinf") and round(255 * summary["medianLinf"]), "d"),
    ]) + " |"


def limit(parameters, attack):
    if "epsilon" not in parameters:
        return ""
    return f" {parameters['epsilon']:g}" + ("/255" if attack in ("square", "nes", "noise") else "")


def text(value, form):
    return "–" if value is None else format(value, form)


def share(count, total):
    """A share with its 95 % interval (Wilson 1927)."""
    if total == 0:
        return "–"
    rate, z = count / total, 1.959964
    middle = (rate + z * z / (2 * total)) / (1 + z * z / total)
    reach = z * math.sqrt(rate * (1 - rate) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return f"{short(rate)} ({short(max(0, middle - reach))}–{short(min(1, middle + reach))})"


def short(value):
    return f"{value:.2f}".removeprefix("0")


main()
