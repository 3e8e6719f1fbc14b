"""Writes the small models in this folder. Each averages a picture over all places, and multiplies the averages by a matrix:
class i is the channel i, the brightest. They differ in how they take pictures and what they give.

Needs numpy, onnx, flatbuffers and tflite. Run in this folder: python3 make_models.py
"""

import flatbuffers
import numpy as np
import onnx
import tflite
from onnx import TensorProto, helper, numpy_helper

OPSET = [helper.make_opsetid("", 13)]


def save(name, nodes, inputs, outputs, weights, properties=None):
    graph = helper.make_graph(
        nodes, name, [helper.make_tensor_value_info(*i) for i in inputs],
        [helper.make_tensor_value_info(*o) for o in outputs],
        [numpy_helper.from_array(value, key) for key, value in weights.items()])
    model = helper.make_model(graph, opset_imports=OPSET, ir_version=8)
    for key, value in (properties or {}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def node(kind, inputs, outputs, **attributes):
    return helper.make_node(kind, inputs, outputs, **attributes)


F, N = TensorProto.FLOAT, "N"
EYE = 8 * np.eye(3, dtype=np.float32)


def onnx_models():
    means = lambda axes, keep=0: node("ReduceMean", ["input"], ["means"], axes=axes, keepdims=keep)
    times = node("MatMul", ["means", "weights"], ["logits"])
    save("channels-last", [means([1, 2]), times], [("input", F, [N, 8, 8, 3])], [("logits", F, [N, 3])], {"weights": EYE})
    save("open-size", [means([2, 3]), times], [("input", F, [N, 3, "H", "W"])], [("logits", F, [N, 3])], {"weights": EYE})
    save("half-open", [means([2, 3]), times], [("input", F, [N, 3, 20, "W"])], [("logits", F, [N, 3])], {"weights": EYE})
    save("four-axes", [means([2, 3], 1), node("Mul", ["means", "weights"], ["logits"])],
         [("input", F, [N, 3, 8, 8])], [("logits", F, [N, 3, 1, 1])], {"weights": np.float32(8)})
    save("gray", [node("Flatten", ["input"], ["flat"]), node("MatMul", ["flat", "weights"], ["logits"])],
         [("input", F, [N, 1, 8, 8])], [("logits", F, [N, 10])],
         {"weights": np.random.default_rng(1).normal(size=(64, 10)).astype(np.float32)})
    save("without-channels", [node("Flatten", ["input"], ["flat"]), node("MatMul", ["flat", "weights"], ["logits"])],
         [("input", F, [N, 8, 8])], [("logits", F, [N, 10])],
         {"weights": np.random.default_rng(1).normal(size=(64, 10)).astype(np.float32)})
    save("without-batch", [means([1, 2]), node("Unsqueeze", ["means", "axis"], ["logits"])],
         [("input", F, [3, 8, 8])], [("logits", F, [1, 3])], {"axis": np.array([0])})
    save("sigmoid", [means([2, 3]), times, node("Sigmoid", ["logits"], ["probability"])],
         [("input", F, [N, 3, 8, 8])], [("probability", F, [N, 1])], {"weights": EYE[:, :1]})
    save("squeezed",
         [means([2, 3]), times, node("Sigmoid", ["logits"], ["row"]), node("Squeeze", ["row", "axis"], ["probability"])],
         [("input", F, [N, 3, 8, 8])], [("probability", F, [N])], {"weights": EYE[:, :1], "axis": np.array([1])})
    # One logit, of how much green there is more than red: noise leaves it near one half, and coloured pictures do not.
    save("unit-logit",
         [means([2, 3]), node("MatMul", ["means", "difference"], ["more"]), node("Abs", ["means"], ["sizes"]),
          node("MatMul", ["sizes", "sum"], ["size"]), node("Add", ["size", "one"], ["whole"]), node("Div", ["more", "whole"], ["share"]),
          node("Mul", ["share", "four"], ["wide"]), node("Add", ["wide", "half"], ["logit"])],
         [("input", F, [N, 3, 32, 32])], [("logit", F, [N, 1])],
         {"difference": np.array([[-1], [1], [0]], np.float32), "sum": np.array([[1], [1], [0]], np.float32),
          "one": np.float32(1), "four": np.float32(4), "half": np.float32(0.5)})
    save("independent", [means([2, 3]), times, node("Sigmoid", ["logits"], ["scores"])],
         [("input", F, [N, 3, 8, 8])], [("scores", F, [N, 3])], {"weights": EYE})
    # The highest scores, with and without the classes that they belong to, and those of several labels at once.
    for name, last, outputs in [("top-five", "Softmax", 2), ("top-logits", "Identity", 2), ("top-sigmoids", "Sigmoid", 1)]:
        save(name, [means([2, 3]), times, node(last, ["logits"], ["all"]), node("TopK", ["all", "count"], ["values", "classes"])],
             [("input", F, [N, 3, 8, 8])], [("values", F, [N, 5]), ("classes", TensorProto.INT64, [N, 5])][:outputs],
             {"weights": 4 * np.random.default_rng(1).normal(size=(3, 10)).astype(np.float32), "count": np.array([5])})
    # The best class alone, with its score.
    save("top-one", [means([2, 3]), times, node("Softmax", ["logits"], ["all"]), node("ReduceMax", ["all"], ["score"], axes=[1], keepdims=1),
                     node("ArgMax", ["all"], ["class"], axis=1, keepdims=0)],
         [("input", F, [N, 3, 8, 8])], [("score", F, [N, 1]), ("class", TensorProto.INT64, [N])],
         {"weights": np.random.default_rng(1).normal(size=(3, 10)).astype(np.float32)})
    # The probability of one of two classes, never above one half, beside the class or the version of the model.
    for name, beside, output, constants in [
            ("labelled", [node("Greater", ["probability", "half"], ["above"]), node("Cast", ["above"], ["label"], to=TensorProto.INT64)],
             ("label", TensorProto.INT64, [N, 1]), {"half": np.float32(0.5)}),
            ("versioned", [node("Identity", ["number"], ["version"])], ("version", TensorProto.INT64, [1]), {"number": np.array([7])})]:
        save(name, [means([2, 3]), node("Abs", ["means"], ["sizes"]), node("MatMul", ["sizes", "weights"], ["logit"]),
                    node("Sigmoid", ["logit"], ["probability"])] + beside,
             [("input", F, [N, 3, 8, 8])], [("probability", F, [N, 1]), output],
             {"weights": -EYE[:, :1]} | constants)
    # As onnxruntime quantises: 8 bits inside, floating-point numbers outside.
    for name, last in [("rounded-softmax", "Softmax"), ("rounded-sigmoids", "Sigmoid")]:
        save(name, [means([2, 3]), times, node(last, ["logits"], ["shares"]),
                    node("QuantizeLinear", ["shares", "step", "zero"], ["levels"]),
                    node("DequantizeLinear", ["levels", "step", "zero"], ["scores"])],
             [("input", F, [N, 3, 8, 8])], [("scores", F, [N, 10])],
             {"weights": 4 * np.random.default_rng(1).normal(size=(3, 10)).astype(np.float32),
              "step": np.float32(1 / 255), "zero": np.uint8(0)})
    save("detection", [node("Reshape", ["input", "shape"], ["boxes"])],
         [("input", F, [1, 3, 8, 8])], [("boxes", F, [1, 32, 6])], {"shape": np.array([1, 32, 6])})
    save("two-inputs", [node("Add", ["input", "other"], ["sum"]), node("ReduceMean", ["sum"], ["logits"], axes=[2, 3], keepdims=0)],
         [("input", F, [N, 3, 8, 8]), ("other", F, [N, 3, 8, 8])], [("logits", F, [N, 3])], {})
    save("five-channels", [means([2, 3])], [("input", F, [N, 5, 8, 8])], [("means", F, [N, 5])], {})
    save("flat-input", [node("MatMul", ["input", "weights"], ["logits"])],
         [("input", F, [N, 3])], [("logits", F, [N, 3])], {"weights": EYE})
    save("flattened-open",
         [means([1]), node("Reshape", ["means", "shape"], ["flat"]), node("MatMul", ["flat", "weights"], ["logits"])],
         [("input", F, [N, 3, "H", "W"])], [("logits", F, ["M", 3])],
         {"shape": np.array([-1, 784]), "weights": np.random.default_rng(1).normal(size=(784, 3)).astype(np.float32)})
    save("transposed", [means([2, 3]), node("MatMul", ["means", "weights"], ["scores"]), node("Transpose", ["scores"], ["logits"])],
         [("input", F, [1, 3, 8, 8])], [("logits", F, [3, 1])], {"weights": EYE})
    save("two-heads", [means([2, 3]), node("MatMul", ["means", "weights"], ["first"]), node("Neg", ["first"], ["second"])],
         [("input", F, [N, 3, 8, 8])], [("first", F, [N, 3]), ("second", F, [N, 3])], {"weights": EYE})
    for name, first, second, numbers in [
            ("embedding", "class", "output_embedding", 8), ("auxiliary-head", "output", "output_aux", 3),
            ("exact-name", "logits_0", "logits", 3), ("whole-word", "scoresheet", "FinalScores:0", 5)]:
        save(name, [means([2, 3]), node("MatMul", ["means", "weights"], [first]), node("MatMul", ["means", "others"], [second])],
             [("input", F, [N, 3, 8, 8])], [(first, F, [N, 3]), (second, F, [N, numbers])],
             {"weights": EYE, "others": 8 * np.eye(3, numbers, dtype=np.float32)})
    # Features and no scores, alone and beside what they are pooled from; and features beside scores that nobody named.
    numbers = {"others": 8 * np.eye(3, 8, dtype=np.float32), "weights": EYE, "parts": np.array([0, 2, 4])}
    features = lambda name: node("MatMul", ["means", "others"], [name])
    save("image-embeddings", [means([2, 3]), features("image_embeds")],
         [("input", F, [N, 3, 8, 8])], [("image_embeds", F, [N, 8])], {"others": numbers["others"]})
    for name, pooled in [("pooled", "pooler_output"), ("pooled-unnamed", "1605")]:
        save(name, [means([2, 3]), features(pooled), node("Reshape", [pooled, "parts"], ["last_hidden_state"])],
             [("input", F, [N, 3, 8, 8])], [("last_hidden_state", F, [N, 2, 4]), (pooled, F, [N, 8])],
             {key: numbers[key] for key in ["others", "parts"]})
    save("features-first", [means([2, 3]), features("output"), node("MatMul", ["means", "weights"], ["482"])],
         [("input", F, [N, 3, 8, 8])], [("output", F, [N, 8]), ("482", F, [N, 3])],
         {key: numbers[key] for key in ["others", "weights"]})
    save("thousand", [means([2, 3]), times], [("input", F, [N, 3, 8, 8])], [("logits", F, [N, 1000])],
         {"weights": 20 * np.random.default_rng(1).normal(size=(3, 1000)).astype(np.float32)})
    save("described", [means([2, 3]), times], [("input", F, [N, 3, 8, 8])], [("logits", F, [N, 3])], {"weights": EYE},
         {"Image.BitmapPixelFormat": "Bgr8", "mean": "[103.53, 116.28, 123.675]", "std": "57.375,57.12,58.395",
          "names": "{0: 'red', 1: 'green', 2: \"robin's egg\"}", "imgsz": "[8, 8]"})
    # As PyTorch exports `x.view(x.size(0), -1)`.
    save("viewed",
         [means([2, 3], 1), node("Mul", ["means", "weights"], ["scaled"]), node("Shape", ["scaled"], ["sizes"]),
          node("Gather", ["sizes", "first"], ["pictures"]), node("Concat", ["pictures", "rest"], ["view"], axis=0),
          node("Reshape", ["scaled", "view"], ["logits"])],
         [("input", F, [N, 3, 8, 8])], [("logits", F, [N, "K"])],
         {"weights": np.float32(8), "first": np.array([0]), "rest": np.array([-1])})
    save("chance",
         [means([2, 3]), node("MatMul", ["means", "weights"], ["sure"]), node("RandomNormalLike", ["sure"], ["noise"]),
          node("Add", ["sure", "noise"], ["logits"])],
         [("input", F, [N, 3, 8, 8])], [("logits", F, [N, 3])], {"weights": EYE})
    save("no-output", [means([2, 3]), times], [("input", F, [N, 3, 8, 8])], [], {"weights": EYE})
    # A name that would add lines of its own to a description.
    name = "input`, float32\n  refused     by nobody" + 300 * "!"
    save("lines-as-name", [node("ReduceMean", [name], ["means"], axes=[2, 3], keepdims=0), times],
         [(name, F, [N, 3, 8, 8])], [("logits", F, [N, 3])], {"weights": EYE})
    name = "StatefulPartitionedCall/" + "a_long_scope/" * 20 + "BiasAdd:0"
    save("long-name", [means([2, 3]), node("MatMul", ["means", "weights"], [name])],
         [("input", F, [N, 3, 8, 8])], [(name, F, [N, 3])], {"weights": EYE})


def openvino_model(name, input_names=None, output_names=None):
    """An OpenVINO IR, written as it stands: models of PyTorch are converted to ones whose inputs and outputs have no names,
    and some have several."""
    axes, weights = np.array([2, 3]).tobytes(), EYE.tobytes()
    dims = lambda *sizes: "".join(f"<dim>{size}</dim>" for size in sizes)

    def port(number, kind, *sizes, names=None):
        named = f' names="{names}"' if names else ""
        return f'<port id="{number}" precision="{kind}"{named}>{dims(*sizes)}</port>'

    def layer(number, kind, data, inputs, outputs):
        sides = "".join(f"<{side}>{''.join(ports)}</{side}>" for side, ports in (("input", inputs), ("output", outputs)) if ports)
        return f'<layer id="{number}" name="{kind}{number}" type="{kind}" version="opset1">{data}{sides}</layer>'

    def constant(number, kind, offset, size, *sizes):
        shape = ",".join(map(str, sizes))
        precision = {"i64": "I64", "f32": "FP32"}[kind]
        data = f'<data element_type="{kind}" shape="{shape}" offset="{offset}" size="{size}"/>'
        return layer(number, "Const", data, [], [port(0, precision, *sizes)])

    layers = [
        layer(0, "Parameter", '<data shape="?,3,8,8" element_type="f32"/>', [], [port(0, "FP32", -1, 3, 8, 8, names=input_names)]),
        constant(1, "i64", 0, len(axes), 2),
        layer(2, "ReduceMean", '<data keep_dims="false"/>', [port(0, "FP32", -1, 3, 8, 8), port(1, "I64", 2)], [port(2, "FP32", -1, 3)]),
        constant(3, "f32", len(axes), len(weights), 3, 3),
        layer(4, "MatMul", '<data transpose_a="false" transpose_b="false"/>', [port(0, "FP32", -1, 3), port(1, "FP32", 3, 3)],
              [port(2, "FP32", -1, 3, names=output_names)]),
        layer(5, "Result", "", [port(0, "FP32", -1, 3)], []),
    ]
    edges = [(0, 0, 2, 0), (1, 0, 2, 1), (2, 2, 4, 0), (3, 0, 4, 1), (4, 2, 5, 0)]
    with open(f"{name}.xml", "w") as file:
        file.write('<?xml version="1.0"?>\n<net name="model" version="11">\n<layers>\n' + "\n".join(layers) + "\n</layers>\n<edges>\n")
        for edge in edges:
            file.write('<edge from-layer="%d" from-port="%d" to-layer="%d" to-port="%d"/>\n' % edge)
        file.write("</edges>\n<rt_info/>\n</net>\n")
    with open(f"{name}.bin", "wb") as file:
        file.write(axes + weights)


class Builder:
    """Writes the few tables of TensorFlow Lite's schema that a model and its metadata need."""

    def __init__(self):
        self.b = flatbuffers.Builder(4096)

    def text(self, value):
        return self.b.CreateString(value)

    def numbers(self, values, kind):
        return self.b.CreateNumpyVector(np.array(values, dtype=kind))

    def tables(self, offsets):
        self.b.StartVector(4, len(offsets), 4)
        for offset in reversed(offsets):
            self.b.PrependUOffsetTRelative(offset)
        return self.b.EndVector()

    def table(self, count, fields):
        """fields: slot -> ("offset", value) or ("int8" | "uint8" | "int32" | "uint32", value)"""
        self.b.StartObject(count)
        for slot, (kind, value) in fields.items():
            if kind == "offset":
                self.b.PrependUOffsetTRelativeSlot(slot, value, 0)
            else:
                write = {"int8": self.b.PrependInt8Slot, "uint8": self.b.PrependUint8Slot,
                         "int32": self.b.PrependInt32Slot, "uint32": self.b.PrependUint32Slot}[kind]
                write(slot, value, -1 if kind == "int8" else 0)
        return self.b.EndObject()

    def finish(self, root, identifier):
        self.b.Finish(root, identifier)
        return bytes(self.b.Output())


def metadata(mean, deviation):
    b = Builder()
    options = b.table(2, {0: ("offset", b.numbers(mean, np.float32)), 1: ("offset", b.numbers(deviation, np.float32))})
    unit = b.table(2, {0: ("uint8", 1), 1: ("offset", options)})
    units = b.tables([unit])
    tensor = b.table(7, {4: ("offset", units)})
    tensors = b.tables([tensor])
    subgraph = b.table(8, {2: ("offset", tensors)})
    subgraphs = b.tables([subgraph])
    return b.finish(b.table(8, {3: ("offset", subgraphs)}), b"M001")


def tflite_model(name, labels):
    """A picture of 8-bit samples, averaged over all places, times a matrix, and a softmax: all of it in 8 bits."""
    B = tflite.BuiltinOperator
    b = Builder()
    weights = (127 * np.eye(3)).astype(np.uint8)
    data = {1: weights.tobytes(), 2: np.zeros(3, np.int32).tobytes(), 3: np.array([1, 2], np.int32).tobytes(),
            4: metadata([127.5], [127.5])}
    buffers = [b.table(1, {0: ("offset", b.numbers(list(data[i]), np.uint8))} if i in data else {}) for i in range(5)]

    def quantisation(scale, zero):
        return b.table(7, {2: ("offset", b.numbers([scale], np.float32)), 3: ("offset", b.numbers([zero], np.int64))})

    def tensor(name, shape, kind, buffer, scale=None, zero=0):
        fields = {0: ("offset", b.numbers(shape, np.int32)), 1: ("int8", kind), 2: ("uint32", buffer),
                  3: ("offset", b.text(name))}
        if scale:
            fields[4] = ("offset", quantisation(scale, zero))
        return b.table(8, fields)

    U8, I32 = tflite.TensorType.UINT8, tflite.TensorType.INT32
    tensors = [
        tensor("input", [1, 8, 8, 3], U8, 0, 1 / 127.5, 127),
        tensor("axes", [2], I32, 3),
        tensor("means", [1, 3], U8, 0, 1 / 127.5, 127),
        tensor("weights", [3, 3], U8, 1, 8 / 127, 0),
        tensor("bias", [3], I32, 2, 8 / 127 / 127.5, 0),
        tensor("logits", [1, 3], U8, 0, 16 / 255, 128),
        tensor("scores", [1, 3], U8, 0, 1 / 256, 0),
    ]

    def operator(code, inputs, outputs, kind, options):
        return b.table(9, {0: ("uint32", code), 1: ("offset", b.numbers(inputs, np.int32)),
                           2: ("offset", b.numbers(outputs, np.int32)), 3: ("uint8", kind), 4: ("offset", options)})

    O = tflite.BuiltinOptions
    softmax = None
    b.b.StartObject(1)
    b.b.PrependFloat32Slot(0, 1.0, 0.0)
    softmax = b.b.EndObject()
    operators = [
        operator(0, [0, 1], [2], O.ReducerOptions, b.table(1, {})),
        operator(1, [2, 3, 4], [5], O.FullyConnectedOptions, b.table(3, {})),
        operator(2, [5], [6], O.SoftmaxOptions, softmax),
    ]
    codes = [b.table(4, {0: ("int8", c), 2: ("int32", 1), 3: ("int32", c)})
             for c in (B.MEAN, B.FULLY_CONNECTED, B.SOFTMAX)]
    tensor_list, operator_list = b.tables(tensors), b.tables(operators)
    subgraph = b.table(5, {0: ("offset", tensor_list), 1: ("offset", b.numbers([0], np.int32)),
                           2: ("offset", b.numbers([6], np.int32)), 3: ("offset", operator_list)})
    entry = b.table(2, {0: ("offset", b.text("TFLITE_METADATA")), 1: ("uint32", 4)})
    parts = [b.tables(codes), b.tables([subgraph]), b.text(name), b.tables(buffers), b.tables([entry])]
    root = b.table(8, {0: ("uint32", 3), 1: ("offset", parts[0]), 2: ("offset", parts[1]), 3: ("offset", parts[2]),
                       4: ("offset", parts[3]), 6: ("offset", parts[4])})
    with open(f"{name}.tflite", "wb") as file:
        file.write(b.finish(root, b"TFL3"))
    import zipfile
    with zipfile.ZipFile(f"{name}.tflite", "a") as archive:
        archive.writestr(zipfile.ZipInfo("labels.txt", (2020, 1, 1, 0, 0, 0)), "\n".join(labels) + "\n")


onnx_models()
openvino_model("nameless")
openvino_model("several-names", "pixels,serving_default_pixels:0", "a_first_name,logits,zz_last")
tflite_model("quantised", ["red", "green", "blue"])
