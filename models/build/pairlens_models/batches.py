"""Training data in memory, and the batches drawn from it."""

from dataclasses import dataclass, field, replace

import numpy as np

from pairlens_models.features import TextStates
from pairlens_models.objective import Recipe


@dataclass(frozen=True)
class TrainingData:
    """views (V, N, R, 1280) float16 regions and logits (V, N, 1000) of N images; captions[n] are its caption indices in `texts`.

    sentences (C, 384): unit sentence embeddings of the captions, for soft labels and neighbours.
    groups (N,), optional: images of one group share a caption, so that they are never each other's negatives.
    domains (N,), optional: kind of picture, for batches of one kind; a caption number of -1 fills the rows of images with fewer captions.
    looks (N, K), optional: unit uni-modal rows of the images, for neighbours.
    words (tokens,), optional: vocabulary number of every row of texts.flat, for heads that generate captions.
    teacher (N, D), (C, D), optional: embeddings of an ensemble to distil from.
    """

    regions: np.ndarray
    logits: np.ndarray
    captions: np.ndarray
    texts: TextStates
    sentences: np.ndarray
    looks: np.ndarray | None = field(default=None)
    words: np.ndarray | None = field(default=None)
    teacher: tuple[np.ndarray, np.ndarray] | None = field(default=None)
    groups: np.ndarray | None = field(default=None)
    domains: np.ndarray | None = field(default=None)

    @property
    def width(self) -> int:
        return self.sentences.shape[1]


def with_noise(data: TrainingData, share: float, seed: int) -> TrainingData:
    """The same data with that share of its captions given to other images, at random; none of the moved ones stays where it was."""
    captions, rng = data.captions.copy(), np.random.default_rng(seed)
    cells = rng.permutation(captions.size)[: int(share * captions.size)]
    flat = captions.ravel()
    flat[cells] = np.roll(flat[cells], 1)
    return replace(data, captions=captions)


def draw_images(data: TrainingData, recipe: Recipe, rng: np.random.Generator) -> np.ndarray:
    """Sorted different rows. With neighbour batches: drawn images together with their look-alikes (Wang et al., TPAMI 2018)."""
    count = len(data.captions)
    if data.domains is not None and rng.random() < recipe.domain_share:
        return draw_of_one_domain(data.domains, recipe.images, rng)
    if not recipe.neighbour_batch:
        share = (data.captions >= 0).sum(1) / (data.captions >= 0).sum() if recipe.by_captions else None
        return np.sort(rng.choice(count, recipe.images, replace=False, p=share))
    order = rng.permutation(count)
    seeds = order[: -(-recipe.images // (1 + recipe.neighbour_batch))]
    if data.looks is None:
        raise ValueError('Neighbour batches need the looks of the images.')
    likeness = data.looks[seeds] @ data.looks.T
    likeness[np.arange(len(seeds)), seeds] = -np.inf
    near = np.argpartition(likeness, -recipe.neighbour_batch, 1)[:, -recipe.neighbour_batch :]
    wanted = np.concatenate([np.stack([seeds, *near.T], 1).ravel(), order])
    # what two seeds share is kept once, and others fill the batch
    first = np.sort(np.unique(wanted, return_index=True)[1])[: recipe.images]
    return np.sort(wanted[first])


def draw_of_one_domain(domains: np.ndarray, images: int, rng: np.random.Generator) -> np.ndarray:
    """Sorted different rows, of one domain as far as it has so many: harder negatives. Small domains are drawn more often than their share."""
    names, sizes = np.unique(domains, return_counts=True)
    share = np.sqrt(sizes)
    domain = names[rng.choice(len(names), p=share / share.sum())]
    wanted = rng.permutation(np.flatnonzero(domains == domain))[:images]
    rest = rng.permutation(np.flatnonzero(domains != domain))[: images - len(wanted)]
    return np.sort(np.concatenate([wanted, rest]))


def draw(data: TrainingData, recipe: Recipe, rng: np.random.Generator, epoch: int) -> dict[str, np.ndarray]:
    """A batch of different images, each in a random view, with `captions_per_image` captions each."""
    per_image = recipe.captions_per_image
    rows = draw_images(data, recipe, rng)
    view = np.where(rng.random(len(rows)) < recipe.plain_share, 0, rng.integers(0, len(data.regions), len(rows)))
    # -1 sorts behind every caption that there is
    picks = (rng.random(data.captions[rows].shape) + (data.captions[rows] < 0)).argsort(1)[:, :per_image]
    captions = np.take_along_axis(data.captions[rows], picks, 1).ravel()
    states, mask = data.texts.padded(captions, recipe.longest)
    short = recipe.longest - states.shape[1]
    image = np.repeat(np.arange(len(rows)), per_image)
    group = rows[image] if data.groups is None else data.groups[rows[image]]
    batch = {
        'regions': data.regions[view, rows],
        'logits': data.logits[view, rows],
        'states': np.pad(states, ((0, 0), (0, short), (0, 0))),
        'mask': np.pad(mask, ((0, 0), (0, short))),
        'same': (group[:, None] == group[None]) & ~np.eye(len(group), dtype=bool),
        'sentences': data.sentences[captions],
        'labels': rows[image],
        'angular': np.float32(0.5 if epoch < recipe.angular_epochs else 0.0),
    }
    if data.looks is not None:
        batch['looks'] = data.looks[rows][image]
    if data.words is not None:
        batch['words'] = np.pad(words_of(data.texts, data.words, captions, states.shape[1]), ((0, 0), (0, short)))
    if data.teacher is not None:
        batch['teacher'] = data.teacher[0][rows][image] @ data.teacher[1][captions].T
    return batch


def words_of(texts: TextStates, words: np.ndarray, captions: np.ndarray, longest: int) -> np.ndarray:
    """(B, longest) int32 vocabulary numbers, 0 past the end of a caption."""
    place = np.arange(longest)
    inside = place[None] < texts.length[captions][:, None]
    rows = np.where(inside, texts.start[captions][:, None] + place[None], 0)
    return (words[rows] * inside).astype(np.int32)
