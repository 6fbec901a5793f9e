"""GSMN: node-level then structure-level matching of a visual and a textual graph (Liu et al., CVPR 2020). A scorer of pairs.

Propagation is the intended one: every node gathers the matching vectors of its neighbours. (In the released code each node reads itself.)
The textual graph is the dense one; the sparse one needs a dependency parser. The visual graph is the region grid, its edges the polar
coordinates between cells. Text kernels share their weights up to a learned factor that stays outside the normalisation.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import onnx

from pairlens_models.anchors import Anchors
from pairlens_models.heads.scan import inner, word_nodes
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params, unit
from pairlens_models.onnx_graph import FLOAT, GraphWriter

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
    """rho and theta (side^2, side^2) of cell k as seen from cell l of the grid; the image is one wide and one high."""
    y, x = np.divmod(np.arange(side * side), side)
    dx, dy = ((v[:, None] - v[None]) / side for v in (x, y))
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
    return (a * b).sum(-1) / jnp.sqrt((a * a).sum(-1) * (b * b).sum(-1) + 1e-12)


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


def image_graph(params: Params, config: GsmnConfig, anchors: Anchors, side: int) -> onnx.ModelProto:
    """`image_fragments` as a graph: `grid` (B, side^2, 1280) -> `regions` (B, R, width)."""
    g, p = GraphWriter('gsmn-image'), params['image']['fc']
    regions = g.regions(g.input('grid', FLOAT, ['B', side * side, REGION_WIDTH]), side, REGION_WIDTH)
    g.output(g.unit(g.linear(regions, p['w'], p['b'])), 'regions', FLOAT, ['B', 'R', config.width])
    return g.model()


def text_graph(params: Params, config: GsmnConfig, anchors: Anchors) -> onnx.ModelProto:
    """`text_fragments` as a graph: `states` (B, L, 384), `attention_mask` (B, L) -> `words` (B, L, width), 0 where masked, and `mask` (B, L)."""
    g = GraphWriter('gsmn-text')
    word_nodes(g, params['text']['fc'], config.width, anchors)
    return g.model()


def score_graph(params: Params, config: GsmnConfig) -> onnx.ModelProto:
    """`score_pairs` as a graph: `regions` (B, R, d), `words` (C, L, d), `mask` (C, L) -> `scores` (B, C)."""
    g = GraphWriter('gsmn-score')
    regions = g.input('regions', FLOAT, ['B', config.side**2, config.width])
    words, mask = g.input('words', FLOAT, ['C', 'L', config.width]), g.input('mask', FLOAT, ['C', 'L'])
    inside, smoothing = g.cells(mask, 0, 2), g.constant(config.smoothing)
    dots = g.add('LeakyRelu', g.add('Einsum', regions, words, equation='bkd,cld->bckl'), alpha=0.1)
    dots = g.add('Where', inside, dots, g.constant(0.0))

    def sharp(over: int) -> str:
        squares = g.add('ReduceSum', g.add('Mul', dots, dots), g.axes(over), keepdims=1)
        return g.add('Mul', g.add('Div', dots, g.add('Sqrt', g.add('Add', squares, g.constant(1e-12)))), smoothing)

    seen = g.add('Einsum', g.add('Softmax', sharp(3), axis=2), regions, equation='bckl,bkd->bcld')
    read = g.add('Einsum', g.add('Softmax', g.add('Where', inside, sharp(2), g.constant(-1e9)), axis=3), words, equation='bckl,cld->bckd')
    of_words = g.add('Mul', _cosine_nodes(g, config, g.add('Unsqueeze', words, g.axes(0)), seen), g.add('Unsqueeze', mask, g.axes(0, 3)))
    of_regions = _cosine_nodes(g, config, g.add('Unsqueeze', regions, g.axes(1)), read)

    p = params['by_text']
    alike = g.add('Mul', g.add('Einsum', words, words, equation='cld,cmd->clm'), smoothing)
    edges = g.add('Softmax', g.add('Where', g.cells(mask, 1), alike, g.constant(-1e9)), axis=2)
    near = g.add('Einsum', edges, of_words, equation='clm,bcmx->bclx')
    kernels = np.asarray(p['factor'])[:, None, None] * np.asarray(p['kernels'])  # (K, blocks, H / K) -> (blocks, H)
    mixed = g.add('MatMul', near, g.constant(kernels.transpose(1, 0, 2).reshape(config.blocks, HIDDEN)))
    scores = g.add('Mul', _score_nodes(g, p, mixed), g.add('Unsqueeze', mask, g.axes(0)))
    count = g.add('Max', g.add('ReduceSum', mask, g.axes(1), keepdims=0), g.constant(1.0))
    by_text = g.add('Div', g.add('ReduceSum', scores, g.axes(2), keepdims=0), count)

    p = params['by_image']
    near = g.add('Einsum', g.constant(image_edges(config, p)), of_regions, equation='krs,bcsx->bcrkx')
    mixed = g.add('Einsum', near, g.constant(p['kernels']), equation='bcrkx,kxh->bcrkh')
    mixed = g.add('Reshape', mixed, g.axes(0, 0, 0, HIDDEN))
    by_image = g.add('ReduceMean', _score_nodes(g, p, mixed), axes=[2], keepdims=0)
    g.output(g.add('Add', by_text, by_image), 'scores', FLOAT, ['B', 'C'])
    return g.model()


def _cosine_nodes(g: GraphWriter, config: GsmnConfig, a: str, b: str) -> str:
    """`_cosines` of a and b (X, Y, N, width), where X or Y of `a` may be one: (X, Y, N, blocks)."""
    a, b = (g.add('Reshape', value, g.axes(0, 0, 0, config.blocks, config.width // config.blocks)) for value in (a, b))
    product, left, right = (g.add('ReduceSum', g.add('Mul', x, y), g.axes(-1), keepdims=0) for x, y in ((a, b), (a, a), (b, b)))
    return g.add('Div', product, g.add('Sqrt', g.add('Add', g.add('Mul', left, right), g.constant(1e-12))))


def _score_nodes(g: GraphWriter, p: Params, nodes: str) -> str:
    """`_score` as nodes: (B, C, N, HIDDEN) -> (B, C, N)."""

    def layer(q: Params, x: str) -> str:
        w = np.asarray(q['w'])
        return g.add('Add', g.add('MatMul', x, g.constant(np.asarray(q['gain']) * w / np.sqrt((w**2).sum(0) + 1e-12))), g.constant(q['b']))

    return g.add('Squeeze', layer(p['out2'], g.add('Tanh', layer(p['out1'], nodes))), g.axes(3))
