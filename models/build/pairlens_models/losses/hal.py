"""HAL, the hubness-aware loss (Liu et al., AAAI 2020), in its local form: negatives are those of the batch, no memory bank."""

import jax
import jax.numpy as jnp


def hal(similarity: jax.Array, same: jax.Array, alpha: float = 30.0, epsilon: float = 0.3) -> jax.Array:
    """Mean over pairs of log(1 + sum exp(a (s - e))) / a over the row and over the column, less log(1 + max(0, s_ii)).

    `similarity` and `same` as in losses.contrastive. As in the released code the own pair stays in both sums as a zero.
    """
    size = len(similarity)
    own = jnp.diag(similarity)
    others = jnp.where(jnp.eye(size, dtype=bool), 0.0, similarity)
    scores = jnp.where(same, -jnp.inf, alpha * (others - epsilon))
    pushed = sum(jax.nn.softplus(jax.nn.logsumexp(scores, axis)) for axis in (0, 1)) / alpha
    return (pushed - jnp.log1p(jax.nn.relu(own))).mean()
