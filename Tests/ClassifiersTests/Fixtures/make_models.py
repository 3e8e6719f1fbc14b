"""Writes the small ONNX models in this folder: the mean of each channel times a matrix, with and without softmax; and an
"autoencoder" that halves every value, with its code as a second output. Further ones give what is no list of class
scores, have their weights in another file or lack that file, or take pictures of one size only.

Needs numpy and onnx. Run in this folder: python3 make_models.py
"""

import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = np.array([[8, 0, 0, -8], [0, 8, 0, -8], [0, 0, 8, -8]], dtype=np.float32)


def save(name, batch, softmax):
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["logits"]),
    ]
    output = "logits"
    if softmax:
        nodes.append(helper.make_node("Softmax", ["logits"], ["probabilities"], axis=1))
        output = "probabilities"
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, 3, 8, 8])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, [batch, 4])],
        [numpy_helper.from_array(WEIGHTS, "weights")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_autoencoder(name):
    graph = helper.make_graph(
        [helper.make_node("Mul", ["input", "half"], ["reconstruction"]),
         helper.make_node("ReduceMean", ["input"], ["code"], axes=[2, 3], keepdims=0)],
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("reconstruction", TensorProto.FLOAT, ["N", 3, 8, 8]),
         helper.make_tensor_value_info("code", TensorProto.FLOAT, ["N", 3])],
        [numpy_helper.from_array(np.array(0.5, dtype=np.float32), "half")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_unusable(name, output, element, nodes, classes=4, weights_beside=False):
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["input"], ["means"], axes=[2, 3], keepdims=0),
         helper.make_node("MatMul", ["means", "weights"], ["logits"])] + nodes,
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info(output, element, ["N", classes])],
        [numpy_helper.from_array(WEIGHTS[:, :classes], "weights"),
         numpy_helper.from_array(np.array(0.1, dtype=np.float32), "scale"),
         numpy_helper.from_array(np.array(0, dtype=np.uint8), "zero")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    location = f"{name}.onnx.data"
    if os.path.exists(location):
        os.remove(location)  # or the weights would be added to it
    onnx.save_model(
        model, f"{name}.onnx", save_as_external_data=weights_beside, location=location, size_threshold=0)


def save_of_one_size(name, nodes, outputs):
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", outputs])],
        [numpy_helper.from_array(np.repeat(WEIGHTS, 64, axis=0) / 64, "weights")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_prepared(name):
    """Scales pictures of 8×8 in [-1, 1] to [0, 1], resizes them to 4×4, scales them back, and then is as `logits`."""
    constant = numpy_helper.from_array
    graph = helper.make_graph(
        [helper.make_node("Add", ["input", "one"], ["shifted"]),
         helper.make_node("Div", ["shifted", "two"], ["halved"]),
         helper.make_node("Shape", ["halved"], ["batch"], start=0, end=1),
         helper.make_node("Concat", ["batch", "rest"], ["sizes"], axis=0),
         helper.make_node("Resize", ["halved", "", "", "sizes"], ["resized"], mode="linear",
                          coordinate_transformation_mode="half_pixel", antialias=1),
         helper.make_node("Mul", ["resized", "two"], ["doubled"]),
         helper.make_node("Sub", ["doubled", "one"], ["prepared"]),
         helper.make_node("ReduceMean", ["prepared", "axes"], ["means"], keepdims=0),
         helper.make_node("MatMul", ["means", "weights"], ["logits"]),
         helper.make_node("ReduceMean", ["input", "axes"], ["brightness"], keepdims=0),
         helper.make_node("Add", ["means", "brightness"], ["mixed"])],
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("mixed", TensorProto.FLOAT, ["N", 3]),
         helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 4])],
        [constant(WEIGHTS, "weights"), constant(np.float32(1), "one"), constant(np.float32(2), "two"),
         constant(np.array([3, 4, 4]), "rest"), constant(np.array([2, 3]), "axes")],
        value_info=[helper.make_tensor_value_info("prepared", TensorProto.FLOAT, ["N", 3, 4, 4])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_inner_half(name, states_type):
    """Half precision from its preparation on; the file says so of the prepared tensor, or does not."""
    constant = numpy_helper.from_array
    graph = helper.make_graph(
        [helper.make_node("Cast", ["input"], ["half"], to=TensorProto.FLOAT16),
         helper.make_node("Mul", ["half", "two"], ["prepared"]),
         helper.make_node("Mul", ["prepared", "two"], ["doubled"]),
         helper.make_node("ReduceMean", ["doubled"], ["means"], axes=[2, 3], keepdims=0),
         helper.make_node("MatMul", ["means", "weights"], ["logits"])],
        name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT16, ["N", 4])],
        [constant(WEIGHTS.astype(np.float16), "weights"), constant(np.float16(2), "two")],
        value_info=[helper.make_tensor_value_info("prepared", TensorProto.FLOAT16, ["N", 3, 8, 8])] if states_type else [])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_located():
    """A property and an inner tensor that are called as the field is in which a tensor names the file of its weights."""
    graph = helper.make_graph(
        [helper.make_node("ReduceMean", ["input"], ["location"], axes=[2, 3], keepdims=0),
         helper.make_node("MatMul", ["location", "weights"], ["logits"])],
        "located",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 4])],
        [numpy_helper.from_array(WEIGHTS, "weights")],
        value_info=[helper.make_tensor_value_info("location", TensorProto.FLOAT, ["N", 3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {"location": "Berlin"})
    onnx.checker.check_model(model)
    onnx.save(model, "located.onnx")


def save_unreadable():
    """What the engine does not read: an operator of nobody, and a map as an output, as scikit-learn's converter gives one."""
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3])]
    operators = {"unknown-operator": helper.make_node("Nothing", ["input"], ["scores"], domain="com.acme"),
                 "map-as-output": helper.make_node("ZipMap", ["input"], ["scores"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2])}
    maps = helper.make_sequence_type_proto(
        helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, [])))
    outputs = {"unknown-operator": helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, 3]),
               "map-as-output": helper.make_value_info("scores", maps)}
    for name, node in operators.items():
        graph = helper.make_graph([node], name, inputs, [outputs[name]], [])
        sets = [helper.make_opsetid("", 13), helper.make_opsetid(node.domain, 1)]
        onnx.save(helper.make_model(graph, opset_imports=sets, ir_version=8), f"{name}.onnx")


