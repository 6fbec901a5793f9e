"""Trains every matching head and loss on the same features and writes the table: python models/build/zoo.py --data FLICKR8K --eval COCO_MINI

What was measured is kept in zoo.jsonl beside the table, a line for each run: such a run is not repeated, whichever machine it ran on, and
the table is written from all lines there are. Delete a line to have its run repeated. A run that was cut off goes on after its last epoch, from
the work folder. `--budget quick` proves that everything trains; `--budget full` adds seeds and epochs. `--only TEXT` trains the runs with that text
in their names.
"""

import argparse
import json
import os
import pickle
from pathlib import Path

import jax
import numpy as np
import onnx

from batches import with_noise
from export import GRAPHS
from heads import scan
from metrics import recall_of, swap_auroc
from recipe import PARTS
from scoring import embed_shipped, rerank, score_all
from train import train
from zoo_data import ZooData, zoo_data
from zoo_report import read_record, record_of, write_record, write_report
from zoo_runs import FUSIONS, SHIPPED, Run, head_runs, loss_runs, noise_runs, quick_runs

MODELS = Path(__file__).resolve().parents[1]
REPOSITORY = MODELS.parent
NOISE_SEED = 7
GRID_SIDE = 8
SHIPPED_LABEL = 'shipped: ' + ' + '.join(f'{part.weight:g} {part.name.upper()}' for part in PARTS)


def planned(budget: str, vocabulary: int) -> list[Run]:
    if budget == 'quick':
        return quick_runs(vocabulary)
    seeds = range(3)
    heads = [run for seed in seeds for run in head_runs(vocabulary, 8, seed)]
    return [*heads, *(run for seed in seeds for run in (*loss_runs(8, seed), *noise_runs(4, seed)))]


def measure(run: Run, params: dict, data: ZooData, work: Path) -> dict:
    """R@K on the test split and the AUROC of swaps on the other sets; scores are kept beside the result for fusions."""
    result: dict = {'auroc': {}}
    for name, part in data.sets.items():
        if run.rerank and name in ('dev', 'test'):
            if name == 'dev':
                continue
            base = np.load(work / f'{run.rerank}.npz')[name]
            by_image, by_caption, result['msPerPair'] = rerank(run.head, params, run.config, data.anchors, part, base, run.top)
            result[name] = recall_of(by_image, part.owner, by_caption)
            continue
        scores, milliseconds = score_all(run.head, params, run.config, data.anchors, part)
        if name in ('dev', 'test'):
            result[name] = recall_of(scores, part.owner)
            result['msPerPair'] = milliseconds
        else:
            result['auroc'][name] = swap_auroc(scores, part.written)
        result.setdefault('scores', {})[name] = scores
    np.savez(work / f'{run.name}.npz', **result.pop('scores'))
    return result


def parameters(run: Run, params: dict) -> int:
    """How many numbers a finished head needs: decoders and scales of losses are for training only."""
    kept = {name: part for name, part in params.items() if name not in ('decoder', 'log_scale')}
    return int(sum(np.size(leaf) for leaf in jax.tree.leaves(kept)))


def still_to_do(everything: list[Run], only: str, record: dict[str, dict], work: Path) -> list[Run]:
    """The wanted runs that have no result yet, and the runs whose scores they re-rank, where these are gone."""
    new = [run for run in everything if only in run.name and run.name not in record]
    bases = {run.rerank for run in new if run.rerank and not (work / f'{run.rerank}.npz').exists()}
    return [run for run in everything if run in new or run.name in bases]


def save_fragment_graphs(run: Run, params: dict, data: ZooData, work: Path) -> None:
    """SCAN as graphs that the program can score given pairs with: `npm run measure -- words DATASET --scan FILE`."""
    if run.head is not scan:
        return
    onnx.save(scan.image_graph(params, run.config, data.anchors, GRID_SIDE), work / f'{run.name}.image.onnx')
    onnx.save(scan.text_graph(params, run.config, data.anchors), work / f'{run.name}.text.onnx')


