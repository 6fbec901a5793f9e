"""m-RNN: the likelihood of the caption given the image (Mao et al., ICLR 2015). A scorer of pairs.

A recurrent layer reads the words; a multimodal layer adds word, state and image, m_t = g(Vw w_t + Vr r_t + Vi I), g(x) = 1.72 tanh(2x/3), and
p(next word) = softmax(U m_t). The score is the mean over words of log p(word | image) - log p(word): the paper divides by the caption's
marginal likelihood, which we learn by hiding the image from NULL_SHARE of the training pairs. No negatives are used.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp

from pairlens_models.anchors import Anchors
from pairlens_models.nn import START_SCALE, Params, dropout, linear, linear_params, split_key

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


def own_loss(params: Params, config: MrnnConfig, anchors: Anchors, batch: dict[str, jax.Array], key: jax.Array) -> jax.Array:
    """Mean of -log p(word | words before, image) over the pairs; some see no image."""
    image_key, text_key, null_key = jax.random.split(key, 3)
    images = image_fragments(params, config, anchors, batch, image_key)['image']
    images = jnp.repeat(images, len(batch['words']) // len(images), 0)
    shown = jax.random.bernoulli(null_key, 1 - NULL_SHARE, (len(images), 1))
    return -_log_likelihood(params, text_fragments(params, config, anchors, batch, text_key), images * shown).mean()
