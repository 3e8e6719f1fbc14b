"""What protection costs: filters beside the classifier alone, and beside what Python offers. See protection.sh."""

import json
import pathlib
import sys
import tempfile

import yaml

import measuring

# What protects. Without these a filter decodes, prepares, classifies and forwards.
PROTECTION = ("models", "detectors", "decision", "sanitize")
BASELINES = pathlib.Path(__file__).with_name("baselines.py")


class Subject:
    """A filter, and what it is compared with."""

    def __init__(self, path, options, folder):
        self.label, self.path = str(path), path.resolve()
        self.filter = yaml.safe_load(self.path.read_text())
        self.name = self.filter["name"]
        self.bare = {key: value for key, value in self.filter.items() if key not in PROTECTION}
        self.engine = self.bare["classifier"]["openvino"]
        # Without detectors nobody asks it that way, and activation ranges would be of no use.
        self.engine.pop("witnessPrecision", None)
        for key in ("model", "labels", "library"):
            if key in self.engine:
                self.engine[key] = self.absolute(self.engine[key], options)
        if self.engine.get("precision") == "int8":
            self.bare["activationRanges"] = self.absolute(self.bare["activationRanges"], options)
        else:
            self.bare.pop("activationRanges", None)
        self.bare_path = folder / f"{self.path.stem}.alone.yaml"
        self.bare_path.write_text(yaml.safe_dump(self.bare, sort_keys=False))
        # The first filter with the same classifier, and the first with the same peers: those run once for all.
        self.alone = self.peers = self.label

    def absolute(self, name, options):
        """The path as the filter means it: from its own folder, with ${MODELS} put in."""
        return str(self.path.parent / name.replace("${MODELS}", str(pathlib.Path(options.models or ".").resolve())))

    def share(self, labels):
        """Finds who runs the same classifier or the same peers, among `labels` by what they run."""
        unnamed = {key: value for key, value in self.bare.items() if key != "name"}
        self.alone = labels.setdefault(json.dumps(unnamed, sort_keys=True), self.label)
        self.peers = labels.setdefault(self.preparation(), self.label)

    def preparation(self):
        """What the peers in Python need to know, as JSON; `None` where the filter prepares in a way that they do not know."""
        try:
            resize, crop = (step[name] for step, name in zip(self.filter["preprocess"], ("resize", "centerCrop")))
            known = (len(self.filter["preprocess"]) == 2 and resize["filter"] == "bilinear"
                     and self.filter["tensor"] == {"layout": "nchw", "type": "float32"})
            normalize = self.filter["normalize"]
            return json.dumps({"model": self.engine["model"], "input": self.engine["input"], "crop": crop,
                               "shorterSide": resize["shorterSide"], "mean": normalize["mean"],
                               "deviation": normalize["std"]}) if known else None
        except (KeyError, TypeError):
            return None


def commands(subject, options, cores, listed):
    """What is run for one filter on so many cores, by what it is: Python's models run on one thread, so only beside one core."""
    def filtering(path):
        return measuring.filter_command(options, path, cores, listed)

    found = {("protected", subject.label): filtering(subject.path), ("alone", subject.alone): filtering(subject.bare_path)}
    preparation = subject.preparation()
    if cores == 1 and preparation and not options.no_python:
        for way in ("unprotected", "squeezing"):
            # A shell, because what is timed takes no file name.
            found[(way, subject.peers)] = [
                "sh", "-c", 'exec "$0" "$1" "$2" "$3" < "$4"', sys.executable, BASELINES, way, preparation, listed]
    return found


def measure(subjects, options, cores, listed):
    wanted = {}
    for subject in subjects:
        for key, command in commands(subject, options, cores, listed).items():
            wanted.setdefault(key, lambda command=command: measuring.Run.of(
                command, measuring.chosen_cores(cores), options.processor_time))
    return measuring.in_turns(options.rounds, wanted)


