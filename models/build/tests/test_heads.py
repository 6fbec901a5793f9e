"""Every head: shapes, padding, batches, and that training lowers its loss. Cross attention also against published arithmetic."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from made_up import LENGTH, VOCABULARY, made_up_anchors, made_up_data

from pairlens_models.heads import gsmn, mcnn, mrnn, naa, rrf, saem, scan, vse, vsrn
from pairlens_models.objective import Recipe
from pairlens_models.train import pairwise, train

GLOBAL = {
    'vse': (vse, vse.VseConfig()),
    'rrf': (rrf, rrf.RrfConfig(width=32)),
    'naa': (naa, naa.NaaConfig(width=32, glimpses=2)),
    'saem': (saem, saem.SaemConfig(regions=4, width=32, attention_heads=4, feed_forward=64, filters=32)),
    'vsrn': (vsrn, vsrn.VsrnConfig(width=32, layers=2, vocabulary=VOCABULARY, word_width=16)),
}
PAIRWISE = {
    **{f'scan-{way}-{pool}': (scan, scan.ScanConfig(way, pool, width=32)) for way in ('t2i', 'i2t') for pool in ('avg', 'lse')},
    'gsmn': (gsmn, gsmn.GsmnConfig(side=2, width=32, blocks=4)),
    **{f'mcnn-{level}': (mcnn, mcnn.McnnConfig(level=level, width=32)) for level in (0, 2, 3)},
    'mrnn': (mrnn, mrnn.MrnnConfig(vocabulary=VOCABULARY, width=32)),
}
HEADS = GLOBAL | PAIRWISE
ANCHORS = made_up_anchors()
RNG = np.random.default_rng(0)
BATCH = {
    'regions': RNG.uniform(0, 6, (3, 4, 1280)).astype(np.float32),
    'logits': (4 * RNG.standard_normal((3, 1000))).astype(np.float32),
    'states': RNG.standard_normal((4, 9, 384)).astype(np.float32),
    'mask': (np.arange(9)[None] < np.array([[9], [6], [4], [3]])).astype(np.int64),
    'words': RNG.integers(1, VOCABULARY, (4, 9)).astype(np.int32),
}


def similarity(name):
    """The compiled function from a batch to the scores of all its images and captions."""
    head, config = HEADS[name]
    params = jax.tree.map(np.asarray, head.init(config, 3))  # as training leaves them

    def of_pairs(batch):
        return head.score_pairs(
            params, config, head.image_fragments(params, config, ANCHORS, batch), head.text_fragments(params, config, ANCHORS, batch)
        )

    def of_embeddings(batch):
        images = head.embed_images(params, config, ANCHORS, batch['regions'], batch['logits'])
        texts = head.embed_texts(params, config, ANCHORS, batch['states'], batch['mask'])
        lengths = jnp.linalg.norm(jnp.concatenate([images, texts]), axis=1)
        return jnp.where(jnp.abs(lengths - 1).max() < 1e-4, images @ texts.T, jnp.nan)

    return jax.jit(of_pairs if pairwise(head) else of_embeddings)


@pytest.mark.parametrize('name', HEADS)
def test_a_score_depends_on_its_image_and_its_caption_alone(name):
    score = similarity(name)
    scores = np.asarray(score(BATCH))
    assert scores.shape == (3, 4) and np.isfinite(scores).all()
    assert np.ptp(scores, 0).min() > 1e-6 and np.ptp(scores, 1).min() > 1e-6
    hidden = np.where(BATCH['mask'][..., None], BATCH['states'], np.where(RNG.random(BATCH['states'].shape) < 0.5, -50.0, 1e3)).astype(
        np.float32
    )
    words = np.where(BATCH['mask'], BATCH['words'], 5).astype(np.int32)
    np.testing.assert_allclose(score(BATCH | {'states': hidden, 'words': words}), scores, atol=2e-5)
    alone = {key: value[1:2] for key, value in BATCH.items()}
    short = {key: alone[key][:, :6] for key in ('states', 'mask', 'words')}
    np.testing.assert_allclose(score(alone | short)[0, 0], scores[1, 1], atol=2e-5)


@pytest.mark.parametrize('name', [*GLOBAL, 'scan-t2i-avg', 'scan-i2t-lse', 'gsmn', 'mcnn-2', 'mrnn'])
def test_training_lowers_the_loss(name, capsys):
    head, config = HEADS[name]
    ranking = {'contrastive': 0.0} if name == 'mrnn' else {}
    recipe = Recipe(epochs=5, images=16, longest=LENGTH, learning_rate=2e-3, average=0.8, **ranking)
    trained = train(head, config, ANCHORS, made_up_data(), recipe)
    losses = [float(line.split()[3]) for line in capsys.readouterr().out.splitlines()]
    assert losses[-1] < 0.97 * losses[0]
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(trained))


LOSSES = {
    'sigmoid': {'contrastive': 0, 'sigmoid': 1},
    'margin': {'contrastive': 0, 'margin': 1, 'margin_k': 3},
    'angular': {'contrastive': 0, 'margin': 1, 'margin_k': 1, 'angular_epochs': 6},
    'hal': {'contrastive': 0, 'hal': 1},
    'neighbour': {'contrastive': 0, 'neighbour': 1, 'neighbour_batch': 3},
    'instance': {'contrastive': 0, 'instance': 1},
    'adversarial': {'contrastive': 1, 'adversarial': 0.1},
}


@pytest.mark.parametrize('name', LOSSES)
def test_every_loss_trains_a_global_head(name, capsys):
    recipe = Recipe(epochs=5, images=16, longest=LENGTH, learning_rate=2e-3, average=0.8, **LOSSES[name])
    train(vse, vse.VseConfig(), ANCHORS, made_up_data(), recipe)
    losses = [float(line.split()[3]) for line in capsys.readouterr().out.splitlines()]
    assert losses[-1] < losses[0]


def test_a_pairwise_head_has_no_embeddings_for_the_losses_that_need_them():
    with pytest.raises(ValueError, match='global head'):
        train(scan, scan.ScanConfig(width=32), ANCHORS, made_up_data(), Recipe(epochs=1, images=16, instance=1))


I, J = np.ogrid[:6, :4]
ROWS = np.sin(1 + 2 * I + 3 * J)
TEXTS = ROWS + 0.8 * np.cos(2 + 5 * I + 7 * J)
ROWS, TEXTS = (jnp.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True)) for rows in (ROWS, TEXTS))


@pytest.mark.parametrize(
    'way, support, average, lse',
    [('t2i', [0.770106, 0.748873], 0.759490, 0.875352), ('i2t', [0.792031, 0.790820, -0.814273], 0.256193, 0.930089)],
)
def test_scan_on_three_regions_and_two_words(way, support, average, lse):
    regions, words, mask = ROWS[None, :3], TEXTS[None, :2], jnp.ones((1, 2))
    config = scan.ScanConfig(way, 'avg')
    np.testing.assert_allclose(scan.support(config, regions, words, mask)[0, 0], support, atol=2e-5)
    sides = {'regions': regions}, {'words': words, 'mask': mask}
    assert float(scan.score_pairs({}, config, *sides)[0, 0]) == pytest.approx(average, abs=2e-5)
    assert float(scan.score_pairs({}, scan.ScanConfig(way, 'lse'), *sides)[0, 0]) == pytest.approx(lse, abs=2e-5)


def test_gsmn_spreads_what_neighbours_found():
    """Changing one region changes what the nodes beside it hear: the released code would leave them as they were."""
    config = gsmn.GsmnConfig(side=2, width=32, blocks=4)
    edges = np.asarray(gsmn.image_edges(config, gsmn.init(config, 0)['by_image']))
    np.testing.assert_allclose(edges.sum(2), 1, atol=1e-5)
    beside = edges * (1 - np.eye(4))
    assert beside.max() > 0.1
    words = jnp.asarray(RNG.standard_normal((2, 5, 32)).astype(np.float32))
    mask = jnp.asarray(np.arange(5)[None] < np.array([[5], [3]]), jnp.float32)
    near = np.asarray(gsmn.text_edges(config, words / jnp.linalg.norm(words, axis=2, keepdims=True), mask))
    np.testing.assert_allclose(near.sum(2), 1, atol=1e-5)
    assert near[1, :, 3:].max() < 1e-6


def test_polar_coordinates_of_a_grid():
    rho, theta = gsmn.polar(4)
    # Seen from the first cell, the last of its row lies to the right, and the last of its column below.
    assert rho[3, 0] == pytest.approx(0.75) and theta[3, 0] == pytest.approx(0)
    assert rho[12, 0] == pytest.approx(0.75) and theta[12, 0] == pytest.approx(np.pi / 2)
    assert rho[5, 5] == 0


def test_the_marks_around_a_text_are_no_words():
    mask = jnp.asarray([[1, 1, 1, 1, 0], [1, 1, 0, 0, 0]])
    np.testing.assert_array_equal(scan.inner(mask), [[0, 1, 1, 0, 0], [1, 1, 0, 0, 0]])
