"""Judges the shards of an image-caption dataset with PairLens on Apache Spark."""
