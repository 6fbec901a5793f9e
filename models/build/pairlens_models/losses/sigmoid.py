"""SigLIP's loss: every pair of the batch is a yes-or-no question of its own (Zhai et al., ICCV 2023)."""

import jax
import jax.numpy as jnp

from pairlens_models.nn import Params


def sigmoid_params() -> Params:
    """The published start: scale exp(log_scale) = 10, bias -10."""
    return {'log_scale': jnp.log(jnp.array(10.0)), 'bias': jnp.array(-10.0)}


def sigmoid(similarity: jax.Array, same: jax.Array, params: Params) -> jax.Array:
    """(1/B) sum_ij log(1 + exp(-y_ij (t s_ij + b))), y = 1 on the diagonal and -1 beside it; `same` as in losses.contrastive."""
    size = len(similarity)
    sign = 2 * jnp.eye(size) - 1
    terms = jax.nn.softplus(-sign * (jnp.exp(params['log_scale']) * similarity + params['bias']))
    return jnp.where(same, 0.0, terms).sum() / size
