"""The SAEM head: shapes, padding, and that the exported graphs are the trained functions."""

import jax.numpy as jnp
import numpy as np
import onnxruntime
import pytest

from anchors import Anchors
from heads import saem

CONFIG = saem.SaemConfig(regions=4, width=32, attention_heads=4, feed_forward=48, filters=24)
RNG = np.random.default_rng(0)


def unit_rows(*shape):
    rows = RNG.standard_normal(shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


ANCHORS = Anchors(unit_rows(1000, 384), 0.1 * unit_rows(384), 0.1 * unit_rows(384))
PARAMS = saem.init(CONFIG, 3)
LOOK = {'mean': np.zeros(1280, np.float32), 'projection': unit_rows(1280, 16)}
GRID = RNG.uniform(0, 6, (3, 16, 1280)).astype(np.float32)
LOGITS = (4 * RNG.standard_normal((3, 1000))).astype(np.float32)
STATES = RNG.standard_normal((3, 9, 384)).astype(np.float32)
MASK = (np.arange(9)[None] < np.array([[9], [4], [1]])).astype(np.int64)


def pooled(grid):
    return grid.reshape(-1, 2, 2, 2, 2, 1280).mean((2, 4)).reshape(-1, 4, 1280)


def run(model, names, feed):
    return onnxruntime.InferenceSession(model.SerializeToString()).run(names, feed)


@pytest.fixture(scope='module')
def image_model():
    return saem.image_graph(PARAMS, CONFIG, ANCHORS, LOOK, 4)


@pytest.fixture(scope='module')
def text_model():
    return saem.text_graph(PARAMS, CONFIG, ANCHORS)


def test_the_image_graph_is_the_trained_function(image_model):
    embedding, prior, look = run(image_model, ['embedding', 'prior', 'look'], {'grid': GRID, 'logits': LOGITS})
    np.testing.assert_allclose(embedding, saem.embed_images(PARAMS, CONFIG, ANCHORS, pooled(GRID), LOGITS), atol=2e-3)
    np.testing.assert_allclose(prior, ANCHORS.prior(LOGITS), atol=1e-3)
    assert look.shape == (3, 16)
    for rows in (embedding, prior, look):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)


def test_the_text_graph_is_the_trained_function(text_model):
    embedding, sentence = run(text_model, ['embedding', 'sentence'], {'states': STATES, 'attention_mask': MASK})
    np.testing.assert_allclose(embedding, saem.embed_texts(PARAMS, CONFIG, ANCHORS, STATES, MASK), atol=2e-3)
    np.testing.assert_allclose(sentence, ANCHORS.sentence(STATES, MASK[..., None]), atol=1e-5)


def test_padding_never_changes_a_text(text_model):
    padded = np.pad(STATES, ((0, 0), (0, 7), (0, 0)), constant_values=123.0)
    padded[1, 4:], padded[2, 1:] = np.nan, -50.0
    mask = np.pad(MASK, ((0, 0), (0, 7)))
    names = ['embedding', 'sentence']
    for length, row in zip((9, 4, 1), range(3), strict=True):
        alone = run(text_model, names, {'states': STATES[row : row + 1, :length], 'attention_mask': MASK[row : row + 1, :length]})
        together = run(text_model, names, {'states': padded, 'attention_mask': mask})
        for a, b in zip(alone, together, strict=True):
            np.testing.assert_allclose(a[0], b[row], atol=1e-5)


def test_a_batch_of_three_is_three_batches_of_one(image_model):
    together = run(image_model, ['embedding'], {'grid': GRID, 'logits': LOGITS})[0]
    for row in range(3):
        alone = run(image_model, ['embedding'], {'grid': GRID[row : row + 1], 'logits': LOGITS[row : row + 1]})[0]
        np.testing.assert_allclose(alone[0], together[row], atol=1e-5)


def test_training_code_ignores_what_the_mask_hides():
    changed = jnp.asarray(STATES).at[1, 4:].set(1e3)
    expected = saem.embed_texts(PARAMS, CONFIG, ANCHORS, STATES, MASK)
    np.testing.assert_allclose(saem.embed_texts(PARAMS, CONFIG, ANCHORS, changed, MASK), expected, atol=1e-6)
