"""How far a head carries into pictures of a kind that it never saw: python -m pairlens_models.leave_one_out --data FOLDER ... --work WORK

Trains the VSE head (the quickest) on everything but one domain and measures it on that domain: AUROC of the CSLS badness when 40 % of the
captions are exchanged within the domain, 10 seeds. Beside it the same head trained on the first folder alone.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from pairlens_models.anchors import Anchors
from pairlens_models.batches import TrainingData
from pairlens_models.build import MODELS, class_embeddings, training_data
from pairlens_models.dataset import read_corpus, with_tag_lists
from pairlens_models.heads import vse
from pairlens_models.measured import Measured
from pairlens_models.metrics import auroc, centred, csls, hub_neighbours, random_swaps
from pairlens_models.objective import Recipe
from pairlens_models.scoring import embed
from pairlens_models.train import train

RECIPE = Recipe(epochs=4, seed=0, domain_share=0.3)
SEEDS = 10
SMALLEST = 200  # images of a domain that is left out
CONFIG = vse.VseConfig()


def subset(data: TrainingData, rows: np.ndarray) -> TrainingData:
    """The same texts with some of the images."""
    assert data.groups is not None and data.domains is not None
    return replace(
        data,
        regions=np.ascontiguousarray(data.regions[:, rows]),
        logits=data.logits[:, rows],
        captions=data.captions[rows],
        groups=data.groups[rows],
        domains=data.domains[rows],
    )


def measure(params, anchors: Anchors, data: TrainingData, rows: np.ndarray) -> float:
    """Mean AUROC on these images with the first caption of each."""
    tokens = np.zeros(len(data.texts.flat), np.int32)
    some = Measured(data.regions[0][rows], data.logits[0][rows], data.texts, data.captions[rows, 0], np.arange(len(rows)), [], tokens)
    images, captions = embed(vse, params, CONFIG, anchors, some)
    found = []
    for seed in range(SEEDS):
        given = random_swaps(len(rows), 0.4, np.random.default_rng(seed))
        badness = csls(centred(images) @ centred(captions[given]).T, hub_neighbours(len(rows)))
        found.append(auroc(badness, given != np.arange(len(rows))))
    return round(float(np.mean(found)), 4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, nargs='+', required=True)
    parser.add_argument('--work', type=Path, default=Path('models-work'))
    parser.add_argument('--domains', nargs='*', help='those to leave out, instead of all large ones')
    arguments = parser.parse_args()
    plain = read_corpus(arguments.data)
    rows = np.flatnonzero(np.isin(plain.splits, ['train', 'rest']))
    data = training_data(MODELS, arguments.work, with_tag_lists(plain, rows), rows)
    # The head reads the mean of the regions only.
    means = [view.astype(np.float32).mean(1, keepdims=True).astype(np.float16) for view in data.regions]
    data = replace(data, regions=np.stack(means))
    domains = plain.domains[rows]
    classes = class_embeddings(MODELS, arguments.work)
    zero = np.zeros(classes.shape[1], np.float32)
    prior = np.asarray(Anchors(classes, zero, zero).prior(data.logits[0].astype(np.float32)))
    anchors = Anchors(classes, prior.mean(0), data.sentences[data.captions[data.captions >= 0]].mean(0))
    first = plain.domains[0]
    alone = train(vse, CONFIG, anchors, subset(data, np.flatnonzero(domains == first)), RECIPE)
    for domain in sorted(set(domains)):
        count = int((domains == domain).sum())
        if domain == first or count < SMALLEST or (arguments.domains and domain not in arguments.domains):
            continue
        inside = np.flatnonzero(domains == domain)
        without = train(vse, CONFIG, anchors, subset(data, np.flatnonzero(domains != domain)), RECIPE)
        scores = {
            'first folder alone': measure(alone, anchors, data, inside),
            'all but this domain': measure(without, anchors, data, inside),
        }
        print(json.dumps({'domain': str(domain), 'images': count, **scores}), flush=True)


if __name__ == '__main__':
    main()
