"""The report over all shards that were judged so far."""

import json
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from .duplicates import exact_duplicates, near_duplicates
from .judge import read_records

# Rules about copies within one shard: the tables of duplicates have those of all shards.
WITHIN_A_SHARD = ['exact-duplicate', 'near-duplicate', 'split-leak']
NAMED_FAILURES = 20


def report(spark: SparkSession, out: str) -> dict[str, Any]:
    """Finds copies in all shards, writes `duplicates` and `report` below `out`, and returns the report."""
    context = spark.sparkContext
    context.setJobDescription('count findings')
    shards = read_records(spark, out, 'shard')
    totals = shards.agg(f.count('*'), f.coalesce(f.sum('pairs'), f.lit(0)), f.coalesce(f.sum('images'), f.lit(0))).collect()[0]
    wrong = read_records(spark, out, 'pair').agg(f.avg('mismatch')).collect()[0][0]
    findings = read_records(spark, out, 'finding').where(~f.col('code').isin(WITHIN_A_SHARD))
    counts = {row['code']: row['count'] for row in findings.groupBy('code').count().collect()}
    unread = findings.where("code = 'unreadable-archive'").select('shard', 'message').distinct()
    failures = read_records(spark, out, 'failure').join(shards.select('shard'), 'shard', 'left_anti')
    failed = failures.groupBy('shard').agg(f.last('message').alias('message'))
    context.setJobDescription('find copies in all shards')
    images = read_records(spark, out, 'image')
    exact = exact_duplicates(images)
    exact.write.mode('overwrite').parquet(f'{out}/duplicates/exact')
    near, crowded = near_duplicates(spark, images)
    near.write.mode('overwrite').parquet(f'{out}/duplicates/near')
    exact = spark.read.parquet(f'{out}/duplicates/exact')
    near = spark.read.parquet(f'{out}/duplicates/near')
    copies = exact.agg(
        f.count('*'), f.coalesce(f.sum('copies'), f.lit(0)), f.coalesce(f.sum(f.col('leak').cast('int')), f.lit(0))
    ).collect()[0]
    likes = near.agg(f.count('*'), f.coalesce(f.sum(f.col('leak').cast('int')), f.lit(0))).collect()[0]
    made: dict[str, Any] = {
        'version': 1,
        'shards': totals[0],
        'pairs': totals[1],
        'images': totals[2],
        'wrongShare': wrong,
        'findings': dict(sorted(counts.items())),
        'duplicates': {
            'pictures': copies[0],
            'images': copies[1],
            'leaks': copies[2],
            'near': likes[0],
            'nearLeaks': likes[1],
            'bucketsLeftOut': crowded,
        },
        'unreadable': named(unread),
        'notJudged': named(failed),
    }
    text = spark.createDataFrame([(json.dumps(made, ensure_ascii=False),)], 'value STRING')
    text.coalesce(1).write.mode('overwrite').text(f'{out}/report')
    return made


def named(shards: DataFrame) -> dict[str, Any]:
    """The number of shards, and some of them with what is wrong."""
    first = shards.orderBy('shard').limit(NAMED_FAILURES).collect()
    return {'shards': shards.select('shard').distinct().count(), 'first': [{'shard': s, 'message': m} for s, m in first]}
