"""The distances between two predictions that detectors compute, with gradients. All are of log probabilities, N x classes."""

from __future__ import annotations

import math

import torch


def distance(name: str, first: torch.Tensor, other: torch.Tensor, top: int = 5) -> torch.Tensor:
    """One number for each picture: what a detector's distance `name` gives for the classifier's answer and another look's."""
    p, q = first.exp(), other.exp()
    if name == "l1":
        return (p - q).abs().sum(1)
    if name == "l2":
        return (p - q).square().sum(1).clamp_min(1e-20).sqrt()
    if name == "kullbackLeibler":
        return (p * (first - other)).sum(1)
    if name == "jensenShannon":
        middle = ((p + q) / 2).clamp_min(1e-30).log()
        return ((p * (first - middle)).sum(1) + (q * (other - middle)).sum(1)) / 2
    if name == "meanLogDifference":
        likeliest = first.topk(min(top, first.shape[1]), 1).indices
        return (first - other).gather(1, likeliest).abs().mean(1)
    if name in ("labelDoubt", "changedLabel"):
        # A changed label has no gradient; doubt about it has, and falls below a half with it.
        return 1 - q.gather(1, first.argmax(1, keepdim=True))[:, 0]
    raise ValueError(f"no distance is named {name}")


# About what divides clean pictures from attacked ones, so that no distance outweighs the others.
SCALES = {
    "l1": 1.0,
    "l2": 0.7,
    "kullbackLeibler": 1.0,
    "jensenShannon": math.log(2) / 2,
    "meanLogDifference": 2.0,
    "labelDoubt": 0.5,
    "changedLabel": 0.5,
}
