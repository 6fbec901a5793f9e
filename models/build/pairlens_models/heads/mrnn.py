"""m-RNN: the likelihood of the caption given the image (Mao et al., ICLR 2015). A scorer of pairs.

A recurrent layer reads the words; a multimodal layer adds word, state and image, m_t = g(Vw w_t + Vr r_t + Vi I), g(x) = 1.72 tanh(2x/3), and
p(next word) = softmax(U m_t). The score is the mean over words of log p(word | image) - log p(word): the paper divides by the caption's
marginal likelihood, which we learn by hiding the image from NULL_SHARE of the training pairs. No negatives are used.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
import onnx

from pairlens_models.anchors import Anchors
from pairlens_models.heads.mcnn import seen_nodes
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params, split_key
from pairlens_models.onnx_graph import FLOAT, INT64, GraphWriter

REGION_WIDTH, STATE_WIDTH = 1280, 384
NULL_SHARE = 0.2


@dataclass(frozen=True)
class MrnnConfig:
    vocabulary: int = 3000
    width: int = 192
    region_dropout: float = 0.3
    word_dropout: float = 0.2


def init(config: MrnnConfig, seed: int) -> Params:
    keys = iter(jax.random.split(jax.random.PRNGKey(seed), 12))
    d = config.width
    return {
        'image': {'fc': linear_params(next(keys), REGION_WIDTH, d), 'prior': linear_params(next(keys), STATE_WIDTH, d)},
        'text': {
            'words': 0.1 * jax.random.normal(next(keys), (config.vocabulary, d)),
            'turn': linear_params(next(keys), d, d),
            'word': linear_params(next(keys), d, d),
            'state': linear_params(next(keys), d, d),
        },
        'score': {'out': linear_params(next(keys), d, config.vocabulary)},
        'log_scale': jnp.array(START_SCALE),
    }


def image_fragments(
    params: Params, config: MrnnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`regions` (B, R, 1280), `logits` (B, 1000) -> image (B, width): Vi I."""
    p = params['image']
    return {
        'image': linear(p['fc'], dropout(key, batch['regions'].mean(1), config.region_dropout))
        + linear(p['prior'], anchors.image(batch['logits']))
    }


def text_fragments(
    params: Params, config: MrnnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array | None = None
) -> dict[str, jax.Array]:
    """`words` (C, L), `mask` (C, L) -> inner (C, L - 1, width): Vw w_t + Vr r_t; next: the words to predict; mask (C, L - 1)."""
    p, keys = params['text'], split_key(key, 2)
    words = dropout(keys[0], jnp.asarray(p['words'])[batch['words'][:, :-1]], config.word_dropout)

    def step(state: jax.Array, word: jax.Array) -> tuple[jax.Array, jax.Array]:
        state = jax.nn.relu(linear(p['turn'], state) + word)
        return state, state

    _, states = jax.lax.scan(step, jnp.zeros((len(words), config.width)), words.swapaxes(0, 1))
    states = dropout(keys[1], states.swapaxes(0, 1), config.word_dropout)
    inside = linear(p['word'], words) + linear(p['state'], states)
    return {'inner': inside, 'next': batch['words'][:, 1:], 'mask': batch['mask'][:, 1:].astype(jnp.float32)}


def _log_likelihood(params: Params, texts: dict[str, jax.Array], image: jax.Array) -> jax.Array:
    """Mean log p(word) (C,) of each caption with the image row (C, width), or 0 for none, beside it."""
    mixed = 1.72 * jnp.tanh((texts['inner'] + image[:, None]) * (2 / 3))
    logits = linear(params['score']['out'], mixed)
    chosen = jnp.take_along_axis(logits, texts['next'][..., None], 2)[..., 0] - jax.nn.logsumexp(logits, 2)
    return (chosen * texts['mask']).sum(1) / jnp.maximum(texts['mask'].sum(1), 1)


def score_pairs(params: Params, config: MrnnConfig, images: dict[str, jax.Array], texts: dict[str, jax.Array]) -> jax.Array:
    """(B, C): log p(caption | image) - log p(caption), a word."""
    count = len(texts['next'])
    marginal = _log_likelihood(params, texts, jnp.zeros((count, config.width)))
    rows = jax.lax.map(lambda image: _log_likelihood(params, texts, jnp.broadcast_to(image, (count, config.width))), images['image'])
    return rows - marginal[None]


