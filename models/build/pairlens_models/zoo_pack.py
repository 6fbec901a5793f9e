"""Writes trained heads of the zoo as a method pack, a folder that the program loads: python -m pairlens_models.zoo_pack --data FLICKR8K --out PACK

Each method has a folder: an encoder head one with `manifest.json` in the layout of the shipped encoders, a scorer of pairs one with `scorer.json`.
Both name the shipped backbones by their checksum instead of holding copies. What is not trained yet is trained now (8 epochs, seed 0); a training
that was cut off goes on after its last epoch. `measured` in these files is R@1/5/10 both ways on the test split of Flickr8k, a scorer
ordering the best 20 of VSE.
"""

import argparse
import hashlib
import json
import os
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from pairlens_models.ensemble import Member, image_graph, text_graph
from pairlens_models.export import BANK, GRAPHS, Encoded, describe, reference_entry, write_reference
from pairlens_models.features import session
from pairlens_models.heads import mrnn
from pairlens_models.metrics import recall_of
from pairlens_models.scoring import embed, rerank
from pairlens_models.train import pairwise
from pairlens_models.zoo import GRID_SIDE, MODELS, REPOSITORY, trained
from pairlens_models.zoo_data import ZooData, zoo_data
from pairlens_models.zoo_runs import Run, head_runs

EPOCHS, SEED, RERANKED = 8, 0, 20
SHARED = ('imageBackbone', 'textBackbone', 'tokenizer', 'tokenizerConfig')
# label of a run -> name of the method in the program (src/core/matching/methods.ts)
METHODS = {
    'VSE': 'vse',
    'SAEM': 'saem',
    'RRF-Net': 'rrf-net',
    'NAA (reconstruction)': 'naa',
    'VSRN': 'vsrn',
    'SCAN t2i AVG': 'scan-t2i-avg',
    'SCAN t2i LSE': 'scan-t2i-lse',
    'SCAN i2t AVG': 'scan-i2t-avg',
    'SCAN i2t LSE': 'scan-i2t-lse',
    'm-CNN long phrase': 'm-cnn',
    'GSMN dense': 'gsmn',
    'm-RNN': 'm-rnn',
}


def shipped_look(head: onnx.ModelProto) -> dict[str, np.ndarray]:
    """mean (1280,) and projection (1280, K) of the `look` of the shipped image head, so that looks stay comparable."""
    made = {node.output[0]: node for node in head.graph.node}
    values = {value.name: numpy_helper.to_array(value) for value in head.graph.initializer}
    divided = made[made['look'].input[0]]
    product = made[divided.input[0]]
    projection = values[made[product.input[1]].input[0]]
    mean = values[made[product.input[0]].input[1]]
    return {'mean': mean.astype(np.float32), 'projection': projection.astype(np.float32)}


def encode_training(folder: Path, data: ZooData, block: int = 128) -> Encoded:
    """All training images, each with its first caption, through the head in a folder."""
    image, text = session(folder / GRAPHS['imageHead']), session(folder / GRAPHS['textHead'])
    training, half, found = data.training, GRID_SIDE // 2, []
    for first in range(0, len(training.captions), block):
        rows = slice(first, first + block)
        regions = training.regions[0, rows].astype(np.float32).reshape(-1, half, half, 1280)
        grid = regions.repeat(2, 1).repeat(2, 2).reshape(-1, GRID_SIDE**2, 1280)
        logits = training.logits[0, rows].astype(np.float32)
        states, mask = training.texts.padded(training.captions[rows, 0], 128)
        seen = image.run(['embedding', 'prior', 'look'], {'grid': grid, 'logits': logits})
        read = text.run(['embedding', 'sentence'], {'states': states.astype(np.float32), 'attention_mask': mask})
        found.append([seen[0], seen[1], seen[2], logits, grid.mean(1), read[0], read[1]])
    return Encoded(*(np.concatenate(part) for part in zip(*found, strict=True)))


def about(run: Run, measured: list[float]) -> dict:
    return {
        'loss': run.loss,
        'epochs': run.recipe.epochs,
        'seed': run.recipe.seed,
        'data': 'Flickr8k, splits train and rest',
        'measured': measured,
    }


