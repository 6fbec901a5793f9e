"""VSRN: region relationships by graph convolution, then a GRU over the regions; a decoder must write the caption (Li et al., ICCV 2019).

Departures from the released code: 256 instead of 2048 wide, layer instead of batch normalisation inside the residuals (its gain starts
at 0 as there, so the graph starts as the identity), feature-wise unit rows, the class-name prior as one more region, the anchors, and the
generation loss on the first GENERATED rows of a batch. The decoder is dropped after training.
"""

import math
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, gru, gru_cell, gru_params, layer_norm, linear, linear_params, split_key, unit
from pairlens_models.onnx_graph import FLOAT, INT32, GraphWriter

REGION_WIDTH, STATE_WIDTH = 1280, 384
GENERATED = 64


@dataclass(frozen=True)
class VsrnConfig:
    width: int = 256
    layers: int = 4
    vocabulary: int = 3000
    word_width: int = 128
    region_dropout: float = 0.3
    token_dropout: float = 0.1
    residual_dropout: float = 0.2


def init(config: VsrnConfig, seed: int) -> Params:
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 16 + 4 * config.layers))
    d = config.width

    def layer() -> Params:
        names = ('theta', 'phi', 'value', 'back')
        return {name: linear_params(next(keys), d, d) for name in names} | {'norm': {'gain': jnp.zeros(d), 'bias': jnp.zeros(d)}}

    return {
        'image': {
            'fc': linear_params(next(keys), REGION_WIDTH, d),
            'prior': linear_params(next(keys), STATE_WIDTH, d),
            'graph': [layer() for _ in range(config.layers)],
            'read': gru_params(next(keys), d, d),
            'out': linear_params(next(keys), d, STATE_WIDTH),
            'anchor': jnp.zeros(()),
        },
        'text': {
            'read': gru_params(next(keys), STATE_WIDTH, d),
            'out': linear_params(next(keys), d, STATE_WIDTH),
            'residual': jnp.zeros(()),
        },
        'decoder': {
            'words': 0.1 * jax.random.normal(next(keys), (config.vocabulary, config.word_width)),
            'encode': gru_params(next(keys), d, d),
            'step': gru_params(next(keys), config.word_width + d, d),
            'query': linear_params(next(keys), d, d),
            'out': linear_params(next(keys), d, config.vocabulary),
        },
        'log_scale': jnp.array(START_SCALE),
    }


def reason(p: Params, config: VsrnConfig, anchors: Anchors, regions: jax.Array, logits: jax.Array, key: jax.Array | None) -> jax.Array:
    """V* (B, R + 1, d): regions after the relationship layers. R_ij = theta(V_i) . phi(V_j), divided by the number of regions."""
    tokens = linear(p['fc'], dropout(key, regions, config.region_dropout))
    tokens = unit(jnp.concatenate([tokens, linear(p['prior'], anchors.image(logits))[:, None]], 1)) * math.sqrt(config.width)
    for layer in p['graph']:
        relation = linear(layer['theta'], tokens) @ linear(layer['phi'], tokens).swapaxes(1, 2) / config.width
        mixed = relation @ linear(layer['value'], tokens) / tokens.shape[1]
        tokens = tokens + layer_norm(layer['norm'], linear(layer['back'], mixed))
    return unit(tokens)