def spread(shape, axis, salt):
    """Weights by a formula, with magnitudes that differ from channel to channel by up to 16."""
    numbers = ((np.arange(np.prod(shape)) * 37 + salt) % 101 - 50) / 50
    scales = 2.0 ** ((np.arange(shape[axis]) * 3) % 5 - 2)
    inputs = np.prod(shape) / shape[axis]
    along = [1 if place != axis else -1 for place in range(len(shape))]
    return (numbers.reshape(shape) * scales.reshape(along) / np.sqrt(inputs)).astype(np.float32)


def save_mixing(name):
    """A model that takes the mean of all pictures in a call from each, as batch norm in training mode does."""
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["common"], axes=[0], keepdims=1),
        helper.make_node("Sub", ["input", "common"], ["apart"]),
        helper.make_node("ReduceMean", ["apart"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["means", "weights"], ["logits"]),
    ]
    save_open(name, nodes, [numpy_helper.from_array(WEIGHTS, "weights")])


def save_made_for_one(name):
    """A model whose file leaves the number of pictures open, and whose nodes do not."""
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["means"], axes=[2, 3], keepdims=0),
        helper.make_node("Concat", ["means", "token"], ["row"], axis=1),
        helper.make_node("MatMul", ["row", "weights"], ["logits"]),
    ]
    token = numpy_helper.from_array(np.ones((1, 1), np.float32), "token")
    weights = numpy_helper.from_array(np.concatenate([WEIGHTS, np.ones((1, 4), np.float32)]), "weights")
    save_open(name, nodes, [weights, token])


