"""A model for MLServer: the mean of each image of a batch, so that a test can tell whether the tensor arrived."""

import numpy as np
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceResponse


class Brightness(MLModel):
    async def load(self) -> bool:
        return True

    async def predict(self, payload):
        pixels = NumpyCodec.decode_input(payload.inputs[0])
        means = pixels.reshape(pixels.shape[0], -1).mean(axis=1).astype(np.float32)
        output = NumpyCodec.encode_output("brightness", means)
        return InferenceResponse(model_name=self.name, id=payload.id, outputs=[output])
