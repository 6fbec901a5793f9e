"""The losses against numbers computed from the published formulas on six small vectors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from pairlens_models.losses.adversarial import adversarial, adversarial_params
from pairlens_models.losses.angular import angular
from pairlens_models.losses.contrastive import contrastive
from pairlens_models.losses.hal import hal
from pairlens_models.losses.instance import instance, instance_params
from pairlens_models.losses.margin import knn_margin
from pairlens_models.losses.neighbour import neighbour_ranking, neighbours
from pairlens_models.losses.sigmoid import sigmoid, sigmoid_params

I, J = np.ogrid[:6, :4]
IMAGES = np.sin(1 + 2 * I + 3 * J)
TEXTS = IMAGES + 0.8 * np.cos(2 + 5 * I + 7 * J)
IMAGES, TEXTS = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in (IMAGES, TEXTS))
SIMILARITY = jnp.asarray(IMAGES @ TEXTS.T)
NONE = jnp.zeros((6, 6), bool)


@pytest.mark.parametrize('k, expected', [(1, 2.514806), (2, 3.684473), (3, 4.113881), (5, 4.113881)])
def test_knn_margin_is_max_margin_at_one_and_sum_margin_at_all(k, expected):
    assert float(knn_margin(SIMILARITY, NONE, 0.2, k)) == pytest.approx(expected, abs=2e-5)


def test_angular_loss():
    assert float(angular(jnp.asarray(IMAGES), jnp.asarray(TEXTS), NONE)) == pytest.approx(37.305589, abs=2e-4)


def test_contrastive_loss_at_the_usual_temperature():
    assert float(contrastive(SIMILARITY, NONE, 1 / 0.07)) == pytest.approx(1.038787, abs=2e-5)


def test_hal_in_the_batch():
    assert float(hal(SIMILARITY, NONE)) == pytest.approx(0.347407, abs=2e-5)


def test_sigmoid_loss_at_its_published_start():
    assert float(sigmoid(SIMILARITY, NONE, sigmoid_params())) == pytest.approx(2.899583, abs=2e-5)


def test_neighbour_ranking_is_sum_margin_where_nobody_is_near():
    assert float(neighbour_ranking(SIMILARITY, NONE, NONE)) == pytest.approx(4.113881, abs=2e-5)
    near = ~jnp.eye(6, dtype=bool)
    everywhere = float(neighbour_ranking(SIMILARITY, NONE, near, near_margin=0.2))
    assert everywhere == pytest.approx(2 * 4.113881, abs=4e-5)


def test_neighbours_are_the_most_alike_of_other_images():
    likeness = jnp.asarray([[1, 0.9, 0.8, 0.1], [0.9, 1, 0.2, 0.1], [0.8, 0.2, 1, 0.3], [0.1, 0.1, 0.3, 1.0]])
    same = jnp.zeros((4, 4), bool).at[0, 1].set(True).at[1, 0].set(True)
    expected = [[0, 0, 1, 0], [0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 1, 0]]
    np.testing.assert_array_equal(neighbours(likeness, same, 1), np.array(expected, bool))


def test_instance_loss_is_the_entropy_of_a_guess_before_training_and_falls():
    labels, params = jnp.arange(6), instance_params(jax.random.PRNGKey(0), 6, 4)
    flat = params | {'log_scale': jnp.array(-30.0)}
    assert float(instance(jnp.asarray(IMAGES), jnp.asarray(TEXTS), labels, flat)) == pytest.approx(2 * np.log(6), abs=1e-4)
    gradient = jax.grad(lambda p: instance(jnp.asarray(IMAGES), jnp.asarray(TEXTS), labels, p))(params)
    after = jax.tree.map(lambda p, g: p - 0.05 * g, params, gradient)
    assert instance(jnp.asarray(IMAGES), jnp.asarray(TEXTS), labels, after) < instance(
        jnp.asarray(IMAGES), jnp.asarray(TEXTS), labels, params
    )


def test_the_discriminator_and_the_encoders_pull_in_opposite_directions():
    params = adversarial_params(jax.random.PRNGKey(0), 4)

    def of(v, p):
        return adversarial(v, jnp.asarray(TEXTS), p)

    images = jnp.asarray(IMAGES)
    to_images, to_params = jax.grad(of, (0, 1))(images, params)
    better_discriminator = jax.tree.map(lambda p, g: p - 0.01 * g, params, to_params)
    assert of(images, better_discriminator) < of(images, params)
    # a step down the encoders' gradient makes the discriminator's task harder
    assert of(images - 0.01 * to_images, params) > of(images, params)


def test_soft_targets_on_the_diagonal_are_the_plain_loss():
    assert float(contrastive(SIMILARITY, NONE, 10.0, jnp.eye(6))) == pytest.approx(float(contrastive(SIMILARITY, NONE, 10.0)), abs=1e-6)


LOSSES = {
    'knn_margin': lambda v, t, same: knn_margin(v @ t.T, same, k=5),
    'angular': angular,
    'contrastive': lambda v, t, same: contrastive(v @ t.T, same, 10.0),
    'hal': lambda v, t, same: hal(v @ t.T, same),
    'sigmoid': lambda v, t, same: sigmoid(v @ t.T, same, {'log_scale': jnp.array(1.0), 'bias': jnp.array(0.0)}),
    'neighbour_ranking': lambda v, t, same: neighbour_ranking(v @ t.T, same, ~jnp.eye(len(v), dtype=bool)),
}


@pytest.mark.parametrize('name', LOSSES)
def test_pairs_of_the_same_image_are_never_negatives(name):
    """Moving caption 1 must not move the loss of pair 0 when both belong to one image: no gradient crosses."""
    same = NONE.at[0, 1].set(True).at[1, 0].set(True)
    images, texts = jnp.asarray(IMAGES[:2]), jnp.asarray(TEXTS[:2])
    loss = LOSSES[name]
    masked = jax.grad(lambda v: loss(v, texts, same[:2, :2]))(images)
    # what is left is each pair's own term: along the own caption, or nothing
    for row, text in zip(np.asarray(masked), np.asarray(texts), strict=True):
        beside = row - row @ text * text
        assert np.isfinite(row).all()
        assert np.abs(beside).max() < 1e-5
    open_ = jax.grad(lambda v: loss(v, texts, NONE[:2, :2]))(images)
    assert np.abs(np.asarray(open_) - np.asarray(masked)).max() > 1e-3
