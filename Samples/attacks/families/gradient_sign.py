"""Attacks along the sign of the gradient, within a largest change of each sample."""

from __future__ import annotations

import numpy as np
from art.attacks.evasion import (
    BasicIterativeMethod,
    FastGradientMethod,
    MomentumIterativeMethod,
    ProjectedGradientDescentPyTorch,
)

from families.kind import EPSILON, AttackKind, Parameter, Values

STEP = Parameter(0.0, 0.0, 1.0, "the change of one step; 0 for an eighth of epsilon")
STEPS = Parameter(40, 1, 10_000, "steps")


def _step(values: Values) -> float:
    return values["step"] or values["epsilon"] / 8


def _fgsm(estimator, values: Values, is_targeted: bool):
    return FastGradientMethod(estimator, norm=np.inf, eps=values["epsilon"], targeted=is_targeted, batch_size=16)


def _bim(estimator, values: Values, is_targeted: bool):
    return BasicIterativeMethod(
        estimator, values["epsilon"], _step(values), values["steps"], is_targeted, batch_size=16, verbose=False
    )


def _mifgsm(estimator, values: Values, is_targeted: bool):
    step = values["step"] or values["epsilon"] / values["steps"]
    return MomentumIterativeMethod(
        estimator, np.inf, values["epsilon"], step, values["momentum"], values["steps"], is_targeted, 16, verbose=False
    )


def _pgd(norm: float):
    def make(estimator, values: Values, is_targeted: bool):
        return ProjectedGradientDescentPyTorch(
            estimator,
            norm=norm,
            eps=values["epsilon"],
            eps_step=_step(values),
            max_iter=values["steps"],
            targeted=is_targeted,
            num_random_init=values["starts"],
            batch_size=16,
            verbose=False,
        )

    return make


STARTS = Parameter(1, 0, 100, "random starts; 0 starts at the picture")
ATTACKS = {
    "fgsm": AttackKind("one step along the sign of the gradient", "Goodfellow et al. 2015", {"epsilon": EPSILON}, _fgsm),
    "bim": AttackKind(
        "small steps from the picture", "Kurakin et al. 2017", {"epsilon": EPSILON, "steps": STEPS, "step": STEP}, _bim
    ),
    "mifgsm": AttackKind(
        "small steps with momentum, which carry over to other models",
        "Dong et al. 2018",
        {
            "epsilon": EPSILON,
            "steps": Parameter(10, 1, 10_000, "steps"),
            "step": Parameter(0.0, 0.0, 1.0, "the change of one step; 0 for epsilon / steps"),
            "momentum": Parameter(1.0, 0.0, 1.0, "the part of the direction that is kept"),
        },
        _mifgsm,
    ),
    "pgd": AttackKind(
        "small steps from a random start",
        "Madry et al. 2018",
        {"epsilon": EPSILON, "steps": STEPS, "step": STEP, "starts": STARTS},
        _pgd(np.inf),
    ),
    "pgd-l2": AttackKind(
        "the same in L2",
        "Madry et al. 2018",
        {"epsilon": Parameter(2.0, 0.01, 1000.0, "the L2 norm of the change"), "steps": STEPS, "step": STEP, "starts": STARTS},
        _pgd(2),
        is_l2=True,
    ),
}
