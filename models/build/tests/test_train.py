"""Training, batches and metrics on a small made-up dataset."""

import jax
import numpy as np
from made_up import IMAGES, LENGTH, PER_IMAGE, made_up_anchors, made_up_data

from pairlens_models.batches import draw, with_noise
from pairlens_models.heads import saem, vse
from pairlens_models.metrics import auroc, mismatch_auroc, noun_swaps, random_swaps, recall, recall_of, swap_auroc
from pairlens_models.objective import Recipe
from pairlens_models.train import train

CONFIG = saem.SaemConfig(regions=4, width=32, attention_heads=4, feed_forward=64, filters=32)
RECIPE = Recipe(epochs=20, images=16, longest=LENGTH, learning_rate=2e-3, average=0.8)


def test_training_learns_which_captions_belong_to_which_image():
    data = made_up_data()
    head = train(saem, CONFIG, made_up_anchors(), data, RECIPE)
    states, mask = data.texts.padded(data.captions.ravel(), LENGTH)
    images = np.asarray(
        saem.embed_images(head, CONFIG, made_up_anchors(), data.regions[0].astype(np.float32), data.logits[0].astype(np.float32))
    )
    captions = np.asarray(saem.embed_texts(head, CONFIG, made_up_anchors(), states.astype(np.float32), mask))
    # one image in 48 by chance: about 2 %
    assert recall(images, captions, np.repeat(np.arange(IMAGES), PER_IMAGE))[0] > 30


def test_the_same_seed_gives_the_same_head():
    data, recipe = made_up_data(), Recipe(epochs=1, images=16, longest=LENGTH)
    first, second = (jax.tree.leaves(train(vse, vse.VseConfig(), made_up_anchors(), data, recipe)) for _ in range(2))
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


def test_a_cut_off_run_goes_on_as_if_nothing_had_happened(tmp_path):
    data, recipe, file = made_up_data(), Recipe(epochs=2, images=16, longest=LENGTH), tmp_path / 'run.checkpoint'

    def stop(epoch, _):
        raise KeyboardInterrupt

    try:
        train(vse, vse.VseConfig(), made_up_anchors(), data, recipe, stop, file)
    except KeyboardInterrupt:
        assert file.exists()
    resumed = train(vse, vse.VseConfig(), made_up_anchors(), data, recipe, checkpoint=file)
    whole = train(vse, vse.VseConfig(), made_up_anchors(), data, recipe)
    for a, b in zip(jax.tree.leaves(resumed), jax.tree.leaves(whole), strict=True):
        np.testing.assert_array_equal(a, b)


def test_neighbour_batches_hold_lookalikes_and_no_image_twice():
    data = made_up_data()
    batch = draw(data, Recipe(images=16, longest=LENGTH, neighbour_batch=3), np.random.default_rng(0), 0)
    plain = draw(data, Recipe(images=16, longest=LENGTH), np.random.default_rng(0), 0)
    assert len(np.unique(batch['labels'])) == 16

    def likeness(looks):
        return np.sort(looks @ looks.T - 2 * np.eye(len(looks)), 1)[:, -3:].mean()

    assert likeness(batch['looks']) > likeness(plain['looks'])


def test_noise_moves_its_share_of_captions_and_loses_none():
    data = made_up_data()
    noisy = with_noise(data, 0.4, 0)
    moved = (noisy.captions != data.captions).mean()
    assert 0.37 < moved <= 0.4
    np.testing.assert_array_equal(np.sort(noisy.captions.ravel()), np.sort(data.captions.ravel()))
    np.testing.assert_array_equal(made_up_data().captions, data.captions)


def test_both_directions_may_have_scores_of_their_own():
    owner = np.array([0, 0, 1, 1])
    right = np.repeat(np.eye(2), 2, 1)
    assert recall_of(right, owner, -right)[0] == 100.0
    assert recall_of(right, owner, -right)[3] == 0.0


def test_noun_swaps_share_a_word_and_random_ones_move_their_share():
    captions = [
        f'a {animal} beside the {place}' for animal in ('dog', 'cat', 'horse', 'bird') for place in ('river', 'house', 'tree', 'road')
    ] * 2
    captions += [f'unlike{n} anything{n}' for n in range(60)]
    given = noun_swaps(captions, 0.5, np.random.default_rng(0))
    swapped = np.flatnonzero(given != np.arange(len(captions)))
    assert len(swapped) > 8
    for i in swapped:
        assert set(captions[i].split()) & set(captions[given[i]].split()) - {'a', 'the', 'beside'}
    assert (random_swaps(100, 0.4, np.random.default_rng(0)) != np.arange(100)).sum() == 40


def test_swaps_are_found_by_scores_that_know_the_right_pairs():
    n, turns = 40, 2
    captions = [[f'{"abcdefghijklmnopqrst"[row % 20] * 3} thing'] * turns for row in range(n)]
    found = swap_auroc(np.repeat(np.eye(n), turns, 1), captions, seeds=2)
    assert found == {'random': 1.0, 'noun': 1.0}
