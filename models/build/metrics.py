"""What a matching is worth: recall of retrieval, and how well scores tell wrong captions from right ones."""

import numpy as np


def recall(images: np.ndarray, captions: np.ndarray, owner: np.ndarray) -> list[float]:
    """R@1, 5, 10 in percent, image to text then text to image. Rows are unit embeddings; owner[c] is the image of caption c."""
    scores = images @ captions.T
    own = owner[None] == np.arange(len(images))[:, None]
    best_own = np.where(own, scores, -np.inf).max(1)
    image_ranks = ((scores > best_own[:, None]) & ~own).sum(1)
    caption_ranks = (scores > scores[owner, np.arange(len(owner))]).sum(0)
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


def mismatch_auroc(images: np.ndarray, captions: np.ndarray, priors: np.ndarray, sentences: np.ndarray, seeds: int = 20) -> dict[str, float]:
    """Mean AUROC of four scores when 40 % of the images get another one's caption.

    captions and sentences are (N, C, D): C captions an image, all of which take a turn.
    """
    n, turns = captions.shape[:2]
    k = max(5, min(50, n // 12))
    results: dict[str, list[float]] = {'cosine': [], 'prior': [], 'csls': [], 'csls + prior': []}
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        given = np.arange(n)
        moved = rng.permutation(n)[: int(0.4 * n)]
        given[moved] = np.roll(moved, 1)
        wrong = given != np.arange(n)
        for turn in range(turns):
            similarity = centred(images) @ centred(captions[given, turn]).T
            prior = -(centred(priors) * centred(sentences[given, turn])).sum(1)
            score = csls(similarity, k)
            together = score / score.std() + 0.3 * prior / prior.std()
            for name, values in (('cosine', -np.diag(similarity)), ('prior', prior), ('csls', score), ('csls + prior', together)):
                results[name].append(auroc(values, wrong))
    return {name: round(float(np.mean(values)), 4) for name, values in results.items()}
