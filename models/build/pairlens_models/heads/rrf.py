"""RRF-Net: recurrent residual fusion (Liu et al., ICCV 2017) over the mean features of both sides.

Every tower maps its feature to x, repeats h_t = relu(h_{t-1} W) + x with one shared W, and mixes h_1 .. h_T with learned weights.
The paper's bodies of the towers are CNN and HGLMM features; ours are the frozen backbones and the anchors.
"""

from dataclasses import dataclass
from functools import reduce

import jax
import jax.numpy as jnp
import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params, split_key
from pairlens_models.onnx_graph import GraphWriter

REGION_WIDTH, STATE_WIDTH = 1280, 384


@dataclass(frozen=True)
class RrfConfig:
    width: int = 384
    rounds: int = 3
    region_dropout: float = 0.3
    token_dropout: float = 0.1
    residual_dropout: float = 0.2


def _tower(key: jax.Array, inputs: int, config: RrfConfig) -> Params:
    enter, turn, out = jax.random.split(key, 3)
    return {
        'in': linear_params(enter, inputs, config.width),
        'turn': linear_params(turn, config.width, config.width),
        'mix': jnp.zeros(config.rounds),
        'out': linear_params(out, config.width, STATE_WIDTH),
    }


def init(config: RrfConfig, seed: int) -> Params:
    image, text = jax.random.split(jax.random.PRNGKey(seed))
    return {
        'image': _tower(image, REGION_WIDTH, config) | {'anchor': jnp.zeros(())},
        'text': _tower(text, STATE_WIDTH, config) | {'residual': jnp.zeros(())},
        'log_scale': jnp.array(START_SCALE),
    }


def fuse(p: Params, config: RrfConfig, x: jax.Array) -> jax.Array:
    """x (B, W) -> sum_t softmax(mix)_t h_t, h_0 = x."""
    state, rounds = x, []
    for _ in range(config.rounds):
        state = jax.nn.relu(linear(p['turn'], state)) + x
        rounds.append(state)
    return jnp.einsum('t,tbw->bw', jax.nn.softmax(p['mix']), jnp.stack(rounds))


def embed_images(
    params: Params, config: RrfConfig, anchors: Anchors, regions: jax.Array, logits: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """regions (B, R, 1280), logits (B, 1000) -> unit rows (B, 384)."""
    p, keys = params['image'], split_key(key, 2)
    fused = fuse(p, config, linear(p['in'], dropout(keys[0], regions.mean(1), config.region_dropout)))
    return anchors.join_image(p, anchors.image(logits), linear(p['out'], dropout(keys[1], fused, config.residual_dropout)))


def embed_texts(
    params: Params, config: RrfConfig, anchors: Anchors, states: jax.Array, mask: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """states (B, L, 384), mask (B, L) -> unit rows (B, 384)."""
    p, keys, mask = params['text'], split_key(key, 2), mask[..., None].astype(states.dtype)
    states = jnp.where(mask > 0, states, 0)
    mean = states.sum(1) / jnp.maximum(mask.sum(1), 1)
    fused = fuse(p, config, linear(p['in'], dropout(keys[0], mean, config.token_dropout)))
    return anchors.join_text(p, anchors.text(states, mask), linear(p['out'], dropout(keys[1], fused, config.residual_dropout)))


def image_nodes(g: GraphWriter, params: Params, config: RrfConfig, anchors: Anchors, regions: str, anchor: str) -> str:
    """`embed_images` as nodes: regions (B, R, 1280) and the image's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['image']
    return anchors.join_image_nodes(g, p, anchor, _tower_nodes(g, p, config, g.add('ReduceMean', regions, axes=[1], keepdims=0)))


def text_nodes(g: GraphWriter, params: Params, config: RrfConfig, anchors: Anchors, states: str, mask: str, anchor: str) -> str:
    """`embed_texts` as nodes: masked states (B, L, 384), mask (B, L, 1) and the caption's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['text']
    return anchors.join_text_nodes(g, p, anchor, _tower_nodes(g, p, config, g.mean(states, mask)))


def _tower_nodes(g: GraphWriter, p: Params, config: RrfConfig, feature: str) -> str:
    """feature (B, I) -> residual (B, 384)."""
    entered = g.linear(feature, p['in']['w'], p['in']['b'])
    shares = np.exp(p['mix'] - np.max(p['mix']))
    shares, turn = shares / shares.sum(), g.matrix(p['turn']['w'])
    state, parts = entered, []
    for share in shares:
        turned = g.add('Add', g.add('MatMul', state, turn), g.constant(p['turn']['b']))
        state = g.add('Add', g.add('Relu', turned), entered)
        parts.append(g.add('Mul', state, g.constant(share)))
    fused = reduce(lambda sum, part: g.add('Add', sum, part), parts)
    return g.linear(fused, p['out']['w'], p['out']['b'])
