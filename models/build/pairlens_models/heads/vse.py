"""VSE: the mean of the regions and the mean of the token states, one linear map each (Faghri et al., BMVC 2018; the losses make VSE0 or VSE++).

Departures from the paper: token states of the frozen text backbone stand in for a trained GRU, and both maps are residuals of the anchors.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params
from pairlens_models.onnx_graph import GraphWriter

REGION_WIDTH, STATE_WIDTH = 1280, 384


@dataclass(frozen=True)
class VseConfig:
    region_dropout: float = 0.3
    token_dropout: float = 0.1


def init(config: VseConfig, seed: int) -> Params:
    image, text = jax.random.split(jax.random.PRNGKey(seed))
    return {
        'image': {'out': linear_params(image, REGION_WIDTH, STATE_WIDTH), 'anchor': jnp.zeros(())},
        'text': {'out': linear_params(text, STATE_WIDTH, STATE_WIDTH), 'residual': jnp.zeros(())},
        'log_scale': jnp.array(START_SCALE),
    }


def embed_images(
    params: Params, config: VseConfig, anchors: Anchors, regions: jax.Array, logits: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """regions (B, R, 1280), logits (B, 1000) -> unit rows (B, 384)."""
    p = params['image']
    return anchors.join_image(p, anchors.image(logits), linear(p['out'], dropout(key, regions.mean(1), config.region_dropout)))


def embed_texts(
    params: Params, config: VseConfig, anchors: Anchors, states: jax.Array, mask: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """states (B, L, 384), mask (B, L) -> unit rows (B, 384)."""
    p, mask = params['text'], mask[..., None].astype(states.dtype)
    states = jnp.where(mask > 0, states, 0)
    mean = states.sum(1) / jnp.maximum(mask.sum(1), 1)
    return anchors.join_text(p, anchors.text(states, mask), linear(p['out'], dropout(key, mean, config.token_dropout)))


def image_nodes(g: GraphWriter, params: Params, config: VseConfig, anchors: Anchors, regions: str, anchor: str) -> str:
    """`embed_images` as nodes: regions (B, R, 1280) and the image's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['image']
    residual = g.linear(g.add('ReduceMean', regions, axes=[1], keepdims=0), p['out']['w'], p['out']['b'])
    return anchors.join_image_nodes(g, p, anchor, residual)


def text_nodes(g: GraphWriter, params: Params, config: VseConfig, anchors: Anchors, states: str, mask: str, anchor: str) -> str:
    """`embed_texts` as nodes: masked states (B, L, 384), mask (B, L, 1) and the caption's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['text']
    return anchors.join_text_nodes(g, p, anchor, g.linear(g.mean(states, mask), p['out']['w'], p['out']['b']))
