"""Makes tiny CLIP, SigLIP, SigLIP 2 and Chinese-CLIP encoders with random weights, in the layout of the Hugging Face hub, with the vectors
that the transformers library gives: the fixtures of the tests of other encoders (test/fixtures/encoders).

    venv/bin/pip install -e 'models/build[encoders]'
    venv/bin/python -m pairlens_models.tiny_encoders test/fixtures/encoders --photos samples/tour
"""

import argparse
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import sentencepiece
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers.float16 import convert_float_to_float16
from PIL import Image
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from torch import nn

SEED = 7
OPSET = 17
#: Sizes of the towers: large enough that every part of a layer matters, small enough for a repository.
TOWER: dict[str, Any] = dict(hidden_size=16, intermediate_size=24, num_hidden_layers=1, num_attention_heads=2)
PICTURE = dict(image_size=32, patch_size=8)
TEXTS = [
    'a dog',
    "Two dogs aren't running on the beach, 3 others watch!",
    'A red bus, parked   beside a café.',
    '',
    'one two three four five six seven eight nine ten ' * 12,
    '一只狗在海滩上奔跑',
    'two cats 和一只 dog',
]
CORPUS = [
    'a dog runs on the beach',
    'two dogs are running on the beach while others watch',
    'a red bus is parked beside a small cafe',
    "a woman's hat, a man's hat; they don't match",
    'one two three four five six seven eight nine ten',
    'three cats sleep in the sun near the old house',
    '一只狗在海滩上奔跑，两只猫在睡觉',
    '红色的公共汽车停在咖啡馆旁边',
]


@dataclass(frozen=True)
class Tiny:
    """An encoder and how the library prepares what it reads."""

    model: Any
    tokenizer: Any
    pictures: Any
    #: Padding of texts: 'max_length' as SigLIP was trained, or True for the longest text.
    padding: Any
    max_length: int
    #: Whether the graph is one for both towers.
    both: bool = False
    #: Whether to write fp16 and int8, too: once for each kind of graph is enough.
    variants: bool = True


class Vision(nn.Module):
    """The picture tower of a model, with its projection."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixel_values: torch.Tensor) -> torch.Tensor:
        return pooled(self.model.get_image_features(pixel_values=pixel_values))


class Text(nn.Module):
    """The text tower of a model, with its projection."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
        return pooled(self.model.get_text_features(input_ids=input_ids))


class Both(nn.Module):
    """Both towers, as exports for Chinese-CLIP have them."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, pixel_values: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        out = self.model(input_ids=input_ids, pixel_values=pixel_values, attention_mask=attention_mask)
        return out.logits_per_image, out.logits_per_text, out.text_embeds, out.image_embeds


def pooled(features: Any) -> torch.Tensor:
    """The embeddings: newer versions of the library wrap them."""
    return features if isinstance(features, torch.Tensor) else features.pooler_output


def byte_pairs(end_of_word: str | None, size: int) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges of a byte-level BPE in the manner of CLIP."""
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix=end_of_word))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r"'s|'t|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"), 'removed', invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, end_of_word_suffix=end_of_word or '', show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    model = json.loads(tokenizer.to_str())['model']
    vocab = list(model['vocab'])
    # Every byte also ends a word.
    vocab += [f'{byte}{end_of_word}' for byte in sorted(alphabet) if f'{byte}{end_of_word}' not in model['vocab']]
    return {token: n for n, token in enumerate(vocab)}, [tuple(merge) for merge in model['merges']]


def clip() -> Tiny:
    vocab, merges = byte_pairs('</w>', 560)
    for special in ('<|startoftext|>', '<|endoftext|>'):
        vocab[special] = len(vocab)
    tokenizer = transformers.CLIPTokenizer(vocab=vocab, merges=merges, model_max_length=77)
    text = dict(
        TOWER,
        vocab_size=len(vocab),
        max_position_embeddings=77,
        bos_token_id=len(vocab) - 2,
        eos_token_id=len(vocab) - 1,
        pad_token_id=len(vocab) - 1,
    )
    config = transformers.CLIPConfig(text_config=text, vision_config=dict(TOWER, **PICTURE), projection_dim=12)
    pictures = transformers.CLIPImageProcessor(size={'shortest_edge': 32}, crop_size={'height': 32, 'width': 32})
    return Tiny(transformers.CLIPModel(config), tokenizer, pictures, True, 77)


