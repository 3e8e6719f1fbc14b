"""A client of a gateway that somebody else runs: an image goes in, an answer comes out."""

import base64
import http.client
import io
import json
from dataclasses import dataclass

import numpy
from PIL import Image


@dataclass(frozen=True)
class Answer:
    """What one question brought: probabilities, or nothing where the gateway held the image back."""

    status: int
    probabilities: numpy.ndarray | None

    @property
    def is_refused(self) -> bool:
        """Whether the gateway wants no more questions for now, which is what an adaptive attacker goes by."""
        return self.status == 429


class Gateway:
    """One connection to `sluice serve`, over the Open Inference Protocol."""

    def __init__(self, address: str, model: str):
        host, port = address.split(":")
        self.path = f"/v2/models/{model}/infer"
        self.connection = http.client.HTTPConnection(host, int(port), timeout=60)

    def ask(self, pixels: numpy.ndarray) -> Answer:
        """Sends height × width × 3 samples of 8 bits as a PNG file."""
        image = {"name": "image", "datatype": "BYTES", "shape": [1], "data": [encoded(pixels)]}
        body = json.dumps({"inputs": [image]})
        self.connection.request("POST", self.path, body, {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        content = response.read()
        if response.status != 200:
            if response.status not in (403, 429):
                raise RuntimeError(f"the gateway answers {response.status}: {content[:200]!r}")
            return Answer(response.status, None)
        outputs = {output["name"]: output for output in json.loads(content)["outputs"]}
        return Answer(200, numpy.array(outputs["probabilities"]["data"], numpy.float32))


def encoded(pixels: numpy.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", compress_level=1)
    return base64.b64encode(file.getvalue()).decode()


def rounded(image: numpy.ndarray) -> numpy.ndarray:
    """The 8-bit samples of values in [0, 1]."""
    return numpy.rint(numpy.clip(image, 0, 1) * 255).astype(numpy.uint8)
