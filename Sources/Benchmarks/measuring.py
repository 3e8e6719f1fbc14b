"""What the benchmarks of whole programs share: choosing photographs and cores, and timing a program by its lines."""

import argparse
import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys
import time

# The first lines are left out of a rate: code and memory are touched for the first time there.
WARMING = 10
# Of fewer there is too little left that a rate could be of.
FEWEST_IMAGES = 2 * WARMING + 1
SHIPPED = pathlib.Path(__file__).resolve().parents[2] / "Filters/imagenet-mobilenet.yaml"


@dataclasses.dataclass
class Run:
    """One run of a program that writes a line for each image."""

    lines: list
    rate: float
    first: float
    memory: float

    @staticmethod
    def of(command, cores, by_processor_time=False):
        """Runs it on these cores. `rate` is images a second once it runs steadily, or a second of processor time, `first` the
        seconds from its start to its first line, `memory` its peak in MB."""
        start, times, lines, worked = time.perf_counter(), [], [], 0
        process = subprocess.Popen(pinned(command, cores), stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            times.append(time.perf_counter())
            lines.append(line)
            if len(lines) == WARMING:
                worked = processor_seconds(process)
        status, usage = os.wait4(process.pid, 0)[1:]
        process.returncode = os.waitstatus_to_exitcode(status)
        # 1: images were flagged.
        if process.returncode not in (0, 1) or len(lines) < FEWEST_IMAGES:
            sys.exit(f"ended with {process.returncode} after {len(lines)} lines: {' '.join(map(str, command))}")
        spent = usage.ru_utime + usage.ru_stime - worked if by_processor_time else times[-1] - times[WARMING - 1]
        return Run(lines, (len(times) - WARMING) / spent, times[0] - start, usage.ru_maxrss / 1024)


def processor_seconds(process):
    """What a process has used so far."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def pinned(command, cores):
    return ["taskset", "-c", ",".join(map(str, cores)), *map(str, command)]


def chosen_cores(count):
    """The last of the cores that this process may use; the first one is where everything else runs."""
    available = sorted(os.sched_getaffinity(0))
    if count > len(available):
        sys.exit(f"{count} cores were asked for, and there are {len(available)}")
    return available[-count:]


def photographs(folder, count):
    """So many JPEG files, spread over the folder, and read once so that none comes from the disk."""
    found = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    files = found[:: max(1, len(found) // count)][:count]
    if not files:
        sys.exit(f"no JPEG files in {folder}")
    for path in files:
        path.read_bytes()
    return [path.resolve() for path in (files * (count // len(files) + 1))[:count]]


def in_turns(rounds, subjects):
    """Runs of each subject by its name: one a round, in the order given and the other way round by turns."""
    runs = {name: [] for name in subjects}
    for turn in range(rounds):
        for name in list(subjects)[:: 1 if turn % 2 == 0 else -1]:
            print(f"round {turn + 1} of {rounds}:", *name, file=sys.stderr, flush=True)
            runs[name].append(subjects[name]())
    return runs


def median(runs, value):
    return statistics.median(value(run) for run in runs)


def ratio(ours, theirs, value=lambda run: run.rate):
    """Median, lowest and highest of the ratios of the rounds."""
    ratios = [value(one) / value(other) for one, other in zip(ours, theirs)]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


def image_count(text):
    """A number of images that a rate can be measured on."""
    count = int(text)
    if count < FEWEST_IMAGES:
        raise argparse.ArgumentTypeError(f"at least {FEWEST_IMAGES} are needed: a rate leaves out the first {WARMING}")
    return count


def arguments(description, rounds, images):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--sluice", type=pathlib.Path, required=True, help="the program")
    parser.add_argument("--models", type=pathlib.Path, default=os.environ.get("MODELS"),
                        help="what ${MODELS} is in filters (default: the variable MODELS)")
    parser.add_argument("--rounds", type=int, default=rounds, help="turns of each subject (default: %(default)s)")
    parser.add_argument("--images", type=image_count, default=images,
                        help=f"photographs in a turn, at least {FEWEST_IMAGES}; fewer files are repeated (default: %(default)s)")
    parser.add_argument("photographs", type=pathlib.Path, help="a folder of JPEG files")
    parser.add_argument("filters", type=pathlib.Path, nargs="*", metavar="FILTER", default=[SHIPPED])
    return parser


def filter_command(options, name, workers, listed):
    return [options.sluice, "filter", "-f", name, *definitions(options), "--format", "none", "--verdicts", "-",
            "--workers", workers, "--files-from", listed]


def definitions(options):
    return ["--define", f"MODELS={pathlib.Path(options.models).resolve()}"] if options.models else []
