"""Symmetric cross-entropy over a batch of pairs (InfoNCE; CLIP, Radford et al., 2021)."""

import jax
import jax.numpy as jnp


def contrastive(similarity: jax.Array, same: jax.Array, scale: jax.Array | float, targets: jax.Array | None = None) -> jax.Array:
    """Mean of both directions, in nats.

    similarity (B, B): cosine of image i and caption j; pair i is (image i, caption i).
    same (B, B) bool: True where i != j belong to one image; such pairs are never negatives.
    targets (B, B), rows summing to one: soft labels for both directions instead of the diagonal.
    """
    scores = jnp.where(same, -jnp.inf, similarity * scale)
    total = jnp.zeros(())
    for rows in (scores, scores.T):
        logs = jax.nn.log_softmax(rows, 1)
        if targets is None:
            total += -jnp.diag(logs).mean()
        else:
            total += -jnp.where(targets > 0, targets * logs, 0).sum(1).mean()
    return total / 2
