"""Scorers of pairs with random weights, and what JAX gives for them: the fixtures of test/adapters/crossEncoder.test.ts.

    venv/bin/python -m pairlens_models.tiny_pack test/fixtures/pack

GSMN, and the four SCANs on its fragments, which have no weights beside them. All read the shipped backbones.
"""

import json
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import onnx

from pairlens_models.anchors import Anchors
from pairlens_models.export import GRAPHS, describe
from pairlens_models.features import load_tokenizer, session, token_batch
from pairlens_models.golden import CAPTIONS, pixels
from pairlens_models.heads import gsmn, scan
from pairlens_models.zoo import GRID_SIDE, MODELS
from pairlens_models.zoo_pack import SHARED, write_json

WIDTH, SEED, PICTURES = 32, 5, 3
ZERO = np.zeros(384, np.float32)
ANCHORS = Anchors(np.zeros((1000, 384), np.float32), ZERO, ZERO)


def manifest(method: str, shipped: dict, files: dict[str, dict]) -> dict:
    return {
        'id': f'{method}-tiny',
        'image': shipped['image'],
        'text': shipped['text'],
        'files': {name: shipped['files'][name] for name in SHARED} | files,
    }


def features(shipped: dict) -> tuple[dict[str, jax.Array], dict[str, jax.Array]]:
    """Regions of the golden pictures, and states of the golden captions, as heads read them in training."""
    grid, _ = session(MODELS / GRAPHS['imageBackbone']).run(['grid', 'logits'], {'pixels': pixels(PICTURES, shipped['image']['size'])})
    half = GRID_SIDE // 2
    regions = grid.reshape(-1, half, 2, half, 2, 1280).mean((2, 4)).reshape(-1, half * half, 1280)
    tokens = token_batch(load_tokenizer(MODELS / 'tokenizer.json'), CAPTIONS)
    (states,) = session(MODELS / GRAPHS['textBackbone']).run(None, tokens)
    return {'regions': jnp.asarray(regions)}, {'states': jnp.asarray(states), 'mask': jnp.asarray(tokens['attention_mask'])}


def weights(part: dict) -> dict:
    """A graph's weights as src/core/matching/graphMatching.ts has them: rows of matrices are outputs, gains are folded in."""

    def layer(q: dict) -> np.ndarray:
        w = np.asarray(q['w'])
        return (np.asarray(q['gain']) * w / np.sqrt((w**2).sum(0) + 1e-12)).T

    kernels = np.asarray(part['kernels']) * np.asarray(part.get('factor', np.ones(len(part['kernels']))))[:, None, None]
    return {
        'kernels': kernels.transpose(0, 2, 1).tolist(),
        'hidden': layer(part['out1']).tolist(),
        'hiddenBias': np.asarray(part['out1']['b']).tolist(),
        'output': layer(part['out2']).tolist(),
        'outputBias': float(part['out2']['b'][0]),
    }


def main() -> None:
    out = Path(sys.argv[1])
    shipped = json.loads((MODELS / 'manifest.json').read_text(encoding='utf-8'))
    config = gsmn.GsmnConfig(width=WIDTH)
    params = gsmn.init(config, SEED)
    (out / 'gsmn').mkdir(parents=True, exist_ok=True)
    graphs = {
        'imageFragments': gsmn.image_graph(params, config, ANCHORS, GRID_SIDE),
        'textFragments': gsmn.text_graph(params, config, ANCHORS),
        'score': gsmn.score_graph(params, config),
    }
    files = {}
    for name, graph in graphs.items():
        onnx.save(graph, out / 'gsmn' / f'{name}.onnx')
        files[name] = describe(out / 'gsmn' / f'{name}.onnx', 'Apache-2.0', 'random weights')
    write_json(out / 'gsmn' / 'scorer.json', manifest('gsmn', shipped, files))

    image_batch, text_batch = features(shipped)
    images = gsmn.image_fragments(params, config, ANCHORS, image_batch)
    texts = gsmn.text_fragments(params, config, ANCHORS, text_batch)
    scores = {'gsmn': gsmn.score_pairs(params, config, images, texts)}
    for way in ('t2i', 'i2t'):
        for pool in ('avg', 'lse'):
            name, attending = f'scan-{way}-{pool}', scan.ScanConfig(way, pool, WIDTH)
            (out / name).mkdir(exist_ok=True)
            onnx.save(scan.score_graph({}, attending), out / name / 'score.onnx')
            own = {'score': describe(out / name / 'score.onnx', 'Apache-2.0', 'no weights')}
            shared = {part: files[part] | {'file': f'../gsmn/{part}.onnx'} for part in ('imageFragments', 'textFragments')}
            write_json(out / name / 'scorer.json', manifest(name, shipped, shared | own))
            scores[name] = scan.score_pairs({}, attending, images, texts)
    image = params['by_image']
    golden = {
        'captions': CAPTIONS,
        'pictures': PICTURES,
        'scores': {name: np.round(np.asarray(value, np.float64), 6).tolist() for name, value in scores.items()},
        'text': weights(params['by_text']),
        'image': weights(image),
        'polar': [
            {'distance': {'mean': float(r), 'deviation': float(rw)}, 'angle': {'mean': float(t), 'deviation': float(tw)}}
            for r, rw, t, tw in zip(image['rho'], image['rho_width'], image['theta'], image['theta_width'], strict=True)
        ],
    }
    (out / 'golden.json').write_text(json.dumps(golden) + '\n', encoding='utf-8')


if __name__ == '__main__':
    main()
