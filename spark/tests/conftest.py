import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pyspark.sql import SparkSession

from pairlens_spark.main import session
from pairlens_spark.program import Program

ROOT = Path(__file__).resolve().parents[2]
TOUR = ROOT / 'samples' / 'tour'
SHARDS = 6


def write_shard(path: Path, pairs: list[tuple[str, bytes, bytes]]) -> None:
    with tarfile.open(path, 'w') as archive:
        for name, picture, caption in pairs:
            stem = Path(name).stem
            for member, data in ((name, picture), (f'{stem}.txt', caption)):
                info = tarfile.TarInfo(member)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))


def tour_pairs() -> list[tuple[str, bytes, bytes]]:
    """The captioned sample photos; one photo is in the first shard, re-saved and mirrored in the second, and copied into the third."""
    pictures = sorted(each for each in TOUR.rglob('*') if each.suffix in ('.jpg', '.png', '.webp') and each.with_suffix('.txt').exists())
    return [(f'{n:06d}{each.suffix}', each.read_bytes(), each.with_suffix('.txt').read_bytes()) for n, each in enumerate(pictures)]


def resaved(data: bytes, mirror: bool) -> bytes:
    picture = Image.open(io.BytesIO(data)).convert('RGB').resize((400, 300))
    if mirror:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    out = io.BytesIO()
    picture.save(out, 'JPEG', quality=60)
    return out.getvalue()


@pytest.fixture(scope='session')
def shards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small shards of the sample photos, with copies of one of them in others."""
    folder = tmp_path_factory.mktemp('shards')
    pairs = tour_pairs()
    parts = [pairs[n::SHARDS] for n in range(SHARDS)]
    _, photo, caption = next(each for each in parts[0] if each[0].endswith('.jpg'))
    parts[1] = [*parts[1], ('900001.jpg', resaved(photo, mirror=False), caption)]
    parts[2] = [*parts[2], ('900002.jpg', photo, caption), ('900003.jpg', resaved(photo, mirror=True), caption)]
    for n, part in enumerate(parts):
        write_shard(folder / f'{n:05d}.tar', part)
    return folder


@pytest.fixture(scope='session')
def spark() -> Iterator[SparkSession]:
    # Two tasks at a time, each tried up to three times.
    found = session('local[2,3]')
    found.sparkContext.setLogLevel('ERROR')
    yield found
    found.stop()


@pytest.fixture(scope='session')
def model(shards: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model that `pairlens learn` makes of all shards."""
    file = tmp_path_factory.mktemp('model') / 'model.safetensors'
    run_pairlens('learn', str(shards), '--out', str(file), '--quiet')
    return file


@pytest.fixture(scope='session')
def program(model: Path) -> Program:
    return Program(folder=str(ROOT), model=str(model))


def run_pairlens(*arguments: str) -> None:
    subprocess.run(['node', str(ROOT / 'dist/cli/main.js'), *arguments], check=True)