def save_open(name, nodes, constants):
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 4])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_convolutions(name, raw=True, padded=False, batch="N", opset=11):
    """Convolutions, one of them for each channel by itself, which are computed in 8 bits, and products, which are not. The
    convolutions pad their inputs themselves, or nodes do so before them, with a constant and a computed zero."""
    pads = {} if padded else {"pads": [1, 1, 1, 1]}
    of = (lambda tensor: f"padded {tensor}") if padded else (lambda tensor: tensor)
    nodes = [
        helper.make_node("Conv", [of("input"), "w0", "bias"], ["first"], kernel_shape=[3, 3], **pads),
        helper.make_node("Relu", ["first"], ["first positive"]),
        helper.make_node("Conv", [of("first positive"), "w1"], ["second"], kernel_shape=[3, 3], group=4, **pads),
        helper.make_node("Conv", ["second", "w2"], ["third"], kernel_shape=[1, 1]),
        helper.make_node("GlobalAveragePool", ["third"], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["means"], axis=1),
        helper.make_node("Gemm", ["means", "w3"], ["fourth"], transB=1),
        helper.make_node("Gemm", ["fourth", "w4"], ["fifth"]),
        helper.make_node("MatMul", ["fifth", "w5"], ["logits"]),
    ]
    if padded:
        zero = numpy_helper.from_array(np.array(0, dtype=np.float32), "value")
        nodes.insert(0, helper.make_node("Pad", ["input", "widths", "zero"], ["padded input"], mode="constant"))
        nodes.insert(3, helper.make_node("Constant", [], ["another zero"], value=zero))
        nodes.insert(4, helper.make_node("Pad", ["first positive", "widths", "another zero"], ["padded first positive"]))
    shapes = [((4, 3, 3, 3), 0), ((4, 1, 3, 3), 0), ((5, 4, 1, 1), 0), ((6, 5), 0), ((6, 4), 1), ((4, 4), 1)]
    weights = [spread(shape, axis, salt) for salt, (shape, axis) in enumerate(shapes)]
    weights[-1] *= 128  # so that classes differ in their probabilities

    def constant(number, values):
        if raw:
            return numpy_helper.from_array(values, f"w{number}")
        return helper.make_tensor(f"w{number}", TensorProto.FLOAT, values.shape, values.ravel().tolist())

    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [batch, 3, 4, 4])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, [batch, 4])],
        [constant(number, values) for number, values in enumerate(weights)]
        + [numpy_helper.from_array(np.array([0.5, -0.25, 0, 0.125], dtype=np.float32), "bias")]
        + [numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1]), "widths"),
           numpy_helper.from_array(np.array(0, dtype=np.float32), "zero")][:2 * padded])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=7)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_engine_faults(name):
    """Convolutions that OpenVINO computes wrongly in 8 bits: one of pooled and multiplied channels, one of channels among zeros
    that pads them itself, and one of largest values. Before each of them is one that it computes rightly, but for the last."""
    nodes = [
        helper.make_node("Conv", ["input", "w0"], ["first"], pads=[1, 1, 1, 1]),
        helper.make_node("MaxPool", ["first"], ["pooled"], kernel_shape=[2, 2]),
        helper.make_node("Mul", ["pooled", "factors"], ["multiplied"]),
        helper.make_node("Conv", ["multiplied", "w1"], ["second"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["second"], ["second positive"]),
        helper.make_node("Conv", ["second positive", "w2"], ["third"]),
        helper.make_node("Pad", ["third", "widths"], ["padded third"]),
        helper.make_node("Conv", ["padded third", "w3"], ["fourth"], pads=[1, 1, 1, 1]),
        helper.make_node("GlobalMaxPool", ["fourth"], ["largest"]),
        helper.make_node("Conv", ["largest", "w4"], ["fifth"]),
        helper.make_node("Flatten", ["fifth"], ["logits"], axis=1),
    ]
    shapes = [(4, 3, 3, 3), (4, 4, 3, 3), (4, 4, 1, 1), (4, 6, 3, 3), (4, 4, 1, 1)]
    weights = [numpy_helper.from_array(spread(shape, 0, salt) * (16 if salt == 4 else 1), f"w{salt}")
               for salt, shape in enumerate(shapes)]
    graph = helper.make_graph(
        nodes, name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 4, 4])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 4])],
        weights + [numpy_helper.from_array(np.array([1, -2, 0.5, -1], dtype=np.float32).reshape(1, 4, 1, 1), "factors"),
                   numpy_helper.from_array(np.array([0, 1, 0, 0, 0, 1, 0, 0]), "widths")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7)
    onnx.checker.check_model(model)
    onnx.save(model, f"{name}.onnx")


