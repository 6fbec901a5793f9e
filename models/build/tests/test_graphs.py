"""The exported graphs of the heads that may ship are the functions that were trained, and an ensemble's cosine is the sum of theirs."""

import numpy as np
import onnxruntime
import pytest
from made_up import made_up_anchors

from pairlens_models.ensemble import Member, image_graph, principal_directions, side_by_side, text_graph
from pairlens_models.heads import naa, rrf, saem, scan, vse, vsrn

ANCHORS = made_up_anchors()
RNG = np.random.default_rng(0)
GRID = RNG.uniform(0, 6, (3, 16, 1280)).astype(np.float32)
LOGITS = (4 * RNG.standard_normal((3, 1000))).astype(np.float32)
STATES = RNG.standard_normal((3, 9, 384)).astype(np.float32)
MASK = (np.arange(9)[None] < np.array([[9], [4], [1]])).astype(np.int64)
SAEM = saem.SaemConfig(regions=4, width=32, attention_heads=4, feed_forward=48, filters=24)
HEADS = {
    'saem': (saem, SAEM),
    'vse': (vse, vse.VseConfig()),
    'naa': (naa, naa.NaaConfig(width=32, glimpses=2)),
    'rrf': (rrf, rrf.RrfConfig(width=24)),
    'rrf-input': (rrf, rrf.RrfConfig(width=24, residual='input')),
    'vsrn': (vsrn, vsrn.VsrnConfig(width=24, layers=2, vocabulary=20)),
}
LOOK = {'mean': np.zeros(1280, np.float32), 'projection': RNG.standard_normal((1280, 16)).astype(np.float32)}
IMAGE_OUTPUTS, TEXT_OUTPUTS = ['embedding', 'prior', 'look'], ['embedding', 'sentence']


def member(name, weight=1.0):
    head, config = HEADS[name]
    return Member(head, config, weight, head.init(config, 3))


def regions():
    return GRID.reshape(-1, 2, 2, 2, 2, 1280).mean((2, 4)).reshape(-1, 4, 1280)


def images_of(m):
    return np.asarray(m.head.embed_images(m.params, m.config, ANCHORS, regions(), LOGITS))


def captions_of(m):
    return np.asarray(m.head.embed_texts(m.params, m.config, ANCHORS, STATES, MASK))


def run(model, names, feed):
    return onnxruntime.InferenceSession(model.SerializeToString()).run(names, feed)


def image_model(members, directions):
    return image_graph(members, ANCHORS, directions, LOOK, 4)


@pytest.fixture(scope='module', params=HEADS)
def alone(request):
    """One head by itself, nothing narrowed: its member and both graphs."""
    m = member(request.param)
    whole = np.eye(384, dtype=np.float32)
    return m, image_model([m], whole), text_graph([m], ANCHORS, whole)


def test_the_image_graph_is_the_trained_function(alone):
    m, model, _ = alone
    embedding, prior, look = run(model, IMAGE_OUTPUTS, {'grid': GRID, 'logits': LOGITS})
    np.testing.assert_allclose(embedding, images_of(m), atol=2e-3)
    np.testing.assert_allclose(prior, ANCHORS.prior(LOGITS), atol=1e-3)
    assert look.shape == (3, 16)
    for rows in (embedding, prior, look):
        np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)


def test_the_text_graph_is_the_trained_function(alone):
    m, _, model = alone
    embedding, sentence = run(model, TEXT_OUTPUTS, {'states': STATES, 'attention_mask': MASK})
    np.testing.assert_allclose(embedding, captions_of(m), atol=2e-3)
    np.testing.assert_allclose(sentence, ANCHORS.sentence(STATES, MASK[..., None]), atol=1e-5)


def test_padding_never_changes_a_text(alone):
    model = alone[2]
    padded = np.pad(STATES, ((0, 0), (0, 7), (0, 0)), constant_values=123.0)
    padded[1, 4:], padded[2, 1:] = np.nan, -50.0
    together = run(model, TEXT_OUTPUTS, {'states': padded, 'attention_mask': np.pad(MASK, ((0, 0), (0, 7)))})
    for row, length in enumerate((9, 4, 1)):
        single = run(model, TEXT_OUTPUTS, {'states': STATES[row : row + 1, :length], 'attention_mask': MASK[row : row + 1, :length]})
        for a, b in zip(single, together, strict=True):
            np.testing.assert_allclose(a[0], b[row], atol=1e-5)


def test_a_batch_of_three_is_three_batches_of_one(alone):
    model = alone[1]
    together = run(model, ['embedding'], {'grid': GRID, 'logits': LOGITS})[0]
    for row in range(3):
        single = run(model, ['embedding'], {'grid': GRID[row : row + 1], 'logits': LOGITS[row : row + 1]})[0]
        np.testing.assert_allclose(single[0], together[row], atol=1e-5)


def test_the_cosine_of_an_ensemble_is_the_weighted_mean_of_the_cosines_of_its_heads():
    members = [member('saem', 1.0), member('naa', 2.0), member('vse', 0.5)]
    whole = np.eye(3 * 384, dtype=np.float32)
    (images,) = run(image_model(members, whole), ['embedding'], {'grid': GRID, 'logits': LOGITS})
    (captions,) = run(text_graph(members, ANCHORS, whole), ['embedding'], {'states': STATES, 'attention_mask': MASK})
    expected = sum(m.weight * images_of(m) @ captions_of(m).T for m in members) / 3.5
    np.testing.assert_allclose(images @ captions.T, expected, atol=2e-3)


def test_principal_directions_keep_the_products_of_what_lies_along_few_of_them():
    basis = np.linalg.qr(RNG.standard_normal((40, 5)))[0].T
    images, captions = (RNG.standard_normal((60, 5)) @ basis for _ in range(2))
    directions = principal_directions(images, captions, 5)
    np.testing.assert_allclose(directions.T @ directions, np.eye(5), atol=1e-5)
    np.testing.assert_allclose((images @ directions) @ (captions @ directions).T, images @ captions.T, atol=1e-4)


def test_both_graphs_give_as_many_numbers_as_there_are_directions():
    members = [member('vse', 1.0), member('rrf', 0.5)]
    directions = principal_directions(*(side_by_side([1.0, 0.5], [of(m) for m in members]) for of in (images_of, captions_of)), 6)
    (images,) = run(image_model(members, directions), ['embedding'], {'grid': GRID, 'logits': LOGITS})
    (captions,) = run(text_graph(members, ANCHORS, directions), ['embedding'], {'states': STATES, 'attention_mask': MASK})
    assert images.shape == captions.shape == (3, 6)
    np.testing.assert_allclose(np.linalg.norm(images, axis=1), 1, atol=1e-4)


def test_the_graphs_of_scan_are_its_fragments():
    config = scan.ScanConfig(width=24)
    params = scan.init(config, 3)
    (found,) = run(scan.image_graph(params, config, ANCHORS, 4), ['regions'], {'grid': GRID, 'logits': LOGITS})
    expected = scan.image_fragments(params, config, ANCHORS, {'regions': regions(), 'logits': LOGITS})['regions']
    np.testing.assert_allclose(found, expected, atol=2e-3)
    (found,) = run(scan.text_graph(params, config, ANCHORS), ['words'], {'states': STATES, 'attention_mask': MASK})
    texts = scan.text_fragments(params, config, ANCHORS, {'states': STATES, 'mask': MASK})
    np.testing.assert_allclose(found * texts['mask'][..., None], texts['words'], atol=2e-3)
