"""A small made-up dataset, where every image has a direction that its captions share."""

import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.batches import TrainingData
from pairlens_models.features import TextStates

IMAGES, PER_IMAGE, LENGTH, VOCABULARY = 48, 2, 5, 40


def made_up_data(seed=0):
    rng = np.random.default_rng(seed)
    topics = rng.standard_normal((IMAGES, 32))
    regions = np.maximum(topics @ rng.standard_normal((32, 1280)), 0)[None, :, None].repeat(4, 2) / 4
    states = np.repeat(topics @ rng.standard_normal((32, 384)), PER_IMAGE * LENGTH, 0) + rng.standard_normal(
        (IMAGES * PER_IMAGE * LENGTH, 384)
    )
    count = IMAGES * PER_IMAGE
    texts = TextStates(states.astype(np.float16), np.arange(count) * LENGTH, np.full(count, LENGTH))
    sentences = states.reshape(count, LENGTH, 384).mean(1)
    sentences /= np.linalg.norm(sentences, axis=1, keepdims=True)
    logits = rng.standard_normal((1, IMAGES, 1000)).astype(np.float16)
    looks = regions[0].mean(1) / np.linalg.norm(regions[0].mean(1), axis=1, keepdims=True)
    words = np.repeat(np.arange(IMAGES) % VOCABULARY, PER_IMAGE * LENGTH).astype(np.int32)
    captions = np.arange(count).reshape(IMAGES, PER_IMAGE)
    return TrainingData(regions.astype(np.float16), logits, captions, texts, sentences.astype(np.float32), looks.astype(np.float32), words)


def made_up_anchors():
    rng = np.random.default_rng(1)
    zero = np.zeros(384, np.float32)
    return Anchors(rng.standard_normal((1000, 384)).astype(np.float32), zero, zero)
