"""SCAN: stacked cross attention between regions and words (Lee et al., ECCV 2018). A scorer of pairs.

Departures from the paper: words are token states of the frozen text backbone instead of a BiGRU's, 256 instead of 1024 wide, and the
class-name prior is one more region. Contexts are never built: |c|^2 = a' G a with the Gram matrix G of the attended side.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import onnx

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params, unit
from pairlens_models.onnx_graph import FLOAT, INT64, GraphWriter

REGION_WIDTH, STATE_WIDTH = 1280, 384
SMOOTHING = {'t2i': 9.0, 'i2t': 4.0}
LSE = {'t2i': 6.0, 'i2t': 5.0}


@dataclass(frozen=True)
class ScanConfig:
    """direction: t2i (each word attends to regions) or i2t (each region attends to words); pool: avg or lse."""

    direction: str = 't2i'
    pool: str = 'avg'
    width: int = 256
    region_dropout: float = 0.3
    token_dropout: float = 0.1


def init(config: ScanConfig, seed: int) -> Params:
    keys = jax.random.split(jax.random.PRNGKey(seed), 3)
    return {
        'image': {'fc': linear_params(keys[0], REGION_WIDTH, config.width), 'prior': linear_params(keys[1], STATE_WIDTH, config.width)},
        'text': {'fc': linear_params(keys[2], STATE_WIDTH, config.width)},
        'log_scale': jnp.array(START_SCALE),
    }


def image_fragments(
    params: Params, config: ScanConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`regions` (B, R, 1280), `logits` (B, 1000) -> regions: unit rows (B, R + 1, width)."""
    p = params['image']
    regions = linear(p['fc'], dropout(key, batch['regions'], config.region_dropout))
    prior = linear(p['prior'], anchors.image(batch['logits']))
    return {'regions': unit(jnp.concatenate([regions, prior[:, None]], 1))}


