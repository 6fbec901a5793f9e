"""The image backbone: reading of checkpoints, and the int8 graph against the float graph, on random weights."""

import io
import pickle
import struct

import numpy as np
import onnxruntime
import pytest

from pairlens_models.efficientnet_lite import backbone_graph, block_strides, grid_side
from pairlens_models.features import same_everywhere
from pairlens_models.quantize import quantize_backbone
from pairlens_models.torch_weights import read_checkpoint

WIDTHS = [(16, 1, 3), *[(24, 6, 3)] * 3, *[(48, 6, 5)] * 3, *[(88, 6, 3)] * 4, *[(120, 6, 5)] * 4, *[(208, 6, 5)] * 5, (352, 6, 3)]


def random_weights(seed=0):
    rng = np.random.default_rng(seed)
    weights = {}

    def conv(name, norm, out, inside, kernel):
        fan = inside * kernel * kernel
        weights[f'{name}.weight'] = rng.standard_normal((out, inside, kernel, kernel)).astype(np.float32) * np.float32(np.sqrt(2 / fan))
        weights[f'{norm}.weight'] = np.ones(out, np.float32)
        weights[f'{norm}.bias'] = rng.uniform(0, 0.5, out).astype(np.float32)
        weights[f'{norm}.running_mean'] = np.zeros(out, np.float32)
        weights[f'{norm}.running_var'] = np.ones(out, np.float32)

    conv('_conv_stem', '_bn0', 32, 3, 3)
    entering = 32
    for index, (out, expand, kernel) in enumerate(WIDTHS):
        name, middle = f'_blocks.{index}', entering * expand
        if expand > 1:
            conv(f'{name}._expand_conv', f'{name}._bn0', middle, entering, 1)
        conv(f'{name}._depthwise_conv', f'{name}._bn1', middle, 1, kernel)
        conv(f'{name}._project_conv', f'{name}._bn2', out, middle, 1)
        entering = out
    conv('_conv_head', '_bn1', 1280, entering, 1)
    weights['_fc.weight'] = rng.standard_normal((1000, 1280)).astype(np.float32) * np.float32(0.03)
    weights['_fc.bias'] = np.zeros(1000, np.float32)
    return weights


def test_lite2_has_21_blocks():
    assert len(block_strides('lite2')) == len(WIDTHS) == 21
    assert [grid_side(size) for size in (224, 256, 260)] == [7, 8, 9]


def test_the_int8_graph_takes_pixels_and_stays_close_to_the_float_graph(tmp_path):
    size = 64
    rng = np.random.default_rng(1)
    photos = rng.integers(0, 256, (8, size, size, 3), np.uint8)
    exact = backbone_graph(random_weights(), 'lite2', size)
    small = quantize_backbone(exact, iter(photos), tmp_path)
    pixels = ((photos.astype(np.float32) - 127) / 128).transpose(0, 3, 1, 2)
    wanted, _ = onnxruntime.InferenceSession(exact.SerializeToString()).run(['grid', 'logits'], {'pixels': pixels})
    running = onnxruntime.InferenceSession(small.SerializeToString(), same_everywhere())
    grid, logits = running.run(['grid', 'logits'], {'pixels': photos})
    assert grid.shape == (8, 4, 1280) and logits.shape == (8, 1000)
    cosine = (grid * wanted).sum(-1) / np.linalg.norm(grid, axis=-1) / np.linalg.norm(wanted, axis=-1)
    assert cosine.mean() > 0.9
    alone, _ = running.run(['grid', 'logits'], {'pixels': photos[2:3]})
    np.testing.assert_allclose(alone[0], grid[2], atol=1e-6)


def legacy_checkpoint(tensor):
    """The bytes PyTorch 1.5 wrote for {'weight': tensor}, assembled by hand."""
    out = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {'little_endian': True}):
        pickle.dump(value, out, protocol=2)
    rows, columns = tensor.shape
    storage = b'(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x007X\x03\x00\x00\x00cpuK' + bytes([tensor.size]) + b'NtQ'
    shape = b'K' + bytes([rows]) + b'K' + bytes([columns]) + b'\x86'
    strides = b'K' + bytes([columns]) + b'K\x01\x86'
    rebuilt = b'ctorch._utils\n_rebuild_tensor_v2\n(' + storage + b'K\x00' + shape + strides + b'\x89)tR'
    out.write(b'\x80\x02}X\x06\x00\x00\x00weight' + rebuilt + b's.')
    pickle.dump(['7'], out, protocol=2)
    out.write(struct.pack('<q', tensor.size) + tensor.astype('<f4').tobytes())
    return out.getvalue()


def test_a_checkpoint_is_read_without_pytorch(tmp_path):
    tensor = np.arange(6, dtype=np.float32).reshape(2, 3)
    (tmp_path / 'weights.pth').write_bytes(legacy_checkpoint(tensor))
    np.testing.assert_array_equal(read_checkpoint(tmp_path / 'weights.pth')['weight'], tensor)


def test_a_checkpoint_that_names_other_code_is_refused(tmp_path):
    out = io.BytesIO()
    for value in (0x1950A86A20F9469CFC6C, 1001, {}):
        pickle.dump(value, out, protocol=2)
    out.write(b'\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.')
    (tmp_path / 'evil.pth').write_bytes(out.getvalue())
    with pytest.raises(pickle.UnpicklingError, match=r'os\.system|posix\.system'):
        read_checkpoint(tmp_path / 'evil.pth')
