"""Copies of pictures in any shards: the same bytes, and near-duplicates.

The rule for near-duplicates is that of `pairlens audit` (src/core/audit/detectors/nearDuplicate.ts); here, images are compared that
agree in a band of their hashes.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import BooleanType, StringType, StructField, StructType

# Visual cosine and thumbnail correlation (plain or mirrored) of near-duplicates.
SIMILAR_VISUAL = 0.65
SAME_THUMBNAIL = 0.9
SIDE = 16
# Larger buckets are left out and counted: pictures of one plain colour agree in all bands.
MOST_IN_BUCKET = 200

NEAR = StructType(
    [
        StructField('hash', StringType(), False),
        StructField('other', StringType(), False),
        StructField('mirrored', BooleanType(), False),
    ]
)


def exact_duplicates(images: DataFrame) -> DataFrame:
    """For each picture that several images hold: hash, number of copies, one of the images, and the splits of all."""
    return (
        images.groupBy('hash')
        .agg(
            f.count('*').alias('copies'),
            f.min(f.struct('shard', 'image')).alias('first'),
            f.array_sort(f.array_distinct(f.flatten(f.collect_set('splits')))).alias('splits'),
        )
        .where('copies > 1')
        .select('hash', 'copies', 'first.shard', 'first.image', 'splits', (f.size('splits') > 1).alias('leak'))
    )


def near_duplicates(spark: SparkSession, images: DataFrame) -> tuple[DataFrame, int]:
    """Pairs of different pictures that are copies of one, and the number of buckets that were too large to compare."""
    pictures = images.groupBy('hash').agg(
        f.min_by(f.struct('shard', 'image', 'visual', 'thumbnail', 'bands'), f.struct('shard', 'image')).alias('of'),
        f.array_distinct(f.flatten(f.collect_set('splits'))).alias('splits'),
    )
    pictures = pictures.select('hash', 'splits', 'of.*').cache()
    buckets = (
        pictures.select('hash', f.posexplode('bands').alias('band', 'value'))
        .groupBy('band', 'value')
        # One more than is compared tells that there are too many.
        .agg(f.count('*').alias('size'), f.collect_list('hash').alias('hashes'))
        .where('size > 1')
        .cache()
    )
    crowded = buckets.where(f.col('size') > MOST_IN_BUCKET).count()
    small = buckets.where(f.col('size') <= MOST_IN_BUCKET)
    left = small.select(f.explode('hashes').alias('hash'), 'hashes')
    candidates = left.select('hash', f.explode('hashes').alias('other')).where('hash < other').distinct()
    vectors = pictures.select('hash', 'visual', 'thumbnail')
    others = vectors.select(f.col('hash').alias('other'), f.col('visual').alias('visual2'), f.col('thumbnail').alias('thumbnail2'))
    compared = (
        candidates.join(vectors, 'hash').join(others, 'other').select('hash', 'visual', 'thumbnail', 'other', 'visual2', 'thumbnail2')
    )
    near = spark.createDataFrame(compared.rdd.mapPartitions(same_pictures), NEAR)
    named = pictures.select('hash', 'shard', 'image', 'splits')
    named2 = pictures.select(
        f.col('hash').alias('other'),
        f.col('shard').alias('other_shard'),
        f.col('image').alias('other_image'),
        f.col('splits').alias('other_splits'),
    )
    both = near.join(named, 'hash').join(named2, 'other')
    all_splits = f.array_distinct(f.concat('splits', 'other_splits'))
    return both.select(
        'hash', 'shard', 'image', 'other', 'other_shard', 'other_image', 'mirrored', (f.size(all_splits) > 1).alias('leak')
    ), crowded


def same_pictures(candidates: Iterable[Row]) -> Iterator[tuple[str, str, bool]]:
    """Those of the candidates that are copies of one picture."""
    for hash_, visual, thumbnail, other, visual2, thumbnail2 in candidates:
        if float(halves(visual) @ halves(visual2)) < SIMILAR_VISUAL:
            continue
        a, b = normalised(thumbnail), normalised(thumbnail2)
        plain = float((a * b).sum())
        mirrored = float((a * b[:, ::-1]).sum())
        if max(plain, mirrored) >= SAME_THUMBNAIL:
            yield hash_, other, mirrored > plain


def halves(data: bytes) -> NDArray[np.float32]:
    return np.frombuffer(bytes(data), dtype='<f2').astype(np.float32)


def normalised(thumbnail: bytes) -> NDArray[np.float64]:
    """A thumbnail (16, 16) that is centred and of unit length."""
    pixels = np.frombuffer(bytes(thumbnail), dtype=np.uint8).astype(np.float64)
    pixels = pixels - pixels.mean()
    length = np.linalg.norm(pixels)
    scaled: NDArray[np.float64] = (pixels / length if length > 0 else pixels).reshape(SIDE, SIDE)
    return scaled
