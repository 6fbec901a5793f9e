"""The exported graphs of the heads that score pairs are the functions that were trained."""

import numpy as np
import onnxruntime
import pytest
from made_up import made_up_anchors

from pairlens_models.heads import gsmn, mcnn, mrnn, scan

ANCHORS = made_up_anchors()
RNG = np.random.default_rng(0)
SIDE = 8
GRID = RNG.uniform(0, 6, (3, SIDE * SIDE, 1280)).astype(np.float32)
LOGITS = (4 * RNG.standard_normal((3, 1000))).astype(np.float32)
LENGTHS = np.array([[9], [4], [3], [7]])
MASK = (np.arange(9)[None] < LENGTHS).astype(np.int64)
STATES = RNG.standard_normal((4, 9, 384)).astype(np.float32)
IDS = RNG.integers(0, 40, (4, 9)) * MASK
NUMBERS = RNG.integers(0, 20, 40).astype(np.int64)
HEADS = {
    **{f'scan-{way}-{pool}': (scan, scan.ScanConfig(way, pool, 24)) for way in ('t2i', 'i2t') for pool in ('avg', 'lse')},
    'gsmn': (gsmn, gsmn.GsmnConfig(width=32)),
    **{f'mcnn-{level}': (mcnn, mcnn.McnnConfig(level=level, width=12)) for level in range(4)},
    'mrnn': (mrnn, mrnn.MrnnConfig(vocabulary=20, width=12)),
}


def run(model, feed):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    names = [value.name for value in session.get_inputs()]
    return dict(zip([value.name for value in session.get_outputs()], session.run(None, {name: feed[name] for name in names}), strict=True))


@pytest.mark.parametrize('name', HEADS)
def test_the_graphs_of_a_scorer_of_pairs_are_the_trained_function(name):
    head, config = HEADS[name]
    params = head.init(config, 3)
    extra = (NUMBERS,) if head is mrnn else ()
    images = run(head.image_graph(params, config, ANCHORS, SIDE), {'grid': GRID, 'logits': LOGITS})
    texts = run(head.text_graph(params, config, ANCHORS, *extra), {'states': STATES, 'attention_mask': MASK, 'input_ids': IDS})
    found = run(head.score_graph(params, config), images | texts)['scores']

    half = SIDE // 2
    regions = GRID.reshape(-1, half, 2, half, 2, 1280).mean((2, 4)).reshape(-1, half * half, 1280)
    expected_images = head.image_fragments(params, config, ANCHORS, {'regions': regions, 'logits': LOGITS})
    batch = {'states': STATES, 'mask': MASK, 'words': NUMBERS[IDS] * MASK}
    expected_texts = head.text_fragments(params, config, ANCHORS, batch)
    expected = np.asarray(head.score_pairs(params, config, expected_images, expected_texts))
    assert found.shape == (3, 4)
    assert np.ptp(expected) > 1e-3
    np.testing.assert_allclose(found, expected, atol=5e-3)


@pytest.mark.parametrize('name', HEADS)
def test_neither_padding_nor_what_lies_under_it_changes_a_score(name):
    head, config = HEADS[name]
    params = head.init(config, 3)
    extra = (NUMBERS,) if head is mrnn else ()
    images = run(head.image_graph(params, config, ANCHORS, SIDE), {'grid': GRID, 'logits': LOGITS})
    text, score = head.text_graph(params, config, ANCHORS, *extra), head.score_graph(params, config)
    dirty = np.where(MASK[..., None] > 0, STATES, np.nan).astype(np.float32)
    together = run(score, images | run(text, {'states': dirty, 'attention_mask': MASK, 'input_ids': IDS}))['scores']
    for row, (length,) in enumerate(LENGTHS):
        cut = slice(row, row + 1), slice(0, length)
        alone = run(score, images | run(text, {'states': STATES[cut], 'attention_mask': MASK[cut], 'input_ids': IDS[cut]}))['scores']
        np.testing.assert_allclose(alone[:, 0], together[:, row], atol=1e-4)
