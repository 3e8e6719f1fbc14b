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


def seed_everything(seed: int) -> None:
    """The toolbox draws from the generators of NumPy and PyTorch that everything shares."""
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)
