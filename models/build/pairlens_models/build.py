"""Makes every file under models/ from its public source: python -m pairlens_models.build --data FOLDER ... [--eval FOLDER ...]

A folder holds captions.jsonl ({"image", "captions", "domain"?, "split"?} a line) and its images; splits train and rest are trained on.
Steps whose results lie in --work are not repeated. About an hour on two cores; nothing is random but what the seeds fix.
"""

import argparse
import json
import pickle
from pathlib import Path

import numpy as np
import onnx

from pairlens_models import minilm, sources
from pairlens_models.anchors import TEMPLATE, Anchors
from pairlens_models.batches import TrainingData
from pairlens_models.dataset import Dataset, caption_groups, open_photo, read_corpus, squash, with_tag_lists
from pairlens_models.efficientnet_lite import backbone_graph, grid_side
from pairlens_models.ensemble import Member, image_graph, principal_directions, side_by_side, text_graph
from pairlens_models.evaluate import evaluate
from pairlens_models.export import BANK, GRAPHS, describe, encode_dataset, reference_entry, write_reference
from pairlens_models.features import (
    GRID_SCALE,
    MAX_TOKENS,
    TextStates,
    cached_images,
    cached_texts,
    encode_texts,
    load_tokenizer,
    session,
    views,
)
from pairlens_models.golden import write_golden
from pairlens_models.look import fit_look
from pairlens_models.measured import Measured
from pairlens_models.quantize import quantize_backbone
from pairlens_models.recipe import PARTS, VIEWS, Part
from pairlens_models.scoring import embed
from pairlens_models.torch_weights import read_checkpoint
from pairlens_models.train import train

VARIANT, SIZE = 'lite2', 256
MODEL_ID = 'heads-lite2-minilm-3'
SEED = 1
CALIBRATION_PHOTOS = 160
MODELS = Path(__file__).resolve().parents[2]


def make_backbones(models: Path, work: Path, dataset: Dataset, train_rows: np.ndarray) -> None:
    """image-backbone.onnx, text-backbone.onnx and the tokenizer files."""
    target = models / GRAPHS['imageBackbone']
    if not target.exists():
        weights = read_checkpoint(sources.fetch(sources.IMAGE_WEIGHTS, work / 'sources'))
        picked = train_rows[:: len(train_rows) // CALIBRATION_PHOTOS][:CALIBRATION_PHOTOS]
        photos = (squash(open_photo(dataset.images[row]), SIZE) for row in picked)
        onnx.save(quantize_backbone(backbone_graph(weights, VARIANT, SIZE), photos, work / 'quantize'), target)
    onnx.save(minilm.text_backbone(sources.fetch(sources.TEXT_MODEL, work / 'sources')), models / GRAPHS['textBackbone'])
    tokenizer, config = (sources.fetch(source, work / 'sources') for source in (sources.TOKENIZER, sources.TOKENIZER_CONFIG))
    (models / 'tokenizer.json').write_text(minilm.tokenizer_json(tokenizer), encoding='utf-8')
    (models / 'tokenizer_config.json').write_text(minilm.tokenizer_config_json(config), encoding='utf-8')


def mean_states(states: TextStates) -> np.ndarray:
    """Unit mean state of every caption, (C, 384)."""
    sums = np.add.reduceat(states.flat.astype(np.float32), states.start)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True)


def class_embeddings(models: Path, work: Path) -> np.ndarray:
    """Unit sentence embeddings (1000, 384) of the ImageNet class names, each in a short sentence."""
    names = json.loads(sources.fetch(sources.CLASS_NAMES, work / 'sources').read_text(encoding='utf-8'))
    texts = [TEMPLATE.format(name) for name in names]
    return mean_states(encode_texts(session(models / GRAPHS['textBackbone']), load_tokenizer(models / 'tokenizer.json'), texts))


def pooled(grid: np.ndarray) -> np.ndarray:
    """Cached grid (N, R, 1280) uint8 -> means of 2 x 2 regions (N, R / 4, 1280) float16."""
    half = grid_side(SIZE) // 2
    parts = []
    for first in range(0, len(grid), 256):
        block = grid[first : first + 256].astype(np.float32) * GRID_SCALE
        parts.append(
            block.reshape(-1, half, 2, half, 2, block.shape[-1]).mean((2, 4)).reshape(len(block), half * half, -1).astype(np.float16)
        )
    return np.concatenate(parts)


