"""Writes digits.onnx, a small network for the 8x8 digits that scikit-learn ships, as plain operators of ONNX, and digits.png, a
sheet of the digits that it was not trained on: twenty columns, the rows from 0 to 9 in turn, four for each digit.

The digits are the test set of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak 1998), UCI Machine Learning
Repository, CC BY 4.0. Levels go from 0 to 16; in the sheet they are multiplied by 15.9375 and rounded.

Needs numpy, onnx, pillow and scikit-learn. Run in this folder: python3 make_digits.py
"""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

TRAINED = 1000
digits = load_digits()
network = MLPClassifier((32,), max_iter=400, random_state=1).fit(digits.data[:TRAINED], digits.target[:TRAINED])
print("accuracy on the others", network.score(digits.data[TRAINED:], digits.target[TRAINED:]))

weights = {
    "flat": np.array([-1, 64]), "w1": network.coefs_[0].astype(np.float32), "b1": network.intercepts_[0].astype(np.float32),
    "w2": network.coefs_[1].astype(np.float32), "b2": network.intercepts_[1].astype(np.float32),
}
nodes = [
    helper.make_node("Reshape", ["digits", "flat"], ["x"]), helper.make_node("Gemm", ["x", "w1", "b1"], ["h"]),
    helper.make_node("Relu", ["h"], ["r"]), helper.make_node("Gemm", ["r", "w2", "b2"], ["scores"]),
]
graph = helper.make_graph(
    nodes, "digits", [helper.make_tensor_value_info("digits", TensorProto.FLOAT, ["N", 1, 8, 8])],
    [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 10])],
    [numpy_helper.from_array(value, key) for key, value in weights.items()])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, "digits.onnx")

rows = []
for digit in range(10):
    unseen = digits.images[TRAINED:][digits.target[TRAINED:] == digit][:80]
    for start in range(0, 80, 20):
        part = unseen[start:start + 20]
        part = np.concatenate([part, np.zeros((20 - len(part), 8, 8))])
        rows.append(np.concatenate(list(part), axis=1))
sheet = np.rint(np.concatenate(rows) * 15.9375).astype(np.uint8)
print(sheet.shape)
Image.fromarray(sheet).save("digits.png", optimize=True)
