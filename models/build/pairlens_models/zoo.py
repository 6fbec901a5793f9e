"""Trains every matching head and loss on the same features and writes the table: python -m pairlens_models.zoo --data FLICKR8K --eval COCO_MINI

What was measured is kept in zoo.jsonl beside the table, a line for each run: such a run is not repeated, whichever machine it ran on, and
the table is written from all lines there are. A run that was cut off goes on after its last epoch, from
the work folder. `--budget quick` proves that everything trains; `--budget full` adds seeds and epochs. `--only TEXT` trains the runs with that text
in their names, with `--again` also those that have a result.
"""

import argparse
import json
import os
import pickle
from pathlib import Path

import jax
import numpy as np
import onnx

from pairlens_models.batches import with_noise
from pairlens_models.export import GRAPHS
from pairlens_models.heads import scan
from pairlens_models.metrics import recall_of, swap_auroc
from pairlens_models.recipe import PARTS
from pairlens_models.scoring import embed_shipped, rerank, score_all
from pairlens_models.train import train
from pairlens_models.zoo_data import ZooData, zoo_data
from pairlens_models.zoo_report import read_record, record_of, write_record, write_report
from pairlens_models.zoo_runs import FUSIONS, SHIPPED, Run, head_runs, loss_runs, noise_runs, quick_runs

MODELS = Path(__file__).resolve().parents[2]
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


def still_to_do(everything: list[Run], only: str, again: bool, record: dict[str, dict], work: Path) -> list[Run]:
    """The wanted runs that have no result yet, with `again` all of them, and the runs whose scores they re-rank, where these are gone."""
    new = [run for run in everything if only in run.name and (again or run.name not in record)]
    bases = {run.rerank for run in new if run.rerank and not (work / f'{run.rerank}.npz').exists()}
    return [run for run in everything if run in new or run.name in bases]


def save_fragment_graphs(run: Run, params: dict, data: ZooData, work: Path) -> None:
    """SCAN as graphs that the program can score given pairs with: `npm run measure -- words DATASET --scan STEM`."""
    if run.head is not scan or not isinstance(run.config, scan.ScanConfig):
        return
    onnx.save(scan.image_graph(params, run.config, data.anchors, GRID_SIDE), work / f'{run.name}.image.onnx')
    onnx.save(scan.text_graph(params, run.config, data.anchors), work / f'{run.name}.text.onnx')


def trained(run: Run, data: ZooData, work: Path) -> dict:
    """The parameters of a run: those of an earlier training, or trained now."""
    print(run.name, flush=True)
    saved, checkpoint = work / f'{run.name}.pkl', work / f'{run.name}.checkpoint'
    if not saved.exists():
        training = with_noise(data.training, run.noise, NOISE_SEED) if run.noise else data.training
        saved.write_bytes(pickle.dumps(train(run.head, run.config, data.anchors, training, run.recipe, checkpoint=checkpoint)))
        checkpoint.unlink(missing_ok=True)
    return pickle.loads(saved.read_bytes())


def carry_out(run: Run, data: ZooData, work: Path) -> dict:
    """Trains what is not trained, and measures it."""
    params = trained(run, data, work)
    save_fragment_graphs(run, params, data, work)
    size = parameters(run, params)
    facts = {
        'label': run.label,
        'loss': run.loss,
        'noise': run.noise,
        'epochs': run.recipe.epochs,
        'seed': run.recipe.seed,
        'rerank': run.rerank,
    }
    result = facts | measure(run, params, data, work) | {'parameters': size, 'bytes': 2 * size}
    print(json.dumps(result), flush=True)
    return result


def measure_scores(scores: dict[str, np.ndarray], data: ZooData) -> dict:
    """What `measure` says, for finished scores of every set."""
    result: dict = {'auroc': {}}
    for name, part in data.sets.items():
        if name in ('dev', 'test'):
            result[name] = recall_of(scores[name], part.owner)
        else:
            result['auroc'][name] = swap_auroc(scores[name], part.written)
    return result


def measure_shipped(data: ZooData, work: Path) -> dict:
    """The row of what is in models/."""
    rows = {name: embed_shipped(MODELS, part) for name, part in data.sets.items()}
    scores = {name: images @ captions.T for name, (images, captions) in rows.items()}
    np.savez(work / f'{SHIPPED}.npz', **scores)
    weights = [onnx.load(MODELS / GRAPHS[side]).graph.initializer for side in ('imageHead', 'textHead')]
    size = sum(int(np.prod(weight.dims)) for side in weights for weight in side)
    facts = {'label': SHIPPED_LABEL, 'loss': 'sum of cosines', 'noise': 0, 'epochs': '', 'seed': 0, 'parameters': size}
    size_on_disk = sum((MODELS / GRAPHS[side]).stat().st_size for side in ('imageHead', 'textHead'))
    return facts | measure_scores(scores, data) | {'bytes': size_on_disk}


def measure_fusions(data: ZooData, work: Path, record: dict[str, dict]) -> dict[str, dict]:
    """Rows, by name, of the fusions that have none and whose members' scores are all here."""
    found = {}
    for label, weights in FUSIONS.items():
        name = f'fusion_{label.replace(" ", "-")}'
        if name in record or not all((work / f'{run}.npz').exists() and run in record for run in weights):
            continue
        scores = {part: sum(weight * np.load(work / f'{run}.npz')[part] for run, weight in weights.items()) for part in data.sets}
        facts = {'label': label, 'loss': 'sum of cosines', 'noise': 0, 'epochs': '', 'seed': 0}
        sizes = {key: sum(record[run][key] for run in weights) for key in ('parameters', 'bytes')}
        found[name] = facts | measure_scores(scores, data) | sizes
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, default=os.environ.get('PAIRLENS_FLICKR8K'), help='folder of Flickr8k')
    parser.add_argument('--eval', type=Path, nargs='*', default=[], help='other datasets, on which wrong captions are looked for')
    parser.add_argument('--work', type=Path, default=REPOSITORY / 'models-work')
    parser.add_argument('--budget', choices=['quick', 'full'], default='quick')
    parser.add_argument('--only', default='', help='train only runs whose name contains this')
    parser.add_argument('--again', action='store_true', help='run what has a result, too')
    parser.add_argument(
        '--out', type=Path, default=REPOSITORY / 'docs' / 'zoo.md', help='the table; what it is made from stands beside it in a .jsonl'
    )
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error('--data FOLDER or PAIRLENS_FLICKR8K must name a folder with captions.jsonl and its images')
    results = arguments.work / 'zoo'
    results.mkdir(parents=True, exist_ok=True)
    data = zoo_data(MODELS, arguments.work, Path(arguments.data), arguments.eval)
    record = read_record(record_of(arguments.out))
    for run in still_to_do(planned(arguments.budget, data.vocabulary), arguments.only, arguments.again, record, results):
        record[run.name] = carry_out(run, data, results)
        write_record(record_of(arguments.out), record)
    if SHIPPED not in record:
        record[SHIPPED] = measure_shipped(data, results)
    record |= measure_fusions(data, results, record)
    write_record(record_of(arguments.out), record)
    write_report(list(record.values()), arguments.out)


if __name__ == '__main__':
    main()
