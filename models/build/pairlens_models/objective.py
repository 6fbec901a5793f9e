"""What a head is trained for: a recipe names the losses, and this module adds them up for one batch."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pairlens_models.losses.adversarial import adversarial, adversarial_params
from pairlens_models.losses.angular import angular
from pairlens_models.losses.contrastive import contrastive
from pairlens_models.losses.hal import hal
from pairlens_models.losses.instance import instance, instance_params
from pairlens_models.losses.margin import knn_margin
from pairlens_models.losses.neighbour import neighbour_ranking, neighbours
from pairlens_models.losses.sigmoid import sigmoid, sigmoid_params
from pairlens_models.nn import Params

MAX_SCALE = 50.0


@dataclass(frozen=True)
class Recipe:
    """How one head is trained. Weights of losses that are 0 cost nothing; sums over a batch are divided by its size.

    contrastive (CLIP), sigmoid (SigLIP), margin (K = margin_k: 1 is max-margin, the batch size sum-margin), hal, neighbour and distil
    need a similarity; angular_epochs, instance and adversarial need embeddings; own is the loss a head brings itself, where it has one.
    neighbour_batch: how many look-alikes of every drawn image join the batch. domain_share: share of the batches that are of one domain.
    by_captions: images with more captions are drawn more often, so that every caption is seen as often as any other.
    """

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
    sigmoid: float = 0.0
    margin: float = 0.0
    margin_k: int = 3
    angular_epochs: int = 0
    hal: float = 0.0
    neighbour: float = 0.0
    neighbour_count: int = 5
    neighbour_batch: int = 0
    domain_share: float = 0.0
    by_captions: bool = False
    instance: float = 0.0
    adversarial: float = 0.0
    own: float = 1.0
    distil: float = 0.0
    distil_scale: float = 20.0
    average: float = 0.998

    @property
    def ranks(self) -> bool:
        return any((self.contrastive, self.sigmoid, self.margin, self.hal, self.neighbour, self.distil))

    @property
    def embeds(self) -> bool:
        return any((self.angular_epochs, self.instance, self.adversarial))


def loss_params(recipe: Recipe, key: jax.Array, images: int, width: int) -> Params:
    """What the losses learn beside the head; dropped after training. `images` is the size of the training set."""
    one, two = jax.random.split(key)
    params = {}
    if recipe.sigmoid:
        params['sigmoid'] = sigmoid_params()
    if recipe.instance:
        params['instance'] = instance_params(one, images, width)
    if recipe.adversarial:
        params['adversarial'] = adversarial_params(two, width)
    return params


def ranking_loss(recipe: Recipe, similarity: jax.Array, log_scale: jax.Array, learned: Params, batch: dict[str, jax.Array]) -> jax.Array:
    """similarity (B, B): image of pair i and caption of pair j. Pairs marked in batch['same'] are never negatives."""
    same, size = batch['same'], len(similarity)
    total = jnp.zeros(())
    if recipe.contrastive:
        targets = None
        if recipe.label_smoothing:
            likeness = jnp.where(same, -jnp.inf, batch['sentences'] @ batch['sentences'].T / recipe.soft_temperature)
            targets = (1 - recipe.label_smoothing) * jnp.eye(size) + recipe.label_smoothing * jax.nn.softmax(likeness, 1)
        scale = jnp.exp(jnp.clip(log_scale, 0, np.log(MAX_SCALE)))
        total += recipe.contrastive * contrastive(similarity, same, scale, targets)
    if recipe.sigmoid:
        total += recipe.sigmoid * sigmoid(similarity, same, learned['sigmoid'])
    if recipe.margin:
        total += recipe.margin * knn_margin(similarity, same, k=recipe.margin_k) / size
    if recipe.hal:
        total += recipe.hal * hal(similarity, same)
    if recipe.neighbour:
        near = neighbours(batch['sentences'] @ batch['sentences'].T, same, recipe.neighbour_count)
        near |= neighbours(batch['looks'] @ batch['looks'].T, same, recipe.neighbour_count)
        total += recipe.neighbour * neighbour_ranking(similarity, same, near) / size
    if recipe.distil:
        for wanted, scores in ((batch['teacher'], similarity), (batch['teacher'].T, similarity.T)):
            wanted = jax.nn.softmax(jnp.where(same, -jnp.inf, wanted * recipe.distil_scale), 1)
            logs = jax.nn.log_softmax(jnp.where(same, -1e9, scores * recipe.distil_scale), 1)
            total -= recipe.distil * (wanted * logs).sum(1).mean() / 2
    return total


def embedding_loss(recipe: Recipe, images: jax.Array, texts: jax.Array, learned: Params, batch: dict[str, jax.Array]) -> jax.Array:
    """images, texts (B, D): unit rows of the pairs."""
    total = jnp.zeros(())
    if recipe.angular_epochs:
        total += batch['angular'] * angular(images, texts, batch['same']) / len(images)
    if recipe.instance:
        total += recipe.instance * instance(images, texts, batch['labels'], learned['instance'])
    if recipe.adversarial:
        total += recipe.adversarial * adversarial(images, texts, learned['adversarial'])
    return total