def save_fused(name, nodes, shapes, beside=False, backwards=False, **constants):
    """What OpenVINO joins and moves: from the tensor `last` on, means of channels, whose product with a matrix are the logits.
    The nodes may stand in the wrong order, which the engine sorts."""
    nodes = nodes + [
        helper.make_node("GlobalAveragePool", ["last"], ["means"]),
        helper.make_node("Flatten", ["means"], ["row"], axis=1),
        helper.make_node("MatMul", ["row", "matrix"], ["logits"]),
    ]
    weights = {f"w{salt}": spread(shape, 0, salt) for salt, shape in enumerate(shapes)}
    weights["matrix"] = 4 * spread((4, 4), 1, 9)
    weights["bias"] = np.array([0.5, -0.25, 0, 0.125], dtype=np.float32)
    weights.update(constants)
    used = {tensor for node in nodes for tensor in node.input}
    graph = helper.make_graph(
        nodes[::-1] if backwards else nodes, name,
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 4])],
        [numpy_helper.from_array(values, key) for key, values in weights.items() if key in used])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    if not backwards:
        onnx.checker.check_model(model)
    location = f"{name}.onnx.data"
    if os.path.exists(location):
        os.remove(location)
    onnx.save_model(model, f"{name}.onnx", save_as_external_data=beside, location=location, size_threshold=0)


def save_pooled():
    """Convolution, largest values, and one activation after the other behind them."""
    first = [helper.make_node("Conv", ["input", "w0", "bias"], ["first"], pads=[1, 1, 1, 1])]
    pooling = [helper.make_node("MaxPool", ["first"], ["pooled"], kernel_shape=[2, 2], strides=[2, 2])]
    last = [helper.make_node("Conv", ["activated", "w1"], ["last"], pads=[1, 1, 1, 1])]
    shapes = [(4, 3, 3, 3), (4, 4, 3, 3)]
    activations = {
        "abs": [helper.make_node("Abs", ["pooled"], ["activated"])],
        "silu": [helper.make_node("Sigmoid", ["pooled"], ["gate"]),
                 helper.make_node("Mul", ["pooled", "gate"], ["activated"])],
        "hardswish": [helper.make_node("HardSwish", ["pooled"], ["activated"])],
        "falling": [helper.make_node("LeakyRelu", ["pooled"], ["activated"], alpha=-0.5)],
        "turned": [helper.make_node("Transpose", ["pooled"], ["turned"], perm=[0, 1, 3, 2]),
                   helper.make_node("Abs", ["turned"], ["activated"])],
        "relu": [helper.make_node("Relu", ["pooled"], ["activated"])],
    }
    for name, activation in activations.items():
        save_fused(f"pooled-{name}", first + pooling + activation + last, shapes)
    before = [helper.make_node("Conv", ["input", "w0", "bias"], ["start"], pads=[1, 1, 1, 1]),
              helper.make_node("Relu", ["start"], ["first"])]
    save_fused("pooled-behind-relu", before + pooling + activations["abs"] + last, shapes)
    prepared = [helper.make_node("Mul", ["input", "half"], ["prepared"]),
                helper.make_node("Conv", ["prepared", "w0", "bias"], ["first"], pads=[1, 1, 1, 1])]
    save_fused(
        "pooled-prepared", prepared + pooling + activations["abs"] + last, shapes, half=np.array(0.5, dtype=np.float32))
    save_fused("pooled-backwards", first + pooling + activations["abs"] + last, shapes, backwards=True)
    save_fused("pooled-beside", first + pooling + activations["abs"] + last, shapes, beside=True)


