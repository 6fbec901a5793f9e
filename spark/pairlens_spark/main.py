"""The command `pairlens-spark`."""

import argparse
import json
import os
import sys
from pathlib import Path

import pyspark.cloudpickle as cloudpickle
from pyspark.sql import SparkSession

from .judge import judge
from .learn import learn
from .program import ARCHIVE, Program, ProgramError, pack
from .report import report

LOCAL_PARTITIONS = 8


def parser() -> argparse.ArgumentParser:
    """The command line."""
    whole = argparse.ArgumentParser(prog='pairlens-spark', description='Judges the shards of an image-caption dataset on Apache Spark.')
    commands = whole.add_subparsers(dest='command', required=True)
    packing = commands.add_parser('pack', help='make one archive of program, model and Node for the workers')
    packing.add_argument('--package', type=Path, required=True, help='a .vsix of `npm run package`, or a folder with its content')
    packing.add_argument('--model', type=Path, required=True, help='what `learn` wrote')
    packing.add_argument('--node', type=Path, help='a Node program to include; without it workers need their own')
    packing.add_argument('--out', type=Path, required=True, help='the archive, a .tar.gz')
    learning = commands.add_parser('learn', help='learn a model from a sample of the shards')
    learning.add_argument('inputs', nargs='+', help='folders or files of anything that Spark reads')
    learning.add_argument('--program', type=Path, required=True, help='folder of the program')
    learning.add_argument('--node', help='the Node program (default: that on the path)')
    learning.add_argument('--shards', type=int, default=20, help='shards to learn from (20)')
    learning.add_argument('--bank', type=int, default=20_000, help='pairs to learn from (20,000)')
    learning.add_argument('--out', type=Path, required=True, help='the model, such as model.safetensors')
    judging = commands.add_parser('judge', help='judge all shards that were not judged before, and report')
    judging.add_argument('inputs', nargs='+', help='folders or files of anything that Spark reads')
    judging.add_argument('--archive', help='what `pack` made')
    judging.add_argument('--program', help='in place of the archive: folder of the program, on every worker')
    judging.add_argument('--model', help='in place of the archive: the model, on every worker')
    judging.add_argument('--node', help='in place of the archive: the Node program (default: that on the path)')
    judging.add_argument('--out', required=True, help='folder for verdicts, embeddings and the report')
    for command in (learning, judging):
        command.add_argument('--master', help='master of Spark, such as local[*]; without it that of spark-submit')
    return whole


def session(master: str | None) -> SparkSession:
    """The session of spark-submit, or a local one."""
    # Workers need not have this package.
    cloudpickle.register_pickle_by_value(sys.modules[__package__])  # type: ignore[no-untyped-call]
    # Local workers run with the same Python; on a cluster spark-submit decides.
    if master is None or master.startswith('local'):
        os.environ.setdefault('PYSPARK_PYTHON', sys.executable)
    builder = SparkSession.builder.appName('pairlens')
    if master is not None:
        builder = builder.master(master)
        if master.startswith('local'):
            # Spark's default, 200, is for clusters: on one machine most time would go into empty tasks.
            builder = builder.config('spark.sql.shuffle.partitions', LOCAL_PARTITIONS)
    return builder.getOrCreate()


def main(arguments: list[str] | None = None) -> int:
    """Runs the command. 0: done; 2: it could not run."""
    given = parser().parse_args(arguments)
    try:
        if given.command == 'pack':
            pack(given.package, given.model, given.out, given.node)
            return 0
        spark = session(given.master)
        if given.command == 'learn':
            program = Program(node=given.node, folder=str(given.program.resolve()))
            count = learn(spark, given.inputs, given.out.resolve(), program, given.shards, given.bank)
            print(f'Learnt from {count} shards; wrote {given.out}.', file=sys.stderr)
            return 0
        if given.archive is not None:
            spark.sparkContext.addArchive(f'{given.archive}#{ARCHIVE}')
            program = Program()
        elif given.program is not None and given.model is not None:
            program = Program(node=given.node, folder=given.program, model=given.model)
        else:
            raise ProgramError('give --archive, or --program and --model')
        program.check()
        count = judge(spark, given.inputs, given.out, program)
        print(f'Judged {count} new shards.', file=sys.stderr)
        print(json.dumps(report(spark, given.out), indent=2, ensure_ascii=False))
        return 0
    except ProgramError as error:
        print(f'pairlens-spark: {error}', file=sys.stderr)
        return 2


if __name__ == '__main__':
    sys.exit(main())
