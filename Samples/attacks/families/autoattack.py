"""AutoAttack: several attacks without settings, one after another on what still stands."""

from __future__ import annotations

import numpy as np
from art.attacks.evasion import AutoAttack, AutoProjectedGradientDescent, SquareAttack

from families.kind import EPSILON, AttackKind, Parameter, Values


def _make(estimator, values: Values, is_targeted: bool):
    epsilon, steps, starts = values["epsilon"], values["steps"], values["starts"]
    # As in the paper; from there the steps are only halved.
    first_step = 2 * epsilon
    # The second loss compares three classes.
    losses = ["cross_entropy"] + (["difference_logits_ratio"] if estimator.nb_classes > 2 else [])

    def gradient(loss: str) -> AutoProjectedGradientDescent:
        return AutoProjectedGradientDescent(
            estimator, np.inf, epsilon, first_step, steps, False, starts, 16, loss_type=loss, verbose=False
        )

    square = SquareAttack(
        estimator, norm=np.inf, max_iter=values["queries"], eps=epsilon, nb_restarts=1, batch_size=16, verbose=False
    )
    attacks = [gradient(loss) for loss in losses] + [square]
    return AutoAttack(estimator, norm=np.inf, eps=epsilon, eps_step=first_step, attacks=attacks, batch_size=16)


ATTACKS = {
    "autoattack": AttackKind(
        "automatic descent with two losses, then Square",
        "Croce, Hein 2020",
        {
            "epsilon": EPSILON,
            "steps": Parameter(50, 1, 1000, "steps of each descent; 100 in the paper"),
            "starts": Parameter(1, 1, 10, "random starts of each; 5 in the paper"),
            "queries": Parameter(500, 1, 10_000, "queries of Square; 5,000 in the paper"),
        },
        _make,
        can_target=False,
    )
}
