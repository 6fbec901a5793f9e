"""The PairLens program that Spark's workers run, and the archive in which it travels to them."""

import io
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pyspark import SparkFiles

# Name under which workers find the unpacked archive.
ARCHIVE = 'pairlens'
MAIN = 'dist/cli/main.js'
MODEL = 'model.safetensors'
# Part of the standard error that is kept of a failed run.
KEPT_ERROR = 2000


class ProgramError(Exception):
    """The program cannot judge anything: it, Node or the model is missing or does not fit."""


class ShardError(Exception):
    """The program failed on one shard."""


@dataclass(frozen=True)
class Program:
    """Where workers find the program; without paths, in the archive that was given to Spark."""

    node: str | None = None
    folder: str | None = None
    model: str | None = None

    def command(self, *arguments: str) -> list[str]:
        """The command line of the program on this machine."""
        if self.folder is not None:
            return [self.node or 'node', f'{self.folder}/{MAIN}', *arguments]
        root = SparkFiles.get(ARCHIVE)
        packed = Path(root) / 'bin' / 'node'
        return [str(packed) if packed.exists() else 'node', f'{root}/program/{MAIN}', *arguments]

    def judge(self, name: str, shard: str | bytes) -> Iterator[str]:
        """The lines that `pairlens shard` prints of a shard: its path on this machine, or its bytes.

        Raises ShardError if the program fails; the lines until then are not complete.
        """
        model = self.model if self.model is not None else f'{SparkFiles.get(ARCHIVE)}/{MODEL}'
        source = '-' if isinstance(shard, bytes) else shard
        # Spark runs as many tasks at a time as there are cores.
        arguments = ['shard', source, '--name', name, '--model', model, '--quiet', '--threads', '1']
        with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as errors:
            if isinstance(shard, bytes):
                given.write(shard)
                given.seek(0)
            try:
                process = subprocess.Popen(
                    self.command(*arguments), stdin=given, stdout=subprocess.PIPE, stderr=errors, text=True, encoding='utf-8'
                )
            except OSError as error:
                raise ShardError(f'{error.filename} cannot be run: {error.strerror}') from error
            assert process.stdout is not None
            try:
                yield from process.stdout
                status = process.wait()
            finally:
                process.kill()
                process.wait()
                process.stdout.close()
            if status != 0:
                errors.seek(0)
                said = errors.read().decode('utf-8', 'replace').strip()[-KEPT_ERROR:]
                raise ShardError(said or f'the program ended with status {status}')

    def check(self) -> None:
        """Judges an empty shard. Raises ProgramError if program, Node or model cannot be used."""
        empty = io.BytesIO()
        tarfile.open(fileobj=empty, mode='w').close()
        try:
            for _ in self.judge('empty.tar', empty.getvalue()):
                pass
        except ShardError as error:
            raise ProgramError(str(error)) from error


def pack(package: Path, model: Path, out: Path, node: Path | None) -> None:
    """Writes program, model and Node as one archive for Spark.

    package: a .vsix of `npm run package` for the workers' platform, or a folder with its content.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = package
        if package.suffix == '.vsix':
            with zipfile.ZipFile(package) as unzipped:
                unzipped.extractall(scratch)
            folder = Path(scratch) / 'extension'
        if not (folder / MAIN).exists():
            raise ProgramError(f'{package} holds no {MAIN}; make it with `npm run package`')
        partial = out.with_name(f'{out.name}.partial')
        with tarfile.open(partial, 'w:gz', compresslevel=1) as archive:
            for part in ('dist', 'models', 'node_modules', 'package.json'):
                if (folder / part).exists():
                    archive.add(folder / part, f'program/{part}')
            archive.add(model, MODEL)
            if node is not None:
                archive.add(node.resolve(), 'bin/node')
        shutil.move(partial, out)
