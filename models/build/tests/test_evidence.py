"""Evidence about wrong captions on small sets where the right answer is known."""

import numpy as np

from pairlens_models.evidence import PROPAGATED, pseudo_captions, ranks
from pairlens_models.metrics import over_swaps


def two_topics(count: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Similarity of images of two topics, and their captions as unit rows."""
    topic = np.arange(count) % 2
    return (topic[:, None] == topic[None]).astype(np.float64), np.eye(2)[topic]


def test_a_caption_of_another_topic_is_far_from_what_similar_images_say():
    similar, captions = two_topics()
    swapped = captions.copy()
    swapped[0] = captions[1]
    badness = pseudo_captions(similar, swapped, np.arange(len(captions)))
    assert badness.argmax() == 0
    assert badness[0] > -0.5


def test_nobody_votes_with_the_caption_in_question():
    similar, captions = two_topics(4 * PROPAGATED)
    given = np.arange(len(captions))
    given[2] = 0  # image 2 has the caption of image 0: neither speaks for the other
    different = captions.copy()
    different[[0, 2]] = [[-1, 0], [-1, 0]]
    badness = pseudo_captions(similar, different, given)
    np.testing.assert_allclose(badness[[0, 2]], 1)


def test_ranks_count_what_fits_better_both_ways():
    similarity = np.array([[0.9, 0.1, 0.2], [0.95, 0.5, 0.6], [0.0, 0.1, 0.7]])
    np.testing.assert_allclose(ranks(similarity), [np.log1p(0) + np.log1p(1), np.log1p(2) + np.log1p(0), 0])


def test_every_score_that_is_named_is_measured_by_itself():
    captions = [[f'{"abcdefghijklmnopqrst"[row % 20] * 3} thing'] for row in range(40)]
    found = over_swaps(
        captions, lambda given, _: {'knows': (given != np.arange(40)) * 1.0, 'errs': (given == np.arange(40)) * 1.0}, seeds=2
    )
    assert found == {'knows': {'random': 1.0, 'noun': 1.0}, 'errs': {'random': 0.0, 'noun': 0.0}}
