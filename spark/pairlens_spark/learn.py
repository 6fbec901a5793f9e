"""Learns a model from a sample of the shards, on the machine of the driver."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from pyspark.sql import SparkSession

from .judge import list_shards
from .program import Program, ProgramError


def learn(spark: SparkSession, inputs: Sequence[str], out: Path, program: Program, shards: int, bank: int) -> int:
    """Copies evenly drawn shards to a temporary folder and runs `pairlens learn` on them. The number of these shards."""
    every = sorted(row['shard'] for row in list_shards(spark, inputs).select('shard').collect())
    stride = max(1.0, len(every) / shards)
    drawn = [every[int(n * stride)] for n in range(min(shards, len(every)))]
    if not drawn:
        raise ProgramError('there is no .tar or .parquet file to learn from')
    with tempfile.TemporaryDirectory(prefix='pairlens-learn-') as folder:
        for number, path in enumerate(drawn):
            copy(spark, path, Path(folder) / f'{number:05d}-{PurePosixPath(unquote(urlsplit(path).path)).name}')
        command = program.command('learn', folder, '--out', str(out), '--bank', str(bank), '--cache', f'{folder}/.cache')
        if subprocess.run(command, check=False).returncode != 0:
            raise ProgramError('`pairlens learn` failed')
    return len(drawn)


def copy(spark: SparkSession, path: str, to: Path) -> None:
    """Copies a file from anywhere that Spark reads."""
    if urlsplit(path).scheme == 'file':
        shutil.copyfile(unquote(urlsplit(path).path), to)
        return
    content = spark.read.format('binaryFile').load(path).select('content').collect()[0][0]
    to.write_bytes(content)
