"""Attacks that adapt to refusals: oracle-guided adaptive rejection sampling (Feng et al. 2023, OARS).

A refusal tells the attacker that a question was too near to an earlier one. So he asks with proposals just so wide, and takes
steps just so long, that they are not refused, and samples again what was. Against a gateway that never refuses he learns nothing,
and these are the plain attacks.
"""

import numpy

from black_box import BlackBox

# How many proposals of one width are tried before the width is said to be refused.
PROBES = 3
# How often one proposal is drawn again after a refusal.
REDRAWS = 4
# The widest noise that is tried: a standard deviation in units of [0, 1].
WIDEST = 0.5


def hop_skip_jump(box: BlackBox, epsilon: float, seed: int) -> None:
    """HopSkipJump whose noise is as wide, and whose binary search is as coarse, as refusals make it."""
    random = numpy.random.default_rng(seed)
    point = _search(box, _start(box, random), tolerance=0.02)
    for iteration in range(1, 1000):
        width = _narrowest(box, point, random)
        direction = _direction(box, point, width, round(50 * iteration**0.5), random)
        length = box.distance(point) / iteration**0.5
        point = _search(box, _step(box, point, direction, length), tolerance=0.02)


def square(box: BlackBox, epsilon: float, seed: int) -> None:
    """Square whose squares grow with each refusal, and shrink slowly again."""
    random = numpy.random.default_rng(seed)
    height, width, channels = box.original.shape
    stripes = numpy.sign(random.uniform(-1, 1, (1, width, channels)))
    best, loss = numpy.clip(box.original + epsilon * stripes, 0, 1), None
    share = 0.8
    while True:
        candidate = best.copy()
        side = max(1, min(height, round((share * height * width) ** 0.5)))
        top, left = random.integers(0, height - side + 1), random.integers(0, width - side + 1)
        region = numpy.s_[top : top + side, left : left + side]
        candidate[region] = numpy.clip(
            box.original[region] + epsilon * numpy.sign(random.uniform(-1, 1, (1, 1, channels))), 0, 1)
        answer = box.answer(candidate)
        if answer.probabilities is None:
            share = min(1.0, share * 1.5)
            continue
        share = max(0.01, share * 0.98)
        margin = _margin(answer.probabilities, box.label)
        if loss is None or margin < loss:
            best, loss = candidate, margin
        if loss < 0:
            return


def _margin(probabilities: numpy.ndarray, label: int) -> float:
    others = numpy.delete(probabilities, label)
    return float(numpy.log(probabilities[label] + 1e-12) - numpy.log(others.max() + 1e-12))


def _start(box: BlackBox, random) -> numpy.ndarray:
    """Noise that is taken for something else."""
    while True:
        noise = random.uniform(0, 1, box.original.shape).astype(numpy.float32)
        if box.is_mistaken(noise):
            return noise


def _search(box: BlackBox, far: numpy.ndarray, tolerance: float) -> numpy.ndarray:
    """The nearest mistaken image on the way from `far` to the original, as near as refusals let it be found."""
    low, high = 0.0, 1.0
    while high - low > tolerance:
        middle = (low + high) / 2
        mistaken = box.is_mistaken(box.original + middle * (far - box.original))
        if mistaken is None:
            break
        low, high = (low, middle) if mistaken else (middle, high)
    return box.original + high * (far - box.original)


def _narrowest(box: BlackBox, point: numpy.ndarray, random) -> float:
    """The least standard deviation of noise whose questions are not refused: the proposal distribution, adapted."""
    low, high = 0.0, WIDEST
    for _ in range(5):
        middle = max(0.005, (low + high) / 2)
        probes = [box.answer(point + middle * random.standard_normal(point.shape)) for _ in range(PROBES)]
        refused = any(probe.is_refused for probe in probes)
        low, high = (middle, high) if refused else (low, middle)
    return high


def _direction(box: BlackBox, point: numpy.ndarray, width: float, count: int, random) -> numpy.ndarray:
    """Where mistakes are, estimated from noise around the point; refused noise is drawn again."""
    noises, signs = [], []
    for _ in range(count):
        for _ in range(REDRAWS):
            noise = random.standard_normal(point.shape).astype(numpy.float32)
            mistaken = box.is_mistaken(point + width * noise)
            if mistaken is not None:
                noises.append(noise)
                signs.append(1.0 if mistaken else -1.0)
                break
    if not noises:
        return random.standard_normal(point.shape)
    weights = numpy.array(signs) - (numpy.mean(signs) if len(set(signs)) > 1 else 0)
    return numpy.tensordot(weights, numpy.stack(noises), 1)


def _step(box: BlackBox, point: numpy.ndarray, direction: numpy.ndarray, length: float) -> numpy.ndarray:
    """The longest step, of halved ones, that stays a mistake; a refused step is tried once more, longer."""
    unit = direction / (numpy.linalg.norm(direction) + 1e-12)
    for _ in range(8):
        candidate = numpy.clip(point + length * unit, 0, 1)
        mistaken = box.is_mistaken(candidate)
        if mistaken is None:
            candidate = numpy.clip(point + 2 * length * unit, 0, 1)
            mistaken = box.is_mistaken(candidate)
        if mistaken:
            return candidate
        length /= 2
    return point
