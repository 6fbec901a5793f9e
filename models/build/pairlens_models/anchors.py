"""What both towers start from, without any pairs: the class-name prior of an image and the mean token state of a caption."""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np

from pairlens_models.nn import Params, unit
from pairlens_models.onnx_graph import GraphWriter

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

    def join_image(self, params: Params, anchor: jax.Array, residual: jax.Array) -> jax.Array:
        """Unit rows: the anchor with the learned share `params['anchor']`, and the residual at length one."""
        return unit(jax.nn.softplus(params['anchor']) * anchor + unit(residual))

    def join_text(self, params: Params, anchor: jax.Array, residual: jax.Array) -> jax.Array:
        """Unit rows: the anchor, and the residual at the learned length `params['residual']`."""
        return unit(anchor + jax.nn.softplus(params['residual']) * unit(residual))

    def image_prior_nodes(self, g: GraphWriter, logits: str) -> str:
        p = g.add('Softmax', g.add('Mul', logits, g.constant(1 / self.temperature)), axis=-1)
        return g.unit(g.add('MatMul', p, g.matrix(self.classes)))

    def image_nodes(self, g: GraphWriter, prior: str) -> str:
        return g.unit(g.add('Sub', prior, g.constant(self.prior_mean)))

    def join_image_nodes(self, g: GraphWriter, params: Params, anchor: str, residual: str) -> str:
        share = g.constant(np.logaddexp(0, params['anchor']))
        return g.unit(g.add('Add', g.add('Mul', anchor, share), g.unit(residual)))

    def join_text_nodes(self, g: GraphWriter, params: Params, anchor: str, residual: str) -> str:
        share = g.constant(np.logaddexp(0, params['residual']))
        return g.unit(g.add('Add', anchor, g.add('Mul', g.unit(residual), share)))

    def sentence_nodes(self, g: GraphWriter, states: str, mask: str) -> str:
        return g.unit(g.mean(states, mask))

    def text_nodes(self, g: GraphWriter, sentence: str) -> str:
        return g.unit(g.add('Sub', sentence, g.constant(self.sentence_mean)))
