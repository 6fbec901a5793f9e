"""The data every head of the zoo is trained and measured on: features of the shipped backbones, cached in the work folder."""

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.batches import TrainingData
from pairlens_models.build import class_embeddings, pooled, training_data
from pairlens_models.dataset import Dataset, read_dataset
from pairlens_models.export import GRAPHS
from pairlens_models.features import TextStates, cached_images, cached_texts, load_tokenizer
from pairlens_models.measured import Measured

RAREST = 5  # a word the decoders may write occurs at least this often in the training captions


@dataclass(frozen=True)
class ZooData:
    """`numbers`: for every token id its place in the vocabulary of decoders, 0 for rare ones."""

    anchors: Anchors
    training: TrainingData
    vocabulary: int
    numbers: np.ndarray
    sets: dict[str, Measured]


def token_ids(models: Path, dataset: Dataset) -> np.ndarray:
    """Token numbers of all captions, in the order of TextStates.flat."""
    encoded = load_tokenizer(models / 'tokenizer.json').encode_batch(dataset.captions)
    return np.concatenate([np.array(item.ids, np.int32) for item in encoded])


def vocabulary(ids: np.ndarray, texts: TextStates, captions: np.ndarray) -> np.ndarray:
    """(largest id + 1,) number of every token id; 0 is what is rare in the training captions."""
    count = Counter(int(token) for c in captions for token in ids[texts.start[c] : texts.start[c] + texts.length[c]])
    table = np.zeros(40_000, np.int32)
    for number, (token, times) in enumerate(count.most_common(), start=1):
        if times >= RAREST:
            table[token] = number
    return table


def measured(models: Path, dataset: Dataset, rows: np.ndarray, name: str, cache: Path, table: np.ndarray) -> Measured:
    grid, logits = cached_images(models / GRAPHS['imageBackbone'], dataset, name, lambda photo, _: photo, rows, cache)
    texts = cached_texts(models / GRAPHS['textBackbone'], models / 'tokenizer.json', dataset, cache)
    captions = np.flatnonzero(np.isin(dataset.owner, rows))
    owner = np.searchsorted(rows, dataset.owner[captions])
    written = [[dataset.captions[c] for c in captions[owner == n]] for n in range(len(rows))]
    return Measured(pooled(grid), logits, texts, captions, owner, written, table[token_ids(models, dataset)])


def zoo_data(models: Path, work: Path, flickr: Path, others: list[Path]) -> ZooData:
    """Training data of Flickr8k (splits train and rest), its dev and test splits, and the other datasets whole."""
    dataset = read_dataset(flickr)
    rows = np.flatnonzero(np.isin(dataset.splits, ['train', 'rest']))
    data = training_data(models, work, dataset, rows)
    looks = data.regions[0].astype(np.float32).mean(1)
    looks -= looks.mean(0)
    looks /= np.linalg.norm(looks, axis=1, keepdims=True)
    ids = token_ids(models, dataset)
    table = vocabulary(ids, data.texts, data.captions.ravel())
    data = replace(data, looks=looks, words=table[ids])
    classes = class_embeddings(models, work)
    zero = np.zeros(classes.shape[1], np.float32)
    prior = np.asarray(Anchors(classes, zero, zero).prior(data.logits[0].astype(np.float32)))
    anchors = Anchors(classes, prior.mean(0), data.sentences[data.captions.ravel()].mean(0))
    sets = {
        name: measured(models, dataset, np.flatnonzero(dataset.splits == name), name, work / 'features', table) for name in ('dev', 'test')
    }
    for folder in others:
        other = read_dataset(folder)
        sets[folder.name] = measured(models, other, np.arange(len(other.images)), 'plain', work / folder.name, table)
    return ZooData(anchors, data, int(table.max()) + 1, table, sets)