def carry_out(run: Run, data: ZooData, work: Path) -> None:
    file = work / f'{run.name}.json'
    if file.exists():
        return
    print(run.name, flush=True)
    saved, checkpoint = work / f'{run.name}.pkl', work / f'{run.name}.checkpoint'
    if not saved.exists():
        training = with_noise(data.training, run.noise, NOISE_SEED) if run.noise else data.training
        saved.write_bytes(pickle.dumps(train(run.head, run.config, data.anchors, training, run.recipe, checkpoint=checkpoint)))
        checkpoint.unlink(missing_ok=True)
    params = pickle.loads(saved.read_bytes())
    save_fragment_graphs(run, params, data, work)
    size = parameters(run, params)
    facts = {'label': run.label, 'loss': run.loss, 'noise': run.noise, 'epochs': run.recipe.epochs, 'seed': run.recipe.seed, 'rerank': run.rerank}
    result = facts | measure(run, params, data, work) | {'parameters': size, 'bytes': 2 * size}
    print(json.dumps(result), flush=True)
    file.write_text(json.dumps(result) + '\n', encoding='utf-8')


def measure_scores(scores: dict[str, np.ndarray], data: ZooData) -> dict:
    """What `measure` says, for finished scores of every set."""
    result: dict = {'auroc': {}}
    for name, part in data.sets.items():
        if name in ('dev', 'test'):
            result[name] = recall_of(scores[name], part.owner)
        else:
            result['auroc'][name] = swap_auroc(scores[name], part.written)
    return result


def measure_shipped_and_fusions(data: ZooData, work: Path) -> None:
    """Rows for what is in models/ and for the fusions whose members are all there."""
    file = work / f'{SHIPPED}.json'
    if not file.exists():
        rows = {name: embed_shipped(MODELS, part) for name, part in data.sets.items()}
        scores = {name: images @ captions.T for name, (images, captions) in rows.items()}
        np.savez(work / f'{SHIPPED}.npz', **scores)
        weights = [onnx.load(MODELS / GRAPHS[side]).graph.initializer for side in ('imageHead', 'textHead')]
        size = sum(int(np.prod(weight.dims)) for side in weights for weight in side)
        facts = {'label': SHIPPED_LABEL, 'loss': 'sum of cosines', 'noise': 0, 'epochs': '', 'seed': 0, 'parameters': size}
        size_on_disk = sum((MODELS / GRAPHS[side]).stat().st_size for side in ('imageHead', 'textHead'))
        file.write_text(json.dumps(facts | measure_scores(scores, data) | {'bytes': size_on_disk}) + '\n', encoding='utf-8')
    for label, weights in FUSIONS.items():
        if not all((work / f'{name}.json').exists() for name in weights):
            continue
        scores = {name: sum(weight * np.load(work / f'{run}.npz')[name] for run, weight in weights.items()) for name in data.sets}
        parts = [json.loads((work / f'{name}.json').read_text(encoding='utf-8')) for name in weights]
        facts = {'label': label, 'loss': 'sum of cosines', 'noise': 0, 'epochs': '', 'seed': 0}
        sizes = {key: sum(part[key] for part in parts) for key in ('parameters', 'bytes')}
        file = work / f'fusion_{label.replace(" ", "-")}.json'
        file.write_text(json.dumps(facts | measure_scores(scores, data) | sizes) + '\n', encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, default=os.environ.get('PAIRLENS_FLICKR8K'), help='folder of Flickr8k')
    parser.add_argument('--eval', type=Path, nargs='*', default=[], help='other datasets, on which wrong captions are looked for')
    parser.add_argument('--work', type=Path, default=REPOSITORY / 'models-work')
    parser.add_argument('--budget', choices=['quick', 'full'], default='quick')
    parser.add_argument('--only', default='', help='train only runs whose name contains this')
    parser.add_argument('--out', type=Path, default=REPOSITORY / 'docs' / 'zoo.md', help='the table; what it is made from stands beside it in a .jsonl')
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error('--data FOLDER or PAIRLENS_FLICKR8K must name a folder with captions.jsonl and its images')
    results = arguments.work / 'zoo'
    results.mkdir(parents=True, exist_ok=True)
    data = zoo_data(MODELS, arguments.work, Path(arguments.data), arguments.eval)
    record = read_record(record_of(arguments.out))
    for run in still_to_do(planned(arguments.budget, data.vocabulary), arguments.only, record, results):
        carry_out(run, data, results)
    measure_shipped_and_fusions(data, results)
    record |= {file.stem: json.loads(file.read_text(encoding='utf-8')) for file in results.glob('*.json')}
    write_record(record_of(arguments.out), record)
    write_report(list(record.values()), arguments.out)


if __name__ == '__main__':
    main()
