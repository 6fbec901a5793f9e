"""Which runs of the zoo are still to do, and the record of those that are done."""

import numpy as np

from pairlens_models.zoo import still_to_do
from pairlens_models.zoo_report import read_record, write_record
from pairlens_models.zoo_runs import quick_runs


def names(runs):
    return [run.name for run in runs]


def test_what_has_a_result_is_not_run_again_unless_asked(tmp_path):
    runs = quick_runs(50)
    record = {run.name: {} for run in runs}
    vse = 'VSE_CLIP_8-epochs_seed-0'
    assert still_to_do(runs, '', False, record, tmp_path) == []
    assert names(still_to_do(runs, vse, True, record, tmp_path)) == [vse]
    del record[vse]
    assert names(still_to_do(runs, '', False, record, tmp_path)) == [vse]


def test_a_re_ranking_needs_the_scores_it_starts_from(tmp_path):
    runs = quick_runs(50)
    record = {run.name: {} for run in runs if not run.rerank}
    base = next(run.rerank for run in runs if run.rerank)
    missing = names(still_to_do(runs, 'GSMN', False, record, tmp_path))
    assert missing[0] == base and len(missing) == 2
    np.savez(tmp_path / f'{base}.npz', dev=np.zeros(1))
    assert names(still_to_do(runs, 'GSMN', False, record, tmp_path)) == missing[1:]


def test_the_record_comes_back_as_it_was_written(tmp_path):
    record = {'b': {'label': 'VSE', 'test': [1.5]}, 'a': {'label': 'SCAN', 'noise': 0.2}}
    write_record(tmp_path / 'zoo.jsonl', record)
    assert read_record(tmp_path / 'zoo.jsonl') == record
    assert read_record(tmp_path / 'none.jsonl') == {}
