"""Triton's own clients against a gateway: triton_clients.py HTTP_PORT GRPC_PORT IMAGES OUTPUT"""

import glob
import sys

import numpy as np
import tritonclient.grpc
import tritonclient.http
from tritonclient.utils import InferenceServerException

http_port, grpc_port, images, output = sys.argv[1:]
CLEAN = sorted(glob.glob(f"{images}/clean/test/*.png"))[-3:]
ATTACKS = sorted(glob.glob(f"{images}/adversarial/pgd/*.png"))[:3]


def tensor(protocol, paths):
    data = np.array([open(path, "rb").read() for path in paths], dtype=np.object_)
    tensor = protocol.InferInput("image", [len(paths)], "BYTES")
    tensor.set_data_from_numpy(data)
    return [tensor]


def check(name, protocol, client, forms):
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("signs")
    metadata = client.get_model_metadata("signs")
    assert output in str(metadata), metadata
    answered = refused = 0
    for form in forms:
        for batch in ([CLEAN[0]], [CLEAN[1]], CLEAN):
            wanted = [protocol.InferRequestedOutput(output, **form)]
            result = client.infer("signs", tensor(protocol, batch), outputs=wanted, request_id="t7")
            values = result.as_numpy(output)
            assert len(values) == len(batch), values.shape
            response = result.get_response()
            assert (response["id"] if isinstance(response, dict) else response.id) == "t7"
            answered += 1
    for path in ATTACKS:
        try:
            client.infer("signs", tensor(protocol, [path]))
        except InferenceServerException as error:
            assert "adversarial" in error.message(), error
            refused += 1
    print(f"{name}: {answered} answered, {refused} refused")


check(
    "http", tritonclient.http, tritonclient.http.InferenceServerClient(f"127.0.0.1:{http_port}"),
    [{"binary_data": True}, {"binary_data": False}])
check("grpc", tritonclient.grpc, tritonclient.grpc.InferenceServerClient(f"127.0.0.1:{grpc_port}"), [{}, {}])