def embed_images(
    params: Params, config: VsrnConfig, anchors: Anchors, regions: jax.Array, logits: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """regions (B, R, 1280), logits (B, 1000) -> unit rows (B, 384)."""
    p, keys = params['image'], split_key(key, 2)
    _, last = gru(p['read'], reason(p, config, anchors, regions, logits, keys[0]) * math.sqrt(config.width))
    return anchors.join_image(p, anchors.image(logits), linear(p['out'], dropout(keys[1], last, config.residual_dropout)))


def embed_texts(
    params: Params, config: VsrnConfig, anchors: Anchors, states: jax.Array, mask: jax.Array, key: jax.Array | None = None
) -> jax.Array:
    """states (B, L, 384), mask (B, L) -> unit rows (B, 384)."""
    p, keys = params['text'], split_key(key, 2)
    states = jnp.where(mask[..., None] > 0, states, 0)
    _, last = gru(p['read'], dropout(keys[0], states, config.token_dropout), mask)
    anchor = anchors.text(states, mask[..., None].astype(states.dtype))
    return anchors.join_text(p, anchor, linear(p['out'], dropout(keys[1], last, config.residual_dropout)))


def image_nodes(g: GraphWriter, params: Params, config: VsrnConfig, anchors: Anchors, regions: str, anchor: str) -> str:
    """`embed_images` as nodes: regions (B, R, 1280) and the image's anchor (B, 384) -> unit rows (B, 384)."""
    p, scale = params['image'], math.sqrt(config.width)
    prior = g.add('Unsqueeze', g.linear(anchor, p['prior']['w'], p['prior']['b']), g.axes(1))
    tokens = g.unit(g.add('Concat', g.linear(regions, p['fc']['w'], p['fc']['b']), prior, axis=1))
    tokens = g.add('Mul', tokens, g.constant(scale))
    for layer in p['graph']:
        theta, phi, value = (g.linear(tokens, layer[name]['w'], layer[name]['b']) for name in ('theta', 'phi', 'value'))
        relation = g.add('MatMul', theta, g.add('Transpose', phi, perm=[0, 2, 1]))
        count = g.add('Cast', g.add('Gather', g.add('Shape', tokens), g.constant(1, np.int64)), to=FLOAT)
        mixed = g.add('Div', g.add('MatMul', g.add('Mul', relation, g.constant(1 / config.width)), value), count)
        back = g.linear(mixed, layer['back']['w'], layer['back']['b'])
        norm = g.add(
            'LayerNormalization', back, g.constant(layer['norm']['gain']), g.constant(layer['norm']['bias']), axis=-1, epsilon=1e-5
        )
        tokens = g.add('Add', tokens, norm)
    last = g.gru(p['read'], g.add('Mul', g.unit(tokens), g.constant(scale)))
    return anchors.join_image_nodes(g, p, anchor, g.linear(last, p['out']['w'], p['out']['b']))


def text_nodes(g: GraphWriter, params: Params, config: VsrnConfig, anchors: Anchors, states: str, mask: str, anchor: str) -> str:
    """`embed_texts` as nodes: masked states (B, L, 384), mask (B, L, 1) and the caption's anchor (B, 384) -> unit rows (B, 384)."""
    p = params['text']
    lengths = g.add('Cast', g.add('ReduceSum', mask, g.axes(1, 2), keepdims=0), to=INT32)
    last = g.gru(p['read'], states, lengths)
    return anchors.join_text_nodes(g, p, anchor, g.linear(last, p['out']['w'], p['out']['b']))


def own_loss(params: Params, config: VsrnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array) -> jax.Array:
    """Mean of -log p(next word | words before, V*) over the words of the first rows of the batch. Reads `words` (B, L), `mask`."""
    p = params['decoder']
    repeat = len(batch['words']) // len(batch['regions'])
    images = min(len(batch['regions']), GENERATED)
    regions = reason(params['image'], config, anchors, batch['regions'][:images], batch['logits'][:images], key)
    memory, last = gru(p['encode'], regions * math.sqrt(config.width))
    memory, last = jnp.repeat(memory, repeat, 0), jnp.repeat(last, repeat, 0)
    words, mask = batch['words'][: len(last)], batch['mask'][: len(last)]

    def step(state: jax.Array, word: jax.Array) -> tuple[jax.Array, jax.Array]:
        shares = jax.nn.softmax(jnp.einsum('bd,bnd->bn', linear(p['query'], state), memory) / math.sqrt(config.width), 1)
        seen = jnp.concatenate([p['words'][word], jnp.einsum('bn,bnd->bd', shares, memory)], 1)
        state = gru_cell(p['step'], state, linear(p['step']['in'], seen))
        return state, state

    _, states = jax.lax.scan(step, last, words[:, :-1].T)
    logs = jax.nn.log_softmax(linear(p['out'], states.swapaxes(0, 1)), -1)
    chosen = jnp.take_along_axis(logs, words[:, 1:, None], 2)[..., 0]
    return -(chosen * mask[:, 1:]).sum() / jnp.maximum(mask[:, 1:].sum(), 1)
