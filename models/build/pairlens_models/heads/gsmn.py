"""GSMN: node-level then structure-level matching of a visual and a textual graph (Liu et al., CVPR 2020). A scorer of pairs.

Propagation is the intended one: every node gathers the matching vectors of its neighbours. (In the released code each node reads itself.)
The textual graph is the dense one; the sparse one needs a dependency parser. The visual graph is the region grid, its edges the polar
coordinates between cells. Text kernels share their weights up to a learned factor that stays outside the normalisation.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.heads.scan import inner
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params, unit

REGION_WIDTH, STATE_WIDTH = 1280, 384
HIDDEN = 32


@dataclass(frozen=True)
class GsmnConfig:
    side: int = 4
    width: int = 256
    blocks: int = 16
    kernels: int = 8
    smoothing: float = 20.0
    region_dropout: float = 0.3
    token_dropout: float = 0.1


def init(config: GsmnConfig, seed: int) -> Params:
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 16))

    def score() -> Params:
        shape = (config.kernels, config.blocks, HIDDEN // config.kernels)
        return {
            'kernels': jax.random.normal(next(keys), shape) / np.sqrt(config.blocks),
            'out1': linear_params(next(keys), HIDDEN, HIDDEN) | {'gain': jnp.ones(HIDDEN)},
            'out2': linear_params(next(keys), HIDDEN, 1) | {'gain': jnp.ones(1)},
        }

    spread = jax.random.uniform(next(keys), (4, config.kernels))
    return {
        'image': {'fc': linear_params(next(keys), REGION_WIDTH, config.width)},
        'text': {'fc': linear_params(next(keys), STATE_WIDTH, config.width)},
        'by_text': score() | {'factor': jax.random.uniform(next(keys), (config.kernels,), minval=-1, maxval=1)},
        'by_image': score()
        | {'rho': spread[0], 'rho_width': 0.2 + 0.3 * spread[1], 'theta': np.pi * (2 * spread[2] - 1), 'theta_width': 0.5 + spread[3]},
        'log_scale': jnp.array(START_SCALE),
    }


def polar(side: int) -> tuple[np.ndarray, np.ndarray]:
    """rho and theta (side^2, side^2) from cell k to cell l of the grid; the image is one wide and one high."""
    y, x = np.divmod(np.arange(side * side), side)
    dx, dy = ((v[None] - v[:, None]) / side for v in (x, y))
    return np.hypot(dx, dy), np.arctan2(dy, dx)


def image_fragments(
    params: Params, config: GsmnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`regions` (B, side^2, 1280) -> regions: unit rows (B, side^2, width)."""
    return {'regions': unit(linear(params['image']['fc'], dropout(key, batch['regions'], config.region_dropout)))}


def text_fragments(
    params: Params, config: GsmnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`states` (C, L, 384), `mask` (C, L) -> words: unit rows (C, L, width), 0 where masked; mask without the marks around the text."""
    mask = inner(batch['mask'])
    states = jnp.where(mask[..., None] > 0, batch['states'] - anchors.sentence_mean, 0)
    return {'words': unit(linear(params['text']['fc'], dropout(key, states, config.token_dropout))) * mask[..., None], 'mask': mask}


def _cosines(config: GsmnConfig, a: jax.Array, b: jax.Array) -> jax.Array:
    """Cosine of each of the blocks of features of a and b (..., width): (..., blocks)."""
    a, b = (v.reshape(*v.shape[:-1], config.blocks, -1) for v in (a, b))
    return (a * b).sum(-1) / jnp.sqrt((a * a).sum(-1) * (b * b).sum(-1) + 1e-9)


def node_matching(config: GsmnConfig, regions: jax.Array, words: jax.Array, mask: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Matching vectors of the words (B, C, L, blocks), 0 where masked, and of the regions (B, C, R, blocks)."""
    dots = jax.nn.leaky_relu(jnp.einsum('bkd,cld->bckl', regions, words), 0.1)
    dots = jnp.where(mask[None, :, None] > 0, dots, 0)
    by_region = dots / jnp.sqrt((dots**2).sum(3, keepdims=True) + 1e-12)
    by_word = dots / jnp.sqrt((dots**2).sum(2, keepdims=True) + 1e-12)
    seen = jnp.einsum('bckl,bkd->bcld', jax.nn.softmax(config.smoothing * by_region, 2), regions)
    shares = jax.nn.softmax(jnp.where(mask[None, :, None] > 0, config.smoothing * by_word, -1e9), 3)
    read = jnp.einsum('bckl,cld->bckd', shares, words)
    return _cosines(config, words[None], seen) * mask[None, :, :, None], _cosines(config, regions[:, None], read)


def text_edges(config: GsmnConfig, words: jax.Array, mask: jax.Array) -> jax.Array:
    """(C, L, L): weight of neighbour l' for word l; rows sum to one over the words that are there."""
    dots = config.smoothing * jnp.einsum('cld,cmd->clm', words, words)
    return jax.nn.softmax(jnp.where(mask[:, None] > 0, dots, -1e9), 2)


def image_edges(config: GsmnConfig, p: Params) -> jax.Array:
    """(kernels, R, R): Gaussian weights of polar distance and angle; rows sum to one over the neighbours."""
    rho, theta = polar(config.side)
    turn = jnp.abs(theta[None] - p['theta'][:, None, None])
    turn = jnp.minimum(turn, jnp.abs(2 * np.pi - turn))
    near = (rho[None] - p['rho'][:, None, None]) ** 2 / (1e-14 + p['rho_width'][:, None, None] ** 2)
    return jax.nn.softmax(-0.5 * (near + turn**2 / (1e-14 + p['theta_width'][:, None, None] ** 2)), 2)


def _score(p: Params, nodes: jax.Array) -> jax.Array:
    """(..., HIDDEN) -> (...): two weight-normalised layers."""

    def layer(q: Params, x: jax.Array) -> jax.Array:
        return linear({'w': q['gain'] * q['w'] / jnp.sqrt((q['w'] ** 2).sum(0) + 1e-12), 'b': q['b']}, x)

    return layer(p['out2'], jnp.tanh(layer(p['out1'], nodes)))[..., 0]


def score_pairs(params: Params, config: GsmnConfig, images: dict[str, jax.Array], texts: dict[str, jax.Array]) -> jax.Array:
    """(B, C): structure-level score by the text graph plus the one by the visual graph."""
    regions, words, mask = images['regions'], texts['words'], texts['mask']
    of_words, of_regions = node_matching(config, regions, words, mask)
    p = params['by_text']
    near = jnp.einsum('clm,bcmx->bclx', text_edges(config, words, mask), of_words)
    mixed = jnp.einsum('k,bclx,kxh->bclkh', p['factor'], near, p['kernels']).reshape(*near.shape[:3], HIDDEN)
    by_text = (_score(p, mixed) * mask[None]).sum(2) / jnp.maximum(mask.sum(1), 1)
    p = params['by_image']
    near = jnp.einsum('krs,bcsx,kxh->bcrkh', image_edges(config, p), of_regions, p['kernels'])
    return by_text + _score(p, near.reshape(*near.shape[:3], HIDDEN)).mean(2)
