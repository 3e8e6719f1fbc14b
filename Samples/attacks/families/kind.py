"""What every attack says about itself, and the values that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from errors import AttackError

Values = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    default: float | int
    low: float
    high: float
    meaning: str

    def parse(self, name: str, text: str) -> float | int:
        """Numbers, also as fractions such as 8/255."""
        try:
            value = float(Fraction(text))
        except (ValueError, ZeroDivisionError) as error:
            raise AttackError(f"{name}={text} is no number") from error
        if isinstance(self.default, int) and value == int(value):
            value = int(value)
        if not self.low <= value <= self.high or (isinstance(self.default, int) and not isinstance(value, int)):
            raise AttackError(f"{name}={text}; permitted: {self.low:g} … {self.high:g}")
        return value


@dataclass(frozen=True)
class AttackKind:
    """An attack of the toolbox.

    `make(estimator, values, is_targeted)` gives something whose `generate(x, y)` attacks pictures in [0, 1]; or
    `run(estimator, values, x, y, is_targeted, random)` does it itself.
    """

    summary: str
    source: str
    parameters: dict[str, Parameter]
    make: Callable[[Any, Values, bool], Any] | None = None
    run: Callable[[Any, Values, np.ndarray, np.ndarray, bool, np.random.Generator], np.ndarray] | None = None
    can_target: bool = True
    # Stops just over the border, so that rounding may undo it: then the change is enlarged until the file is wrong.
    is_minimal: bool = False
    # Whether `epsilon` is the L2 norm of the change; otherwise it is the largest change of a sample.
    is_l2: bool = False

    def values(self, texts: dict[str, str]) -> Values:
        for name in texts:
            if name not in self.parameters:
                raise AttackError(f"there is no setting {name}; permitted: {', '.join(self.parameters)}")
        return {
            name: parameter.parse(name, texts[name]) if name in texts else parameter.default
            for name, parameter in self.parameters.items()
        }

    def attack(
        self, estimator: Any, values: Values, x: np.ndarray, y: np.ndarray, is_targeted: bool, random: np.random.Generator
    ) -> np.ndarray:
        if is_targeted and not self.can_target:
            raise AttackError("this attack cannot aim at a class")
        if self.run is not None:
            return self.run(estimator, values, x, y, is_targeted, random)
        return self.make(estimator, values, is_targeted).generate(x=x, y=y)


EPSILON = Parameter(8 / 255, 1 / 255, 1.0, "the largest change of a sample, of values in [0, 1]")
