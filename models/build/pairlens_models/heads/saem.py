"""SAEM: self-attention over image regions, convolutions over token states (Wu et al., ACM MM 2019), anchored in the sentence space.

Both towers start from something that needs no pairs: the image from its class-name prior, the caption from its mean token state,
each centred on the training set. The learned part is a residual, so few pairs suffice and other domains lose little.
Departures from the paper: padding is masked, regions have positions, the prior is one more token, and the anchors.
"""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, layer_norm, linear, linear_params, norm_params, split_key
from pairlens_models.onnx_graph import GraphWriter

REGION_WIDTH, STATE_WIDTH = 1280, 384


@dataclass(frozen=True)
class SaemConfig:
    regions: int = 16
    width: int = 256
    attention_heads: int = 8
    feed_forward: int = 1024
    filters: int = 256
    region_dropout: float = 0.3
    residual_dropout: float = 0.2
    token_dropout: float = 0.1


def init(config: SaemConfig, seed: int) -> Params:
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 16))
    d, f = config.width, config.filters
    return {
        'image': {
            'fc': linear_params(next(keys), REGION_WIDTH, d),
            'prior': linear_params(next(keys), STATE_WIDTH, d),
            'position': 0.02 * jax.random.normal(next(keys), (config.regions, d)),
            'qkv': linear_params(next(keys), d, 3 * d),
            'mix': linear_params(next(keys), d, d),
            'norm1': norm_params(d),
            'up': linear_params(next(keys), d, config.feed_forward),
            'down': linear_params(next(keys), config.feed_forward, d),
            'norm2': norm_params(d),
            'out': linear_params(next(keys), d, STATE_WIDTH),
            'anchor': jnp.zeros(()),
        },
        'text': {
            'windows': [linear_params(next(keys), n * STATE_WIDTH, f) for n in (1, 2, 3)],
            'fc': linear_params(next(keys), 3 * f, d),
            'out': linear_params(next(keys), d, STATE_WIDTH),
            'residual': jnp.zeros(()),
        },
        'log_scale': jnp.array(START_SCALE),
    }


def embed_images(
    params: Params, config: SaemConfig, anchors: Anchors, regions: jax.Array, logits: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """regions (B, R, 1280), logits (B, 1000) -> unit rows (B, 384). With a key: dropout of region features and of the residual."""
    p, keys = params['image'], split_key(key, 4)
    anchor = anchors.image(logits)
    tokens = linear(p['fc'], dropout(keys[0], regions, config.region_dropout)) + p['position']
    tokens = jnp.concatenate([tokens, linear(p['prior'], anchor)[:, None]], 1)
    batch, count, width = tokens.shape
    heads, size = config.attention_heads, width // config.attention_heads
    qkv = linear(p['qkv'], tokens).reshape(batch, count, 3, heads, size).transpose(2, 0, 3, 1, 4)
    weights = jax.nn.softmax(qkv[0] @ qkv[1].transpose(0, 1, 3, 2) / math.sqrt(size), -1)
    mixed = (weights @ qkv[2]).transpose(0, 2, 1, 3).reshape(batch, count, width)
    tokens = layer_norm(p['norm1'], tokens + dropout(keys[1], linear(p['mix'], mixed), 0.1))
    forward = linear(p['down'], jax.nn.relu(linear(p['up'], tokens)))
    tokens = layer_norm(p['norm2'], tokens + dropout(keys[2], forward, 0.1))
    return anchors.join_image(p, anchor, linear(p['out'], dropout(keys[3], tokens.mean(1), config.residual_dropout)))


def embed_texts(
    params: Params, config: SaemConfig, anchors: Anchors, states: jax.Array, mask: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """states (B, L, 384), mask (B, L) -> unit rows (B, 384). What lies under a zero of the mask never matters."""
    p, keys = params['text'], split_key(key, 2)
    mask = mask[..., None].astype(states.dtype)
    states = states * mask
    anchor = anchors.text(states, mask)
    tokens = dropout(keys[0], states, config.token_dropout)
    following = [jnp.pad(tokens[:, n:], ((0, 0), (0, n), (0, 0))) for n in range(3)]
    pooled = [(jax.nn.relu(linear(w, jnp.concatenate(following[: n + 1], -1))) * mask).max(1) for n, w in enumerate(p['windows'])]
    features = dropout(keys[1], jnp.concatenate(pooled, -1), config.residual_dropout)
    return anchors.join_text(p, anchor, linear(p['out'], linear(p['fc'], features)))


def image_nodes(g: GraphWriter, params: Params, config: SaemConfig, anchors: Anchors, regions: str, anchor: str) -> str:
    """`embed_images` as nodes: regions (B, R, 1280) and the image's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['image']
    tokens = g.add('Add', _linear(g, p['fc'], regions), g.constant(p['position']))
    last = g.add('Unsqueeze', _linear(g, p['prior'], anchor), g.axes(1))
    tokens = g.add('Concat', tokens, last, axis=1)

    heads, size = config.attention_heads, config.width // config.attention_heads
    split = g.add('Reshape', _linear(g, p['qkv'], tokens), g.axes(0, 0, 3, heads, size))
    arranged = g.add('Transpose', split, perm=[2, 0, 3, 1, 4])
    q, k, v = (g.add('Gather', arranged, g.constant(n, np.int64), axis=0) for n in range(3))
    scores = g.add('MatMul', q, g.add('Transpose', k, perm=[0, 1, 3, 2]))
    weights = g.add('Softmax', g.add('Mul', scores, g.constant(1 / math.sqrt(size))), axis=-1)
    mixed = g.add('Transpose', g.add('MatMul', weights, v), perm=[0, 2, 1, 3])
    mixed = _linear(g, p['mix'], g.add('Reshape', mixed, g.axes(0, 0, config.width)))
    tokens = _norm(g, p['norm1'], g.add('Add', tokens, mixed))
    forward = _linear(g, p['down'], g.add('Relu', _linear(g, p['up'], tokens)))
    tokens = _norm(g, p['norm2'], g.add('Add', tokens, forward))
    return anchors.join_image_nodes(g, p, anchor, _linear(g, p['out'], g.add('ReduceMean', tokens, axes=[1], keepdims=0)))


def text_nodes(g: GraphWriter, params: Params, config: SaemConfig, anchors: Anchors, states: str, mask: str, anchor: str) -> str:
    """`embed_texts` as nodes: masked states (B, L, 384), mask (B, L, 1) and the caption's anchor (B, 384) -> unit rows (B, 384)."""
    p, pooled = params['text'], []
    for count, window in enumerate(p['windows'], start=1):
        shifted = [states]
        for n in range(1, count):
            padded = g.add('Pad', states, g.axes(0, 0, 0, 0, n, 0))
            shifted.append(g.add('Slice', padded, g.axes(n), g.axes(2**31 - 1), g.axes(1)))
        joined = g.add('Concat', *shifted, axis=2) if count > 1 else states
        active = g.add('Mul', g.add('Relu', _linear(g, window, joined)), mask)
        pooled.append(g.add('ReduceMax', active, axes=[1], keepdims=0))
    features = g.add('Concat', *pooled, axis=1)
    return anchors.join_text_nodes(g, p, anchor, _linear(g, p['out'], _linear(g, p['fc'], features)))


def _linear(g: GraphWriter, params: Params, value: str) -> str:
    return g.linear(value, params['w'], params['b'])


def _norm(g: GraphWriter, params: Params, value: str) -> str:
    return g.add('LayerNormalization', value, g.constant(params['gain']), g.constant(params['bias']), axis=-1, epsilon=1e-5)
