"""Attacks on the whole filter, by somebody who knows it: all its looks are to agree on one wrong class.

Descends along the gradient through all looks at once, as adaptive attacks on detectors do (Carlini and Wagner 2017,
"Adversarial Examples Are Not Easily Detected"; Tramer et al. 2020, "On Adaptive Attacks"): the sum, over the looks, of the
cross entropy with one wrong class, and of what each known detector makes of the looks. Where colour noise is looked for, the
perturbation is gray, so that it adds nothing to any colour difference. Where the picture is saved as a JPEG, the looks are of
what a decoder reads of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional

from distances import SCALES, distance
from knowledge import PLAIN, Knowledge
from squeezers import rounded

# From pictures to what is read of their files, with a gradient.
Saving = Callable[[torch.Tensor], torch.Tensor]


@dataclass(frozen=True)
class AdaptiveAttack:
    knowledge: Knowledge
    epsilon: float
    steps: int
    # Weight of the detectors' distances beside the cross entropies.
    distances: float
    # Draws of random squeezers for each step.
    draws: int
    is_gray: bool
    save: Saving
    seed: int

    # The wrong class is chosen anew after so many steps, when the picture has moved towards the easiest one.
    RECHOSEN_AT = 8
    # Beyond this lead in a look nothing is gained by more.
    LEAD = 12.0

    def run(self, images: torch.Tensor, labels: torch.Tensor, targets: torch.Tensor | None) -> torch.Tensor:
        """Parameters: pictures, N x 3 x rows x columns in [0, 1]; their classes; wanted classes, or `None` for any wrong
        one. Returns: the best picture of each that was met, wrong for the classifier where one was."""
        random = np.random.default_rng(self.seed)
        channels = 1 if self.is_gray else 3
        change = torch.zeros_like(images[:, :channels])
        first, second = torch.zeros_like(change), torch.zeros_like(change)
        best, least = images.clone(), torch.full((len(images),), torch.inf)
        wanted = targets
        for step in range(self.steps + 1):
            if targets is None and step in (0, self.RECHOSEN_AT):
                wanted = self.easiest(images + change, labels, random)
                least.fill_(torch.inf)
            moved = (images + change).clamp(0, 1).requires_grad_(True)
            losses, is_fooled, gradient = self.judge(moved, wanted, random)
            better = is_fooled & (losses < least)
            best[better], least[better] = moved.detach()[better], losses[better]
            if step == self.steps:
                break
            gradient = gradient.sum(1, keepdim=True) if self.is_gray else gradient
            first, second = 0.9 * first + 0.1 * gradient, 0.99 * second + 0.01 * gradient.square()
            direction = first / (1 - 0.9 ** (step + 1)) / ((second / (1 - 0.99 ** (step + 1))).sqrt() + 1e-12)
            length = self.epsilon * (0.25 * (1 - step / self.steps) + 0.02)
            change = (change - length * direction.clamp(-1.5, 1.5)).clamp(-self.epsilon, self.epsilon)
            if not self.is_gray:
                change = (images + change).clamp(0, 1) - images
        return torch.where(least.isinf().view(-1, 1, 1, 1), (images + change).clamp(0, 1), best)

    @torch.no_grad()
    def easiest(self, moved: torch.Tensor, labels: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
        """The wrong class that all looks together find likeliest."""
        saved = self.save(rounded(moved))
        total = sum(functional.log_softmax(look.logits(saved, random), 1) for look in self.knowledge.looks.values())
        return total.scatter(1, labels[:, None], -torch.inf).argmax(1)

    def judge(
        self, moved: torch.Tensor, wanted: torch.Tensor, random: np.random.Generator
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The loss of each picture, whether the classifier gives the wanted class, and the gradient."""
        gradient = torch.zeros_like(moved)
        losses = torch.zeros(len(moved))
        for _ in range(self.draws):
            saved = self.save(rounded(moved))
            logs = {
                name: functional.log_softmax(look.logits(saved, random), 1)
                for name, look in self.knowledge.looks.items()
            }
            loss = sum(self.unbelieved(values, wanted) for values in logs.values())
            for comparison in self.knowledge.comparisons:
                softened = functional.log_softmax(logs[PLAIN] / comparison.temperature, 1)
                value = distance(comparison.distance, softened, logs[comparison.look], comparison.top)
                loss = loss + self.distances * value / SCALES[comparison.distance]
            gradient += torch.autograd.grad(loss.sum(), moved)[0]
            losses += loss.detach()
        return losses, logs[PLAIN].argmax(1) == wanted, gradient

    def unbelieved(self, logs: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
        """Cross entropy with the wanted class, and a little for a lead, which still has a gradient where that has none."""
        own = logs.gather(1, wanted[:, None])[:, 0]
        lead = own - logs.scatter(1, wanted[:, None], -torch.inf).amax(1)
        return -own - 0.05 * lead.clamp(max=self.LEAD)
