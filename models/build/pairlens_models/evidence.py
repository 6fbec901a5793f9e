"""What further evidence would add to the CSLS of the shipped head: python -m pairlens_models.evidence --data FLICKR8K --eval COCO_MINI --work WORK

Prints the AUROC of wrong captions (40 % exchanged, 10 seeds, each caption in turn) of the shipped CSLS by itself and with each kind of evidence
added, both in standard deviations over the set, which needs no labels. Scores of zoo runs are read from WORK/zoo; a run that is not there has no row.
"""

import argparse
import re
from pathlib import Path

import numpy as np

from pairlens_models.export import GRAPHS
from pairlens_models.features import MAX_TOKENS, encode_texts, load_tokenizer, session
from pairlens_models.measured import Measured
from pairlens_models.metrics import centred, csls, hub_neighbours, over_swaps
from pairlens_models.scoring import embed_shipped
from pairlens_models.zoo_data import zoo_data

MODELS = Path(__file__).resolve().parents[2]
WEIGHTS = (0.1, 0.2, 0.4)
RUNS = {
    'SCAN t2i': 'SCAN-t2i-AVG_CLIP_8-epochs_seed-0',
    'SCAN i2t': 'SCAN-i2t-AVG_CLIP_8-epochs_seed-0',
    'caption likelihood (m-RNN)': 'm-RNN_likelihood_8-epochs_seed-0',
}
PROPAGATED = 10  # images whose captions make the pseudo-caption
SHARPNESS = 10.0
# what the product does not weigh either
_WORD_LIST = re.search(r'`([^`]*)`', (MODELS.parent / 'src/core/text/contentWords.ts').read_text(encoding='utf-8'))
if _WORD_LIST is None:
    raise ValueError('src/core/text/contentWords.ts holds no list of words.')
STOP_WORDS = set(_WORD_LIST[1].split())


def encode(texts: list[str]) -> np.ndarray:
    """Unit rows of texts by the shipped encoder."""
    states = encode_texts(session(MODELS / GRAPHS['textBackbone']), load_tokenizer(MODELS / 'tokenizer.json'), texts)
    head, rows = session(MODELS / GRAPHS['textHead']), []
    for first in range(0, len(texts), 250):
        padded, mask = states.padded(np.arange(first, min(first + 250, len(texts))), MAX_TOKENS)
        rows.append(head.run(['embedding'], {'states': padded.astype(np.float32), 'attention_mask': mask})[0])
    return np.concatenate(rows)


def word_supports(images: np.ndarray, captions: np.ndarray, written: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Support of the worst word and mean support of all (N, M): x (t - t_w) for images x, captions t and captions without one word t_w."""
    owners, left = [], []
    for c, text in enumerate(written):
        for word in re.finditer(r"[A-Za-z'-]{3,}", text):
            if word.group().lower() in STOP_WORDS:
                continue
            owners.append(c)
            left.append(re.sub(r'\s+', ' ', text[: word.start()] + text[word.end() :]).strip())
    owner, without = np.array(owners), encode(left)
    worst, mean = np.zeros((2, len(images), len(captions)), np.float32)
    for c in range(len(captions)):
        mine = owner == c
        if mine.any():
            support = images @ (captions[c] - without[mine]).T
            worst[:, c], mean[:, c] = support.min(1), support.mean(1)
    return worst, mean


def pseudo_captions(similar: np.ndarray, captions: np.ndarray, given: np.ndarray) -> np.ndarray:
    """Badness (N,): distance of each image's caption to what the captions of the nearest images say, none of its own among them."""
    near = np.where(given[None] == given[:, None], -np.inf, similar)
    best = np.argpartition(near, -PROPAGATED, 1)[:, -PROPAGATED:]
    weights = np.exp(SHARPNESS * np.take_along_axis(near, best, 1))
    pseudo = np.einsum('nk,nkd->nd', weights / weights.sum(1, keepdims=True), captions[best])
    return -(pseudo * captions).sum(1) / np.linalg.norm(pseudo, axis=1)


def ranks(similarity: np.ndarray) -> np.ndarray:
    """Badness (N,): logarithms of how many captions fit the image better, and images the caption."""
    own = np.diag(similarity)
    return np.log1p((similarity > own[:, None]).sum(1)) + np.log1p((similarity > own[None]).sum(0))


def measure(part: Measured, tables: dict[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """AUROC of the shipped CSLS, and of its sums with each kind of evidence. tables: further scores (N, M)."""
    n, turns, k = len(part.written), len(part.written[0]), hub_neighbours(len(part.written))
    images, captions = embed_shipped(MODELS, part)
    centred_images = centred(images)
    # Owners come in order, so column n C + c is caption c of image n.
    worst, mean = word_supports(centred_images, captions, [text for texts in part.written for text in texts])
    shaped = {name: table.reshape(n, n, turns) for name, table in {**tables, 'worst': worst, 'mean': mean}.items()}
    rows = captions.reshape(n, turns, -1)
    similar = centred_images @ centred_images.T

    def judge(given: np.ndarray, turn: int) -> dict[str, np.ndarray]:
        texts = centred(rows[given, turn])
        similarity = centred_images @ texts.T
        base = csls(similarity, k)
        further = {name: csls(shaped[name][:, given, turn], k) for name in tables}
        further |= {
            'support of the worst word': -np.diag(shaped['worst'][:, given, turn]),
            'mean support of the words': -np.diag(shaped['mean'][:, given, turn]),
            'propagated pseudo-caption': pseudo_captions(similar, texts, given),
            'reciprocal ranks': ranks(similarity),
        }
        found = {'shipped CSLS': base}
        for name, badness in further.items():
            found[f'{name}, alone'] = badness
            for weight in WEIGHTS:
                found[f'{name}, {weight}'] = base / base.std() + weight * badness / badness.std()
        return found

    return over_swaps(part.written, judge)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, required=True, help='folder of Flickr8k')
    parser.add_argument('--eval', type=Path, nargs='*', default=[], help='other datasets with as many captions for every image')
    parser.add_argument('--work', type=Path, required=True, help='work folder of the zoo')
    arguments = parser.parse_args()
    data = zoo_data(MODELS, arguments.work, arguments.data, arguments.eval)
    for name, part in data.sets.items():
        if name == 'test':
            continue
        tables = {}
        for label, run in RUNS.items():
            file = arguments.work / 'zoo' / f'{run}.npz'
            if file.exists() and name in (scores := np.load(file)):
                tables[label] = scores[name]
        print(name)
        for label, found in measure(part, tables).items():
            print(f'  {label:36} random {found["random"]:.4f}  same noun {found["noun"]:.4f}')


if __name__ == '__main__':
    main()