def text_fragments(
    params: Params, config: ScanConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`states` (C, L, 384), `mask` (C, L) -> words: unit rows (C, L, width), 0 where masked; mask: words without [CLS] and [SEP]."""
    mask = inner(batch['mask'])
    states = jnp.where(mask[..., None] > 0, batch['states'] - anchors.sentence_mean, 0)
    words = unit(linear(params['text']['fc'], dropout(key, states, config.token_dropout)))
    return {'words': words * mask[..., None], 'mask': mask}


def inner(mask: jax.Array) -> jax.Array:
    """Drops the first and the last kept token, which are the marks around the text; keeps the mask of a text that is nothing else."""
    after = jnp.cumsum(mask[:, ::-1], 1)[:, ::-1]
    within = mask * (after > 1) * (jnp.cumsum(mask, 1) > 1)
    return jnp.where(within.sum(1, keepdims=True) > 0, within, mask).astype(jnp.float32)


def support(config: ScanConfig, regions: jax.Array, words: jax.Array, mask: jax.Array) -> jax.Array:
    """q (B, C, L) for t2i: cosine of each word and what it attends to, 0 where masked. q (B, C, R) for i2t: the same for each region.

    regions (B, R, d), words (C, L, d): unit rows; mask (C, L).
    """
    dots = jnp.einsum('bkd,cld->bckl', regions, words)
    active = jnp.where(mask[None, :, None] > 0, jax.nn.leaky_relu(dots, 0.1), 0)
    over = 3 if config.direction == 't2i' else 2
    active /= jnp.sqrt((active**2).sum(over, keepdims=True) + 1e-12) + 1e-8
    if config.direction == 't2i':
        shares = jax.nn.softmax(SMOOTHING['t2i'] * active, 2)
        length = jnp.einsum('bckl,bkm,bcml->bcl', shares, jnp.einsum('bkd,bmd->bkm', regions, regions), shares)
        return jnp.where(mask[None] > 0, (shares * dots).sum(2) / jnp.sqrt(length + 1e-9), 0)
    shares = jax.nn.softmax(jnp.where(mask[None, :, None] > 0, SMOOTHING['i2t'] * active, -1e9), 3)
    length = jnp.einsum('bckl,clm,bckm->bck', shares, jnp.einsum('cld,cmd->clm', words, words), shares)
    return (shares * dots).sum(3) / jnp.sqrt(length + 1e-9)


def score_pairs(params: Params, config: ScanConfig, images: dict[str, jax.Array], texts: dict[str, jax.Array]) -> jax.Array:
    """(B, C): mean support, or (1/lam) log sum exp(lam support), of every image and every caption."""
    q = support(config, images['regions'], texts['words'], texts['mask'])
    mask = texts['mask'][None] if config.direction == 't2i' else jnp.ones(q.shape[2])
    if config.pool == 'avg':
        return jnp.where(mask > 0, q, 0).sum(2) / jnp.maximum(mask.sum(-1), 1)
    scale = LSE[config.direction]
    return jax.nn.logsumexp(jnp.where(mask > 0, scale * q, -1e9), 2) / scale


def image_graph(params: Params, config: ScanConfig, anchors: Anchors, side: int) -> onnx.ModelProto:
    """`image_fragments` as a graph: `grid` (B, side^2, 1280), `logits` (B, 1000) -> `regions` (B, R + 1, width), the prior last."""
    g, p = GraphWriter('scan-image'), params['image']
    grid = g.input('grid', FLOAT, ['B', side * side, REGION_WIDTH])
    anchor = anchors.image_nodes(g, anchors.image_prior_nodes(g, g.input('logits', FLOAT, ['B', 1000])))
    regions = g.linear(g.regions(grid, side, REGION_WIDTH), p['fc']['w'], p['fc']['b'])
    prior = g.add('Unsqueeze', g.linear(anchor, p['prior']['w'], p['prior']['b']), g.axes(1))
    g.output(g.unit(g.add('Concat', regions, prior, axis=1)), 'regions', FLOAT, ['B', 'R', config.width])
    return g.model()


def text_graph(params: Params, config: ScanConfig, anchors: Anchors) -> onnx.ModelProto:
    """`text_fragments` as a graph: `states` (B, L, 384), `attention_mask` (B, L) -> `words` (B, L, width), 0 where masked, and `mask` (B, L)."""
    g = GraphWriter('scan-text')
    word_nodes(g, params['text']['fc'], config.width, anchors)
    return g.model()


def word_nodes(g: GraphWriter, fc: Params, width: int, anchors: Anchors) -> None:
    """Inputs and outputs of a graph of unit words, as SCAN and GSMN have them."""
    attention_mask = g.input('attention_mask', INT64, ['B', 'L'])
    states, _ = g.masked(g.input('states', FLOAT, ['B', 'L', STATE_WIDTH]), attention_mask)
    mask = g.inner(attention_mask)
    words = g.unit(g.linear(g.add('Sub', states, g.constant(anchors.sentence_mean)), fc['w'], fc['b']))
    g.output(g.add('Mul', words, g.add('Unsqueeze', mask, g.axes(2))), 'words', FLOAT, ['B', 'L', width])
    g.output(mask, 'mask', FLOAT, ['B', 'L'])


def score_graph(params: Params, config: ScanConfig) -> onnx.ModelProto:
    """`score_pairs` as a graph: `regions` (B, R, d), `words` (C, L, d), `mask` (C, L) -> `scores` (B, C)."""
    g = GraphWriter('scan-score')
    regions = g.input('regions', FLOAT, ['B', 'R', config.width])
    words, mask = g.input('words', FLOAT, ['C', 'L', config.width]), g.input('mask', FLOAT, ['C', 'L'])
    reads_words = config.direction == 'i2t'
    dots = g.add('Einsum', regions, words, equation='bkd,cld->bckl')
    inside = g.cells(mask, 0, 2)
    active = g.add('Where', inside, g.add('LeakyRelu', dots, alpha=0.1), g.constant(0.0))
    squares = g.add('ReduceSum', g.add('Mul', active, active), g.axes(2 if reads_words else 3), keepdims=1)
    norm = g.add('Add', g.add('Sqrt', g.add('Add', squares, g.constant(1e-12))), g.constant(1e-8))
    sharp = g.add('Mul', g.add('Div', active, norm), g.constant(SMOOTHING[config.direction]))
    if reads_words:
        sharp = g.add('Where', inside, sharp, g.constant(-1e9))
    over = 3 if reads_words else 2
    shares = g.add('Softmax', sharp, axis=over)
    if reads_words:
        attended = g.add('Einsum', shares, g.add('Einsum', words, words, equation='cld,cmd->clm'), equation='bckl,clm->bckm')
    else:
        attended = g.add('Einsum', g.add('Einsum', regions, regions, equation='bkd,bmd->bkm'), shares, equation='bkm,bcml->bckl')
    length = g.add('ReduceSum', g.add('Mul', shares, attended), g.axes(over), keepdims=0)
    seen = g.add('ReduceSum', g.add('Mul', shares, dots), g.axes(over), keepdims=0)
    q = g.add('Div', seen, g.add('Sqrt', g.add('Add', length, g.constant(1e-9))))
    g.output(_pooled(g, config, q, None if reads_words else mask), 'scores', FLOAT, ['B', 'C'])
    return g.model()


def _pooled(g: GraphWriter, config: ScanConfig, q: str, mask: str | None) -> str:
    """q (B, C, N), and the mask (C, N) of what counts, or all -> (B, C)."""
    if config.pool == 'avg':
        if mask is None:
            return g.add('ReduceMean', q, axes=[2], keepdims=0)
        kept = g.add('Where', g.cells(mask, 0), q, g.constant(0.0))
        count = g.add('Max', g.add('ReduceSum', mask, g.axes(1), keepdims=0), g.constant(1.0))
        return g.add('Div', g.add('ReduceSum', kept, g.axes(2), keepdims=0), count)
    scale = g.constant(LSE[config.direction])
    q = g.add('Mul', q, scale)
    if mask is not None:
        q = g.add('Where', g.cells(mask, 0), q, g.constant(-1e9))
    return g.add('Div', g.add('ReduceLogSumExp', q, axes=[2], keepdims=0), scale)
