"""Neighbour-aware ranking: items that look or read alike weigh more as negatives.

A reconstruction. The idea is that of NAA (Liu et al., ICASSP 2019); its formulas could not be read, and these are ours.
"""

import jax
import jax.numpy as jnp


def neighbours(likeness: jax.Array, same: jax.Array, count: int) -> jax.Array:
    """(B, B) bool: True where j is one of the `count` items most like i by the features of one modality; never i or its image."""
    free = same | jnp.eye(len(likeness), dtype=bool)
    kept = jnp.where(free, -jnp.inf, likeness)
    bound = jax.lax.top_k(kept, min(count, len(kept) - 1))[0][:, -1:]
    return (kept >= bound) & jnp.isfinite(kept)


def neighbour_ranking(
    similarity: jax.Array,
    same: jax.Array,
    near: jax.Array,
    margin: float = 0.2,
    near_margin: float = 0.3,
    weight: float = 1.0,
) -> jax.Array:
    """Sum-margin over all pairs, plus `weight` times the hinge at `near_margin` where `near` (B, B), in both directions.

    Row i of `near` marks what is hard for item i, whichever of its two sides asks.
    """
    own = jnp.diag(similarity)
    free = same | jnp.eye(len(similarity), dtype=bool)
    total = jnp.zeros(())
    for rows in (similarity, similarity.T):
        gap = rows - own[:, None]
        hinge = jax.nn.relu(margin + gap) + weight * near * jax.nn.relu(near_margin + gap)
        total += jnp.where(free, 0.0, hinge).sum()
    return total
