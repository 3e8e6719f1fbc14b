"""Whether the reader of checkpoints takes a good one, and refuses hostile and damaged ones without running anything.

    python damaged_checkpoints.py FOLDER-OF-THE-READER EMPTY-FOLDER

Prints one line a case, and exits with 1 when one went wrong.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np

sys.path.insert(0, sys.argv[1])
from checkpoint import CheckpointError, MAGIC_NUMBER, VERSION, read_checkpoint  # noqa: E402

MARKER = Path(sys.argv[2]) / "was-run"


class Global:
    """A name that the pickle resolves where it is read, whether there is such a module here or not."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """A call that the reader is asked to make."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.function, self.arguments = function, arguments


class Changed:
    """An object whose attributes the reader is asked to set."""

    def __init__(self, value: object, state: object) -> None:
        self.value, self.state = value, state


class Stored:
    def __init__(self, identifier: object) -> None:
        self.identifier = identifier


class Writer(pickle._Pickler):
    """Writes what PyTorch writes, and what it never would."""

    def persistent_id(self, value: object) -> object:
        return value.identifier if isinstance(value, Stored) else None

    def save(self, value: object, save_persistent_id: bool = True) -> None:
        if isinstance(value, Global):
            self.write(pickle.GLOBAL + f"{value.module}\n{value.name}\n".encode())
        elif isinstance(value, Call):
            self.save(value.function)
            self.save(value.arguments)
            self.write(pickle.REDUCE)
        elif isinstance(value, Changed):
            self.save(value.value)
            self.save(value.state)
            self.write(pickle.BUILD)
        else:
            super().save(value, save_persistent_id)


REBUILD = Global("torch._utils", "_rebuild_tensor_v2")


def pickled(*values: object) -> bytes:
    stream = io.BytesIO()
    for value in values:
        Writer(stream, 2).dump(value)
    return stream.getvalue()


def storage(count: int = 6, key: str = "7", type: Global = Global("torch", "FloatStorage")) -> Stored:
    return Stored(("storage", type, key, "cpu", count, None))


def tensor(stored: object, offset=0, shape=(2, 3), strides=(3, 1)) -> Call:
    return Call(REBUILD, stored, offset, shape, strides, False, Call(Global("collections", "OrderedDict")))


NUMBERS = np.arange(6, dtype="<f4")


def checkpoint(tensors: object, keys: object = ("7",), count: int = 6, numbers: bytes = NUMBERS.tobytes()) -> bytes:
    head = pickled(MAGIC_NUMBER, VERSION, {"little_endian": True}, tensors, list(keys))
    return head + count.to_bytes(8, "little") + numbers


