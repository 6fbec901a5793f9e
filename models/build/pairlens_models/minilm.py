"""The text backbone: all-MiniLM-L6-v2 with int8 weights, its output renamed, its inputs as they are."""

import json
from pathlib import Path

import onnx
from onnx import helper

from pairlens_models.features import MAX_TOKENS
from pairlens_models.onnx_graph import FLOAT, IR_VERSION

WIDTH = 384


def text_backbone(path: Path) -> onnx.ModelProto:
    """`input_ids`, `attention_mask`, `token_type_ids` int64 (B, L) -> `states` float32 (B, L, 384).

    Only the weights are int8, activations stay float: a text's states do not depend on the texts beside it.
    """
    model = onnx.load(path)
    (old,) = model.graph.output
    for node in model.graph.node:
        node.output[:] = ['states' if name == old.name else name for name in node.output]
        node.input[:] = ['states' if name == old.name else name for name in node.input]
    old.CopyFrom(helper.make_tensor_value_info('states', FLOAT, ['B', 'L', WIDTH]))
    for value in model.graph.input:
        for dimension, name in zip(value.type.tensor_type.shape.dim, ('B', 'L'), strict=True):
            dimension.dim_param = name
    model.ir_version = min(model.ir_version, IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return model


def tokenizer_json(path: Path) -> str:
    """The tokenizer without the fixed padding its file asks for, cutting at MAX_TOKENS."""
    tokenizer = json.loads(path.read_text(encoding='utf-8'))
    tokenizer['padding'] = None
    tokenizer['truncation'] = {'direction': 'Right', 'max_length': MAX_TOKENS, 'strategy': 'LongestFirst', 'stride': 0}
    return json.dumps(tokenizer, ensure_ascii=False, separators=(',', ':'))


def tokenizer_config_json(path: Path) -> str:
    config = json.loads(path.read_text(encoding='utf-8'))
    kept = ('do_lower_case', 'unk_token', 'sep_token', 'pad_token', 'cls_token', 'mask_token', 'tokenize_chinese_chars', 'strip_accents')
    return (
        json.dumps({**{key: config[key] for key in kept}, 'tokenizer_class': 'BertTokenizer', 'model_max_length': MAX_TOKENS}, indent=1)
        + '\n'
    )