def siglip(work: Path) -> Tiny:
    prefix = work / 'spiece'
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(line.lower() for line in CORPUS * 4),
        model_prefix=str(prefix),
        vocab_size=90,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        pad_piece='<pad>',
        character_coverage=0.99,
        minloglevel=2,
    )
    slow = transformers.SiglipTokenizer(f'{prefix}.model', model_max_length=64, model_input_names=['input_ids'])
    text = dict(
        TOWER,
        vocab_size=slow.vocab_size,
        max_position_embeddings=64,
        pad_token_id=slow.pad_token_id,
        eos_token_id=slow.eos_token_id,
        bos_token_id=slow.eos_token_id,
    )
    config = transformers.SiglipConfig(text_config=text, vision_config=dict(TOWER, **PICTURE))
    pictures = transformers.SiglipImageProcessor(size={'height': 32, 'width': 32})
    return Tiny(transformers.SiglipModel(config), slow, pictures, 'max_length', 64, variants=False)


def siglip2() -> Tiny:
    special = ['<pad>', '<eos>', '<bos>', '<unk>', '<mask>']
    tokenizer = Tokenizer(models.BPE(unk_token='<unk>', fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Lowercase(), normalizers.Replace(' ', '▁')])
    bytes_ = [f'<0x{byte:02X}>' for byte in range(256)]
    trainer = trainers.BpeTrainer(vocab_size=420, special_tokens=special + bytes_, show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    model = json.loads(tokenizer.to_str())['model']
    fast = transformers.Siglip2Tokenizer(
        vocab=model['vocab'],
        merges=[tuple(merge) for merge in model['merges']],
        model_max_length=64,
        padding_side='right',
        model_input_names=['input_ids'],
    )
    text = dict(TOWER, vocab_size=len(fast), max_position_embeddings=64, pad_token_id=0, eos_token_id=1, bos_token_id=2)
    config = transformers.SiglipConfig(text_config=text, vision_config=dict(TOWER, **PICTURE))
    pictures = transformers.SiglipImageProcessor(size={'height': 32, 'width': 32}, resample=Image.Resampling.BILINEAR)
    return Tiny(transformers.SiglipModel(config), fast, pictures, 'max_length', 64, variants=False)


def chinese_clip() -> Tiny:
    characters = sorted({c for line in CORPUS for c in line.lower() if not c.isspace()} | set('abcdefghijklmnopqrstuvwxyz0123456789'))
    pieces = [
        '[PAD]',
        '[UNK]',
        '[CLS]',
        '[SEP]',
        '[MASK]',
        *characters,
        *(f'##{c}' for c in characters if c.isascii()),
        'dog',
        'cat',
        '##s',
        'two',
        'the',
    ]
    vocab = {piece: n for n, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = transformers.BertTokenizer(vocab=vocab, do_lower_case=True, model_max_length=52)
    text = dict(TOWER, vocab_size=len(vocab), max_position_embeddings=64)
    config = transformers.ChineseCLIPConfig(text_config=text, vision_config=dict(TOWER, **PICTURE), projection_dim=12)
    pictures = transformers.ChineseCLIPImageProcessor(size={'height': 32, 'width': 32}, do_center_crop=False)
    return Tiny(transformers.ChineseCLIPModel(config), tokenizer, pictures, True, 52, both=True)


def unigram_file(slow: Any, folder: Path) -> None:
    """Writes tokenizer.json for a SigLIP tokenizer, whose library reads a SentencePiece model only."""
    model = slow.sp_model
    vocab = [(model.IdToPiece(n), model.GetScore(n)) for n in range(model.GetPieceSize())]
    fast = Tokenizer(models.Unigram(vocab, unk_id=model.unk_id(), byte_fallback=False))
    fast.normalizer = normalizers.Sequence(
        [
            normalizers.Lowercase(),
            normalizers.Replace(Regex(r'[!"#$%&\'()*+,\-./:;<=>?@\[\\\]^_`{|}~]'), ''),
            normalizers.Replace(Regex(r'\s+'), ' '),
            normalizers.Strip(),
            normalizers.NFKC(),
        ]
    )
    fast.pre_tokenizer = pre_tokenizers.Metaspace()
    fast.post_processor = processors.TemplateProcessing(
        single='$A </s>', pair='$A </s> $B </s>', special_tokens=[('</s>', slow.eos_token_id)]
    )
    fast.add_special_tokens(['<pad>', '</s>', '<unk>'])
    fast.save(str(folder / 'tokenizer.json'))


def export(module: nn.Module, file: Path, inputs: dict[str, torch.Tensor], outputs: list[str], variants: bool) -> None:
    """One graph, with all sizes but that of a picture left open."""
    axes = {name: {0: f'{name}_batch', **({1: 'sequence'} if value.ndim == 2 else {})} for name, value in inputs.items()}
    axes |= {name: {0: 'batch'} for name in outputs}
    torch.onnx.export(
        module.eval(),
        tuple(inputs.values()),
        str(file),
        input_names=list(inputs),
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )
    graph = onnx.load(str(file))
    graph.doc_string = ''
    for node in graph.graph.node:
        node.doc_string = ''
    onnx.save(graph, str(file))
    if not variants:
        return
    stem = str(file).removesuffix('.onnx')
    onnx.save(convert_float_to_float16(graph, keep_io_types=not isinstance(module, Both)), f'{stem}_fp16.onnx')
    quantize_dynamic(str(file), f'{stem}_quantized.onnx', weight_type=QuantType.QUInt8)


def batch_of(tiny: Tiny, texts: list[str]) -> Any:
    return tiny.tokenizer(texts, padding=tiny.padding, max_length=tiny.max_length, truncation=True, return_tensors='pt')


def unit(rows: torch.Tensor) -> list[list[float]]:
    values = rows.double() / rows.double().norm(dim=-1, keepdim=True)
    return [[round(value, 7) for value in row] for row in values.tolist()]


def reference(tiny: Tiny, images: dict[str, Image.Image]) -> dict[str, Any]:
    """What the library gives for the texts and pictures."""
    with torch.no_grad():
        texts = [batch_of(tiny, [text]) for text in TEXTS]
        ids = [row['input_ids'][0].tolist() for row in texts]
        embedded = torch.cat([pooled(tiny.model.get_text_features(**row)) for row in texts])
        pixels = tiny.pictures([image.convert('RGB') for image in images.values()], return_tensors='pt')['pixel_values']
        pictures = pooled(tiny.model.get_image_features(pixel_values=pixels))
    return {
        'library': f'transformers {transformers.__version__}, torch {torch.__version__.split("+")[0]}',
        'texts': [{'text': text, 'ids': row, 'vector': vector} for text, row, vector in zip(TEXTS, ids, unit(embedded), strict=True)],
        'images': [{'image': name, 'vector': vector} for name, vector in zip(images, unit(pictures), strict=True)],
    }


def plain_pictures(folder: Path) -> dict[str, Image.Image]:
    """Pictures that need no scaling: what is compared with them is everything but the filter."""
    random = np.random.default_rng(SEED)
    images = {}
    for name, (height, width) in {'square.png': (32, 32), 'wide.png': (32, 45), 'tall.png': (41, 32)}.items():
        coarse = random.integers(0, 256, (6, 6, 3), dtype=np.uint8)
        image = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        image.save(folder / name)
        images[name] = image
    return images


def make(name: str, build: Callable[[], Tiny], out: Path, photos: Path) -> None:
    torch.manual_seed(SEED)
    tiny = build()
    tiny.model.eval()
    with torch.no_grad():
        # The library's own start is so small that all embeddings are nearly alike.
        for weights in tiny.model.parameters():
            if weights.ndim > 1:
                weights.normal_(0, 0.25)
    folder = out / name
    (folder / 'onnx').mkdir(parents=True, exist_ok=True)
    tiny.model.config.save_pretrained(folder)
    tiny.pictures.save_pretrained(folder)
    tiny.tokenizer.save_pretrained(folder)
    if not (folder / 'tokenizer.json').exists():
        unigram_file(tiny.tokenizer, folder)
    for left in ('spiece.model', 'vocab.json', 'merges.txt', 'vocab.txt', 'special_tokens_map.json', 'added_tokens.json'):
        (folder / left).unlink(missing_ok=True)
    ids = batch_of(tiny, ['a dog', 'two cats in the sun'])
    pixels = torch.zeros(1, 3, 32, 32)
    if tiny.both:
        inputs = {'input_ids': ids['input_ids'], 'pixel_values': pixels, 'attention_mask': ids['attention_mask']}
        export(
            Both(tiny.model),
            folder / 'onnx' / 'model.onnx',
            inputs,
            ['logits_per_image', 'logits_per_text', 'text_embeds', 'image_embeds'],
            tiny.variants,
        )
    else:
        is_siglip = isinstance(tiny.model, transformers.SiglipModel)
        for tower, inputs in {'vision': {'pixel_values': pixels}, 'text': {'input_ids': ids['input_ids']}}.items():
            module = Vision(tiny.model) if tower == 'vision' else Text(tiny.model)
            output = 'pooler_output' if is_siglip else {'vision': 'image_embeds', 'text': 'text_embeds'}[tower]
            export(module, folder / 'onnx' / f'{tower}_model.onnx', inputs, [output], tiny.variants)
    images = plain_pictures(out) | {file.name: Image.open(file) for file in sorted(photos.glob('*.jpg'))[:4]}
    golden = reference(tiny, images)
    (folder / 'reference.json').write_text(json.dumps(golden, ensure_ascii=False) + '\n', encoding='utf-8')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('out', type=Path)
    parser.add_argument('--photos', type=Path, required=True, help='folder of photos, which are scaled')
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    work = arguments.out / 'work'
    work.mkdir(exist_ok=True)
    for name, build in {'clip': clip, 'siglip': lambda: siglip(work), 'siglip2': siglip2, 'chinese-clip': chinese_clip}.items():
        make(name, build, arguments.out, arguments.photos)
    for left in work.iterdir():
        left.unlink()
    work.rmdir()


if __name__ == '__main__':
    main()