def write_encoder(folder: Path, method: str, run: Run, params: dict, data: ZooData, shipped: dict) -> None:
    """A head by itself as encoders in the layout of the shipped ones."""
    member = Member(run.head, run.config, 1.0, params)
    look = shipped_look(onnx.load(MODELS / GRAPHS['imageHead']))
    images, texts = image_graph([member], data.anchors, None, look, GRID_SIDE), text_graph([member], data.anchors, None)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(images, folder / GRAPHS['imageHead'])
    onnx.save(texts, folder / GRAPHS['textHead'])
    training = encode_training(folder, data)
    picked = np.sort(np.random.default_rng(SEED).choice(len(training.images), BANK, replace=False))
    bank = Encoded(*(getattr(training, name)[picked] for name in Encoded.__dataclass_fields__))
    write_reference(folder, bank, [str(row) for row in picked], training)
    seen, read = embed(run.head, params, run.config, data.anchors, data.sets['test'])
    measured = recall_of(seen @ read.T, data.sets['test'].owner)
    files = {name: shipped['files'][name] for name in SHARED}
    files['imageHead'] = describe(folder / GRAPHS['imageHead'], 'Apache-2.0', 'trained by models/build')
    files['textHead'] = describe(folder / GRAPHS['textHead'], 'Apache-2.0', 'trained by models/build')
    names = sorted(path.name for path in (folder / 'reference').iterdir())
    write_json(
        folder / 'manifest.json',
        {
            'id': f'{method}-{digest(files["imageHead"], files["textHead"])}',
            'image': shipped['image'],
            'text': shipped['text'],
            'files': files,
            'reference': {'pairs': BANK, 'files': {name.split('.')[0]: reference_entry(folder / 'reference', name) for name in names}},
            'training': about(run, measured),
        },
    )


def write_scorer(folder: Path, method: str, run: Run, params: dict, data: ZooData, shipped: dict, base: np.ndarray) -> None:
    """A scorer of pairs: graphs for the fragments of images and of captions, and one for the scores of fragments."""
    folder.mkdir(parents=True, exist_ok=True)
    extra = (data.numbers,) if run.head is mrnn else ()
    graphs = {
        'imageFragments': run.head.image_graph(params, run.config, data.anchors, GRID_SIDE),
        'textFragments': run.head.text_graph(params, run.config, data.anchors, *extra),
        'score': run.head.score_graph(params, run.config),
    }
    files = {name: shipped['files'][name] for name in SHARED}
    for name, graph in graphs.items():
        onnx.save(graph, folder / f'{name}.onnx')
        files[name] = describe(folder / f'{name}.onnx', 'Apache-2.0', 'trained by models/build')
    part = data.sets['test']
    by_image, by_caption, _ = rerank(run.head, params, run.config, data.anchors, part, base, RERANKED)
    write_json(
        folder / 'scorer.json',
        {
            'id': f'{method}-{digest(*(files[name] for name in graphs))}',
            'image': shipped['image'],
            'text': shipped['text'],
            'files': files,
            'training': about(run, recall_of(by_image, part.owner, by_caption)),
        },
    )


def digest(*files: dict) -> str:
    return hashlib.sha256(''.join(file['sha256'] for file in files).encode()).hexdigest()[:12]


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2) + '\n', encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, default=os.environ.get('PAIRLENS_FLICKR8K'), help='folder of Flickr8k')
    parser.add_argument('--work', type=Path, default=REPOSITORY / 'models-work')
    parser.add_argument(
        '--only', nargs='*', choices=METHODS.values(), help='only these methods; VSE, whose best they order, is always trained'
    )
    parser.add_argument('--out', type=Path, required=True, help='folder of the pack')
    arguments = parser.parse_args()
    if arguments.data is None:
        parser.error('--data FOLDER or PAIRLENS_FLICKR8K must name a folder with captions.jsonl and its images')
    results = arguments.work / 'zoo'
    results.mkdir(parents=True, exist_ok=True)
    data = zoo_data(MODELS, arguments.work, Path(arguments.data), [])
    shipped = json.loads((MODELS / 'manifest.json').read_text(encoding='utf-8'))
    runs = {METHODS[run.label]: run for run in head_runs(data.vocabulary, EPOCHS, SEED) if run.label in METHODS}
    vse = embed(runs['vse'].head, trained(runs['vse'], data, results), runs['vse'].config, data.anchors, data.sets['test'])
    for method, run in runs.items():
        if arguments.only and method not in arguments.only:
            continue
        params, folder = trained(run, data, results), arguments.out / method
        if pairwise(run.head):
            write_scorer(folder, method, run, params, data, shipped, vse[0] @ vse[1].T)
        else:
            write_encoder(folder, method, run, params, data, shipped)
        print(f'wrote {folder}', flush=True)


if __name__ == '__main__':
    main()
