"""The few layers the heads share, as plain JAX functions of a dictionary of parameters."""

import jax
import jax.numpy as jnp
import numpy as np

Params = dict


def linear_params(key: jax.Array, inputs: int, outputs: int) -> Params:
    return {'w': jax.random.normal(key, (inputs, outputs)) / np.sqrt(inputs), 'b': jnp.zeros(outputs)}


def linear(params: Params, x: jax.Array) -> jax.Array:
    return x @ params['w'] + params['b']


def norm_params(width: int) -> Params:
    return {'gain': jnp.ones(width), 'bias': jnp.zeros(width)}


def layer_norm(params: Params, x: jax.Array) -> jax.Array:
    centred = x - x.mean(-1, keepdims=True)
    return centred / jnp.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5) * params['gain'] + params['bias']


def unit(x: jax.Array) -> jax.Array:
    """Rows of length one; the epsilon keeps the gradient of a zero row finite."""
    return x / jnp.sqrt((x * x).sum(-1, keepdims=True) + 1e-12)


def dropout(key: jax.Array | None, x: jax.Array, rate: float) -> jax.Array:
    """Without a key nothing is dropped: inference."""
    if key is None:
        return x
    return jnp.where(jax.random.bernoulli(key, 1 - rate, x.shape), x / (1 - rate), 0)


def split_key(key: jax.Array | None, count: int) -> list:
    return [None] * count if key is None else list(jax.random.split(key, count))
