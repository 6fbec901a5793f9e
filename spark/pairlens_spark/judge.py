"""Judges the shards that were not judged before; every shard by itself."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from pyspark import RDD
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, Row, SparkSession

from .program import Program, ShardError
from .records import SCHEMA, row_of, rows_of

# A shard on which the program fails is tried again once: it may have been killed with its machine's memory full.
TRIALS = 2
PARTITION_BYTES = 'spark.sql.files.maxPartitionBytes'


def list_shards(spark: SparkSession, inputs: Sequence[str]) -> DataFrame:
    """Path, bytes and time of the shards below some paths, each once."""
    return (
        spark.read.format('binaryFile')
        .option('pathGlobFilter', '*.{tar,parquet}')
        .option('recursiveFileLookup', 'true')
        .load(list(inputs))
        .selectExpr('path AS shard', 'length AS bytes', 'CAST(modificationTime AS STRING) AS modified')
        .distinct()
    )


def read_records(spark: SparkSession, out: str, kind: str) -> DataFrame:
    """The records of a kind of all runs; none before the first."""
    try:
        return spark.read.schema(SCHEMA).parquet(f'{out}/records').where(f"kind = '{kind}'")
    except AnalysisException as error:
        if 'PATH_NOT_FOUND' not in str(error):
            raise
        return spark.createDataFrame([], SCHEMA)


def judge(spark: SparkSession, inputs: Sequence[str], out: str, program: Program) -> int:
    """Judges new shards and those whose bytes or time changed; appends their records. The number of these shards."""
    known = read_records(spark, out, 'shard').select('shard', 'bytes', 'modified')
    shards = sorted(list_shards(spark, inputs).join(known, ['shard', 'bytes', 'modified'], 'left_anti').collect())
    if not shards:
        return 0
    facts = {each['shard']: (each['bytes'], each['modified']) for each in shards}
    spark.sparkContext.setJobDescription(f'judge {len(shards)} shards')
    known_facts = spark.sparkContext.broadcast(facts)

    def judged(parts: Iterable[tuple[str, bytes | None]]) -> Iterator[Row]:
        for path, content in parts:
            bytes_, modified = known_facts.value[path]
            yield from judged_shard(path, content, program, bytes_, modified)

    rows = located(spark, list(facts)).mapPartitions(judged)
    spark.createDataFrame(rows, SCHEMA).write.mode('append').partitionBy('kind').parquet(f'{out}/records')
    return len(shards)


def located(spark: SparkSession, paths: list[str]) -> RDD[tuple[str, bytes | None]]:
    """A shard for each task: local ones by their path, others with their bytes."""
    if all(urlsplit(path).scheme == 'file' for path in paths):
        return spark.sparkContext.parallelize([(path, None) for path in paths], len(paths))
    before = spark.conf.get(PARTITION_BYTES)
    # Files are packed into partitions up to this size; files with bytes are never split, but those of tables are.
    spark.conf.set(PARTITION_BYTES, 1)
    try:
        read = spark.read.format('binaryFile').load(paths).select('path', 'content').rdd
        # Decides the partitions now.
        read.getNumPartitions()
    finally:
        spark.conf.set(PARTITION_BYTES, before or '128MB')
    return read.map(lambda row: (row['path'], row['content']))


def judged_shard(path: str, content: bytes | None, program: Program, bytes_: int, modified: str) -> list[Row]:
    """The rows of one shard. A shard on which the program fails has a row of kind `failure`, and is judged again in the next run."""
    place = unquote(urlsplit(path).path)
    name = PurePosixPath(place).name
    said = ''
    for _ in range(TRIALS):
        try:
            rows = list(rows_of(path, program.judge(name, place if content is None else bytes(content))))
        except ShardError as error:
            said = str(error)
            continue
        if rows and rows[-1]['kind'] == 'shard':
            end = Row(**{**rows[-1].asDict(), 'bytes': bytes_, 'modified': modified})
            return [*rows[:-1], end]
        said = 'its output is not complete'
    return [row_of(path, kind='failure', code='shard-not-judged', level='error', message=f'{name} was not judged: {said}')]
