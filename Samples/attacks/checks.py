#!/usr/bin/env python3
"""Checks of the attacks against the built command, with the sample signs.

    python Samples/attacks/checks.py path/to/sluice [-v] [NAME …]
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from PIL import Image

import attack
import matrix
import series
from classes import numbered, read_labels, true_class
from distances import SCALES, distance
from errors import AttackError
from families.catalogue import CATALOGUE
from filter_file import read_filter
from knowledge import read_knowledge
from network import Network, as_logits, predict, to_tensor
from onnx_model import load_onnx
from pictures import (
    SavedForm,
    apply,
    decode,
    find_sources,
    load_carrier,
)
from record import wilson
from squeezers import make_resizes, make_squeezer, rounded

ROOT = Path(__file__).resolve().parent.parent.parent
SIGNS = ROOT / "Filters/signs.yaml"
CLEAN = ROOT / "Samples/signs/clean/test"
PHOTOGRAPH = ROOT / "Samples/imagenet/photographs/coffee.jpg"
SLUICE = "sluice"

# Steps as the filter file has them, by what they are computed with.
COMPARED = [
    {"bitDepth": 5}, {"bitDepth": 3}, {"median": 2}, {"median": 3}, {"gaussian": 1.5}, {"jpeg": 75}, "mirror",
    {"shift": {"x": 2, "y": 2}}, {"shift": {"x": 5, "y": -3}}, {"rescale": 0.5}, {"rescale": {"factor": 0.7, "filter": "bicubic"}},
    {"nonLocalMeans": {"search": 11, "patch": 3, "strength": 4}},
]  # fmt: skip


def random() -> np.random.Generator:
    return np.random.default_rng(1)


def squeezed(entry, images: torch.Tensor) -> torch.Tensor:
    return make_squeezer(entry)[1](images, random())


def run(*texts: str) -> tuple[int, str, str]:
    """`attack.py` in this process: its status, output and errors."""
    output, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        status = attack.main(list(texts))
    return status, output.getvalue(), errors.getvalue()


class Case(unittest.TestCase):
    def setUp(self) -> None:
        torch.set_num_threads(1)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def filter_file(self, text: str) -> Path:
        path = self.folder / "filter.yaml"
        path.write_text("version: 1\nname: checked\n" + text)
        return path

    def signs_text(self) -> str:
        """The sample filter without its head, for a file in another folder."""
        return SIGNS.read_text().split("name: signs\n")[1].replace("../Samples", str(ROOT / "Samples"))

    def sluice(self, *texts: str | Path) -> bytes:
        result = subprocess.run([SLUICE, *map(str, texts)], capture_output=True)
        self.assertNotEqual(result.returncode, 2, result.stderr.decode())
        return result.stdout

    def prepared(self, text: str, picture: Path) -> np.ndarray:
        """What the command makes of a picture: rows x columns x RGB."""
        output = self.sluice("filter", "-f", self.filter_file(text), "--verdicts", self.folder / "verdicts", picture)
        return np.load(io.BytesIO(output))[0].transpose(1, 2, 0)


class SqueezerChecks(Case):
    def test_forward_equals_the_command(self) -> None:
        picture = self.folder / "picture.png"
        pixels = apply(decode(PHOTOGRAPH.read_bytes()), ({"resize": {"shorterSide": 96}}, {"centerCrop": 96}))
        Image.fromarray(pixels).save(picture)
        for entry in COMPARED:
            with self.subTest(entry=entry):
                text = (
                    "preprocess: [{centerCrop: 96}]\ntensor: {layout: nchw, type: float32}\n"
                    f"normalize: {{mean: [0, 0, 0], std: [1, 1, 1]}}\nforward: {{squeezed: {json.dumps(entry)}}}\n"
                )
                ours = squeezed(entry, to_tensor([pixels]))[0].permute(1, 2, 0).numpy()
                np.testing.assert_allclose(ours, self.prepared(text, picture), atol=1e-6)

    def test_a_look_is_the_resize_of_the_command(self) -> None:
        pixels = decode((CLEAN / "000_stop.png").read_bytes())
        text = "preprocess: [{resize: {width: 40, height: 40}}]\ntensor: {layout: nchw, type: float32}\n"
        ours = squeezed({"look": 40}, to_tensor([pixels]))[0].permute(1, 2, 0).numpy()
        np.testing.assert_allclose(ours, self.prepared(text, CLEAN / "000_stop.png"), atol=1e-6)

    def test_gradients(self) -> None:
        images = torch.rand(2, 3, 24, 24, generator=torch.Generator().manual_seed(1))
        weights = torch.rand(2, 3, 24, 24, generator=torch.Generator().manual_seed(2))
        for entry in COMPARED:
            moved = images.clone().requires_grad_(True)
            (squeezed(entry, moved) * weights).sum().backward()
            name = entry if isinstance(entry, str) else next(iter(entry))
            with self.subTest(entry=entry):
                if name in ("mirror", "shift", "rescale"):
                    # In a direction: what moves is only moved, and a resize loses a little.
                    change = torch.rand(images.shape, generator=torch.Generator().manual_seed(3)) - 0.5
                    expected = ((squeezed(entry, images + 0.2 * change) - squeezed(entry, images)) * weights).sum() / 0.2
                    self.assertAlmostEqual(float((moved.grad * change).sum()), float(expected), delta=2.0)
                else:
                    torch.testing.assert_close(moved.grad, weights)

    def test_random_squeezers_draw_anew_and_from_the_seed(self) -> None:
        images = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1))
        for entry in ({"randomResizePad": 0.8}, {"randomJPEG": {"lowest": 20, "highest": 80}}):
            with self.subTest(entry=entry):
                squeezer, generator = make_squeezer(entry)[1], random()
                first, second = squeezer(images, generator), squeezer(images, generator)
                self.assertFalse(torch.equal(first, second))
                torch.testing.assert_close(squeezer(images, random()), first)
                moved = images.clone().requires_grad_(True)
                squeezer(moved, generator).sum().backward()
                self.assertGreater(float(moved.grad.abs().sum()), 0)

    def test_rounding_has_the_gradient_of_the_identity(self) -> None:
        images = torch.tensor([[[[0.1, 0.5], [0.9, 1.0]]]], requires_grad=True)
        rounded(images).sum().backward()
        torch.testing.assert_close(images.grad, torch.ones_like(images))

    def test_what_cannot_be_computed_is_said(self) -> None:
        self.assertEqual(make_squeezer({"wavelet": 4}), ("wavelet 4", None))


class ModelChecks(Case):
    def test_answers_equal_the_command(self) -> None:
        filter_file = read_filter(SIGNS)
        files = sorted(CLEAN.iterdir())[:8]
        lines = self.sluice("filter", "-f", SIGNS, "--format", "none", "--verdicts", "-", *files).splitlines()
        images = to_tensor([load_carrier(source, filter_file).original for source in find_sources(files)])
        answers = predict(Network(filter_file.classifier).eval(), images).softmax(1)
        for line, answer in zip(lines, answers):
            prediction = json.loads(line)["prediction"]
            self.assertEqual(int(answer.argmax()), prediction["class"])
            self.assertAlmostEqual(float(answer.max()), prediction["probability"], delta=1e-4)

    def test_operators_that_the_converter_lacks(self) -> None:
        plane = np.random.default_rng(1).random((1, 3, 12, 12), np.float32)
        integers = lambda name, *values: numpy_helper.from_array(np.array(values, np.int64), name)  # noqa: E731
        cases = {
            "mean": (helper.make_node("ReduceMean", ["x", "axes"], ["y"], keepdims=0), [integers("axes", 2, 3)]),
            "mean, all": (helper.make_node("ReduceMean", ["x"], ["y"]), []),
            "resize": (
                helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear", antialias=1, exclude_outside=1),
                [integers("sizes", 1, 3, 7, 5)],
            ),
            "reshape": (helper.make_node("Reshape", ["x", "shape"], ["y"], allowzero=1), [integers("shape", 1, 9, 48)]),
            "reshape, kept": (helper.make_node("Reshape", ["x", "shape"], ["y"]), [integers("shape", 0, -1)]),
        }
        for name, (node, constants) in cases.items():
            with self.subTest(name):
                value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, None)  # noqa: E731
                graph = helper.make_graph([node], "checked", [value("x")], [value("y")], constants)
                model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)], ir_version=9)
                onnx.save(model, self.folder / "model.onnx")
                ours = load_onnx(self.folder / "model.onnx")(torch.from_numpy(plane)).numpy()
                np.testing.assert_allclose(ours, ReferenceEvaluator(model).run(None, {"x": plane})[0], atol=1e-5)

    def test_a_model_is_asked_from_a_tensor_inside_it(self) -> None:
        value = lambda name: helper.make_tensor_value_info(name, TensorProto.FLOAT, None)  # noqa: E731
        two = numpy_helper.from_array(np.float32(2), "two")
        nodes = [
            helper.make_node("Mul", ["x", "two"], ["scaled"]),
            helper.make_node("Add", ["scaled", "two"], ["moved"]),
            helper.make_node("Add", ["moved", "x"], ["beside"]),
        ]
        for outputs, start, expected in (["moved"], "scaled", 3.0), (["moved"], None, 4.0), (["moved"], "x", 4.0):
            graph = helper.make_graph(nodes, "checked", [value("x")], [value(name) for name in outputs], [two])
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
            onnx.save(model, self.folder / "model.onnx")
            self.assertEqual(float(load_onnx(self.folder / "model.onnx", start=start)(torch.ones(1))), expected)
        for outputs, start, words in (["moved"], "absent", "no tensor absent"), (["beside"], "scaled", "also needs x"):
            graph = helper.make_graph(nodes, "checked", [value("x")], [value(name) for name in outputs], [two])
            onnx.save(helper.make_model(graph, ir_version=8), self.folder / "model.onnx")
            with self.assertRaisesRegex(AttackError, words):
                load_onnx(self.folder / "model.onnx", start=start)

    def test_scores_of_every_kind(self) -> None:
        outputs = {"oneLogit": [[1.5]], "oneProbability": [[0.8175745]], "probabilities": [[0.1824255, 0.8175745]]}
        for scores, output in outputs.items():
            with self.subTest(scores):
                answer = as_logits(torch.tensor(output), scores).softmax(1)
                torch.testing.assert_close(answer, torch.tensor([[0.1824255, 0.8175745]]))

    def test_an_unknown_model_is_refused(self) -> None:
        self.assertIn("no ONNX model", run(*self.arguments("classifier.xml"))[2])
        self.assertIn("cannot be read", run(*self.arguments("absent.onnx"))[2])

    def arguments(self, model: str) -> list[str]:
        text = f"preprocess: [{{resize: {{width: 64, height: 64}}}}]\nclassifier: {{openvino: {{model: {model}}}}}\n"
        return ["-f", str(self.filter_file(text)), "--images", str(CLEAN), "--attack", "fgsm", "-o", str(self.folder / "out")]


class PictureChecks(Case):
    def test_prepared_as_the_command_prepares(self) -> None:
        filters = (
            "preprocess: [{resize: {shorterSide: 80, filter: bilinear}}, {centerCrop: 64}]",
            "preprocess: [{resize: {shorterSide: 83}}, {centerCrop: {width: 64, height: 64, rounding: down}}]",
            "preprocess: [{resize: {width: 70, height: 50, filter: bicubic}}]",
            "preprocess: [{letterbox: {width: 64, height: 64}}]",
        )
        for text in filters:
            with self.subTest(text):
                whole = text + "\nclassifier: {openvino: {model: x.onnx}}\ntensor: {layout: nchw, type: float32}\n"
                filter_file = read_filter(self.filter_file(whole))
                carrier = load_carrier(find_sources([PHOTOGRAPH])[0], filter_file)
                saved = self.folder / "saved.png"
                saved.write_bytes(SavedForm().encode(carrier.bearing(255 - carrier.original)))
                text_alone = text + "\ntensor: {layout: nchw, type: float32}\n"
                np.testing.assert_allclose(self.prepared(text_alone, PHOTOGRAPH) * 255, carrier.original, atol=1e-3)
                # What was saved reaches the classifier as it is.
                np.testing.assert_allclose(self.prepared(text_alone, saved) * 255, 255 - carrier.original, atol=1e-3)

    def test_names_say_the_class(self) -> None:
        cases = (("012_stop.png", 12, None), ("5/cat.png", 10, 5), ("5/0001.png", 10, 5), ("cat.png", 10, None), ("7.png", 10, 7))
        for name, classes, expected in cases:
            self.assertEqual(true_class(f"/photos/{name}", classes), expected, name)
        cases = (
            ("cat/0001.png", 2), ("cat/1_x.png", 2), ("012_stop.png", 0), ("no-entry_7.png", 1), ("other/1.png", 1),
            ("other/1_x.png", 1), ("1/7.png", 1), ("cat/0__stop.png", 0), ("cat/9__stop.png", 2), ("crane.png", None),
        )  # fmt: skip
        for name, expected in cases:
            self.assertEqual(true_class(f"/photos/{name}", 5, ("stop", "no-entry", "Cat", "crane", "crane")), expected, name)
        numbers = tuple(str(number) for number in range(5))
        for name, expected in (("3_1.png", 3), ("1/7.png", 1), ("x_2.png", None)):
            self.assertEqual(true_class(f"/photos/{name}", 5, numbers), expected, name)
        self.assertEqual(numbered("000_stop", 0, 12, ("stop", "yield")), "000_stop")
        self.assertEqual(numbered("012_stop", 0, 12, ("stop", "yield")), "0__012_stop")
        self.assertEqual(numbered("012_stop", 12, 13), "012_stop")
        self.assertEqual(numbered("cat", 3, 5), "3__cat")

    def test_labels_of_every_form(self) -> None:
        path = self.folder / "labels"
        for text in ("\ufeffa b\r\nc\n", "n01440764 a b\nn01443537 c\n", '["a b", "c"]', '{"0": ["x", "a b"], "1": "c"}'):
            path.write_text(text, encoding="utf-8", newline="")
            self.assertEqual(read_labels(path), ("a b", "c"), text)
        with self.assertRaisesRegex(AttackError, "cannot be read"):
            read_labels(self.folder / "absent")

    def test_intervals(self) -> None:
        rate = wilson(16, 16)
        self.assertAlmostEqual(rate["lower"], 0.8064, places=4)
        self.assertEqual(rate["upper"], 1.0)


class DistanceChecks(Case):
    def test_equal_those_of_the_command(self) -> None:
        names = [name for name in SCALES if name != "changedLabel"]
        entry = "  - featureSqueezing: {{name: {0}, squeezers: [{{median: 3}}], distance: {0}, threshold: 9}}\n"
        lines = "".join(map(entry.format, names))
        path = self.filter_file(f"{self.signs_text().split('detectors:')[0]}detectors:\n{lines}")
        picture = next((ROOT / "Samples/signs/adversarial/pgd").glob("*.png"))
        detectors = json.loads(self.sluice("inspect", "-f", path, "--json", picture))["detectors"]
        scores = {each["name"]: each["score"] for each in detectors}
        filter_file = read_filter(path)
        network = Network(filter_file.classifier).eval()
        images = to_tensor([load_carrier(find_sources([picture])[0], filter_file).original])
        first, other = (predict(network, each).log_softmax(1) for each in (images, squeezed({"median": 3}, images)))
        for name in names:
            value, expected = float(distance(name, first, other)), scores[name]
            self.assertAlmostEqual(value, expected, delta=1e-3 * max(1, expected), msg=name)


class KnowledgeChecks(Case):
    def test_a_second_model_that_resizes_is_asked_as_the_command_asks_it(self) -> None:
        head, tail = self.signs_text().split("detectors:")[0], "detectors: [{auxiliaryModel: {model: coarse, threshold: 2}}]\n"
        model = "models:\n  coarse:\n    openvino: {model: " + str(ROOT / "Samples/signs/model.onnx") + ", input: input, output: logits}\n"
        steps = "    preprocess: [{resize: {width: 24, height: 24}}, {resize: {width: 64, height: 64, filter: bicubic}}]\n"
        path = self.filter_file(head + model + steps + tail)
        picture = next((ROOT / "Samples/signs/adversarial/pgd").glob("*.png"))
        expected = json.loads(self.sluice("inspect", "-f", path, "--json", picture))["detectors"][0]["score"]
        filter_file = read_filter(path)
        knowledge = read_knowledge(filter_file, Network(filter_file.classifier).eval(), lambda model: Network(model).eval())
        self.assertEqual(list(knowledge.looks), ["classifier", "model coarse"])
        images = to_tensor([load_carrier(find_sources([picture])[0], filter_file).original]).requires_grad_()
        first, other = (look.logits(images, random()).log_softmax(1) for look in knowledge.looks.values())
        value = distance("l1", first, other)
        self.assertAlmostEqual(float(value.detach()), expected, delta=1e-3)
        value.sum().backward()
        self.assertGreater(float(images.grad.abs().sum()), 0)

    def test_what_is_more_than_a_resize_is_said(self) -> None:
        self.assertIsNone(make_resizes(({"resize": {"shorterSide": 24}}, {"centerCrop": 24})))
        self.assertIsNone(make_resizes(({"resize": {"width": 24, "height": 24, "antialias": False}},)))


QUICK = {
    "fgsm": ["epsilon=24/255"], "bim": [], "mifgsm": ["epsilon=16/255"], "pgd": [], "pgd-l2": [], "carlini-wagner": ["searches=2"],
    "deepfool": [], "ead": ["searches=1", "steps=20", "weight=10"], "patch": ["side=0.4"],
    "autoattack": ["steps=10", "queries=20"], "adaptive": [],
}  # fmt: skip


class AttackChecks(Case):
    def attacked(self, *texts: str, count: int = 3, name: str = "out") -> dict:
        folder = self.folder / name
        status, _, errors = run("-f", str(SIGNS), "--images", str(CLEAN), "--count", str(count), "-o", str(folder), *texts)
        self.assertEqual(status, 0, errors)
        record = json.loads((folder / "attack.json").read_text())
        saved = {file.stem for file in folder.iterdir() if file.name != "attack.json"}
        self.assertEqual(saved, {image["name"] for image in record["images"] if image["outcome"] == "succeeded"})
        return record

    def test_every_attack_succeeds_on_some(self) -> None:
        self.assertEqual(set(QUICK), set(CATALOGUE))
        for name, settings in QUICK.items():
            with self.subTest(name):
                texts = [part for setting in settings for part in ("--set", setting)]
                record = self.attacked("--attack", name, *texts, name=name)
                self.assertGreater(record["summary"]["succeeded"]["count"], 0)
                limit = CATALOGUE[name].values(dict(text.split("=") for text in settings)).get("epsilon")
                norm = "l2" if CATALOGUE[name].is_l2 else "linf"
                for image in record["images"]:
                    if limit and image["outcome"] == "succeeded":
                        self.assertLessEqual(image["distances"][norm], limit + 1e-6)

    def test_the_command_sees_what_the_record_says(self) -> None:
        record = self.attacked("--attack", "pgd", "--sluice", SLUICE)
        images = [image for image in record["images"] if image["outcome"] == "succeeded"]
        files = [self.folder / "out" / f"{image['name']}.png" for image in images]
        lines = self.sluice("filter", "-f", SIGNS, "--observe", "--format", "none", "--verdicts", "-", *files).splitlines()
        for image, line in zip(images, map(json.loads, lines)):
            self.assertEqual(line["prediction"]["class"], image["seenClass"])
            self.assertEqual(line["verdict"] != "clean", image["flagged"])
        self.assertEqual(len(lines), len(images))

    def test_the_same_seed_gives_the_same_files(self) -> None:
        for form in ("png", "jpeg:90"):
            contents = []
            for name in ("a", "b"):
                self.attacked("--attack", "pgd", "--epsilon", "16/255", "--steps", "10", "--save-as", form, name=f"{form}{name}")
                contents.append({file.name: file.read_bytes() for file in (self.folder / f"{form}{name}").iterdir()})
            self.assertEqual(*contents)

    def test_a_wanted_class(self) -> None:
        record = self.attacked("--attack", "pgd", "--epsilon", "32/255", "--target", "4", count=4)
        found = [image for image in record["images"] if image["outcome"] == "succeeded"]
        self.assertTrue(found)
        self.assertTrue(all(image["seenClass"] == image["target"] == 4 for image in found))

    def test_who_knows_the_filter_passes_where_others_do_not(self) -> None:
        path = self.filter_file(self.signs_text().replace("threshold: 0.000616", "threshold: 0.2"))
        passing = {}
        for name in ("fgsm", "adaptive"):
            folder = self.folder / name
            texts = ["-f", str(path), "--images", str(CLEAN), "--count", "6", "--attack", name, "--epsilon", "24/255"]
            self.assertEqual(run(*texts, "-o", str(folder), "--sluice", SLUICE)[0], 0)
            passing[name] = json.loads((folder / "attack.json").read_text())["summary"]["passing"]["count"]
        self.assertGreater(passing["adaptive"], passing["fgsm"])
        self.assertGreaterEqual(passing["adaptive"], 4)

    def test_what_the_attacker_does_not_know(self) -> None:
        known = "name: known\n      private: true"
        path = self.filter_file(self.signs_text().replace("name: squeezing-probabilities", known))
        base = ["-f", str(path), "--images", str(CLEAN), "--count", "1", "--attack", "adaptive", "--steps", "1"]
        for number, texts in enumerate((["--without", "known"], ["--private"], [])):
            folder = self.folder / str(number)
            self.assertEqual(run(*base, *texts, "-o", str(folder))[0], 0)
            plan = json.loads((folder / "attack.json").read_text())["plan"]
            self.assertEqual(plan["looks"], ["classifier"] if texts else ["classifier", "bitDepth 5", "median 2"])
            self.assertEqual(plan["unknown"], ["known"] if texts else [])

    def test_wrong_settings_are_refused(self) -> None:
        base = ["-f", str(SIGNS), "--images", str(CLEAN), "-o", str(self.folder / "out")]
        cases = (
            (["--attack", "pgd", "--epsilon", "2"], "permitted: 0.00392157 … 1"),
            (["--attack", "pgd", "--set", "colour=1"], "there is no setting colour"),
            (["--attack", "pgd", "--save-as", "gif"], "permitted: png"),
            (["--attack", "pgd", "--private"], "of the adaptive attack"),
            (["--attack", "pgd", "--target", "12"], "there is no class 12"),
            (["--attack", "deepfool", "--target", "1"], "cannot aim"),
            (["--attack", "pgd", "--images", str(self.folder)], "there is no PNG or JPEG"),
            (["--attack", "pgd", "--images", str(self.folder / "absent")], "no such file"),
        )
        for texts, expected in cases:
            status, _, errors = run(*base, *texts)
            self.assertEqual(status, 2, texts)
            self.assertIn(expected, errors)
        for option in ("--batch", "--count", "--threads"):
            for main in (attack.main, matrix.main):
                filters = ["--filters", str(SIGNS)] if main is matrix.main else ["--filter", str(SIGNS), "--attack", "pgd"]
                errors = io.StringIO()
                with self.assertRaises(SystemExit) as end, redirect_stderr(errors):
                    main([*filters, "--images", str(CLEAN), "-o", str(self.folder / "out"), option, "0"])
                self.assertEqual(end.exception.code, 2)
                self.assertIn("whole numbers from 1", errors.getvalue())
        (self.folder / "full").mkdir()
        (self.folder / "full/file").touch()
        self.assertIn("not empty", run(*base, "--attack", "pgd", "-o", str(self.folder / "full"))[2])

    def test_evaluate_takes_the_folder(self) -> None:
        self.attacked("--attack", "pgd", count=6, name="attacks/pgd")
        text = f"{self.signs_text()}decision: {{falsePositiveBudget: 0.05, calibration: signs.calibration.json}}\n"
        path = self.filter_file(text.replace("      threshold: 0.000616\n", ""))
        self.sluice("calibrate", "-f", path, "--clean", ROOT / "Samples/signs/clean/calibrate")
        report = self.folder / "report.json"
        self.sluice("evaluate", "-f", path, "--clean", CLEAN, "--adversarial", self.folder / "attacks", "--json", report)
        self.assertIn('"pgd"', report.read_text())

    def test_folders_called_like_labels(self) -> None:
        sources = self.folder / "photos" / "stop"
        sources.mkdir(parents=True)
        # The running number is that of another class.
        (sources / "7.png").write_bytes((CLEAN / "000_stop.png").read_bytes())
        status, _, errors = run("-f", str(SIGNS), "--images", str(sources), "--attack", "fgsm", "-o", str(self.folder / "out"))
        self.assertEqual(status, 0, errors)
        (image,) = json.loads((self.folder / "out/attack.json").read_text())["images"]
        self.assertEqual((image["trueClass"], image["name"]), (0, "0__7"))
        self.assertNotEqual(image["outcome"], "skipped")

    def test_a_series_goes_on_where_it_was_interrupted(self) -> None:
        output = self.folder / "series"
        texts = ["-f", str(SIGNS), "--images", str(CLEAN), "-o", str(output), "--successes", "2", "--batch", "4"]
        with redirect_stdout(io.StringIO()):
            self.assertEqual(series.main([*texts, "--only", "fgsm-4"]), 0)
            first = output / "fgsm-4/attack.json"
            kept, written = first.stat().st_mtime_ns, json.loads(first.read_text())
            # What an interrupted attack leaves.
            (output / "fgsm-8.unfinished").mkdir()
            (output / "fgsm-8.unfinished/7.png").touch()
            self.assertEqual(series.main([*texts, "--only", "fgsm-4", "fgsm-8"]), 0)
        self.assertEqual({path.name for path in output.iterdir()}, {"fgsm-4", "fgsm-8"})
        self.assertEqual(first.stat().st_mtime_ns, kept)
        self.assertFalse((output / "fgsm-8/7.png").exists())
        second = json.loads((output / "fgsm-8/attack.json").read_text())
        pictures = [[image["source"] for image in record["images"]] for record in (written, second)]
        self.assertNotEqual(*pictures)

    def test_transfer(self) -> None:
        output = self.folder / "matrix"
        with redirect_stdout(io.StringIO()) as table, redirect_stderr(io.StringIO()) as notes:
            sources = self.folder / "classes"
            for file in sorted(CLEAN.glob("*.png"))[:8]:
                number = int(file.name[:3]) % 12
                (sources / str(number)).mkdir(parents=True, exist_ok=True)
                (sources / str(number) / file.name[4:]).write_bytes(file.read_bytes())
            (sources / "0/damaged.png").write_bytes(file.read_bytes()[:200])
            (sources / "0/empty.png").touch()
            # All are wanted, so the damaged ones are met, wherever the order puts them.
            status = matrix.main(["-f", str(SIGNS), str(SIGNS), "--images", str(sources), "--count", "8", "-o", str(output)])
        self.assertEqual(status, 0, notes.getvalue())
        self.assertEqual(notes.getvalue().count("passed over"), 2)
        result = json.loads((output / "matrix.json").read_text())
        # Both rows and columns are the same model here.
        self.assertEqual(len({cell["count"] for row in result["wrong"] for cell in row}), 1)
        self.assertEqual(result["wrong"][0][0]["total"], 8)
        self.assertIn("| model |", table.getvalue())
        record = self.attacked("--attack", "pgd", "--surrogate", str(ROOT / "Samples/signs/model.onnx"))
        self.assertEqual(record["plan"]["surrogate"], "model.onnx")


if __name__ == "__main__":
    SLUICE = sys.argv.pop(1) if len(sys.argv) > 1 else SLUICE
    unittest.main()
