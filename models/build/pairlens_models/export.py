"""Writes everything that ships: graphs, tokenizer, reference bank, golden numbers and the manifest that describes them."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx

from pairlens_models.dataset import Dataset, open_photo, squash
from pairlens_models.features import MAX_TOKENS, encode_texts, load_tokenizer, session

BANK = 1024

# name in the manifest -> file
GRAPHS = {
    'imageBackbone': 'image-backbone.onnx',
    'imageHead': 'image-head.onnx',
    'textBackbone': 'text-backbone.onnx',
    'textHead': 'text-head.onnx',
}


@dataclass(frozen=True)
class Encoded:
    """Rows of one dataset through the shipped graphs: per image and per caption."""

    images: np.ndarray
    priors: np.ndarray
    looks: np.ndarray
    logits: np.ndarray
    grid_means: np.ndarray
    captions: np.ndarray
    sentences: np.ndarray


def encode_dataset(models: Path, dataset: Dataset, rows: np.ndarray, captions: np.ndarray, batch: int = 32) -> Encoded:
    """The given images and captions of a dataset through the files in `models`, exactly as the product runs them."""
    backbone, head = session(models / GRAPHS['imageBackbone']), session(models / GRAPHS['imageHead'])
    size = backbone.get_inputs()[0].shape[1]
    parts: list[list[np.ndarray]] = [[] for _ in range(5)]
    for first in range(0, len(rows), batch):
        pixels = np.stack([squash(open_photo(dataset.images[row]), size) for row in rows[first : first + batch]])
        grid, logits = backbone.run(['grid', 'logits'], {'pixels': pixels})
        outputs = head.run(['embedding', 'prior', 'look'], {'grid': grid, 'logits': logits})
        for part, values in zip(parts, [*outputs, logits, grid.mean(1)], strict=True):
            part.append(values)
    states = encode_texts(
        session(models / GRAPHS['textBackbone']), load_tokenizer(models / 'tokenizer.json'), [dataset.captions[c] for c in captions]
    )
    head, texts = session(models / GRAPHS['textHead']), []
    for first in range(0, len(captions), 250):
        padded, mask = states.padded(np.arange(first, min(first + 250, len(captions))), MAX_TOKENS)
        texts.append(head.run(['embedding', 'sentence'], {'states': padded.astype(np.float32), 'attention_mask': mask}))
    embeddings, sentences = (np.concatenate(values) for values in zip(*texts, strict=True))
    images, priors, looks, logits, grid_means = (np.concatenate(part) for part in parts)
    return Encoded(images, priors, looks, logits, grid_means, embeddings, sentences)


def write_reference(models: Path, bank: Encoded, names: list[str], training: Encoded) -> dict[str, int]:
    """reference/: float16 rows of the bank, and float32 means over the whole training set, one row a space of the same width."""
    folder = models / 'reference'
    folder.mkdir(exist_ok=True)
    spaces = {'images': 'images', 'captions': 'captions', 'priors': 'priors', 'sentences': 'sentences', 'looks': 'looks'}
    means = {}
    for file, field in spaces.items():
        np.save(folder / f'{file}.npy', getattr(bank, field).astype(np.float16))
        means[file] = np.round(getattr(training, field).mean(0).astype(np.float64), 6).tolist()
    (folder / 'means.json').write_text(json.dumps(means) + '\n', encoding='utf-8')
    (folder / 'ids.json').write_text(json.dumps([Path(name).stem for name in names]) + '\n', encoding='utf-8')
    return {'pairs': len(names)}


def describe(path: Path, licence: str, source: str) -> dict:
    entry = {
        'file': path.name,
        'bytes': path.stat().st_size,
        'sha256': hashlib.sha256(path.read_bytes()).hexdigest(),
        'licence': licence,
        'source': source,
    }
    if path.suffix == '.onnx':
        graph = onnx.load(path).graph
        entry['inputs'], entry['outputs'] = ([_signature(value) for value in values] for values in (graph.input, graph.output))
    return entry


def _signature(value: onnx.ValueInfoProto) -> dict:
    tensor = value.type.tensor_type
    kind = onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type).name
    return {'name': value.name, 'type': kind, 'shape': [d.dim_param or d.dim_value for d in tensor.shape.dim]}


def reference_entry(folder: Path, file: str) -> dict:
    path = folder / file
    entry = {'file': f'{folder.name}/{file}', 'bytes': path.stat().st_size, 'sha256': hashlib.sha256(path.read_bytes()).hexdigest()}
    if path.suffix == '.npy':
        rows = np.load(path, mmap_mode='r')
        entry['type'], entry['shape'] = rows.dtype.name, list(rows.shape)
    return entry