def save_strided():
    """Convolutions of single places that step over every second one: behind nothing else, padding of their own, a node that
    pads, padding of another one of single places, a split, and slices."""
    first = helper.make_node("Conv", ["input", "w0"], ["first"], pads=[1, 1, 1, 1])
    step = lambda tensor, **pads: helper.make_node("Conv", [tensor, "w1"], ["last"], strides=[2, 2], **pads)
    ones = [1, 1, 1, 1]
    shapes = [(4, 3, 3, 3), (4, 4, 1, 1), (4, 4, 1, 1)]
    save_fused("strided", [first, step("first")], shapes)
    save_fused("strided-padded", [first, step("first", pads=ones)], shapes)
    save_fused(
        "strided-behind-pad", [first, helper.make_node("Pad", ["first", "widths"], ["padded"]), step("padded")], shapes,
        widths=np.array([0, 0, 1, 1, 0, 0, 1, 1]))
    save_fused(
        "strided-behind-padded",
        [first, helper.make_node("Conv", ["first", "w2"], ["second"], pads=ones), step("second")], shapes)
    halves = helper.make_node("Mul", ["half", "other half"], ["product"])
    wide = [(8, 3, 3, 3), (4, 4, 1, 1)]
    save_fused(
        "strided-behind-split",
        [first, helper.make_node("Split", ["first"], ["half", "other half"], axis=1), halves, step("product")], wide)
    save_fused(
        "strided-behind-slices",
        [first, helper.make_node("Slice", ["first", "zero", "four", "one"], ["half"]),
         helper.make_node("Slice", ["first", "four", "eight", "one"], ["other half"]), halves, step("product")], wide,
        **{name: np.array([number]) for name, number in [("zero", 0), ("one", 1), ("four", 4), ("eight", 8)]})


if __name__ == "__main__":
    save_pooled()
    save_strided()
    save_mixing("mixing")
    save_made_for_one("made-for-one")
    save_convolutions("convolutions")
    save_convolutions("convolutions-as-floats", raw=False, opset=20)
    save_convolutions("convolutions-padded", padded=True)
    save_convolutions("convolutions-in-threes", batch=3, opset=13)
    save_engine_faults("convolutions-misrounded")
    save_prepared("prepared")
    save_inner_half("inner-half", True)
    save_inner_half("inner-half-unsaid", False)
    save_located()
    save_unreadable()
    save("logits", "N", softmax=False)
    save("probabilities", "N", softmax=True)
    save("batch-of-three", 3, softmax=False)
    save("batch-of-none", 0, softmax=False)  # as some exporters write a batch size that is open
    save("batch-below-one", -5, softmax=False)
    save("batch-of-thousands", 100_000, softmax=False)
    save_autoencoder("autoencoder")
    save_unusable("one-logit", "logits", TensorProto.FLOAT, [], classes=1)
    save_unusable(
        "float16", "half", TensorProto.FLOAT16,
        [helper.make_node("Cast", ["logits"], ["half"], to=TensorProto.FLOAT16)])
    save_unusable(
        "quantised", "levels", TensorProto.UINT8,
        [helper.make_node("QuantizeLinear", ["logits", "scale", "zero"], ["levels"])])
    save_unusable("weights-beside", "logits", TensorProto.FLOAT, [], weights_beside=True)
    save_unusable("without-weights", "logits", TensorProto.FLOAT, [], weights_beside=True)
    os.remove("without-weights.onnx.data")
    save_of_one_size(
        "flattened",
        [helper.make_node("Flatten", ["input"], ["values"], axis=1),
         helper.make_node("MatMul", ["values", "weights"], ["logits"])], 4)
    # Runs at every size, but has as many scores as its picture has values.
    save_of_one_size("spread", [helper.make_node("Flatten", ["input"], ["logits"], axis=1)], 192)
