"""Train the sign classifier and write `model.onnx` and `labels.txt`.

The pictures are rendered in memory and differ from those of the clean sets. The
augmentation (brightness, light blur, JPEG, noise) stands for what a camera and a
web upload do to a picture. A classifier that takes no notice of such changes
also keeps its answer when a squeezer simplifies a clean picture, and that is
what makes the change of answer on an adversarial one stand out.
"""

from __future__ import annotations

import io
import time

import numpy as np
import onnx
import torch
from onnx.reference import ReferenceEvaluator
from PIL import Image, ImageFilter
from torch import nn

from render_signs import CLASS_NAMES, SAMPLE_FOLDER, render_split
from sign_network import SignNetwork, logits, to_input

SEED = 7
TRAIN_COUNT = 350 * len(CLASS_NAMES)
VALIDATE_COUNT = 25 * len(CLASS_NAMES)
EPOCHS = 14
BATCH = 64
MODEL_FILE = SAMPLE_FOLDER / "model.onnx"


def augment(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One picture as another camera or another upload might have delivered it."""
    levels = picture.astype(np.float32)
    levels = (levels - 128) * rng.uniform(0.85, 1.15) + 128 + rng.uniform(-22, 22)
    if rng.random() < 0.3:
        levels += rng.normal(0, rng.uniform(0.5, 4), levels.shape)
    shift_y, shift_x = rng.integers(-3, 4, 2)
    levels = np.pad(levels, ((3, 3), (3, 3), (0, 0)), mode="edge")
    levels = levels[3 + shift_y : 67 + shift_y, 3 + shift_x : 67 + shift_x]
    image = Image.fromarray(np.rint(np.clip(levels, 0, 255)).astype(np.uint8))
    if rng.random() < 0.35:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.0)))
    if rng.random() < 0.35:
        stream = io.BytesIO()
        image.save(stream, "JPEG", quality=int(rng.integers(75, 96)))
        image = Image.open(stream).convert("RGB")
    return np.asarray(image)


def train(pictures: np.ndarray, labels: np.ndarray) -> SignNetwork:
    """Adam with one rise and fall of the step size; the last weights are kept."""
    torch.manual_seed(SEED)
    rng = np.random.default_rng(SEED)
    network = SignNetwork(len(CLASS_NAMES), normalised=True)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-3)
    steps = EPOCHS * (len(pictures) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=4e-3, total_steps=steps)
    loss_function = nn.CrossEntropyLoss()
    for epoch in range(EPOCHS):
        started, total = time.monotonic(), 0.0
        network.train()
        order = rng.permutation(len(pictures))
        for chosen in order[: len(order) // BATCH * BATCH].reshape(-1, BATCH):
            batch = to_input(np.stack([augment(pictures[index], rng) for index in chosen]))
            loss = loss_function(network(batch), torch.from_numpy(labels[chosen]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += float(loss.detach()) * BATCH
        seconds = time.monotonic() - started
        print(f"epoch {epoch + 1:2}: loss {total / len(order):.4f}, {seconds:.0f} s", flush=True)
    return network.folded()


def accuracy(network: SignNetwork, pictures: np.ndarray, labels: np.ndarray) -> float:
    return float((logits(network, to_input(pictures)).argmax(1).numpy() == labels).mean())


def export(network: SignNetwork) -> None:
    """One file with its weights inside, for any number of pictures at a time."""
    torch.onnx.export(
        network,
        (torch.zeros(1, 3, 64, 64),),
        str(MODEL_FILE),
        dynamo=False,
        opset_version=17,
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes={"input": {0: "N"}, "logits": {0: "N"}},
    )
    onnx.checker.check_model(onnx.load(MODEL_FILE), full_check=True)
    (SAMPLE_FOLDER / "labels.txt").write_text("".join(name + "\n" for name in CLASS_NAMES))


def compare_with_file(network: SignNetwork, pictures: np.ndarray) -> None:
    """Largest difference between the model file, as the standard's reference runs it, and torch."""
    inputs = to_input(pictures)
    (outputs,) = ReferenceEvaluator(str(MODEL_FILE)).run(["logits"], {"input": inputs.numpy()})
    difference = np.abs(outputs - logits(network, inputs).numpy()).max()
    print(f"the model file differs from torch by at most {difference:.1e} in {outputs.size} logits")


if __name__ == "__main__":
    print("rendering", flush=True)
    trained = train(*render_split("train", TRAIN_COUNT))
    export(trained)
    print(f"parameters: {sum(weight.numel() for weight in trained.parameters())}")
    for split, count in (("validate", VALIDATE_COUNT), ("calibrate", 204), ("test", 84)):
        print(f"accuracy on {split} ({count}): {accuracy(trained, *render_split(split, count)):.4f}")
    compare_with_file(trained, render_split("test", 24)[0])
