"""Trains one head on cached features, with any mix of the losses.

A head is a module with `init(config, seed)` and one of two faces:

- global: `embed_images(params, config, anchors, regions, logits, key)` and `embed_texts(params, config, anchors, states, mask, key)`
  give unit rows, and the similarity is their product;
- pairwise: `image_fragments(params, config, anchors, batch, key)` and `text_fragments(params, config, anchors, batch, key)` give
  dictionaries of arrays, and `score_pairs(params, config, images, texts)` gives (images, captions). All pairs of a batch are scored, so
  such heads train on batches of 64.

Either may have `own_loss(params, config, anchors, batch, key)`, a loss of its own such as the likelihood of the captions.
"""

import pickle
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import jax
import jax.numpy as jnp
import numpy as np
import optax

from pairlens_models.anchors import Anchors
from pairlens_models.batches import TrainingData, draw
from pairlens_models.nn import Params
from pairlens_models.objective import Recipe, embedding_loss, loss_params, ranking_loss


def pairwise(head: ModuleType) -> bool:
    return hasattr(head, 'score_pairs')


def make_loss(head: ModuleType, config, anchors: Anchors, recipe: Recipe):
    """(params, batch, key) -> loss; params are {'head', 'losses'}."""
    if pairwise(head) and recipe.embeds:
        raise ValueError(f'{head.__name__} has no embeddings: angular, instance and adversarial losses need a global head')

    def loss(params: dict[str, Params], batch: dict[str, jax.Array], key: jax.Array) -> jax.Array:
        own, learned = params['head'], params['losses']
        image_key, text_key, word_key = jax.random.split(key, 3)
        batch = {name: value.astype(jnp.float32) if value.dtype == jnp.float16 else value for name, value in batch.items()}
        kept = jax.random.bernoulli(word_key, 1 - recipe.word_dropout, batch['mask'].shape).at[:, 0].set(True)
        batch['kept'] = batch['mask'] * kept
        total = jnp.zeros(())
        if pairwise(head):
            if recipe.ranks:
                images = head.image_fragments(own, config, anchors, batch, image_key)
                texts = head.text_fragments(own, config, anchors, batch | {'mask': batch['kept']}, text_key)
                similarity = head.score_pairs(own, config, images, texts)
                total += ranking_loss(recipe, jnp.repeat(similarity, recipe.captions_per_image, 0), own['log_scale'], learned, batch)
        else:
            images = head.embed_images(own, config, anchors, batch['regions'], batch['logits'], image_key)
            images = jnp.repeat(images, recipe.captions_per_image, 0)
            texts = head.embed_texts(own, config, anchors, batch['states'], batch['kept'], text_key)
            total += ranking_loss(recipe, images @ texts.T, own['log_scale'], learned, batch)
            total += embedding_loss(recipe, images, texts, learned, batch)
        if hasattr(head, 'own_loss') and recipe.own:
            total += recipe.own * head.own_loss(own, config, anchors, batch, image_key)
        return total

    return loss


def make_step(loss, optimiser: optax.GradientTransformation, decay: float):
    """One compiled step: (params, average, state, batch, key) -> the same, and the loss."""

    @jax.jit
    def step(params: Params, average: Params, state, batch: dict[str, jax.Array], key: jax.Array):
        value, gradient = jax.value_and_grad(loss)(params, batch, key)
        update, state = optimiser.update(gradient, state, params)
        params = optax.apply_updates(params, update)
        average = jax.tree.map(lambda a, p: decay * a + (1 - decay) * p, average, params)
        return params, average, state, value

    return step


def train(
    head: ModuleType,
    config,
    anchors: Anchors,
    data: TrainingData,
    recipe: Recipe,
    watch: Callable[[int, Params], None] | None = None,
    checkpoint: Path | None = None,
    start: Params | None = None,
) -> Params:
    """Returns the exponential average of the head's parameters. `watch(epoch, average)` is called after every epoch.
    Training begins at `start`, the parameters of an earlier stage, where they are given.

    With a `checkpoint` every epoch is kept in that file, and a run that was cut off goes on after its last whole epoch.
    """
    rng = np.random.default_rng(recipe.seed)
    key = jax.random.PRNGKey(recipe.seed)
    count = len(data.captions)
    per_epoch = int((data.captions >= 0).sum()) // (recipe.images * recipe.captions_per_image)
    steps = recipe.epochs * per_epoch
    schedule = optax.warmup_cosine_decay_schedule(0, recipe.learning_rate, min(60, steps // 4), steps)

    # only matrices decay: a gain or the share of an anchor has no reason to be small
    def decayed(params):
        return jax.tree.map(lambda leaf: leaf.ndim > 1, params)

    optimiser = optax.chain(optax.clip_by_global_norm(2.0), optax.adamw(schedule, weight_decay=recipe.weight_decay, mask=decayed))
    params = {
        'head': head.init(config, recipe.seed) if start is None else jax.tree.map(jnp.asarray, start),
        'losses': loss_params(recipe, jax.random.fold_in(key, 1 << 30), count, data.width),
    }
    average, state = params, optimiser.init(params)
    step = make_step(make_loss(head, config, anchors, recipe), optimiser, recipe.average)
    started, running, done = time.time(), None, 0
    if checkpoint and checkpoint.exists():
        done, params, average, state, rng.bit_generator.state = pickle.loads(checkpoint.read_bytes())
    for number in range(done, steps):
        batch = draw(data, recipe, rng, number // per_epoch)
        params, average, state, value = step(params, average, state, batch, jax.random.fold_in(key, number))
        if number < 1 / (1 - recipe.average):
            average = params  # the average starts once the first steps are behind
        running = value if running is None else 0.98 * running + 0.02 * value
        if (number + 1) % per_epoch == 0:
            epoch = (number + 1) // per_epoch
            print(f'epoch {epoch}/{recipe.epochs} loss {float(running):.4f} {time.time() - started:.0f} s', flush=True)
            if checkpoint:
                kept = jax.tree.map(np.asarray, (params, average, state))
                partial = checkpoint.with_suffix('.part')
                partial.write_bytes(pickle.dumps((number + 1, *kept, rng.bit_generator.state)))
                partial.replace(checkpoint)
            if watch:
                watch(epoch, average['head'])
    return jax.tree.map(np.asarray, average['head'])
