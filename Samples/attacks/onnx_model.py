"""ONNX models as PyTorch modules that have gradients.

onnx2torch converts them. This file registers what it lacks up to version 1.5.15:

- `ReduceMean` since operator set 18, which takes its axes as an input;
- `Resize` since operator set 18, with `antialias`;
- `Reshape` with `allowzero`;
- operators whose later versions only take further types, such as `Shape` 19.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path

import onnx
import torch
from google.protobuf.message import DecodeError
from torch import nn

from errors import AttackError


def _import_onnx2torch() -> types.ModuleType:
    """onnx2torch imports torchvision for two operators of object detectors, which no classifier has. torchvision works with
    one build of PyTorch only, so that installing it as well is what breaks most often: it is replaced where it is missing."""
    try:
        import torchvision.ops  # noqa: F401
    except Exception:
        for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
            del sys.modules[name]
        stub, operators = types.ModuleType("torchvision"), types.ModuleType("torchvision.ops")
        operators.roi_align = operators.nms = stub._is_absent = None
        stub.ops = operators
        sys.modules["torchvision"], sys.modules["torchvision.ops"] = stub, operators
    import onnx2torch

    return onnx2torch


onnx2torch = _import_onnx2torch()
from onnx2torch.node_converters import registry  # noqa: E402
from onnx2torch.utils.common import (  # noqa: E402
    OnnxToTorchModule,
    OperationConverterResult,
    onnx_mapping_from_node,
)

# Versions that differ from the named earlier one in the types alone, or in what an attack has no use for.
SAME_AS: dict[str, tuple[int, tuple[int, ...]]] = {
    "AveragePool": (11, (19, 22)),
    "Cast": (13, (19, 21, 23)),
    "Constant": (13, (19, 21, 23)),
    "ConstantOfShape": (9, (20, 21, 23)),
    "Conv": (11, (22,)),
    "Flatten": (13, (21, 23)),
    "GlobalAveragePool": (1, (22,)),
    "HardSigmoid": (6, (22,)),
    "HardSwish": (14, (22,)),
    "Identity": (16, (19, 21, 23)),
    "MaxPool": (12, (22,)),
    "Shape": (15, (19, 21, 23)),
    "Squeeze": (13, (21, 23)),
    "Transpose": (13, (21, 23)),
    "Unsqueeze": (13, (21, 23)),
}


class MeanOverAxes(nn.Module, OnnxToTorchModule):
    """`ReduceMean` with axes as an input, as operator set 18 has it."""

    def __init__(self, keeps: bool, ignores_empty: bool) -> None:
        super().__init__()
        self.keeps = keeps
        self.ignores_empty = ignores_empty

    def forward(self, values: torch.Tensor, axes: torch.Tensor | None = None) -> torch.Tensor:
        chosen = [] if axes is None else [int(axis) for axis in axes]
        if not chosen:
            if self.ignores_empty:
                return values
            chosen = list(range(values.dim()))
        return values.mean(dim=chosen, keepdim=self.keeps)


class ReshapeTo(nn.Module, OnnxToTorchModule):
    """`Reshape`; with `allowzero` a zero is a length, otherwise the length that the input has there."""

    def __init__(self, allows_zero: bool) -> None:
        super().__init__()
        self.allows_zero = allows_zero

    def forward(self, values: torch.Tensor, shape: torch.Tensor) -> torch.Tensor:
        lengths = [int(length) for length in shape]
        if not self.allows_zero:
            lengths = [length or values.shape[place] for place, length in enumerate(lengths)]
        return values.reshape(lengths)


class ResizePlane(nn.Module, OnnxToTorchModule):
    """`Resize` of rows and columns to a size or by a factor, antialiased where the model says so."""

    def __init__(self, mode: str, antialias: bool, align_corners: bool | None) -> None:
        super().__init__()
        self.options = {"mode": mode, "antialias": antialias, "align_corners": align_corners}

    def forward(
        self,
        values: torch.Tensor,
        roi: torch.Tensor | None = None,
        scales: torch.Tensor | None = None,
        sizes: torch.Tensor | None = None,
    ) -> torch.Tensor:
        if sizes is not None and sizes.nelement():
            size = [int(side) for side in sizes[-2:]]
        else:
            size = [int(side * factor) for side, factor in zip(values.shape[-2:], scales[-2:].tolist())]
        return nn.functional.interpolate(values, size=size, **self.options)


def _convert_mean(node, graph) -> OperationConverterResult:
    attributes = node.attributes
    module = MeanOverAxes(bool(attributes.get("keepdims", 1)), bool(attributes.get("noop_with_empty_axes", 0)))
    return OperationConverterResult(torch_module=module, onnx_mapping=onnx_mapping_from_node(node))


def _convert_reshape(node, graph) -> OperationConverterResult:
    module = ReshapeTo(bool(node.attributes.get("allowzero", 0)))
    return OperationConverterResult(torch_module=module, onnx_mapping=onnx_mapping_from_node(node))


def _convert_resize(node, graph) -> OperationConverterResult:
    attributes = node.attributes
    mode = {"nearest": "nearest", "linear": "bilinear", "cubic": "bicubic"}[attributes.get("mode", "nearest")]
    placement = attributes.get("coordinate_transformation_mode", "half_pixel")
    antialias = bool(attributes.get("antialias", 0))
    if placement not in ("half_pixel", "pytorch_half_pixel", "align_corners") and mode != "nearest":
        raise AttackError(f"a Resize with coordinates {placement} cannot be attacked")
    module = ResizePlane(mode, antialias, None if mode == "nearest" else placement == "align_corners")
    return OperationConverterResult(torch_module=module, onnx_mapping=onnx_mapping_from_node(node))


def _register() -> None:
    known = registry._CONVERTER_REGISTRY
    for name, (earlier, later) in SAME_AS.items():
        converter = known.get(_description(name, earlier))
        for version in later:
            if converter is not None and _description(name, version) not in known:
                known[_description(name, version)] = converter
    known.setdefault(_description("ReduceMean", 18), _convert_mean)
    # Those of onnx2torch refuse `allowzero`.
    for version in (14, 19, 21, 23):
        known[_description("Reshape", version)] = _convert_reshape
    for version in (18, 19):
        known.setdefault(_description("Resize", version), _convert_resize)


def _description(name: str, version: int):
    return registry.OperationDescription(domain="", operation_type=name, version=version)


_register()


def load_onnx(path: Path, output: str | None = None, start: str | None = None) -> nn.Module:
    """A module that takes the model's input and gives its output named `output`, by default the first.

    Parameters: `start` may name a tensor inside the model; the module takes that in place of the input.

    Errors: `AttackError` for a file that is no ONNX model, and for operators that cannot be converted, with their names.
    """
    if path.suffix != ".onnx":
        raise AttackError(f"{path} is no ONNX model; attacks need one that PyTorch can take a gradient of")
    try:
        model = onnx.load(path)
        model = _from_tensor(_with_output(model, output), start)
        module = onnx2torch.convert(model)
    except NotImplementedError as error:
        raise AttackError(f"{path}: {error}") from error
    except (OSError, ValueError, DecodeError, onnx.checker.ValidationError) as error:
        raise AttackError(f"{path} cannot be read as an ONNX model: {error}") from error
    # What convolves fastest on processors.
    return module.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _with_output(model: onnx.ModelProto, name: str | None) -> onnx.ModelProto:
    outputs = model.graph.output
    if name is not None and len(outputs) > 1:
        chosen = [value for value in outputs if value.name == name]
        if not chosen:
            raise AttackError(f"the model has no output {name}; it has {', '.join(value.name for value in outputs)}")
        del outputs[:]
        outputs.extend(chosen)
    return model


def _from_tensor(model: onnx.ModelProto, name: str | None) -> onnx.ModelProto:
    """The part of the model that computes its output from the tensor of this name."""
    graph = model.graph
    if name is None or name in {value.name for value in graph.input}:
        return model
    makers = {made: place for place, node in enumerate(graph.node) for made in node.output}
    if name not in makers:
        raise AttackError(f"the model has no tensor {name}; its inputs are {', '.join(value.name for value in graph.input)}")
    needed, waiting = set(), [value.name for value in graph.output]
    while waiting:
        wanted = waiting.pop()
        place = makers.get(wanted)
        if wanted != name and place is not None and place not in needed:
            needed.add(place)
            waiting.extend(graph.node[place].input)
    kept = [graph.node[place] for place in sorted(needed)]
    constants = {constant.name for constant in graph.initializer}
    outside = {value for node in kept for value in node.input} & {value.name for value in graph.input} - constants
    if outside:
        raise AttackError(f"beside {name} the model also needs {', '.join(sorted(outside))}")
    start = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
    part = onnx.helper.make_graph(kept, graph.name, [start], list(graph.output), list(graph.initializer))
    return onnx.helper.make_model(part, opset_imports=model.opset_import, ir_version=model.ir_version)
