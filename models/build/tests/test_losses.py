"""The losses against numbers computed from the published formulas on six small vectors."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from losses.angular import angular
from losses.contrastive import contrastive
from losses.margin import knn_margin

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


def test_soft_targets_on_the_diagonal_are_the_plain_loss():
    assert float(contrastive(SIMILARITY, NONE, 10.0, jnp.eye(6))) == pytest.approx(float(contrastive(SIMILARITY, NONE, 10.0)), abs=1e-6)


LOSSES = {
    'knn_margin': lambda v, t, same: knn_margin(v @ t.T, same, k=5),
    'angular': angular,
    'contrastive': lambda v, t, same: contrastive(v @ t.T, same, 10.0),
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
