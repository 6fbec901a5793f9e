"""The exported graphs of the heads that may ship beside SAEM are the functions that were trained."""

import numpy as np
import onnxruntime
import pytest

from heads import naa, vse
from made_up import made_up_anchors

ANCHORS = made_up_anchors()
RNG = np.random.default_rng(0)
GRID = RNG.uniform(0, 6, (3, 16, 1280)).astype(np.float32)
LOGITS = (4 * RNG.standard_normal((3, 1000))).astype(np.float32)
STATES = RNG.standard_normal((3, 9, 384)).astype(np.float32)
MASK = (np.arange(9)[None] < np.array([[9], [4], [1]])).astype(np.int64)
HEADS = {'vse': (vse, vse.VseConfig()), 'naa': (naa, naa.NaaConfig(width=32, glimpses=2))}


def run(model, feed):
    return onnxruntime.InferenceSession(model.SerializeToString()).run(['embedding'], feed)[0]


@pytest.mark.parametrize('name', HEADS)
def test_the_image_graph_is_the_trained_function(name):
    head, config = HEADS[name]
    params = head.init(config, 3)
    regions = GRID.reshape(-1, 2, 2, 2, 2, 1280).mean((2, 4)).reshape(-1, 4, 1280)
    expected = head.embed_images(params, config, ANCHORS, regions, LOGITS)
    np.testing.assert_allclose(run(head.image_graph(params, config, ANCHORS, 4), {'grid': GRID, 'logits': LOGITS}), expected, atol=2e-3)


@pytest.mark.parametrize('name', HEADS)
def test_the_text_graph_is_the_trained_function_and_padding_is_nothing_to_it(name):
    head, config = HEADS[name]
    params = head.init(config, 3)
    expected = head.embed_texts(params, config, ANCHORS, STATES, MASK)
    hidden = np.where(MASK[..., None] > 0, STATES, np.nan).astype(np.float32)
    graph = head.text_graph(params, config, ANCHORS)
    for states in (STATES, hidden):
        np.testing.assert_allclose(run(graph, {'states': states, 'attention_mask': MASK}), expected, atol=2e-3)