def training_data(models: Path, work: Path, dataset: Dataset, rows: np.ndarray) -> TrainingData:
    backbone = models / GRAPHS['imageBackbone']
    cached = [cached_images(backbone, dataset, name, change, rows, work / 'features') for name, change in views(VIEWS, SEED)]
    texts = cached_texts(models / GRAPHS['textBackbone'], models / 'tokenizer.json', dataset, work / 'features')
    captions = captions_of(dataset, rows)
    file = work / 'features' / 'regions.npy'
    if not file.exists():
        partial = file.with_suffix('.part')
        regions = np.lib.format.open_memmap(partial, 'w+', np.float16, (len(cached), len(rows), *pooled(cached[0][0][:1]).shape[1:]))
        for number, (grid, _) in enumerate(cached):
            regions[number] = pooled(grid)
        regions.flush()
        partial.rename(file)
    logits = np.stack([part[1] for part in cached])
    return TrainingData(
        np.load(file, mmap_mode='r'),
        logits,
        captions,
        texts,
        mean_states(texts),
        groups=caption_groups(dataset)[rows],
        domains=dataset.domains[rows],
    )


def captions_of(dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """(images, most captions of one): numbers of the captions of these images, -1 behind the last."""
    order = np.argsort(dataset.owner, kind='stable')
    lists = [order[first:end] for first, end in (np.searchsorted(dataset.owner[order], [row, row + 1]) for row in rows)]
    table = np.full((len(rows), max(map(len, lists))), -1)
    for place, captions in enumerate(lists):
        table[place, : len(captions)] = captions
    return table


def make_heads(models: Path, work: Path, dataset: Dataset, train_rows: np.ndarray) -> None:
    """Trains the heads and writes image-head.onnx and text-head.onnx."""
    data = training_data(models, work, dataset, train_rows)
    classes = class_embeddings(models, work)
    zero = np.zeros(classes.shape[1], np.float32)
    prior = np.asarray(Anchors(classes, zero, zero).prior(data.logits[0].astype(np.float32)))
    anchors = Anchors(classes, prior.mean(0), data.sentences[data.captions[data.captions >= 0]].mean(0))
    members = [trained(part, anchors, data, work / 'heads') for part in PARTS]
    captions, owner = data.captions[:, 0], np.arange(len(data.captions))
    plain = Measured(data.regions[0], data.logits[0], data.texts, captions, owner, [], np.zeros(len(data.texts.flat), np.int32))
    rows = zip(*(embed(member.head, member.params, member.config, anchors, plain) for member in members), strict=True)
    weights = [member.weight for member in members]
    image_rows, caption_rows = (side_by_side(weights, list(side)) for side in rows)
    directions = principal_directions(image_rows, caption_rows)
    look = fit_look(data.regions[0].astype(np.float32).mean(1))
    onnx.save(image_graph(members, anchors, directions, look, grid_side(SIZE)), models / GRAPHS['imageHead'])
    onnx.save(text_graph(members, anchors, directions), models / GRAPHS['textHead'])


def trained(part: Part, anchors: Anchors, data: TrainingData, folder: Path) -> Member:
    """The head after its stages, as it was trained in an earlier run, or else trained now; a training that was cut off goes on after its last epoch."""
    folder.mkdir(parents=True, exist_ok=True)
    params = None
    for number, recipe in enumerate(part.stages, start=1):
        saved, checkpoint = folder / f'{part.name}.{number}.pkl', folder / f'{part.name}.{number}.checkpoint'
        if not saved.exists():
            print(f'training {part.name}, stage {number} of {len(part.stages)}', flush=True)
            saved.write_bytes(pickle.dumps(train(part.head, part.config, anchors, data, recipe, checkpoint=checkpoint, start=params)))
            checkpoint.unlink(missing_ok=True)
        params = pickle.loads(saved.read_bytes())
    assert params is not None
    return Member(part.head, part.config, part.weight, params)


def make_reference(models: Path, dataset: Dataset, train_rows: np.ndarray) -> None:
    """The bank: BANK training images, the first caption of each; the means: all of the training set."""
    captions = captions_of(dataset, train_rows)[:, 0]
    training = encode_dataset(models, dataset, train_rows, captions)
    picked = np.sort(np.random.default_rng(SEED).choice(len(train_rows), BANK, replace=False))
    bank = type(training)(*(getattr(training, name)[picked] for name in training.__dataclass_fields__))
    write_reference(models, bank, [dataset.names[train_rows[n]] for n in picked], training)


def make_manifest(models: Path, data: str, measured: dict) -> None:
    def origin(*used: sources.Source) -> tuple[str, str]:
        return ' and '.join(sorted({s.licence for s in used})), ', '.join(f'{s.package} {s.version}' for s in used)

    trained = 'trained by models/build'
    heads = ('Apache-2.0', f'{trained}; class names from {origin(sources.CLASS_NAMES)[1]}')
    files = {
        'imageBackbone': describe(models / GRAPHS['imageBackbone'], *origin(sources.IMAGE_WEIGHTS)),
        'imageHead': describe(models / GRAPHS['imageHead'], *heads),
        'textBackbone': describe(models / GRAPHS['textBackbone'], *origin(sources.TEXT_MODEL)),
        'textHead': describe(models / GRAPHS['textHead'], 'Apache-2.0', trained),
        'tokenizer': describe(models / 'tokenizer.json', *origin(sources.TOKENIZER)),
        'tokenizerConfig': describe(models / 'tokenizer_config.json', *origin(sources.TOKENIZER_CONFIG)),
    }
    width = files['imageHead']['outputs'][0]['shape'][1]
    names = sorted(path.name for path in (models / 'reference').iterdir())
    manifest = {
        'id': MODEL_ID,
        'image': {'size': SIZE, 'channels': 'RGB', 'layout': 'NHWC', 'type': 'uint8', 'resize': 'squash', 'grid': [grid_side(SIZE)] * 2},
        'text': {'maxTokens': MAX_TOKENS, 'language': 'en', 'padId': 0},
        'embedding': {'dimensions': width, 'prior': 384, 'sentence': 384, 'look': files['imageHead']['outputs'][2]['shape'][1]},
        'files': files,
        'reference': {'pairs': BANK, 'files': {name.split('.')[0]: reference_entry(models / 'reference', name) for name in names}},
        'training': {
            'data': data,
            'seed': SEED,
            'script': 'models/build/pairlens_models/build.py',
            'measured': measured,
        },
    }
    (models / 'manifest.json').write_text(json.dumps(manifest, indent=2) + '\n', encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--data', type=Path, nargs='+', required=True, help='folders to train on; backbones are calibrated on the first')
    parser.add_argument('--eval', type=Path, nargs='*', default=[], help='other datasets to report on')
    parser.add_argument('--work', type=Path, default=Path('models-work'), help='downloads, features and checkpoints')
    parser.add_argument('--out', type=Path, default=MODELS)
    arguments = parser.parse_args()
    models, work = arguments.out, arguments.work
    models.mkdir(parents=True, exist_ok=True)
    plain = read_corpus(arguments.data)
    train_rows = np.flatnonzero(np.isin(plain.splits, ['train', 'rest']))
    dataset = with_tag_lists(plain, train_rows)
    make_backbones(models, work, dataset, train_rows)
    make_heads(models, work, dataset, train_rows)
    make_reference(models, dataset, train_rows)
    write_golden(models, GRAPHS, SIZE)
    measured = {folder.name: evaluate(models, folder, held_out=True) for folder in arguments.data}
    measured |= {folder.name: evaluate(models, folder) for folder in arguments.eval}
    names = ', '.join(folder.name for folder in arguments.data)
    make_manifest(models, f'{names}: {len(train_rows):,} images, {len(dataset.captions):,} captions with tag lists made of them', measured)
    print(json.dumps(measured, indent=2))


if __name__ == '__main__':
    main()
