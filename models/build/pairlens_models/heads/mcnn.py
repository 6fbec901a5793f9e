"""m-CNN: a convolutional network that meets the image at word, phrase or sentence level and scores the pair (Ma et al., ICCV 2015).

Convolutions over three tokens with max-pooling by two; before layer `level` the image enters every window: 0 is the word, 1 the short
phrase, 2 the long phrase and 3 the sentence variant, the last by the scoring layers alone. The paper averages all four. A sum of two
products stands for the product with the joined vector, so the part of a window is computed once for a caption.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import onnx

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params
from pairlens_models.onnx_graph import FLOAT, INT64, GraphWriter

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


def image_graph(params: Params, config: McnnConfig, anchors: Anchors, side: int) -> onnx.ModelProto:
    """`image_fragments` as a graph: `grid` (B, side^2, 1280), `logits` (B, 1000) -> `image` (B, width)."""
    g, p = GraphWriter('mcnn-image'), params['image']
    image = seen_nodes(g, p, anchors, side)
    g.output(g.linear(g.add('Relu', image), p['enter']['w'], p['enter']['b']), 'image', FLOAT, ['B', config.width])
    return g.model()


def seen_nodes(g: GraphWriter, p: Params, anchors: Anchors, side: int) -> str:
    """Inputs `grid` and `logits` of a graph -> fc(mean region) + prior(class names) (B, width), as m-CNN and m-RNN have it."""
    grid = g.input('grid', FLOAT, ['B', side * side, REGION_WIDTH])
    anchor = anchors.image_nodes(g, anchors.image_prior_nodes(g, g.input('logits', FLOAT, ['B', 1000])))
    mean = g.add('ReduceMean', grid, axes=[1], keepdims=0)
    return g.add('Add', g.linear(mean, p['fc']['w'], p['fc']['b']), g.linear(anchor, p['prior']['w'], p['prior']['b']))


def text_graph(params: Params, config: McnnConfig, anchors: Anchors) -> onnx.ModelProto:
    """`text_fragments` as a graph: `states` (B, L, 384), `attention_mask` (B, L) -> `windows` (B, L', width), `mask` (B, L')."""
    g, p = GraphWriter('mcnn-text'), params['text']
    states, mask = g.masked(g.input('states', FLOAT, ['B', 'L', STATE_WIDTH]), g.input('attention_mask', INT64, ['B', 'L']))
    x, mask = (g.add('Transpose', value, perm=[0, 2, 1]) for value in (states, mask))  # channels before places, for convolutions
    for window in p['windows'][: config.level]:
        x = _halve_nodes(g, g.add('Mul', g.add('Relu', _window_nodes(g, window, x)), mask))
        mask = _halve_nodes(g, mask)
    if config.level < LAYERS:
        windows = _window_nodes(g, p['windows'][config.level], x)
    else:
        windows = g.add('ReduceMax', x, axes=[2], keepdims=1)
        mask = g.add('ReduceMax', mask, axes=[2], keepdims=1)
    g.output(g.add('Transpose', windows, perm=[0, 2, 1]), 'windows', FLOAT, ['B', 'N', config.width])
    g.output(g.add('Squeeze', mask, g.axes(1)), 'mask', FLOAT, ['B', 'N'])
    return g.model()


def score_graph(params: Params, config: McnnConfig) -> onnx.ModelProto:
    """`score_pairs` as a graph: `image` (B, width), `windows` (C, L', width), `mask` (C, L') -> `scores` (B, C)."""
    g, p = GraphWriter('mcnn-score'), params['score']
    image = g.input('image', FLOAT, ['B', config.width])
    windows, mask = g.input('windows', FLOAT, ['C', 'N', config.width]), g.input('mask', FLOAT, ['C', 'N'])
    met = g.add('Add', g.add('Unsqueeze', windows, g.axes(0)), g.add('Unsqueeze', image, g.axes(1, 2)))
    x = g.add('Mul', g.add('Relu', met), g.add('Unsqueeze', mask, g.axes(0, 3)))
    if params['text']['windows'][config.level + 1 :]:
        images, captions, length = (
            g.add('Shape', image, start=0, end=1),
            g.add('Shape', mask, start=0, end=1),
            g.add('Shape', mask, start=1),
        )
        pairs = g.add('Concat', images, captions, axis=0)
        places = g.add('Expand', g.add('Unsqueeze', mask, g.axes(0)), g.add('Concat', pairs, length, axis=0))
        places = g.add('Reshape', places, g.add('Concat', g.axes(-1, 1), length, axis=0))
        x = g.add('Reshape', g.add('Transpose', x, perm=[0, 1, 3, 2]), g.add('Concat', g.axes(-1, config.width), length, axis=0))
        for window in params['text']['windows'][config.level + 1 :]:
            x, places = _halve_nodes(g, x), _halve_nodes(g, places)
            x = g.add('Mul', g.add('Relu', _window_nodes(g, window, x)), places)
        best = g.add('Reshape', g.add('ReduceMax', x, axes=[2], keepdims=0), g.add('Concat', pairs, g.axes(config.width), axis=0))
    else:
        best = g.add('ReduceMax', x, axes=[2], keepdims=0)
    hidden = g.add('Relu', g.linear(best, p['hidden']['w'], p['hidden']['b']))
    g.output(g.add('Squeeze', g.linear(hidden, p['out']['w'], p['out']['b']), g.axes(2)), 'scores', FLOAT, ['B', 'C'])
    return g.model()


def _window_nodes(g: GraphWriter, p: Params, x: str) -> str:
    """`_windows` as a convolution: x (B, I, L) -> (B, W, L)."""
    w = np.asarray(p['w'])
    kernel = w.reshape(3, len(w) // 3, -1).transpose(2, 1, 0)
    return g.add('Conv', x, g.matrix(kernel), g.constant(p['b']), kernel_shape=[3], pads=[1, 1])


def _halve_nodes(g: GraphWriter, x: str) -> str:
    """`_halve` of values that are never negative: x (B, I, L) -> (B, I, ceil(L / 2))."""
    return g.add('MaxPool', x, kernel_shape=[2], strides=[2], ceil_mode=1)
