"""Starts `sluice serve`, and reads what its metrics count."""

import re
import socket
import subprocess
import time
import urllib.request

from client import Gateway

SEARCHES = "sluice_query_guard_searches_total"


class Serving:
    """A gateway of one's own, with the guard against searches as given: off, silent, freeze, slow or refuse."""

    def __init__(self, program: str, filter_file: str, guard: str, *options: str):
        self.address, self.operations = (f"127.0.0.1:{_free_port()}" for _ in range(2))
        self.model = "attacked"
        self.process = subprocess.Popen(
            [program, "serve", "--filter", filter_file, "--model", self.model, "--http", self.address, "--grpc", "off",
             "--operations", self.operations, "--audit", "off", "--watch", "0s", "--log-level", "error",
             "--query-guard", guard, *options])

    def __enter__(self) -> "Serving":
        for _ in range(600):
            try:
                urllib.request.urlopen(f"http://{self.operations}/readyz", timeout=5).close()
                return self
            except OSError:
                if self.process.poll() is not None:
                    self.__exit__()
                    raise RuntimeError(f"sluice serve ended with {self.process.returncode}") from None
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError("sluice serve does not get ready")

    def __exit__(self, *_) -> None:
        self.process.terminate()
        self.process.wait()

    def gateway(self) -> Gateway:
        return Gateway(self.address, self.model)

    def searches(self) -> int:
        """How many searches the guard noticed."""
        with urllib.request.urlopen(f"http://{self.operations}/metrics", timeout=10) as response:
            text = response.read().decode()
        counts = re.findall(rf"^{SEARCHES}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
        return round(sum(float(count) for count in counts))


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
