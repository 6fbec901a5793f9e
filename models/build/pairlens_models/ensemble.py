"""Several global heads as one pair of graphs: the cosine of what ships is the weighted sum of the heads' cosines, in fewer dimensions.

The unit rows of the heads, each scaled by the root of its weight and side by side, have that sum as their product. The principal
directions of the training set, of images and captions together, keep nearly all of it.
"""

from dataclasses import dataclass
from types import ModuleType

import numpy as np
import onnx

from pairlens_models.anchors import Anchors
from pairlens_models.nn import Params
from pairlens_models.onnx_graph import FLOAT, INT64, GraphWriter

DIMENSIONS = 384
REGION_WIDTH, STATE_WIDTH = 1280, 384


@dataclass(frozen=True)
class Member:
    """One trained head, and what its cosine counts."""

    head: ModuleType
    config: object
    weight: float
    params: Params


def side_by_side(weights: list[float], rows: list[np.ndarray]) -> np.ndarray:
    """Rows (N, D) of every head -> (N, sum of D), whose products are the weighted sums of the heads' products."""
    return np.concatenate([np.sqrt(weight) * part for weight, part in zip(weights, rows, strict=True)], 1)


def principal_directions(images: np.ndarray, captions: np.ndarray, dimensions: int = DIMENSIONS) -> np.ndarray:
    """(N, W) and (M, W) -> orthonormal columns (W, dimensions) that keep most of both sides' length, each side counting the same."""
    second = images.T @ images / len(images) + captions.T @ captions / len(captions)
    values, vectors = np.linalg.eigh(second.astype(np.float64))
    return vectors[:, np.argsort(values)[::-1][:dimensions]].astype(np.float32)


def image_graph(
    members: list[Member], anchors: Anchors, directions: np.ndarray | None, look: dict[str, np.ndarray], side: int
) -> onnx.ModelProto:
    """`grid` (B, side^2, 1280), `logits` (B, 1000) -> `embedding` (B, D), `prior` (B, 384), `look` (B, K); rows of length one.

    Regions are means of 2 x 2 cells of the grid. Without directions the rows keep all their numbers.
    """
    g = GraphWriter('image-head')
    grid = g.input('grid', FLOAT, ['B', side * side, REGION_WIDTH])
    prior = anchors.image_prior_nodes(g, g.input('logits', FLOAT, ['B', 1000]))
    anchor = anchors.image_nodes(g, prior)
    regions = g.regions(grid, side, REGION_WIDTH)
    embedding = _joined(g, [m.head.image_nodes(g, m.params, m.config, anchors, regions, anchor) for m in members], members, directions)

    mean = g.add('ReduceMean', regions, axes=[1], keepdims=0)
    seen = g.add('MatMul', g.add('Sub', mean, g.constant(look['mean'])), g.matrix(look['projection']))
    g.output(embedding, 'embedding', FLOAT, ['B', _width(members, directions)])
    g.output(prior, 'prior', FLOAT, ['B', STATE_WIDTH])
    g.output(g.unit(seen), 'look', FLOAT, ['B', look['projection'].shape[1]])
    return g.model()


def text_graph(members: list[Member], anchors: Anchors, directions: np.ndarray | None) -> onnx.ModelProto:
    """`states` (B, L, 384), `attention_mask` (B, L) int64 -> `embedding` (B, D), `sentence` (B, 384); rows of length one."""
    g = GraphWriter('text-head')
    states, mask = g.masked(g.input('states', FLOAT, ['B', 'L', STATE_WIDTH]), g.input('attention_mask', INT64, ['B', 'L']))
    sentence = anchors.sentence_nodes(g, states, mask)
    anchor = anchors.text_nodes(g, sentence)
    embedding = _joined(g, [m.head.text_nodes(g, m.params, m.config, anchors, states, mask, anchor) for m in members], members, directions)
    g.output(embedding, 'embedding', FLOAT, ['B', _width(members, directions)])
    g.output(sentence, 'sentence', FLOAT, ['B', STATE_WIDTH])
    return g.model()


def _width(members: list[Member], directions: np.ndarray | None) -> int:
    return STATE_WIDTH * len(members) if directions is None else directions.shape[1]


def _joined(g: GraphWriter, rows: list[str], members: list[Member], directions: np.ndarray | None) -> str:
    """The heads' unit rows -> unit rows (B, D) along the directions. The roots of the weights are folded into the matrix."""
    if directions is None:
        if len(rows) > 1:
            raise ValueError('Several heads need directions.')
        return rows[0]
    scale = np.repeat([np.sqrt(member.weight) for member in members], len(directions) // len(members))
    joined = g.add('Concat', *rows, axis=1) if len(rows) > 1 else rows[0]
    return g.unit(g.add('MatMul', joined, g.matrix(scale[:, None] * directions)))
