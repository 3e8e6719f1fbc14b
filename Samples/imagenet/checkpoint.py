"""Read the weights in a checkpoint of PyTorch's old form, without PyTorch and without running what it says.

Such a file is five pickles, one after another: a magic number, a version, a
description of the machine, the tensors, and the keys of the storages. The storages
follow, each as a count of 8 bytes and its numbers. A pickle can name any function
and have it called, so a file from elsewhere could run commands. Here only the four
names that weights need are resolved, and they are resolved to functions of this
file; each pickle is looked through before anything of it is built; and every count
is held against the length of the file.
"""

from __future__ import annotations

import collections
import io
import math
import pickle
import pickletools
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np

MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
VERSION = 1001
# What takes part in the five pickles: numbers, text, tuples, lists, dictionaries, and calls of the permitted names.
PERMITTED_OPERATIONS = frozenset(
    "PROTO STOP MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINUNICODE EMPTY_TUPLE TUPLE TUPLE1 TUPLE2"
    " TUPLE3 EMPTY_LIST APPEND APPENDS EMPTY_DICT SETITEM SETITEMS GLOBAL REDUCE BUILD BINPERSID BINPUT LONG_BINPUT"
    " BINGET LONG_BINGET".split()
)
# More than the pickle of a network of this size has, and so more than it has places in its memo.
MAXIMUM_OPERATIONS = 100_000
MAXIMUM_TENSORS = 10_000
MAXIMUM_AXES = 8


class CheckpointError(ValueError):
    """The file is no checkpoint of this form, is damaged, or asks for what weights do not need."""


class Fixed:
    """Refuses that a pickle changes an object after it was made, past all checks."""

    def __setstate__(self, state: Any) -> NoReturn:
        raise CheckpointError("the pickle changes what it made")


@dataclass(frozen=True)
class Storage(Fixed):
    """Numbers that tensors are views of."""

    key: str
    type: str
    count: int


@dataclass(frozen=True)
class TensorView(Fixed):
    """A tensor, as a place in a storage: how many elements each axis has, and how far apart they lie."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


STORAGE_TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


def read_checkpoint(data: bytes) -> dict[str, np.ndarray]:
    """The tensors by name, as arrays of float32 or int64.

    Raises CheckpointError, whatever is wrong with the file. Takes memory in proportion to
    the length of `data`.
    """
    stream = io.BytesIO(data)
    if _load(stream) != MAGIC_NUMBER or _load(stream) != VERSION:
        raise CheckpointError("not a checkpoint of PyTorch's old form")
    _load(stream)
    tensors, keys = _load(stream), _load(stream)
    storages = _storages(stream, tensors, keys, len(data))
    for name, view in tensors.items():
        if any(number > len(data) for number in view.shape + view.strides):
            raise CheckpointError(f"{name} reaches beyond the file")
    # Elements that share a place would let a short file ask for endless memory.
    if sum(math.prod(view.shape) for view in tensors.values()) > sum(map(len, storages.values())):
        raise CheckpointError("the tensors have more elements than the file")
    return {name: _array(name, view, storages) for name, view in tensors.items()}


def _load(stream: io.BytesIO) -> Any:
    start = stream.tell()
    _look_through(stream)
    stream.seek(start)
    try:
        return _Unpickler(stream).load()
    except CheckpointError:
        raise
    except Exception as error:
        raise CheckpointError(f"a damaged pickle: {error}") from error


def _look_through(stream: io.BytesIO) -> None:
    try:
        for number, (operation, argument, _) in enumerate(pickletools.genops(stream)):
            if operation.name not in PERMITTED_OPERATIONS:
                raise CheckpointError(f"the pickle does what weights do not need: {operation.name}")
            # A high place in the memo would have the unpickler allocate all places below it.
            if number > MAXIMUM_OPERATIONS or operation.name == "LONG_BINPUT" and argument > MAXIMUM_OPERATIONS:
                raise CheckpointError("the pickle is longer than that of any network of this size")
    except ValueError as error:
        raise error if isinstance(error, CheckpointError) else CheckpointError(f"a damaged pickle: {error}") from error


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return _Dictionary
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _TensorMaker()
        if module == "torch" and name in STORAGE_TYPES:
            return _StorageType(name)
        raise CheckpointError(f"the pickle names {module}.{name}, which weights do not need")

    def persistent_load(self, identifier: Any) -> Storage:
        match identifier:
            case ("storage", _StorageType(name), str(key), str(), int(count), None) if count >= 0:
                return Storage(key, name, count)
        raise CheckpointError("a reference to something other than a storage")


class _Dictionary(collections.OrderedDict):
    """Takes no attributes: a checkpoint carries versions of layers there, which nobody needs."""

    def __setstate__(self, state: Any) -> None:
        pass


class _StorageType(Fixed):
    """Stands for a class of PyTorch. Cannot be called."""

    __match_args__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name


class _TensorMaker(Fixed):
    """Stands for the function of PyTorch that makes a tensor of its storage. Two more arguments mean nothing here."""

    def __call__(self, storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> TensorView:
        if not isinstance(storage, Storage) or not all(map(_are_counts, ((offset,), shape, strides))):
            raise CheckpointError("a tensor without a storage, a place or a shape")
        if len(shape) != len(strides) or len(shape) > MAXIMUM_AXES:
            raise CheckpointError("a tensor of too many axes")
        return TensorView(storage, offset, shape, strides)


def _are_counts(values: Any) -> bool:
    return isinstance(values, tuple) and all(type(value) is int and value >= 0 for value in values)


def _storages(stream: io.BytesIO, tensors: Any, keys: Any, length: int) -> dict[str, np.ndarray]:
    """The numbers of each storage, in the order in which the file has them."""
    if not isinstance(tensors, dict) or len(tensors) > MAXIMUM_TENSORS:
        raise CheckpointError("no dictionary of tensors")
    if not all(isinstance(name, str) and isinstance(view, TensorView) for name, view in tensors.items()):
        raise CheckpointError("something among the tensors is none")
    known = {view.storage.key: view.storage for view in tensors.values()}
    if not isinstance(keys, list) or len(keys) != len(known) or not all(isinstance(key, str) for key in keys):
        raise CheckpointError("the list of storages is not that of the tensors")
    storages: dict[str, np.ndarray] = {}
    for key in keys:
        if key not in known or key in storages:
            raise CheckpointError(f"a storage that no tensor needs, or twice the same: {key}")
        storage = known[key]
        element = STORAGE_TYPES[storage.type]
        if int.from_bytes(stream.read(8), "little") != storage.count:
            raise CheckpointError(f"storage {key} has another length than its tensors say")
        if storage.count * element.itemsize > length - stream.tell():
            raise CheckpointError(f"storage {key} is cut off")
        storages[key] = np.frombuffer(stream.read(storage.count * element.itemsize), element)
    if stream.tell() != length:
        raise CheckpointError("something follows the last storage")
    return storages


def _array(name: str, view: TensorView, storages: dict[str, np.ndarray]) -> np.ndarray:
    numbers = storages[view.storage.key]
    last = view.offset + sum((count - 1) * stride for count, stride in zip(view.shape, view.strides))
    if numbers.dtype != STORAGE_TYPES[view.storage.type] or last >= len(numbers):
        raise CheckpointError(f"{name} reaches beyond its storage")
    if 0 in view.shape:
        return np.zeros(view.shape, numbers.dtype)
    steps = tuple(stride * numbers.itemsize for stride in view.strides)
    elements = np.lib.stride_tricks.as_strided(numbers[view.offset :], view.shape, steps)
    return np.ascontiguousarray(elements).reshape(view.shape)
