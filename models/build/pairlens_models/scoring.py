"""Scores of every image with every caption of a set, by any head; and re-ranking of a global head's best by a pairwise one."""

import time
from pathlib import Path
from types import ModuleType

import jax
import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.export import GRAPHS
from pairlens_models.features import session
from pairlens_models.measured import Measured
from pairlens_models.nn import Params
from pairlens_models.train import pairwise

IMAGES = 32


def embed(head: ModuleType, params: Params, config, anchors: Anchors, data: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows (N, D) and (M, D) of a global head."""
    of_images = jax.jit(lambda batch: head.embed_images(params, config, anchors, batch['regions'], batch['logits']))
    of_texts = jax.jit(lambda batch: head.embed_texts(params, config, anchors, batch['states'], batch['mask']))
    images = np.concatenate([of_images(data.image_batch(slice(n, n + IMAGES))) for n in range(0, len(data.regions), IMAGES)])
    captions = np.zeros((len(data.captions), images.shape[1]), np.float32)
    for places in data.blocks():
        captions[places] = of_texts(data.text_batch(places))
    return images, captions


def score_all(head: ModuleType, params: Params, config, anchors: Anchors, data: Measured) -> tuple[np.ndarray, float]:
    """Scores (N, M), and the milliseconds that scoring one pair took once both sides were encoded."""
    if not pairwise(head):
        images, captions = embed(head, params, config, anchors, data)
        started = time.perf_counter()
        scores = images @ captions.T
        return scores, 1e3 * (time.perf_counter() - started) / scores.size
    of_images = jax.jit(lambda batch: head.image_fragments(params, config, anchors, batch))
    of_texts = jax.jit(lambda batch: head.text_fragments(params, config, anchors, batch))
    score = jax.jit(lambda images, texts: head.score_pairs(params, config, images, texts))
    fragments = [of_images(data.image_batch(slice(n, n + IMAGES))) for n in range(0, len(data.regions), IMAGES)]
    scores, spent = np.zeros((len(data.regions), len(data.captions)), np.float32), []
    for places in data.blocks():
        texts = of_texts(data.text_batch(places))
        for n, block in enumerate(fragments):
            started = time.perf_counter()
            scores[n * IMAGES : (n + 1) * IMAGES, places] = score(block, texts)
            spent.append((time.perf_counter() - started) / (len(places) * IMAGES))
    return scores, 1e3 * float(np.median(spent))


def embed_shipped(models: Path, data: Measured) -> tuple[np.ndarray, np.ndarray]:
    """Unit rows (N, D) and (M, D) of the head in `models`, from the same cached features: the graph pools 2 x 2 cells, so each region stands for four."""
    half = round(data.regions.shape[1] ** 0.5)
    head, images = session(models / GRAPHS['imageHead']), []
    for first in range(0, len(data.regions), IMAGES):
        batch = data.image_batch(slice(first, first + IMAGES))
        grid = batch['regions'].reshape(-1, half, half, data.regions.shape[2]).repeat(2, 1).repeat(2, 2)
        feed = {'grid': grid.reshape(len(grid), 4 * half * half, -1), 'logits': batch['logits']}
        images.append(head.run(['embedding'], feed)[0])
    head, width = session(models / GRAPHS['textHead']), images[0].shape[1]
    captions = np.zeros((len(data.captions), width), np.float32)
    for places in data.blocks():
        batch = data.text_batch(places)
        (captions[places],) = head.run(['embedding'], {'states': batch['states'], 'attention_mask': batch['mask'].astype(np.int64)})
    return np.concatenate(images), captions


def rerank(
    head: ModuleType, params: Params, config, anchors: Anchors, data: Measured, base: np.ndarray, top: int
) -> tuple[np.ndarray, np.ndarray, float]:
    """(N, M) twice, for image and for caption queries: the `top` best by `base` ordered by the pairwise head, then the rest as they were.

    Nothing but the query's own list is looked at. Also the milliseconds of one pair.
    """
    of_images = jax.jit(lambda batch: head.image_fragments(params, config, anchors, batch))
    of_texts = jax.jit(lambda batch: head.text_fragments(params, config, anchors, batch))
    score = jax.jit(lambda images, texts: head.score_pairs(params, config, images, texts))
    images = _together(
        [(slice(n, n + IMAGES), of_images(data.image_batch(slice(n, n + IMAGES)))) for n in range(0, len(base), IMAGES)], len(base)
    )
    longest = -(-int(data.texts.length[data.captions].max()) // 8) * 8  # every text at one length, so that any captions form a batch
    encoded = []
    for places in data.blocks():
        batch = data.text_batch(places)
        encoded.append(
            (places, of_texts({k: np.pad(v, [(0, 0), (0, longest - v.shape[1])] + [(0, 0)] * (v.ndim - 2)) for k, v in batch.items()}))
        )
    texts = _together(encoded, len(data.captions))
    spent, by_image, by_caption = [], base.astype(np.float64), base.astype(np.float64)
    for queries, target, of_caption in ((base, by_image, False), (base.T, by_caption.T, True)):
        for row, line in enumerate(queries):
            best, own = np.argpartition(line, -top)[-top:], np.array([row])
            rows, columns = (best, own) if of_caption else (own, best)
            started = time.perf_counter()
            found = np.asarray(score({k: v[rows] for k, v in images.items()}, {k: v[columns] for k, v in texts.items()})).ravel()
            spent.append((time.perf_counter() - started) / top)
            target[row, best] = line.max() + 1 + found - found.min()
    return by_image, by_caption, 1e3 * float(np.median(spent))


def _together(parts: list, count: int) -> dict[str, np.ndarray]:
    """Fragments of blocks [(places, {name: rows})] as one array a name."""
    whole: dict[str, np.ndarray] = {}
    for places, fragments in parts:
        for name, value in fragments.items():
            whole.setdefault(name, np.zeros((count, *value.shape[1:]), value.dtype))[places] = value
    return whole
