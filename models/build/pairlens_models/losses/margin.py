"""Hinge losses over the K hardest negatives: sum-margin (K = B - 1), kNN-margin (Liu and Ye, 2019), max-margin (VSE++, K = 1)."""

import jax
import jax.numpy as jnp


def knn_margin(similarity: jax.Array, same: jax.Array, margin: float = 0.2, k: int = 3) -> jax.Array:
    """sum_i sum over the k largest of [margin + s_ij - s_ii]_+, in both directions, summed over the batch.

    `similarity` and `same` as in losses.contrastive. K > 1 is the safe choice where captions are noisy.
    """
    own = jnp.diag(similarity)
    free = same | jnp.eye(len(similarity), dtype=bool)
    total = jnp.zeros(())
    for rows in (similarity, similarity.T):
        hinge = jnp.where(free, 0, jax.nn.relu(margin + rows - own[:, None]))
        total += jax.lax.top_k(hinge, min(k, len(hinge) - 1))[0].sum()
    return total
