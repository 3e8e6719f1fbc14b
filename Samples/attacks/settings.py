"""Kinds of numbers that options take."""

from __future__ import annotations

import argparse


def from_one(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text}; permitted: whole numbers from 1")
    return number
