"""SAEM's angular loss on the hardest negative of each pair: a warm-up against collapse (Wu et al., 2019; Wang et al., ICCV 2017)."""

import jax
import jax.numpy as jnp


def angular(images: jax.Array, captions: jax.Array, same: jax.Array, tan_squared: float = 1.0) -> jax.Array:
    """sum_i log(1 + exp(max_n f(a_i, p_i, n))), f = 4 tan^2 (a + p).n - 2 (1 + tan^2) a.p, in both directions.

    images, captions (B, D): unit rows; `same` as in losses.contrastive.
    """
    own = (images * captions).sum(1, keepdims=True)
    free = same | jnp.eye(len(images), dtype=bool)
    total = jnp.zeros(())
    for negatives in (captions, images):
        f = 4 * tan_squared * (images + captions) @ negatives.T - 2 * (1 + tan_squared) * own
        total += jax.nn.softplus(jnp.where(free, -jnp.inf, f).max(1)).sum()
    return total
