"""EfficientNet-Lite (Liu et al., 2020: EfficientNet, Tan and Le 2019, without squeeze-and-excitation, with ReLU6) as an ONNX graph."""

import math
from dataclasses import dataclass

import numpy as np
import onnx

from pairlens_models.onnx_graph import FLOAT, GraphWriter

CHANNELS = 1280
CLASSES = 1000
PIXEL_ZERO, PIXEL_SCALE = 127, 1 / 128  # the network reads (rgb - 127) / 128
_BATCH_NORM_EPSILON = 1e-3

# (repeats, stride) of the seven stages of EfficientNet-B0; kernels and widths are read from the weights.
_STAGES = ((1, 1), (2, 2), (2, 2), (3, 2), (3, 1), (4, 2), (1, 1))
_DEPTH = {'lite0': 1.0, 'lite1': 1.1, 'lite2': 1.2, 'lite3': 1.4, 'lite4': 1.8}


@dataclass(frozen=True)
class Convolution:
    """A convolution with its batch normalisation folded in. weight (O, I / groups, k, k), bias (O,)."""

    weight: np.ndarray
    bias: np.ndarray
    stride: int
    groups: int


def grid_side(size: int) -> int:
    """Rows (and columns) of the region grid for a square image of `size` pixels: five halvings, rounded up."""
    return math.ceil(size / 32)


def block_strides(variant: str) -> list[int]:
    """The stride of every block. Lite leaves the first and the last stage unscaled."""
    strides = []
    for index, (repeats, stride) in enumerate(_STAGES):
        scaled = repeats if index in (0, len(_STAGES) - 1) else math.ceil(repeats * _DEPTH[variant])
        strides += [stride] + [1] * (scaled - 1)
    return strides


def fold(weights: dict[str, np.ndarray], conv: str, norm: str, stride: int) -> Convolution:
    """w' = w g / sqrt(var + eps), b' = beta - mean g / sqrt(var + eps)."""
    weight = weights[f'{conv}.weight']
    gain = weights[f'{norm}.weight'] / np.sqrt(weights[f'{norm}.running_var'] + _BATCH_NORM_EPSILON)
    bias = weights[f'{norm}.bias'] - weights[f'{norm}.running_mean'] * gain
    depthwise = weight.shape[1] == 1 and weight.shape[0] > 1
    return Convolution(weight * gain[:, None, None, None], bias, stride, weight.shape[0] if depthwise else 1)


def backbone_graph(weights: dict[str, np.ndarray], variant: str, size: int) -> onnx.ModelProto:
    """float graph: `pixels` (B, 3, size, size), (rgb - 127) / 128 -> `grid` (B, R, 1280), `logits` (B, 1000)."""
    graph = GraphWriter(f'efficientnet-{variant}-{size}')
    value, side = graph.input('pixels', FLOAT, ['B', 3, size, size]), size

    def convolve(value: str, layer: Convolution, side: int) -> tuple[str, int]:
        kernel, after = layer.weight.shape[2], math.ceil(side / layer.stride)
        # TensorFlow's SAME padding, with which the weights were trained: the odd pixel goes to the end
        total = max((after - 1) * layer.stride + kernel - side, 0)
        pads = [total // 2, total // 2, total - total // 2, total - total // 2]
        inputs = (value, graph.constant(layer.weight), graph.constant(layer.bias))
        shape = {'kernel_shape': [kernel, kernel], 'strides': [layer.stride] * 2}
        return graph.add('Conv', *inputs, pads=pads, group=layer.groups, **shape), after

    def relu6(value: str) -> str:
        return graph.add('Clip', value, graph.constant(0.0), graph.constant(6.0))

    value, side = convolve(value, fold(weights, '_conv_stem', '_bn0', 2), side)
    value = relu6(value)
    for index, stride in enumerate(block_strides(variant)):
        name, start = f'_blocks.{index}', value
        if f'{name}._expand_conv.weight' in weights:
            value, side = convolve(value, fold(weights, f'{name}._expand_conv', f'{name}._bn0', 1), side)
            value = relu6(value)
        value, side = convolve(value, fold(weights, f'{name}._depthwise_conv', f'{name}._bn1', stride), side)
        project = fold(weights, f'{name}._project_conv', f'{name}._bn2', 1)
        value, side = convolve(relu6(value), project, side)
        narrow = weights.get(f'{name}._expand_conv.weight', weights[f'{name}._depthwise_conv.weight'])
        entering = narrow.shape[1] if f'{name}._expand_conv.weight' in weights else narrow.shape[0]
        if stride == 1 and entering == project.weight.shape[0]:
            value = graph.add('Add', value, start)
    value, side = convolve(value, fold(weights, '_conv_head', '_bn1', 1), side)
    value = relu6(value)
    flat = graph.add('Reshape', value, graph.axes(0, CHANNELS, side * side))
    graph.output(graph.add('Transpose', flat, perm=[0, 2, 1]), 'grid', FLOAT, ['B', side * side, CHANNELS])
    mean = graph.add('ReduceMean', flat, axes=[2], keepdims=0)
    logits = graph.add('Gemm', mean, graph.constant(weights['_fc.weight']), graph.constant(weights['_fc.bias']), transB=1)
    graph.output(logits, 'logits', FLOAT, ['B', CLASSES])
    return graph.model()