GOOD = checkpoint({"weight": tensor(storage())})
COMMAND = f"touch '{MARKER}'"
# One place of the memo, far up: an unpickler that allocates all places below it takes tens of gigabytes.
HIGH_MEMO = b"\x80\x02}r\xf0\xff\xff\xff."
HOSTILE = {
    "a command": checkpoint({"weight": Call(Global("os", "system"), COMMAND)}),
    "a command in the first pickle": pickled(Call(Global("posix", "system"), COMMAND)) + GOOD,
    "a command in the description of the machine": pickled(
        MAGIC_NUMBER, VERSION, Call(Global("subprocess", "getoutput"), COMMAND)
    ),
    "evaluation": checkpoint({"weight": Call(Global("builtins", "eval"), f"__import__('os').system({COMMAND!r})")}),
    "a name within a permitted module": checkpoint({"weight": Call(Global("torch", "load"), "x")}),
    "a path through a permitted name": checkpoint(
        {"weight": Global("collections", "OrderedDict.__init__.__globals__")}
    ),
    "a type that is called": checkpoint({"weight": Call(Global("torch", "FloatStorage"), 1)}),
    "an object by its class": pickled(MAGIC_NUMBER, VERSION) + b"\x80\x02c__main__\nX\n)\x81.",
    "an instance by name": pickled(MAGIC_NUMBER, VERSION) + b"(ios\nsystem\n.",
    "an extension": pickled(MAGIC_NUMBER, VERSION) + b"\x80\x02\x82\x01.",
    "a name from the stack": pickled(MAGIC_NUMBER, VERSION) + b"\x80\x04\x8c\x02os\x8c\x06system\x93.",
    "a high place in the memo": pickled(MAGIC_NUMBER, VERSION) + HIGH_MEMO,
    "endless operations": pickled(MAGIC_NUMBER, VERSION) + b"\x80\x02" + b"}" * 200_000 + b".",
    "a tensor changed afterwards": checkpoint({"weight": Changed(tensor(storage()), {"strides": (-(1 << 40), 1)})}),
    "a storage changed afterwards": checkpoint({"weight": tensor(Changed(storage(), {"count": -1}))}),
    "a type changed afterwards": checkpoint({"weight": Changed(Global("torch", "FloatStorage"), {"name": "x"})}),
    "a function changed afterwards": checkpoint({"weight": Changed(REBUILD, (None, {"__defaults__": (1,)}))}),
    "a storage that is none": checkpoint({"weight": tensor("7")}),
    "a reference of another kind": checkpoint({"weight": tensor(Stored(("module", "os", "7", "cpu", 6, None)))}),
    "a negative length": checkpoint({"weight": tensor(storage(-1))}),
    "a storage longer than the file": checkpoint({"weight": tensor(storage(1 << 60))}, count=1 << 60),
    "another length than is said": checkpoint({"weight": tensor(storage(5))}),
    "a shape beyond the storage": checkpoint({"weight": tensor(storage(), shape=(3, 3))}),
    "strides beyond the storage": checkpoint({"weight": tensor(storage(), strides=(1 << 62, 1))}),
    "a negative stride": checkpoint({"weight": tensor(storage(), strides=(-3, 1))}),
    "one element repeated without end": checkpoint(
        {"weight": tensor(storage(), shape=(1 << 40, 1 << 40), strides=(0, 0))}
    ),
    "tensors that share their elements": checkpoint({"weight": tensor(storage()), "same": tensor(storage())}),
    "a shape of many axes": checkpoint({"weight": tensor(storage(), shape=(1,) * 64, strides=(1,) * 64)}),
    "a shape of text": checkpoint({"weight": tensor(storage(), shape="ab")}),
    "a place of text": checkpoint({"weight": tensor(storage(), offset="0")}),
    "a place beyond the storage": checkpoint({"weight": tensor(storage(), offset=1)}),
    "no dictionary": checkpoint([tensor(storage())]),
    "a name that is none": checkpoint({7: tensor(storage())}),
    "a number among tensors": checkpoint({"weight": 7}),
    "a key that no tensor has": checkpoint({"weight": tensor(storage())}, keys=("8",)),
    "a key twice": checkpoint({"weight": tensor(storage())}, keys=("7", "7")),
    "bytes at the end": GOOD + b"\0",
    "another magic number": pickled(MAGIC_NUMBER + 1) + GOOD,
    "nothing": b"",
    "a ZIP archive": b"PK\x03\x04" + bytes(100),
    "text": b"version https://example.org/spec/v1\n",
}


def main() -> int:
    failures = 0

    def check(name: str, passed: bool) -> None:
        nonlocal failures
        failures += not passed
        print(f"{'ok' if passed else 'FAILED'}: {name}")

    def refused(data: bytes) -> bool:
        try:
            read_checkpoint(data)
        except CheckpointError:
            return True
        return False

    check("a good one", np.array_equal(read_checkpoint(GOOD)["weight"], NUMBERS.reshape(2, 3)))
    transposed = checkpoint({"weight": tensor(storage(), shape=(3, 2), strides=(1, 3))})
    check("a transposed one", np.array_equal(read_checkpoint(transposed)["weight"], NUMBERS.reshape(2, 3).T))
    scalar = checkpoint({"weight": tensor(storage(1), shape=(), strides=())}, count=1, numbers=NUMBERS[:1].tobytes())
    check("a scalar", read_checkpoint(scalar)["weight"].shape == ())
    for name, data in HOSTILE.items():
        check(name, refused(data))
    check("one that is cut anywhere", all(refused(GOOD[:end]) for end in range(len(GOOD))))
    check("nothing was run", not os.path.exists(MARKER))
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
