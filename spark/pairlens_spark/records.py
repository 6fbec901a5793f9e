"""What the program says of a shard, as rows of one table."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from pyspark.sql import Row
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    StringType,
    StructField,
    StructType,
)

# One table for all kinds of records, written in parts by kind: one write of Spark is there as a whole or not at all.
SCHEMA = StructType(
    [
        StructField('kind', StringType(), False),
        StructField('shard', StringType(), False),
        StructField('image', StringType()),
        StructField('hash', StringType()),
        StructField('width', IntegerType()),
        StructField('height', IntegerType()),
        StructField('splits', ArrayType(StringType())),
        StructField('caption', StringType()),
        StructField('caption_index', IntegerType()),
        StructField('similarity', DoubleType()),
        StructField('mismatch', DoubleType()),
        StructField('findings', ArrayType(StringType())),
        StructField('embedding', ArrayType(FloatType())),
        StructField('visual', BinaryType()),
        StructField('thumbnail', BinaryType()),
        StructField('bands', ArrayType(IntegerType())),
        StructField('code', StringType()),
        StructField('level', StringType()),
        StructField('message', StringType()),
        StructField('detail', StringType()),
        StructField('pairs', LongType()),
        StructField('images', LongType()),
        StructField('bytes', LongType()),
        StructField('modified', StringType()),
        StructField('program', StringType()),
        StructField('encoder', StringType()),
    ]
)

NOTHING: dict[str, Any] = {field.name: None for field in SCHEMA.fields}


def row_of(shard: str, **values: Any) -> Row:
    """A row of the table."""
    return Row(**{**NOTHING, 'shard': shard, **values})


def rows_of(shard: str, lines: Iterator[str]) -> Iterator[Row]:
    """The rows of the lines that `pairlens shard` prints."""
    for line in lines:
        record = json.loads(line)
        kind = record['kind']
        if kind == 'image':
            yield row_of(
                shard,
                kind=kind,
                image=record['image'],
                hash=record['hash'],
                width=record['width'],
                height=record['height'],
                splits=record['splits'],
                embedding=floats(record['embedding']),
                visual=base64.b64decode(record['visual']),
                thumbnail=base64.b64decode(record['thumbnail']),
                bands=record['bands'],
            )
        elif kind == 'pair':
            yield row_of(
                shard,
                kind=kind,
                image=record['image'],
                caption=record['caption'],
                caption_index=record['captionIndex'],
                splits=[] if record['split'] is None else [record['split']],
                similarity=float(record['similarity']),
                mismatch=float(record['mismatch']),
                findings=record['findings'],
                embedding=floats(record['embedding']),
            )
        elif kind == 'finding':
            yield row_of(
                shard,
                kind=kind,
                image=record.get('image'),
                caption=record.get('caption'),
                caption_index=record.get('captionIndex'),
                code=record['code'],
                level=record['level'],
                message=record['message'],
                detail=line.strip(),
            )
        else:
            yield row_of(
                shard,
                kind=kind,
                pairs=record['pairs'],
                images=record['images'],
                program=record['program'],
                encoder=record['encoder'],
            )


def floats(text: str) -> list[float]:
    """Numbers of base64 of little-endian 16-bit floats."""
    values: list[float] = np.frombuffer(base64.b64decode(text), dtype='<f2').astype(np.float32).tolist()
    return values
