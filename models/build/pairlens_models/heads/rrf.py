"""RRF-Net: recurrent residual fusion (Liu et al., ICCV 2017) over the mean features of both sides.

Every tower maps its feature to h_0, repeats h_t = relu(h_{t-1} W + b) + h_{t-1} with one shared W, four times as the authors release it, and mixes
the four states with free weights: relu(sum_t m_t h_t + c).
Departures from the release: no batch normalisation, the frozen backbones and the anchors in place of CNN and HGLMM features, no bi-rank loss.
`residual='input'` is an earlier variant of ours, of which docs/zoo.md has rows: h_t = relu(h_{t-1} W + b) + h_0, three times, mixed by a softmax.
"""

from dataclasses import dataclass
from functools import reduce
from typing import Literal

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
    residual: Literal['previous', 'input'] = 'previous'
    region_dropout: float = 0.3
    token_dropout: float = 0.1
    residual_dropout: float = 0.2


ROUNDS = {'previous': 4, 'input': 3}


def _tower(key: jax.Array, inputs: int, config: RrfConfig) -> Params:
    enter, turn, out = jax.random.split(key, 3)
    return {
        'in': linear_params(enter, inputs, config.width),
        'turn': linear_params(turn, config.width, config.width),
        'mix': jnp.full(ROUNDS[config.residual], 1 / 4 if config.residual == 'previous' else 0.0),
        'mix_bias': jnp.zeros(()),
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
    """x (B, W), which is h_0 -> the mixed states (B, W)."""
    state, states = x, []
    for _ in range(ROUNDS[config.residual]):
        state = jax.nn.relu(linear(p['turn'], state)) + (state if config.residual == 'previous' else x)
        states.append(state)
    if config.residual == 'input':
        return jnp.einsum('t,tbw->bw', jax.nn.softmax(p['mix']), jnp.stack(states))
    return jax.nn.relu(jnp.einsum('t,tbw->bw', p['mix'], jnp.stack(states)) + p['mix_bias'])


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
    shares, turn = np.asarray(p['mix']), g.matrix(p['turn']['w'])
    if config.residual == 'input':
        shares = np.exp(shares - shares.max()) / np.exp(shares - shares.max()).sum()
    state, parts = entered, []
    for share in shares:
        turned = g.add('Add', g.add('MatMul', state, turn), g.constant(p['turn']['b']))
        state = g.add('Add', g.add('Relu', turned), state if config.residual == 'previous' else entered)
        parts.append(g.add('Mul', state, g.constant(share)))
    fused = reduce(lambda sum, part: g.add('Add', sum, part), parts)
    if config.residual == 'previous':
        fused = g.add('Relu', g.add('Add', fused, g.constant(p['mix_bias'])))
    return g.linear(fused, p['out']['w'], p['out']['b'])