def agreement(runs, others):
    """The share of images whose class both see."""
    def classes(run):
        lines = [json.loads(line) for line in run.lines]
        return [line["class"] if "class" in line else line.get("prediction", {}).get("class") for line in lines]

    pairs = list(zip(classes(runs[0]), classes(others[0])))
    return sum(one == other for one, other in pairs) / len(pairs)


def asked(runs):
    """How many models and versions were asked for an image that was forwarded, where verdicts say so."""
    verdicts = [json.loads(line) for line in runs[0].lines]
    counts = [len(verdict["way"]["asked"]) for verdict in verdicts if verdict["verdict"] == "clean" and "way" in verdict]
    return f"{sum(counts) / len(counts):.2f}" if counts else "–"


def forwarded(runs):
    return sum(json.loads(line)["verdict"] == "clean" for line in runs[0].lines) / len(runs[0].lines)


def report(subjects, cores, runs):
    columns = ["filter", "cores", "classifier's precision", "protected", "classifier alone", "ratio",
               "Python unprotected", "ratio", "Python squeezing", "ratio", "asked", "forwarded", "first verdict", "memory"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)
    for subject in subjects:
        ours, bare = runs["protected", subject.label], runs["alone", subject.alone]
        cells = [subject.name, cores, subject.engine.get("precision", "f32"), speed(ours),
                 speed(bare), measuring.ratio(ours, bare)]
        for way in ("unprotected", "squeezing"):
            peers = runs.get((way, subject.peers))
            cells += [speed(peers), measuring.ratio(ours, peers)] if peers else ["–", "–"]
        first, memory = measuring.median(ours, lambda run: run.first), measuring.median(ours, lambda run: run.memory)
        cells += [asked(ours), f"{100 * forwarded(ours):.1f} %", f"{first:.2f} s", f"{memory:.0f} MB"]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)


def check(subjects, runs):
    """Says on how many images all see the same class: peers that see others would not be peers."""
    for subject in subjects:
        for key in (("alone", subject.alone), ("unprotected", subject.peers), ("squeezing", subject.peers)):
            if key in runs:
                share = agreement(runs["protected", subject.label], runs[key])
                print(f"{subject.name} and {key[0]}: the same class on {100 * share:.1f} % of the images")


def growth(subjects, by_cores):
    """How much faster each is on more cores than on the fewest."""
    fewest = min(by_cores)
    for cores in sorted(by_cores)[1:]:
        for subject in subjects:
            for kind, key in (("protected", subject.label), ("alone", subject.alone)):
                faster = measuring.ratio(by_cores[cores][kind, key], by_cores[fewest][kind, key])
                print(f"{subject.name}, {kind}: {faster} times as many images/s on {cores} cores as on {fewest}")


def speed(runs):
    return f"{measuring.median(runs, lambda run: run.rate):.1f}"


def main():
    parser = measuring.arguments("Measures what protection costs.", rounds=5, images=200)
    parser.add_argument("--cores", default="1", help="numbers of cores, as 1,2; Python runs beside 1 alone (default: 1)")
    parser.add_argument("--no-python", action="store_true", help="leave the peers in Python out")
    parser.add_argument("--processor-time", action="store_true",
                        help="images a second of processor time, for machines on which others work too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        subjects = [Subject(path, options, folder) for path in options.filters]
        labels = {}
        for subject in subjects:
            subject.share(labels)
        listed = folder / "photographs.txt"
        files = measuring.photographs(options.photographs, options.images)
        listed.write_text("".join(f"{path}\n" for path in files))
        second = "second of processor time" if options.processor_time else "second"
        print(f"images a {second} and ratios: medians of {options.rounds} rounds in turns (lowest–highest); {len(files)} "
              f"photographs; {len(set(files))} of them differ\n", flush=True)
        by_cores = {}
        for cores in map(int, options.cores.split(",")):
            by_cores[cores] = measure(subjects, options, cores, listed)
            report(subjects, cores, by_cores[cores])
            check(subjects, by_cores[cores])
            print()
        growth(subjects, by_cores)


if __name__ == "__main__":
    main()