def image_graph(params: Params, config: MrnnConfig, anchors: Anchors, side: int) -> onnx.ModelProto:
    """`image_fragments` as a graph: `grid` (B, side^2, 1280), `logits` (B, 1000) -> `image` (B, width)."""
    g = GraphWriter('mrnn-image')
    g.output(seen_nodes(g, params['image'], anchors, side), 'image', FLOAT, ['B', config.width])
    return g.model()


def text_graph(params: Params, config: MrnnConfig, anchors: Anchors, numbers: np.ndarray) -> onnx.ModelProto:
    """`text_fragments` as a graph: `input_ids`, `attention_mask` (B, L) -> `inner` (B, L - 1, width), `next`, `mask` (B, L - 1).

    numbers: for every token id its place in the vocabulary.
    """
    g, p = GraphWriter('mrnn-text'), params['text']
    ids, mask = (g.input(name, INT64, ['B', 'L']) for name in ('input_ids', 'attention_mask'))
    words = g.add('Gather', g.constant(numbers, np.int64), ids)

    def part(value: str, first: int, last: int) -> str:
        return g.add('Slice', value, g.axes(first), g.axes(last), g.axes(1))

    read = g.add('Gather', g.matrix(p['words']), part(words, 0, -1))
    states = g.relu_rnn(p['turn'], read)
    word, state = g.linear(read, p['word']['w'], p['word']['b']), g.linear(states, p['state']['w'], p['state']['b'])
    end = 2**31 - 1
    g.output(g.add('Add', word, state), 'inner', FLOAT, ['B', 'N', config.width])
    g.output(part(words, 1, end), 'next', INT64, ['B', 'N'])
    g.output(g.add('Cast', part(mask, 1, end), to=FLOAT), 'mask', FLOAT, ['B', 'N'])
    return g.model()


def score_graph(params: Params, config: MrnnConfig) -> onnx.ModelProto:
    """`score_pairs` as a graph: `image` (B, width), `inner` (C, N, width), `next`, `mask` (C, N) -> `scores` (B, C)."""
    g, p = GraphWriter('mrnn-score'), params['score']['out']
    image, inner = g.input('image', FLOAT, ['B', config.width]), g.input('inner', FLOAT, ['C', 'N', config.width])
    following, mask = g.input('next', INT64, ['C', 'N']), g.input('mask', FLOAT, ['C', 'N'])
    w, b = g.matrix(p['w']), g.constant(p['b'])
    count = g.add('Max', g.add('ReduceSum', mask, g.axes(1), keepdims=0), g.constant(1.0))
    chosen = g.add('Unsqueeze', following, g.axes(0, 3))

    def likelihood(inside: str) -> str:
        """inside (X, C, N, width) -> mean log p of the words (X, C)."""
        mixed = g.add('Mul', g.add('Tanh', g.add('Mul', inside, g.constant(2 / 3))), g.constant(1.72))
        logits = g.add('Add', g.add('MatMul', mixed, w), b)
        places = g.add('Expand', chosen, g.add('Concat', g.add('Shape', logits, start=0, end=3), g.axes(1), axis=0))
        found = g.add('Squeeze', g.add('GatherElements', logits, places, axis=3), g.axes(3))
        log = g.add('Sub', found, g.add('ReduceLogSumExp', logits, axes=[3], keepdims=0))
        return g.add('Div', g.add('ReduceSum', g.add('Mul', log, g.add('Unsqueeze', mask, g.axes(0))), g.axes(2), keepdims=0), count)

    alone = g.add('Unsqueeze', inner, g.axes(0))
    shown = g.add('Add', alone, g.add('Unsqueeze', image, g.axes(1, 2)))
    g.output(g.add('Sub', likelihood(shown), likelihood(alone)), 'scores', FLOAT, ['B', 'C'])
    return g.model()


def own_loss(params: Params, config: MrnnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array) -> jax.Array:
    """Mean of -log p(word | words before, image) over the pairs; some see no image."""
    image_key, text_key, null_key = jax.random.split(key, 3)
    images = image_fragments(params, config, anchors, batch, image_key)['image']
    images = jnp.repeat(images, len(batch['words']) // len(images), 0)
    shown = jax.random.bernoulli(null_key, 1 - NULL_SHARE, (len(images), 1))
    return -_log_likelihood(params, text_fragments(params, config, anchors, batch, text_key), images * shown).mean()
