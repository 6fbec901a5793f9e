"""Recall and mismatch AUROC of the shipped files: python -m pairlens_models.evaluate DATASET [DATASET ...]

DATASET holds captions.jsonl and its images; of a dataset with splits, the test split is used. With --held-out only the images of it are
used that training leaves out: every seventh, where it has no splits.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from pairlens_models.dataset import read_corpus, read_dataset
from pairlens_models.export import encode_dataset
from pairlens_models.metrics import mismatch_auroc, recall

MODELS = Path(__file__).resolve().parents[2]


def evaluate(models: Path, folder: Path, split: str = 'test', held_out: bool = False) -> dict:
    """R@1/5/10 both ways in percent, and the AUROC of mismatch scores under 40 % random swaps (20 seeds, every caption takes a turn)."""
    dataset = read_corpus([folder]) if held_out else read_dataset(folder)
    rows = np.flatnonzero(dataset.splits == split)
    captions = np.flatnonzero(np.isin(dataset.owner, rows))
    encoded = encode_dataset(models, dataset, rows, captions)
    owner = np.searchsorted(rows, dataset.owner[captions])
    each = np.bincount(owner).min()
    turns = np.stack([np.flatnonzero(owner == image)[:each] for image in range(len(rows))])
    noise = mismatch_auroc(encoded.images, encoded.captions[turns], encoded.priors, encoded.sentences[turns])
    return {'images': len(rows), 'captions': len(captions), 'recall': recall(encoded.images, encoded.captions, owner), 'auroc': noise}


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('datasets', nargs='+', type=Path)
    parser.add_argument('--models', type=Path, default=MODELS)
    parser.add_argument('--split', default='test')
    parser.add_argument('--held-out', action='store_true', help='only what training leaves out')
    arguments = parser.parse_args()
    for folder in arguments.datasets:
        print(json.dumps({'dataset': folder.name, **evaluate(arguments.models, folder, arguments.split, arguments.held_out)}))
