"""What a matching is worth: recall of retrieval, and how well scores tell wrong captions from right ones."""

import re
from collections import Counter
from collections.abc import Callable

import numpy as np


def recall(images: np.ndarray, captions: np.ndarray, owner: np.ndarray) -> list[float]:
    """R@1, 5, 10 in percent, image to text then text to image. Rows are unit embeddings; owner[c] is the image of caption c."""
    return recall_of(images @ captions.T, owner)


def recall_of(scores: np.ndarray, owner: np.ndarray, of_captions: np.ndarray | None = None) -> list[float]:
    """The same from scores (N, M); `of_captions` (N, M) are those that rank images for a caption, where they differ."""
    of_captions = scores if of_captions is None else of_captions
    own = owner[None] == np.arange(len(scores))[:, None]
    best_own = np.where(own, scores, -np.inf).max(1)
    image_ranks = ((scores > best_own[:, None]) & ~own).sum(1)
    caption_ranks = (of_captions > of_captions[owner, np.arange(len(owner))]).sum(0)
    return [round(100 * float(np.mean(ranks < k)), 2) for ranks in (image_ranks, caption_ranks) for k in (1, 5, 10)]


def auroc(score: np.ndarray, wrong: np.ndarray) -> float:
    """Probability that a wrong pair scores higher than a right one."""
    ranks = score.argsort().argsort() + 1
    count = wrong.sum()
    return float((ranks[wrong].sum() - count * (count + 1) / 2) / (count * (~wrong).sum()))


def centred(rows: np.ndarray) -> np.ndarray:
    rows = rows - rows.mean(0)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def csls(similarity: np.ndarray, k: int) -> np.ndarray:
    """Badness of the own pairs: mean of the k best of row and column minus twice the diagonal (Conneau et al., 2018)."""
    rows = np.partition(similarity, -k, 1)[:, -k:].mean(1)
    columns = np.partition(similarity, -k, 0)[-k:].mean(0)
    return rows + columns - 2 * np.diag(similarity)


def random_swaps(count: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """given (count,): whose caption each image gets; that share of the images get another's."""
    given = np.arange(count)
    moved = rng.permutation(count)[: int(share * count)]
    given[moved] = np.roll(moved, 1)
    return given


def noun_swaps(captions: list[str], share: float, rng: np.random.Generator) -> np.ndarray:
    """As random_swaps, but the new caption shares a word with the old one that fewer than a tenth of all captions have.

    An image whose caption shares no such word keeps it.
    """
    words = [{w for w in re.findall('[a-z]+', caption.lower()) if len(w) > 2} for caption in captions]
    count = Counter(w for found in words for w in found)
    kept = [{w for w in found if 2 <= count[w] < 0.1 * len(captions)} for found in words]
    given = np.arange(len(captions))
    for i in rng.permutation(len(captions))[: int(share * len(captions))]:
        pool = sorted(j for j in range(len(captions)) if j != i and kept[i] & kept[j])
        if pool:
            given[i] = rng.choice(pool)
    return given


def hub_neighbours(count: int) -> int:
    """Neighbours that tell hubs, in a set of that many images."""
    return max(5, min(50, count // 12))


def over_swaps(
    captions: list[list[str]], judge: Callable[[np.ndarray, int], dict[str, np.ndarray]], seeds: int = 10, share: float = 0.4
) -> dict[str, dict[str, float]]:
    """Mean AUROC of what `judge` says, by name, after random and after same-noun swaps, over seeds and captions in turn.

    captions: the C texts of every image; judge(given, turn): badness of every image with caption number `turn` of image given[i].
    """
    n, turns = len(captions), len(captions[0])
    found: dict[str, dict[str, list[float]]] = {}
    for seed in range(seeds):
        for turn in range(turns):
            rng = np.random.default_rng([seed, turn])
            texts = [row[turn] for row in captions]
            for kind, given in (('random', random_swaps(n, share, rng)), ('noun', noun_swaps(texts, share, rng))):
                for name, badness in judge(given, turn).items():
                    found.setdefault(name, {'random': [], 'noun': []})[kind].append(auroc(badness, given != np.arange(n)))
    return {name: {kind: round(float(np.mean(values)), 4) for kind, values in kinds.items()} for name, kinds in found.items()}


def swap_auroc(scores: np.ndarray, captions: list[list[str]], seeds: int = 10, share: float = 0.4) -> dict[str, float]:
    """Mean AUROC of the CSLS badness of own pairs after swaps. scores (N, N C): image i and caption c of image j at column j C + c."""
    n, turns = len(captions), len(captions[0])
    table, k = scores.reshape(n, n, turns), hub_neighbours(n)
    return over_swaps(captions, lambda given, turn: {'csls': csls(table[:, given, turn], k)}, seeds, share)['csls']


def mismatch_auroc(
    images: np.ndarray, captions: np.ndarray, priors: np.ndarray, sentences: np.ndarray, seeds: int = 20
) -> dict[str, float]:
    """Mean AUROC of four scores when 40 % of the images get another one's caption.

    captions and sentences are (N, C, D): C captions an image, all of which take a turn.
    """
    n, turns = captions.shape[:2]
    k = hub_neighbours(n)
    results: dict[str, list[float]] = {'cosine': [], 'prior': [], 'csls': [], 'csls + prior': []}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        given = random_swaps(n, 0.4, rng)
        wrong = given != np.arange(n)
        for turn in range(turns):
            similarity = centred(images) @ centred(captions[given, turn]).T
            prior = -(centred(priors) * centred(sentences[given, turn])).sum(1)
            score = csls(similarity, k)
            together = score / score.std() + 0.3 * prior / prior.std()
            for name, values in (('cosine', -np.diag(similarity)), ('prior', prior), ('csls', score), ('csls + prior', together)):
                results[name].append(auroc(values, wrong))
    return {name: round(float(np.mean(values)), 4) for name, values in results.items()}
