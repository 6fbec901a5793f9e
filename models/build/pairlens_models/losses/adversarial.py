"""Adversarial alignment through gradient reversal (ACMR, Wang et al., MM 2017; TIMAM, Sarafianos et al., ICCV 2019)."""

import jax
import jax.numpy as jnp

from pairlens_models.nn import Params, linear, linear_params


@jax.custom_vjp
def reverse(x: jax.Array) -> jax.Array:
    """The identity; its gradient is turned round."""
    return x


reverse.defvjp(lambda x: (x, None), lambda _, gradient: (-gradient,))


def adversarial_params(key: jax.Array, width: int, hidden: int = 128) -> Params:
    first, second = jax.random.split(key)
    return {'hidden': linear_params(first, width, hidden), 'out': linear_params(second, hidden, 1)}


def adversarial(images: jax.Array, captions: jax.Array, params: Params) -> jax.Array:
    """-mean(log D(v) + log(1 - D(t))): D learns to tell the modalities apart, the encoders learn that it cannot.

    images, captions (B, D): unit rows, scaled up so that the discriminator starts in its useful range.
    """
    size = jnp.sqrt(images.shape[1])

    def logit(rows: jax.Array) -> jax.Array:
        return linear(params['out'], jax.nn.relu(linear(params['hidden'], size * reverse(rows))))[:, 0]

    return (jax.nn.softplus(-logit(images)) + jax.nn.softplus(logit(captions))).mean()
