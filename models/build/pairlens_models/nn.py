"""The few layers the heads share, as plain JAX functions of a dictionary of parameters."""

import jax
import jax.numpy as jnp
import numpy as np

Params = dict
START_SCALE = float(np.log(1 / 0.07))  # log of the first scale of similarities, as in CLIP


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


def gru_params(key: jax.Array, inputs: int, width: int) -> Params:
    enter, keep = jax.random.split(key)
    return {'in': linear_params(enter, inputs, 3 * width), 'keep': linear_params(keep, width, 3 * width)}


def gru(params: Params, x: jax.Array, mask: jax.Array | None = None) -> tuple[jax.Array, jax.Array]:
    """x (B, L, I), mask (B, L) -> all states (B, L, W) and the last one (B, W). A step under a zero of the mask changes nothing."""
    entering = linear(params['in'], x).swapaxes(0, 1)
    active = jnp.ones(x.shape[:2], bool) if mask is None else mask > 0
    start = jnp.zeros((len(x), entering.shape[-1] // 3))

    def step(state: jax.Array, now: tuple[jax.Array, jax.Array]) -> tuple[jax.Array, jax.Array]:
        state = jnp.where(now[1][:, None], gru_cell(params, state, now[0]), state)
        return state, state

    last, states = jax.lax.scan(step, start, (entering, active.T))
    return states.swapaxes(0, 1), last


def gru_cell(params: Params, state: jax.Array, entering: jax.Array) -> jax.Array:
    """One step; `entering` (B, 3 W) is linear(params['in'], x)."""
    keep_r, keep_z, keep_n = jnp.split(linear(params['keep'], state), 3, -1)
    in_r, in_z, in_n = jnp.split(entering, 3, -1)
    z = jax.nn.sigmoid(in_z + keep_z)
    return (1 - z) * jnp.tanh(in_n + jax.nn.sigmoid(in_r + keep_r) * keep_n) + z * state
