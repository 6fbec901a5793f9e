"""m-CNN: a convolutional network that meets the image at word, phrase or sentence level and scores the pair (Ma et al., ICCV 2015).

Convolutions over three tokens with max-pooling by two; before layer `level` the image enters every window: 0 is the word, 1 the short
phrase, 2 the long phrase and 3 the sentence variant, the last by the scoring layers alone. The paper averages all four. A sum of two
products stands for the product with the joined vector, so the part of a window is computed once for a caption.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params

REGION_WIDTH, STATE_WIDTH = 1280, 384
LAYERS = 3


@dataclass(frozen=True)
class McnnConfig:
    level: int = 2
    width: int = 128
    region_dropout: float = 0.3
    token_dropout: float = 0.1


def init(config: McnnConfig, seed: int) -> Params:
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 12))
    d = config.width
    return {
        'image': {
            'fc': linear_params(next(keys), REGION_WIDTH, d),
            'prior': linear_params(next(keys), STATE_WIDTH, d),
            'enter': linear_params(next(keys), d, d),
        },
        'text': {'windows': [linear_params(next(keys), 3 * (STATE_WIDTH if n == 0 else d), d) for n in range(LAYERS)]},
        'score': {'hidden': linear_params(next(keys), d, d), 'out': linear_params(next(keys), d, 1)},
        'log_scale': jnp.array(START_SCALE),
    }


def _windows(p: Params, x: jax.Array) -> jax.Array:
    """x (..., L, I) -> (..., L, W): the linear part of a convolution over a token and those beside it; zeros lie outside."""
    beside = [(0, 0)] * (x.ndim - 2)
    before = jnp.pad(x[..., :-1, :], [*beside, (1, 0), (0, 0)])
    after = jnp.pad(x[..., 1:, :], [*beside, (0, 1), (0, 0)])
    return linear(p, jnp.concatenate([before, x, after], -1))


def _halve(x: jax.Array, axis: int) -> jax.Array:
    """Maximum of each two neighbours along an axis; a last odd one is compared with zero."""
    odd = x.shape[axis] % 2
    x = jnp.pad(x, [(0, odd if n == axis else 0) for n in range(x.ndim)])
    return x.reshape(*x.shape[:axis], -1, 2, *x.shape[axis + 1 :]).max(axis + 1)


def image_fragments(
    params: Params, config: McnnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`regions` (B, R, 1280), `logits` (B, 1000) -> image (B, width)."""
    p = params['image']
    seen = linear(p['fc'], dropout(key, batch['regions'].mean(1), config.region_dropout)) + linear(
        p['prior'], anchors.image(batch['logits'])
    )
    return {'image': linear(p['enter'], jax.nn.relu(seen))}


def text_fragments(
    params: Params, config: McnnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`states` (C, L, 384), `mask` (C, L) -> windows (C, L', width) before the image enters, and their mask (C, L')."""
    p, mask = params['text'], batch['mask'].astype(jnp.float32)
    x = dropout(key, jnp.where(mask[..., None] > 0, batch['states'], 0), config.token_dropout)
    for window in p['windows'][: config.level]:
        x, mask = _halve(jax.nn.relu(_windows(window, x)) * mask[..., None], 1), _halve(mask, 1)
    if config.level < LAYERS:
        return {'windows': _windows(p['windows'][config.level], x), 'mask': mask}
    return {'windows': x.max(1, keepdims=True), 'mask': jnp.ones((len(x), 1))}


def score_pairs(params: Params, config: McnnConfig, images: dict[str, jax.Array], texts: dict[str, jax.Array]) -> jax.Array:
    """(B, C): the score of every image with every caption."""
    mask = texts['mask'][None, ..., None]
    x = jax.nn.relu(texts['windows'][None] + images['image'][:, None, None]) * mask
    for window in params['text']['windows'][config.level + 1 :]:
        x, mask = _halve(x, 2), _halve(mask, 2)
        x = jax.nn.relu(_windows(window, x)) * mask
    p = params['score']
    return linear(p['out'], jax.nn.relu(linear(p['hidden'], x.max(2))))[..., 0]
