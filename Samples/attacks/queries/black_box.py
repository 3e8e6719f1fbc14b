"""What an attacker has: a number of questions, and what was answered."""

from collections.abc import Callable

import numpy

from client import Answer, Gateway, rounded


class Spent(Exception):
    """All questions were asked."""


class BlackBox:
    """Counts the questions, and keeps the nearest image that seemed to be taken for something else."""

    def __init__(self, gateway: Gateway, original: numpy.ndarray, label: int, budget: int, after: Callable[[int], None]):
        """
        original: height × width × 3 values in [0, 1].
        after: told after every question how many there were.
        """
        self.gateway = gateway
        self.original = original
        self.label = label
        self.budget = budget
        self.after = after
        self.queries = 0
        self.refusals = 0
        self.best: numpy.ndarray | None = None

    def answer(self, image: numpy.ndarray) -> Answer:
        if self.queries >= self.budget:
            raise Spent
        pixels = rounded(image)
        answer = self.gateway.ask(pixels)
        self.queries += 1
        self.refusals += answer.is_refused
        self.after(self.queries)
        if answer.probabilities is not None and int(answer.probabilities.argmax()) != self.label:
            self._keep(pixels.astype(numpy.float32) / 255)
        return answer

    def probabilities(self, image: numpy.ndarray) -> numpy.ndarray:
        """For attacks that expect an answer: an image that was held back counts as one that was not mistaken."""
        answer = self.answer(image)
        if answer.probabilities is not None:
            return answer.probabilities
        certain = numpy.zeros(1000, numpy.float32)
        certain[self.label] = 1
        return certain

    def is_mistaken(self, image: numpy.ndarray) -> bool | None:
        """Whether the class is another one; None where nothing was answered."""
        answer = self.answer(image)
        return None if answer.probabilities is None else int(answer.probabilities.argmax()) != self.label

    def _keep(self, image: numpy.ndarray) -> None:
        if self.best is None or self.distance(image) < self.distance(self.best):
            self.best = image

    def distance(self, image: numpy.ndarray) -> float:
        """L2 in units of [0, 1]."""
        return float(numpy.linalg.norm(image - self.original))
