"""`sluice serve` under load beside `sluice filter` on the same photographs and cores. See serving.sh."""

import contextlib
import dataclasses
import http.client
import json
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

import measuring

# wrk runs this: it posts one photograph after another, and prints what it saw as JSON. Each thread of wrk has a copy.
LOAD = """
local bodies = {}
for path in io.lines("LISTED") do
  local file = io.open(path, "rb")
  bodies[#bodies + 1] = file:read("*a")
  file:close()
end
local at = 0
function request()
  at = at % #bodies + 1
  return wrk.format("POST", "/v1/filter", {["Content-Type"] = "image/jpeg"}, bodies[at])
end
function done(summary, latency)
  local errors = summary.errors
  print(string.format('{"answers":%d,"seconds":%f,"p50":%f,"p99":%f,"refused":%d,"lost":%d}', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
"""


@dataclasses.dataclass
class Load:
    rate: float
    p50: float
    p99: float
    refused: int
    lost: int
    memory: float

    def __init__(self, seen, memory):
        self.rate = seen["answers"] / seen["seconds"]
        self.p50, self.p99, self.memory = seen["p50"], seen["p99"], memory
        self.refused, self.lost = seen["refused"], seen["lost"]


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


@contextlib.contextmanager
def server(options, name, cores, folder):
    """Starts a gateway on these cores, waits until it is ready, and gives its process and port."""
    port, operations = free_ports(2)
    audit = tempfile.mkdtemp(dir=folder) if options.audit else "off"
    command = [options.sluice, "serve", "-f", name, *measuring.definitions(options), "--http", f"127.0.0.1:{port}",
               "--grpc", "off", "--operations", f"127.0.0.1:{operations}", "--workers", len(cores), "--audit", audit,
               "--log-level", "error", "--drain-delay", "0s", *options.serve]
    process = subprocess.Popen(measuring.pinned(command, cores))
    try:
        wait_until_ready(process, f"http://127.0.0.1:{operations}/readyz")
        yield process, port
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(process, address):
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"sluice serve ended with {process.returncode}")
        with contextlib.suppress(OSError):
            urllib.request.urlopen(address).read()
            return
        time.sleep(0.1)
    raise SystemExit(f"not ready: {address}")


def peak_memory(process):
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024


def post_by_wrk(port, connections, seconds, script):
    threads = 2 if connections >= 32 else 1
    command = ["wrk", "-t", threads, "-c", connections, "-d", f"{seconds}s", "--timeout", "30s", "-s", script,
               f"http://127.0.0.1:{port}"]
    output = subprocess.run(list(map(str, command)), check=True, capture_output=True, text=True).stdout
    return json.loads(next(line for line in output.splitlines() if line.startswith("{")))


def post_by_threads(port, connections, seconds, files):
    """One thread a connection, which posts, waits for the answer, and posts again."""
    bodies = [path.read_bytes() for path in files]
    waits, counts, guard = [], {"refused": 0, "lost": 0}, threading.Lock()
    start = time.perf_counter()

    def client(first):
        connection, at = http.client.HTTPConnection("127.0.0.1", port, timeout=30), first
        while (began := time.perf_counter()) < start + seconds:
            outcome = None
            try:
                connection.request("POST", "/v1/filter", bodies[at % len(bodies)], {"Content-Type": "image/jpeg"})
                answer = connection.getresponse()
                answer.read()
                outcome = "refused" if answer.status > 399 else None
            except OSError:
                connection.close()
                outcome = "lost"
            with guard:
                if outcome != "lost":
                    waits.append(1000 * (time.perf_counter() - began))
                if outcome:
                    counts[outcome] += 1
            at += 1

    threads = [threading.Thread(target=client, args=(index * len(bodies) // connections,)) for index in range(connections)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    waits.sort()
    return {"answers": len(waits), "seconds": time.perf_counter() - start, "p50": waits[len(waits) // 2],
            "p99": waits[len(waits) * 99 // 100], **counts}


def served(options, name, cores, connections, folder, files):
    def post(port, seconds):
        if options.generator == "wrk":
            return post_by_wrk(port, connections, seconds, folder / "load.lua")
        return post_by_threads(port, connections, seconds, files)

    with server(options, name, cores, folder) as (process, port):
        post(port, 2)
        seen = post(port, options.seconds)
        return Load(seen, peak_memory(process))


def main():
    parser = measuring.arguments("Measures `sluice serve` under load.", rounds=3, images=100)
    parser.add_argument("--cores", type=int, default=2, help="cores of server and filter (default: %(default)s)")
    parser.add_argument("--connections", default="4", help="numbers of connections, as 1,4,16 (default: 4)")
    parser.add_argument("--seconds", type=int, default=15, help="under load in each turn (default: %(default)s)")
    parser.add_argument("--audit", action="store_true", help="record every verdict, in a folder that is removed again")
    parser.add_argument("--generator", choices=("wrk", "threads"), default="wrk" if shutil.which("wrk") else "threads",
                        help="where the load comes from (default: wrk where it is installed)")
    parser.add_argument("--serve", nargs=1, action="extend", default=[], metavar="ARGUMENT",
                        help="a further argument of `sluice serve`, as --serve=--batch-delay=2ms; may be repeated")
    options = parser.parse_args()
    connections = list(map(int, options.connections.split(",")))
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        files, cores = measuring.photographs(options.photographs, options.images), measuring.chosen_cores(options.cores)
        listed = folder / "photographs.txt"
        listed.write_text("".join(f"{path}\n" for path in files))
        (folder / "load.lua").write_text(LOAD.replace("LISTED", str(listed)))
        subjects = {}
        for name in options.filters:
            command = measuring.filter_command(options, name, len(cores), listed)
            subjects[name, "filter"] = lambda command=command: measuring.Run.of(command, cores)
            for count in connections:
                subjects[name, count] = lambda name=name, count=count: served(options, name, cores, count, folder, files)
        runs = measuring.in_turns(options.rounds, subjects)
    report(options, connections, runs)


def report(options, connections, runs):
    print(f"{options.cores} cores for server and filter, load by {options.generator} (on any core), audit "
          f"{'on' if options.audit else 'off'}; medians of {options.rounds} rounds in turns (lowest–highest)\n")
    print("| filter | connections | requests/s | `sluice filter` | ratio | p50 | p99 | not forwarded | lost | memory |\n"
          "|---|---|---|---|---|---|---|---|---|---|")
    for name in options.filters:
        alone = runs[name, "filter"]
        for count in connections:
            loads = runs[name, count]
            rate, p50, p99, memory = (measuring.median(loads, lambda load: getattr(load, value))
                                      for value in ("rate", "p50", "p99", "memory"))
            refused, answers = sum(load.refused for load in loads), sum(load.rate for load in loads) * options.seconds
            print(f"| {name.stem} | {count} | {rate:.1f} | {measuring.median(alone, lambda run: run.rate):.1f} "
                  f"| {measuring.ratio(loads, alone)} | {p50:.0f} ms | {p99:.0f} ms | {100 * refused / answers:.1f} % "
                  f"| {sum(load.lost for load in loads)} | {memory:.0f} MB |")


if __name__ == "__main__":
    main()
