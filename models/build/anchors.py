"""What both towers start from, without any pairs: the class-name prior of an image and the mean token state of a caption."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from nn import unit
from onnx_graph import GraphWriter

TEMPERATURE = 2.0
TEMPLATE = 'a photo of a {}'


@dataclass(frozen=True)
class Anchors:
    """classes (1000, 384): unit sentence embeddings of the class names. The means (384,) are those of the training set."""

    classes: np.ndarray
    prior_mean: np.ndarray
    sentence_mean: np.ndarray
    temperature: float = TEMPERATURE

    def prior(self, logits: jax.Array) -> jax.Array:
        """unit(sum over classes of p(class) e(class)) with p = softmax(logits / temperature): (B, 1000) -> (B, 384)."""
        return unit(jax.nn.softmax(logits / self.temperature, -1) @ self.classes)

    def sentence(self, states: jax.Array, mask: jax.Array) -> jax.Array:
        """states (B, L, 384), mask (B, L, 1) -> unit mean state (B, 384)."""
        return unit((states * mask).sum(1) / jnp.maximum(mask.sum(1), 1))

    def image(self, logits: jax.Array) -> jax.Array:
        return unit(self.prior(logits) - self.prior_mean)

    def text(self, states: jax.Array, mask: jax.Array) -> jax.Array:
        return unit(self.sentence(states, mask) - self.sentence_mean)

    def image_prior_nodes(self, g: GraphWriter, logits: str) -> str:
        p = g.add('Softmax', g.add('Mul', logits, g.constant(1 / self.temperature)), axis=-1)
        return g.unit(g.add('MatMul', p, g.matrix(self.classes)))

    def image_nodes(self, g: GraphWriter, prior: str) -> str:
        return g.unit(g.add('Sub', prior, g.constant(self.prior_mean)))

    def sentence_nodes(self, g: GraphWriter, states: str, mask: str) -> str:
        total = g.add('ReduceSum', g.add('Mul', states, mask), g.axes(1), keepdims=0)
        count = g.add('Max', g.add('ReduceSum', mask, g.axes(1), keepdims=0), g.constant(1.0))
        return g.unit(g.add('Div', total, count))

    def text_nodes(self, g: GraphWriter, sentence: str) -> str:
        return g.unit(g.add('Sub', sentence, g.constant(self.sentence_mean)))
