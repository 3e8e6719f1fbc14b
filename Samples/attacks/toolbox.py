"""The classifier as IBM's Adversarial Robustness Toolbox wants it."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import torch
from torch import nn

warnings.filterwarnings("ignore", module="art|sklearn")
logging.getLogger("art").setLevel(logging.ERROR)

from art.estimators.classification import PyTorchClassifier  # noqa: E402

from families.kind import AttackKind, Values  # noqa: E402
from network import predict  # noqa: E402

Array = np.ndarray


def estimator(network: nn.Module, shape: tuple[int, ...], classes: int) -> PyTorchClassifier:
    """Parameters: the shape of one picture, 3 x rows x columns; attacks work on values in [0, 1]."""
    return PyTorchClassifier(
        model=network,
        loss=nn.CrossEntropyLoss(),
        input_shape=shape,
        nb_classes=classes,
        clip_values=(0.0, 1.0),
        device_type="cpu",
    )


def run_toolbox(
    kind: AttackKind,
    values: Values,
    network: nn.Module,
    originals: torch.Tensor,
    classes: torch.Tensor,
    is_targeted: bool,
    seed: int,
) -> torch.Tensor:
    """Pictures with values in [0, 1] as an attack on a network leaves them; `classes` are the wanted ones, or the true ones."""
    count = predict(network, originals[:1]).shape[1]
    toolbox = estimator(network, tuple(originals.shape[1:]), count)
    answers = np.eye(count, dtype=np.float32)[classes.numpy()]
    random = np.random.default_rng(seed)
    return torch.from_numpy(kind.attack(toolbox, values, originals.numpy(), answers, is_targeted, random))


def seed_everything(seed: int) -> None:
    """The toolbox draws from the generators of NumPy and PyTorch that everything shares."""
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
