"""Static int8 quantisation (QDQ, weights per channel) of the image backbone, with pixels as its quantised input."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)
from onnxruntime.quantization.shape_inference import quant_pre_process

from pairlens_models.efficientnet_lite import PIXEL_SCALE, PIXEL_ZERO
from pairlens_models.onnx_graph import IR_VERSION, UINT8


class _Photos(CalibrationDataReader):
    """Feeds whole photos, one at a time, normalised as the float graph expects them."""

    def __init__(self, photos: Iterator[np.ndarray]):
        self._photos = iter(photos)

    def get_next(self) -> dict[str, np.ndarray] | None:
        photo = next(self._photos, None)
        if photo is None:
            return None
        scaled = (photo.astype(np.float32) - PIXEL_ZERO) * np.float32(PIXEL_SCALE)
        return {'pixels': scaled.transpose(2, 0, 1)[None]}


def quantize_backbone(model: onnx.ModelProto, photos: Iterator[np.ndarray], work: Path) -> onnx.ModelProto:
    """int8 copy of `model`; `photos` are uint8 (S, S, 3) arrays from which the ranges of the activations are read."""
    work.mkdir(parents=True, exist_ok=True)
    onnx.save(model, work / 'float.onnx')
    quant_pre_process(work / 'float.onnx', work / 'prepared.onnx')
    quantize_static(
        work / 'prepared.onnx',
        work / 'int8.onnx',
        _Photos(photos),
        quant_format=QuantFormat.QDQ,
        activation_type=QuantType.QUInt8,
        weight_type=QuantType.QInt8,
        per_channel=True,
        calibrate_method=CalibrationMethod.MinMax,
    )
    return _read_pixels(onnx.load(work / 'int8.onnx'))


def _read_pixels(model: onnx.ModelProto) -> onnx.ModelProto:
    """Makes uint8 (B, S, S, 3) RGB the input: (rgb - 127) / 128 is itself a quantisation, so pixels enter as they are."""
    graph = model.graph
    (pixels,) = graph.input
    (quantize,) = [node for node in graph.node if node.op_type == 'QuantizeLinear' and node.input[0] == pixels.name]
    (dequantize,) = [node for node in graph.node if node.input and node.input[0] == quantize.output[0]]
    side = pixels.type.tensor_type.shape.dim[2].dim_value
    graph.node.remove(quantize)
    graph.node.insert(0, helper.make_node('Transpose', [pixels.name], [quantize.output[0]], perm=[0, 3, 1, 2]))
    for name, value in ((dequantize.input[1], PIXEL_SCALE), (dequantize.input[2], PIXEL_ZERO)):
        (constant,) = [c for c in graph.initializer if c.name == name]
        kept = onnx.numpy_helper.to_array(constant)
        constant.CopyFrom(onnx.numpy_helper.from_array(np.asarray(value, kept.dtype).reshape(kept.shape), name))
    pixels.CopyFrom(helper.make_tensor_value_info(pixels.name, UINT8, ['B', side, side, 3]))
    model.ir_version = min(model.ir_version, IR_VERSION)
    model.producer_name, model.producer_version = 'pairlens', ''
    onnx.checker.check_model(model, full_check=True)
    return model
