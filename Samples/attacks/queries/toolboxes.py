"""Attacks as other people's tools make them: they know nothing of a gateway."""

import numpy

from black_box import BlackBox


def hop_skip_jump(box: BlackBox, epsilon: float, seed: int) -> None:
    """HopSkipJump (Chen, Jordan, Wainwright 2020) by the Adversarial Robustness Toolbox: sees classes, minimises L2."""
    from art.attacks.evasion import HopSkipJump

    numpy.random.seed(seed)
    attack = HopSkipJump(_art(box), norm=2, max_iter=1000, max_eval=1000, init_eval=50, init_size=20, verbose=False)
    attack.generate(box.original[None], y=numpy.array([box.label]))


def square(box: BlackBox, epsilon: float, seed: int) -> None:
    """Square (Andriushchenko et al. 2020) by the Adversarial Robustness Toolbox: sees probabilities, stays within L∞."""
    from art.attacks.evasion import SquareAttack

    numpy.random.seed(seed)
    attack = SquareAttack(_art(box), norm=numpy.inf, eps=epsilon, max_iter=box.budget, batch_size=1, verbose=False)
    attack.generate(box.original[None], y=numpy.array([box.label]))


def boundary(box: BlackBox, epsilon: float, seed: int) -> None:
    """The boundary attack (Brendel, Rauber, Bethge 2018) by Foolbox: sees classes, minimises L2."""
    import foolbox

    numpy.random.seed(seed)
    ask = lambda images: numpy.stack([box.probabilities(image) for image in images])
    model = foolbox.models.NumPyModel(ask, bounds=(0, 1), data_format="channels_last")
    attack = foolbox.attacks.BoundaryAttack(steps=25_000)
    attack.run(model, box.original[None], foolbox.criteria.Misclassification(numpy.array([box.label])))


def _art(box: BlackBox):
    from art.estimators.classification import BlackBoxClassifierNeuralNetwork

    ask = lambda images: numpy.stack([box.probabilities(image) for image in images])
    return BlackBoxClassifierNeuralNetwork(
        ask, input_shape=box.original.shape, nb_classes=1000, channels_first=False, clip_values=(0, 1))
