"""Reads the tensors of a PyTorch checkpoint without PyTorch, and without running any code the file may name."""

import pickle
import struct
from collections import OrderedDict
from pathlib import Path

import numpy as np

_MAGIC = 0x1950A86A20F9469CFC6C
_DTYPES = {'FloatStorage': np.float32, 'HalfStorage': np.float16, 'LongStorage': np.int64}


class _Storage:
    """A flat array whose content follows the pickles in the file."""

    def __init__(self, dtype: type, size: int):
        self.values: np.ndarray = np.zeros(size, dtype)


def _rebuild_tensor(storage: _Storage, offset: int, shape: tuple, strides: tuple, *_: object):
    return storage, offset, shape, strides


class _RestrictedUnpickler(pickle.Unpickler):
    """Knows tensors, storages and ordered dictionaries; any other global is refused."""

    def __init__(self, file, storages: dict[str, _Storage]):
        super().__init__(file, encoding='utf-8')
        self._storages = storages

    def find_class(self, module: str, name: str):
        if (module, name) == ('collections', 'OrderedDict'):
            return OrderedDict
        if module == 'torch._utils' and name in ('_rebuild_tensor', '_rebuild_tensor_v2'):
            return _rebuild_tensor
        if module == 'torch' and name in _DTYPES:
            return _DTYPES[name]
        raise pickle.UnpicklingError(f'the checkpoint names {module}.{name}, which weights never need')

    def persistent_load(self, saved_id: tuple) -> _Storage:
        kind, dtype, key, _device, size, *_ = saved_id
        if kind != 'storage':
            raise pickle.UnpicklingError(f'unknown persistent object {kind!r}')
        return self._storages.setdefault(key, _Storage(dtype, size))


def read_checkpoint(path: Path) -> dict[str, np.ndarray]:
    """The state dictionary of a checkpoint in PyTorch's legacy format (before 1.6), as float arrays by name."""
    storages: dict[str, _Storage] = {}
    with open(path, 'rb') as file:
        magic, _protocol, _system = (_RestrictedUnpickler(file, storages).load() for _ in range(3))
        if magic != _MAGIC:
            raise ValueError(f'{path} is not a checkpoint in the legacy PyTorch format')
        state = _RestrictedUnpickler(file, storages).load()
        for key in _RestrictedUnpickler(file, storages).load():
            values = storages[key].values
            (count,) = struct.unpack('<q', file.read(8))
            if count != values.size:
                raise ValueError(f'{path}: storage {key} holds {count} values, its tensors expect {values.size}')
            values[:] = np.frombuffer(file.read(values.nbytes), values.dtype)
    tensors = {}
    for name, (storage, offset, shape, strides) in state.items():
        item = storage.values.itemsize
        view = np.lib.stride_tricks.as_strided(storage.values[offset:], shape, [s * item for s in strides])
        tensors[name] = np.array(view)
    return tensors
