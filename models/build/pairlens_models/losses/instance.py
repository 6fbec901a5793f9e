"""Instance loss (Zheng et al., 2020): every training image with its captions is a class, and both towers share one classifier."""

import jax
import jax.numpy as jnp

from pairlens_models.nn import Params


def instance_params(key: jax.Array, classes: int, width: int) -> Params:
    return {'w': jax.random.normal(key, (width, classes)) / jnp.sqrt(width), 'log_scale': jnp.log(jnp.array(16.0))}


def instance(images: jax.Array, captions: jax.Array, labels: jax.Array, params: Params) -> jax.Array:
    """-log softmax(W v)_c - log softmax(W t)_c, mean over the batch.

    images, captions (B, D): unit rows, hence the learned scale; labels (B,): number of the training image. The weights are the
    trainer's and are thrown away after training.
    """
    weights = params['w'] / jnp.linalg.norm(params['w'], axis=0, keepdims=True)
    total = jnp.zeros(())
    for rows in (images, captions):
        logs = jax.nn.log_softmax(jnp.exp(params['log_scale']) * rows @ weights, 1)
        total -= jnp.take_along_axis(logs, labels[:, None], 1).mean()
    return total
