"""Trains one head on cached features: any head with init / embed_images / embed_texts, any mix of the losses."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import optax

from anchors import Anchors
from features import TextStates
from losses.angular import angular
from losses.contrastive import contrastive
from losses.margin import knn_margin
from nn import Params


@dataclass(frozen=True)
class Recipe:
    """How one head is trained. Weights of losses that are 0 cost nothing."""

    seed: int = 0
    epochs: int = 8
    images: int = 256
    captions_per_image: int = 1
    learning_rate: float = 7e-4
    weight_decay: float = 0.05
    longest: int = 24
    word_dropout: float = 0.1
    plain_share: float = 0.3
    contrastive: float = 1.0
    label_smoothing: float = 0.0
    soft_temperature: float = 0.1
    margin: float = 0.0
    margin_k: int = 3
    angular_epochs: int = 0
    distil: float = 0.0
    distil_scale: float = 20.0
    average: float = 0.998


@dataclass(frozen=True)
class TrainingData:
    """views (V, N, R, 1280) float16 regions and logits (V, N, 1000) of N images; captions[n] are its caption indices in `texts`.

    sentences (C, 384): unit sentence embeddings of the captions, for soft labels.
    teacher (N, D), (C, D), optional: embeddings of an ensemble to distil from.
    """

    regions: np.ndarray
    logits: np.ndarray
    captions: np.ndarray
    texts: TextStates
    sentences: np.ndarray
    teacher: tuple[np.ndarray, np.ndarray] | None = field(default=None)


def make_step(head: ModuleType, config, anchors: Anchors, recipe: Recipe, optimiser: optax.GradientTransformation):
    """One compiled step: (params, average, state, batch, key) -> the same, and the loss."""

    def loss(params: Params, batch: dict[str, jax.Array], key: jax.Array) -> jax.Array:
        image_key, text_key, word_key = jax.random.split(key, 3)
        regions = batch['regions'].astype(jnp.float32)
        images = head.embed_images(params, config, anchors, regions, batch['logits'].astype(jnp.float32), image_key)
        images = jnp.repeat(images, recipe.captions_per_image, 0)
        kept = jax.random.bernoulli(word_key, 1 - recipe.word_dropout, batch['mask'].shape).at[:, 0].set(True)
        texts = head.embed_texts(params, config, anchors, batch['states'].astype(jnp.float32), batch['mask'] * kept, text_key)
        similarity, same = images @ texts.T, batch['same']
        scale = jnp.exp(jnp.clip(params['log_scale'], 0, np.log(50.0)))
        total = 0.0
        if recipe.contrastive:
            targets = None
            if recipe.label_smoothing:
                likeness = jnp.where(same, -jnp.inf, batch['sentences'] @ batch['sentences'].T / recipe.soft_temperature)
                targets = (1 - recipe.label_smoothing) * jnp.eye(len(same)) + recipe.label_smoothing * jax.nn.softmax(likeness, 1)
            total += recipe.contrastive * contrastive(similarity, same, scale, targets)
        if recipe.margin:
            total += recipe.margin * knn_margin(similarity, same, k=recipe.margin_k) / len(same)
        if recipe.angular_epochs:
            total += batch['angular'] * angular(images, texts, same) / len(same)
        if recipe.distil:
            wanted = jax.nn.softmax(jnp.where(same, -jnp.inf, batch['teacher'] * recipe.distil_scale), 1)
            wanted_t = jax.nn.softmax(jnp.where(same, -jnp.inf, batch['teacher'].T * recipe.distil_scale), 1)
            scores = jnp.where(same, -1e9, similarity * recipe.distil_scale)
            total -= recipe.distil * (wanted * jax.nn.log_softmax(scores, 1)).sum(1).mean() / 2
            total -= recipe.distil * (wanted_t * jax.nn.log_softmax(scores.T, 1)).sum(1).mean() / 2
        return total

    @jax.jit
    def step(params: Params, average: Params, state, batch: dict[str, jax.Array], key: jax.Array):
        value, gradient = jax.value_and_grad(loss)(params, batch, key)
        update, state = optimiser.update(gradient, state, params)
        params = optax.apply_updates(params, update)
        average = jax.tree.map(lambda a, p: recipe.average * a + (1 - recipe.average) * p, average, params)
        return params, average, state, value

    return step


def train(
    head: ModuleType,
    config,
    anchors: Anchors,
    data: TrainingData,
    recipe: Recipe,
    watch: Callable[[int, Params], None] | None = None,
) -> Params:
    """Returns the exponential average of the parameters. `watch(epoch, average)` is called after every epoch."""
    rng = np.random.default_rng(recipe.seed)
    key = jax.random.PRNGKey(recipe.seed)
    count, per_image = data.captions.shape
    per_epoch = count * per_image // (recipe.images * recipe.captions_per_image)
    steps = recipe.epochs * per_epoch
    schedule = optax.warmup_cosine_decay_schedule(0, recipe.learning_rate, min(60, steps // 4), steps)
    # only matrices decay: a gain or the share of an anchor has no reason to be small
    decayed = lambda params: jax.tree.map(lambda leaf: leaf.ndim > 1, params)
    optimiser = optax.chain(optax.clip_by_global_norm(2.0), optax.adamw(schedule, weight_decay=recipe.weight_decay, mask=decayed))
    params = head.init(config, recipe.seed)
    average, state = params, optimiser.init(params)
    step = make_step(head, config, anchors, recipe, optimiser)
    started, running = time.time(), None
    for number in range(steps):
        batch = draw(data, recipe, rng, number // per_epoch)
        params, average, state, value = step(params, average, state, batch, jax.random.fold_in(key, number))
        if number < 1 / (1 - recipe.average):
            average = params  # the average starts once the first steps are behind
        running = value if running is None else 0.98 * running + 0.02 * value
        if (number + 1) % per_epoch == 0:
            epoch = (number + 1) // per_epoch
            print(f'epoch {epoch}/{recipe.epochs} loss {float(running):.4f} {time.time() - started:.0f} s', flush=True)
            if watch:
                watch(epoch, average)
    return jax.tree.map(np.asarray, average)


def draw(data: TrainingData, recipe: Recipe, rng: np.random.Generator, epoch: int) -> dict[str, np.ndarray]:
    """A batch of different images, each in a random view, with `captions_per_image` captions each."""
    per_image = recipe.captions_per_image
    rows = np.sort(rng.choice(len(data.captions), recipe.images, replace=False))
    view = np.where(rng.random(len(rows)) < recipe.plain_share, 0, rng.integers(0, len(data.regions), len(rows)))
    picks = rng.random(data.captions[rows].shape).argsort(1)[:, :per_image]
    captions = np.take_along_axis(data.captions[rows], picks, 1).ravel()
    states, mask = data.texts.padded(captions, recipe.longest)
    short = recipe.longest - states.shape[1]
    image = np.repeat(np.arange(len(rows)), per_image)
    batch = {
        'regions': data.regions[view, rows],
        'logits': data.logits[view, rows],
        'states': np.pad(states, ((0, 0), (0, short), (0, 0))),
        'mask': np.pad(mask, ((0, 0), (0, short))),
        'same': (image[:, None] == image[None]) & ~np.eye(len(image), dtype=bool),
        'sentences': data.sentences[captions],
        'angular': np.float32(0.5 if epoch < recipe.angular_epochs else 0.0),
    }
    if data.teacher is not None:
        batch['teacher'] = data.teacher[0][rows][image] @ data.teacher[1][captions].T
    return batch
