"""All attacks by name. A new one is a row in a family's `ATTACKS`, or a family of its own here."""

from __future__ import annotations

from families import autoattack, gradient_sign, minimal, patch
from families.kind import EPSILON, AttackKind, Parameter

ADAPTIVE = "adaptive"
CATALOGUE: dict[str, AttackKind] = {
    **gradient_sign.ATTACKS,
    **minimal.ATTACKS,
    **patch.ATTACKS,
    **autoattack.ATTACKS,
    # Carried out by `families/adaptive.py`, which needs the whole filter and not the classifier alone.
    ADAPTIVE: AttackKind(
        "descent through all looks of the filter that the attacker knows",
        "Carlini, Wagner 2017; Athalye et al. 2018; Tramer et al. 2020",
        {
            "epsilon": EPSILON,
            "steps": Parameter(30, 1, 10_000, "steps"),
            "distances": Parameter(0.3, 0.0, 100.0, "weight of what detectors make of the looks"),
            "draws": Parameter(1, 1, 100, "draws of random squeezers for each step"),
            "gray": Parameter(-1, -1, 1, "1 for the same change of all channels, 0 for any, -1 as the filter and the file ask"),
        },
    ),
}
