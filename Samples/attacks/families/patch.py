"""A square patch of any colours at a random place, made for each picture."""

from __future__ import annotations

import numpy as np
from art.attacks.evasion import ProjectedGradientDescentPyTorch

from families.kind import AttackKind, Parameter, Values


def _run(
    estimator, values: Values, x: np.ndarray, y: np.ndarray, is_targeted: bool, random: np.random.Generator
) -> np.ndarray:
    """Projected gradient descent within the patch alone, where samples may become anything."""
    height, width = x.shape[2:]
    side = max(1, round(values["side"] * min(height, width)))
    mask = np.zeros_like(x)
    for place in mask:
        top, left = random.integers(0, height - side + 1), random.integers(0, width - side + 1)
        place[:, top : top + side, left : left + side] = 1
    attack = ProjectedGradientDescentPyTorch(
        estimator,
        norm=np.inf,
        eps=1.0,
        eps_step=values["step"],
        max_iter=values["steps"],
        targeted=is_targeted,
        num_random_init=1,
        batch_size=16,
        verbose=False,
    )
    return attack.generate(x=x, y=y, mask=mask)


ATTACKS = {
    "patch": AttackKind(
        "a square patch at a random place",
        "Brown et al. 2017; Karmon et al. 2018",
        {
            "side": Parameter(0.22, 0.01, 0.5, "the side of the patch, in shorter sides of the picture"),
            "steps": Parameter(100, 1, 10_000, "steps"),
            "step": Parameter(0.05, 0.001, 1.0, "the change of one step"),
        },
        run=_run,
    )
}
