"""Training on a small made-up dataset, where every image has a direction that its captions share."""

import jax
import numpy as np

from anchors import Anchors
from features import TextStates
from heads import saem
from metrics import auroc, mismatch_auroc, recall
from train import Recipe, TrainingData, draw, train

IMAGES, PER_IMAGE, LENGTH = 48, 2, 5


def made_up_data(seed=0):
    rng = np.random.default_rng(seed)
    topics = rng.standard_normal((IMAGES, 32))
    regions = np.maximum(topics @ rng.standard_normal((32, 1280)), 0)[None, :, None].repeat(4, 2) / 4
    states = np.repeat(topics @ rng.standard_normal((32, 384)), PER_IMAGE * LENGTH, 0) + rng.standard_normal((IMAGES * PER_IMAGE * LENGTH, 384))
    count = IMAGES * PER_IMAGE
    texts = TextStates(states.astype(np.float16), np.arange(count) * LENGTH, np.full(count, LENGTH))
    sentences = states.reshape(count, LENGTH, 384).mean(1)
    sentences /= np.linalg.norm(sentences, axis=1, keepdims=True)
    logits = rng.standard_normal((1, IMAGES, 1000)).astype(np.float16)
    return TrainingData(regions.astype(np.float16), logits, np.arange(count).reshape(IMAGES, PER_IMAGE), texts, sentences.astype(np.float32))


CONFIG = saem.SaemConfig(regions=4, width=32, attention_heads=4, feed_forward=64, filters=32)
RECIPE = Recipe(epochs=20, images=16, longest=LENGTH, learning_rate=2e-3, average=0.8)


def anchors():
    rng = np.random.default_rng(1)
    zero = np.zeros(384, np.float32)
    return Anchors(rng.standard_normal((1000, 384)).astype(np.float32), zero, zero)


def test_training_learns_which_captions_belong_to_which_image():
    data = made_up_data()
    head = train(saem, CONFIG, anchors(), data, RECIPE)
    states, mask = data.texts.padded(data.captions.ravel(), LENGTH)
    images = np.asarray(saem.embed_images(head, CONFIG, anchors(), data.regions[0].astype(np.float32), data.logits[0].astype(np.float32)))
    captions = np.asarray(saem.embed_texts(head, CONFIG, anchors(), states.astype(np.float32), mask))
    # one image in 48 by chance: about 2 %
    assert recall(images, captions, np.repeat(np.arange(IMAGES), PER_IMAGE))[0] > 30


def test_the_same_seed_gives_the_same_head():
    data, recipe = made_up_data(), Recipe(epochs=1, images=16, longest=LENGTH)
    first, second = (jax.tree.leaves(train(saem, CONFIG, anchors(), data, recipe)) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_batch_marks_captions_of_one_image_and_draws_no_image_twice():
    data = made_up_data()
    batch = draw(data, Recipe(images=8, captions_per_image=2, longest=LENGTH), np.random.default_rng(0), 0)
    assert batch['regions'].shape[0] == 8 and batch['states'].shape[0] == 16
    expected = np.kron(np.eye(8), np.ones((2, 2))) - np.eye(16)
    np.testing.assert_array_equal(batch['same'], expected.astype(bool))


def test_recall_counts_the_best_of_several_captions():
    images = np.eye(3)
    captions = np.array([[0, 1, 0.0], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    assert recall(images, captions, np.array([0, 0, 1, 2]))[3] == 75.0
    assert recall(images, captions, np.array([0, 0, 1, 2]))[0] == 100.0


def test_auroc_of_a_perfect_and_of_a_reversed_score():
    wrong = np.array([True, False, True, False])
    assert auroc(np.array([3.0, 1.0, 2.0, 0.0]), wrong) == 1.0
    assert auroc(np.array([0.0, 2.0, 1.0, 3.0]), wrong) == 0.0


def test_mismatches_are_found_where_captions_equal_their_images():
    rows = np.random.default_rng(0).standard_normal((60, 16))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    found = mismatch_auroc(rows, rows[:, None], rows, rows[:, None], seeds=2)
    assert min(found.values()) > 0.99
