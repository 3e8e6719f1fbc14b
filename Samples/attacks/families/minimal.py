"""Attacks that look for the smallest change: Carlini-Wagner, DeepFool, EAD."""

from __future__ import annotations

from art.attacks.evasion import CarliniL2Method, DeepFool, ElasticNet

from families.kind import AttackKind, Parameter, Values

CONFIDENCE = Parameter(0.0, 0.0, 100.0, "the lead that the wrong class is to have, in logits")
RATE = Parameter(0.01, 0.0001, 1.0, "the length of a step")


def _searched(values: Values, is_targeted: bool) -> dict:
    """What Carlini-Wagner and EAD share: a search for the weight of being wrong."""
    return {
        "confidence": values["confidence"],
        "targeted": is_targeted,
        "learning_rate": values["rate"],
        "binary_search_steps": values["searches"],
        "max_iter": values["steps"],
        "initial_const": values["weight"],
        "batch_size": 16,
        "verbose": False,
    }


def _carlini(estimator, values: Values, is_targeted: bool):
    return CarliniL2Method(estimator, **_searched(values, is_targeted))


def _ead(estimator, values: Values, is_targeted: bool):
    return ElasticNet(estimator, beta=values["beta"], **_searched(values, is_targeted))


def _deepfool(estimator, values: Values, is_targeted: bool):
    # ART takes gradients for the likeliest classes of all pictures of a batch together, so pictures by themselves are ten times faster.
    return DeepFool(
        estimator, values["steps"], epsilon=values["overshoot"], nb_grads=values["classes"], batch_size=1, verbose=False
    )


ATTACKS = {
    "carlini-wagner": AttackKind(
        "the smallest change in L2",
        "Carlini, Wagner 2017",
        {
            "confidence": CONFIDENCE,
            "steps": Parameter(10, 1, 10_000, "steps for each weight"),
            "searches": Parameter(6, 1, 20, "weights that are tried"),
            "weight": Parameter(1.0, 0.0001, 1e6, "the first weight of being wrong"),
            "rate": RATE,
        },
        _carlini,
        is_minimal=True,
    ),
    "deepfool": AttackKind(
        "steps to the nearest border of two classes",
        "Moosavi-Dezfooli et al. 2016",
        {
            "steps": Parameter(50, 1, 10_000, "steps"),
            "overshoot": Parameter(0.02, 0.000001, 10.0, "how far beyond the border"),
            "classes": Parameter(10, 2, 1000, "likeliest classes whose borders are looked at"),
        },
        _deepfool,
        can_target=False,
        is_minimal=True,
    ),
    "ead": AttackKind(
        "the smallest change in L1 and L2",
        "Chen et al. 2018",
        {
            "confidence": CONFIDENCE,
            "steps": Parameter(50, 1, 10_000, "steps for each weight"),
            "searches": Parameter(4, 1, 20, "weights that are tried"),
            "beta": Parameter(0.01, 0.0, 1.0, "how much L1 counts"),
            "weight": Parameter(1.0, 0.0001, 1e6, "the first weight of being wrong"),
            "rate": RATE,
        },
        _ead,
        is_minimal=True,
    ),
}
