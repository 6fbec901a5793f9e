"""NAA intra-attention: the global feature decides how much each local one counts. A reconstruction (Liu et al., ICASSP 2019).

The paper's formulas could not be read. Ours, for local features f_k and their mean g: a_k = softmax_k(u . tanh(f_k Wf * g Wg)),
embedding = [sum_k a_k f_k ; g] Wo, with several u (`glimpses`) side by side. Its ranking loss is losses/neighbour.py.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params, split_key
from pairlens_models.onnx_graph import GraphWriter

REGION_WIDTH, STATE_WIDTH = 1280, 384


@dataclass(frozen=True)
class NaaConfig:
    width: int = 256
    glimpses: int = 4
    region_dropout: float = 0.3
    token_dropout: float = 0.1
    residual_dropout: float = 0.2


def _tower(key: jax.Array, inputs: int, config: NaaConfig) -> Params:
    keys = jax.random.split(key, 5)
    d, glimpses = config.width, config.glimpses
    return {
        'local': linear_params(keys[0], inputs, d),
        'seen': linear_params(keys[1], d, d),
        'reference': linear_params(keys[2], d, d),
        'attend': linear_params(keys[3], d, glimpses),
        'out': linear_params(keys[4], d * (glimpses + 1), STATE_WIDTH),
    }


def init(config: NaaConfig, seed: int) -> Params:
    image, text = jax.random.split(jax.random.PRNGKey(seed))
    return {
        'image': _tower(image, REGION_WIDTH, config) | {'anchor': jnp.zeros(())},
        'text': _tower(text, STATE_WIDTH, config) | {'residual': jnp.zeros(())},
        'log_scale': jnp.array(START_SCALE),
    }


def attend(p: Params, features: jax.Array, mask: jax.Array) -> jax.Array:
    """features (B, n, d), mask (B, n) -> (B, (glimpses + 1) d): the attended sums, and the mean."""
    weight = mask[..., None].astype(features.dtype)
    mean = (features * weight).sum(1) / jnp.maximum(weight.sum(1), 1)
    scores = linear(p['attend'], jnp.tanh(linear(p['seen'], features) * linear(p['reference'], mean)[:, None]))
    shares = jax.nn.softmax(jnp.where(weight > 0, scores, -1e9), 1)
    seen = jnp.einsum('bng,bnd->bgd', shares, features)
    return jnp.concatenate([seen.reshape(len(seen), -1), mean], 1)


def embed_images(
    params: Params, config: NaaConfig, anchors: Anchors, regions: jax.Array, logits: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """regions (B, R, 1280), logits (B, 1000) -> unit rows (B, 384)."""
    p, keys = params['image'], split_key(key, 2)
    local = jax.nn.relu(linear(p['local'], dropout(keys[0], regions, config.region_dropout)))
    features = dropout(keys[1], attend(p, local, jnp.ones(local.shape[:2])), config.residual_dropout)
    return anchors.join_image(p, anchors.image(logits), linear(p['out'], features))


def embed_texts(
    params: Params, config: NaaConfig, anchors: Anchors, states: jax.Array, mask: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """states (B, L, 384), mask (B, L) -> unit rows (B, 384)."""
    p, keys = params['text'], split_key(key, 2)
    states = jnp.where(mask[..., None] > 0, states, 0)
    local = jax.nn.relu(linear(p['local'], dropout(keys[0], states, config.token_dropout)))
    features = dropout(keys[1], attend(p, local, mask), config.residual_dropout)
    return anchors.join_text(p, anchors.text(states, mask[..., None].astype(states.dtype)), linear(p['out'], features))


def image_nodes(g: GraphWriter, params: Params, config: NaaConfig, anchors: Anchors, regions: str, anchor: str) -> str:
    """`embed_images` as nodes: regions (B, R, 1280) and the image's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['image']
    local = g.add('Relu', g.linear(regions, p['local']['w'], p['local']['b']))
    mean = g.add('ReduceMean', local, axes=[1], keepdims=1)
    return anchors.join_image_nodes(g, p, anchor, _attend_nodes(g, p, config, local, mean, None))


def text_nodes(g: GraphWriter, params: Params, config: NaaConfig, anchors: Anchors, states: str, mask: str, anchor: str) -> str:
    """`embed_texts` as nodes: masked states (B, L, 384), mask (B, L, 1) and the caption's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['text']
    local = g.add('Relu', g.linear(states, p['local']['w'], p['local']['b']))
    residual = _attend_nodes(g, p, config, local, g.add('Unsqueeze', g.mean(local, mask), g.axes(1)), mask)
    return anchors.join_text_nodes(g, p, anchor, residual)


def _attend_nodes(g: GraphWriter, p: Params, config: NaaConfig, local: str, mean: str, mask: str | None) -> str:
    """local (B, n, d), mean (B, 1, d) -> (B, 384)."""
    seen, reference = (g.linear(value, p[name]['w'], p[name]['b']) for value, name in ((local, 'seen'), (mean, 'reference')))
    scores = g.linear(g.add('Tanh', g.add('Mul', seen, reference)), p['attend']['w'], p['attend']['b'])
    if mask:
        scores = g.add('Where', g.add('Greater', mask, g.constant(0.0)), scores, g.constant(-1e9))
    shares = g.add('Transpose', g.add('Softmax', scores, axis=1), perm=[0, 2, 1])
    seen = g.add('Reshape', g.add('MatMul', shares, local), g.axes(0, config.glimpses * config.width))
    features = g.add('Concat', seen, g.add('Squeeze', mean, g.axes(1)), axis=1)
    return g.linear(features, p['out']['w'], p['out']['b'])
