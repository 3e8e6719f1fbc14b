"""What the filter itself says of saved files: `sluice filter` judges them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from errors import AttackError


def judge(
    sluice: str, filter_path: Path, definitions: dict[str, str], files: list[Path]
) -> dict[str, tuple[bool, float | None]]:
    """Whether each file is held back, and its p-value, by path. Nothing stops an image: the filter only observes."""
    if not files:
        return {}
    command = [sluice, "filter", "-f", str(filter_path), "--observe", "--format", "none", "--verdicts", "-"]
    command += [part for item in definitions.items() for part in ("--define", "=".join(item))]
    # Over standard input, as there is no limit to the number of files there.
    command += ["--files-from", "-", "--null"]
    try:
        result = subprocess.run(command, input="\0".join(map(str, files)).encode(), capture_output=True)
    except OSError as error:
        raise AttackError(f"{sluice} cannot be run: {error}") from error
    if result.returncode == 2:
        raise AttackError(f"{sluice} could not judge the files: {result.stderr.decode(errors='replace').strip()}")
    verdicts = [json.loads(line) for line in result.stdout.splitlines()]
    return {line["source"]: (line["verdict"] != "clean", line.get("pValue")) for line in verdicts}
