"""The class that a picture's path names, by the rule that `sluice attack` and `sluice evaluate` have."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from errors import AttackError

Labels = tuple[str, ...] | None


def read_labels(path: Path) -> tuple[str, ...]:
    """The names of the classes: JSON, or one a line, without identifiers of WordNet where every line begins with one."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise AttackError(f"{path} cannot be read: {error.strerror}") from error
    if path.suffix.lower() == ".json" or text.lstrip()[:1] in ("[", "{"):
        try:
            return _names(json.loads(text))
        except (ValueError, KeyError, IndexError, TypeError) as error:
            if path.suffix.lower() == ".json":
                raise AttackError(f"{path} holds no labels") from error
    lines = text.rstrip("\r\n").split("\n")
    lines = [line.removesuffix("\r") for line in lines]
    names = [match[1] for match in (re.match(r"n[0-9]{8}[ \t](.*)", line) for line in lines) if match]
    return tuple(names if len(names) == len(lines) else lines)


def _names(content: list | dict) -> tuple[str, ...]:
    entries = [content[str(number)] for number in range(len(content))] if isinstance(content, dict) else content
    return tuple(entry if isinstance(entry, str) else str(entry[-1]) for entry in entries)


def true_class(path: Path | str, count: int, labels: Labels = None) -> int | None:
    """The number before `__` in the file's name; else a label as folder or file; else the number before `_` or `-` in the
    file's name, a folder that is a number, or a file that is one."""
    path = Path(path)
    folder, stem = path.parent.name, path.name.rpartition(".")[0] or path.name
    digits = re.match("[0-9]*", stem)[0]
    rest = stem[len(digits) :]

    def number(text: str) -> int | None:
        return int(text) if re.fullmatch("[0-9]{1,9}", text) and int(text) < count else None

    if rest.startswith("__") and number(digits) is not None:
        return number(digits)
    by_name = _by_name(labels or ())
    if _key(folder) in by_name:
        return by_name[_key(folder)]
    for key in (_key(rest), _key(stem.rstrip("0123456789"))):
        # `0_1.png` is of class 0, also where classes are called by their numbers.
        if key in by_name and any(character.isalpha() for character in key):
            return by_name[key]
    is_number = rest[:1] in ("", ".")
    for text in (digits if rest[:1] in ("_", "-") else "", folder, digits if is_number else ""):
        if number(text) is not None:
            return number(text)
    return None


def numbered(name: str, number: int, count: int, labels: Labels = None) -> str:
    """The name with the true class before it, unless it says that by itself: to a reader with labels, and to one without."""
    is_said = all(true_class(f"{name}.png", count, each) == number for each in (labels, None))
    return name if is_said else f"{number}__{name}"


@lru_cache(maxsize=8)
def _by_name(labels: tuple[str, ...]) -> dict[str, int]:
    """Of names that several classes have, none counts."""
    keys = [_key(label) for label in labels]
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    return {key: index for index, key in enumerate(keys) if key and counts[key] == 1}


def _key(label: str) -> str:
    return "".join(character for character in label.lower() if character.isalnum())
