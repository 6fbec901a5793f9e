import json
import shutil
import stat
from pathlib import Path

import pytest
from conftest import ROOT, SHARDS, run_pairlens
from pyspark.sql import SparkSession

from pairlens_spark.judge import judge, list_shards, read_records
from pairlens_spark.main import main
from pairlens_spark.program import Program, ProgramError
from pairlens_spark.report import report


def test_shards_are_judged_as_one_audit_by_the_same_model_judges_them(
    spark: SparkSession, shards: Path, program: Program, tmp_path: Path
) -> None:
    out = str(tmp_path / 'out')
    assert judge(spark, [str(shards)], out, program) == SHARDS
    pairs_file = tmp_path / 'pairs.jsonl'
    report_file = tmp_path / 'report.json'
    run_pairlens(
        *('audit', str(shards), '--model', str(program.model), '--pairs', str(pairs_file), '--format', 'json'),
        *('--out', str(report_file), '--fail-on', 'never', '--quiet', '--cache', str(tmp_path / 'cache')),
    )
    whole = {(each['image'], each['captionIndex']): each for each in map(json.loads, pairs_file.read_text().splitlines())}
    apart = {(each['image'], each['caption_index']): each for each in read_records(spark, out, 'pair').collect()}
    assert apart.keys() == whole.keys()
    for key, pair in apart.items():
        assert pair['mismatch'] == pytest.approx(whole[key]['mismatch'], abs=1e-4), key
        assert len(pair['embedding']) == 384
    made = report(spark, out)
    assert made['shards'] == SHARDS
    assert made['pairs'] == len(whole)
    assert made['wrongShare'] == pytest.approx(sum(each['mismatch'] for each in whole.values()) / len(whole), abs=1e-4)
    # Copies are found across shards as within one folder.
    findings = json.loads(report_file.read_text())['findings']
    exact = [finding for finding in findings if finding['code'] == 'exact-duplicate']
    near = [finding for finding in findings if finding['code'] == 'near-duplicate']
    assert made['duplicates']['pictures'] == len(exact) > 0
    assert made['duplicates']['bucketsLeftOut'] == 0
    found = spark.read.parquet(f'{out}/duplicates/near').collect()
    for finding in near:
        named = {finding['file'], *finding['relatedFiles']}
        assert any({each['image'], each['other_image']} <= named for each in found), named
    in_groups = [{finding['file'], *finding['relatedFiles']} for finding in near]
    for each in found:
        assert any({each['image'], each['other_image']} & group for group in in_groups), each
    assert any(each['mirrored'] for each in found)


def test_a_second_run_judges_only_what_is_new_or_changed(spark: SparkSession, shards: Path, program: Program, tmp_path: Path) -> None:
    folder, out = tmp_path / 'in', str(tmp_path / 'out')
    folder.mkdir()
    shutil.copy(shards / '00000.tar', folder)
    # The same folder twice: each shard is judged once.
    assert judge(spark, [str(folder), f'{folder}/00000.tar'], out, program) == 1
    pairs = read_records(spark, out, 'pair').count()
    assert judge(spark, [str(folder)], out, program) == 0
    shutil.copy(shards / '00000.tar', folder / 'copy.tar')
    assert judge(spark, [str(folder)], out, program) == 1
    assert read_records(spark, out, 'pair').count() == 2 * pairs
    made = report(spark, out)
    assert made['shards'] == 2
    # Of a shard that is there twice every picture is.
    assert made['duplicates']['images'] == made['images']


def test_poisoned_shards_are_findings(spark: SparkSession, shards: Path, program: Program, tmp_path: Path) -> None:
    folder, out = tmp_path / 'in', str(tmp_path / 'out')
    folder.mkdir()
    whole = (shards / '00001.tar').read_bytes()
    (folder / 'cut.tar').write_bytes(whole[: len(whole) // 2])
    (folder / 'none.parquet').write_bytes(b'PAR1 no parquet PAR1')
    shutil.copy(shards / '00002.tar', folder)
    assert judge(spark, [str(folder)], out, program) == 3
    made = report(spark, out)
    assert made['shards'] == 3
    assert made['notJudged']['shards'] == 0
    assert [Path(each['shard']).name for each in made['unreadable']['first']] == ['cut.tar', 'none.parquet']
    assert read_records(spark, out, 'pair').where("shard LIKE '%cut.tar'").count() > 0
    assert 'ends in the middle' in made['unreadable']['first'][0]['message']


def wrapper(path: Path, lines: str) -> str:
    """A program in place of Node that does something first."""
    path.write_text(f'#!/bin/sh\n{lines}\nexec node "$@"\n')
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_killed_worker_costs_only_its_task(spark: SparkSession, shards: Path, program: Program, tmp_path: Path) -> None:
    out = str(tmp_path / 'out')
    mark = tmp_path / 'killed'
    # The first program to run kills the worker of Spark that started it, in the middle of its task.
    node = wrapper(tmp_path / 'node', f'if mkdir {mark} 2>/dev/null; then kill -9 $PPID; exit 1; fi')
    assert judge(spark, [str(shards)], out, Program(node=node, folder=program.folder, model=program.model)) == SHARDS
    assert mark.exists()
    made = report(spark, out)
    assert (made['shards'], made['notJudged']['shards']) == (SHARDS, 0)
    pairs = read_records(spark, out, 'pair')
    assert pairs.count() == pairs.select('shard', 'image', 'caption_index').distinct().count() == made['pairs']


def test_a_shard_on_which_the_program_dies_is_named_and_judged_again(
    spark: SparkSession, shards: Path, program: Program, tmp_path: Path
) -> None:
    out = str(tmp_path / 'out')
    node = wrapper(tmp_path / 'node', 'case "$*" in *00003.tar*) kill -9 $$ ;; esac')
    broken = Program(node=node, folder=program.folder, model=program.model)
    assert judge(spark, [str(shards)], out, broken) == SHARDS
    made = report(spark, out)
    assert (made['shards'], made['notJudged']['shards']) == (SHARDS - 1, 1)
    assert '00003.tar was not judged' in made['notJudged']['first'][0]['message']
    assert judge(spark, [str(shards)], out, program) == 1
    made = report(spark, out)
    assert (made['shards'], made['notJudged']['shards']) == (SHARDS, 0)


def test_what_cannot_judge_anything_is_told_before_the_job(program: Program, tmp_path: Path, spark: SparkSession) -> None:
    for wrong in (
        Program(node='/nowhere/node', folder=program.folder, model=program.model),
        Program(folder=program.folder, model=str(tmp_path / 'no.safetensors')),
        Program(folder=str(tmp_path), model=program.model),
    ):
        with pytest.raises(ProgramError):
            wrong.check()


def test_shards_that_are_not_local_files_are_read_by_spark(
    spark: SparkSession, shards: Path, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = str(tmp_path / 'out')
    # Of another scheme than file: the bytes come from Spark and go through a pipe.
    monkeypatch.setattr('pairlens_spark.judge.urlsplit', lambda path: type('Parts', (), {'scheme': 's3a', 'path': path}))
    assert list_shards(spark, [str(shards)]).count() == SHARDS
    assert judge(spark, [str(shards / '00000.tar'), str(shards / '00001.tar')], out, program) == 2
    # Tables are read in large parts again.
    assert spark.conf.get('spark.sql.files.maxPartitionBytes') != '1'
    assert report(spark, out)['notJudged']['shards'] == 0
    assert read_records(spark, out, 'pair').count() > 0


def test_the_commands_with_one_archive(spark: SparkSession, shards: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    package = next((ROOT / 'dist').glob('pairlens-*.vsix'))
    model, archive, out = tmp_path / 'model.safetensors', tmp_path / 'pairlens.tar.gz', str(tmp_path / 'out')
    assert main(['learn', str(shards), '--program', str(ROOT), '--shards', '4', '--out', str(model)]) == 0
    assert 'Learnt from 4 shards' in capsys.readouterr().err
    assert (
        main(['pack', '--package', str(package), '--model', str(model), '--node', shutil.which('node') or '', '--out', str(archive)]) == 0
    )
    assert main(['judge', str(shards), '--archive', str(archive), '--out', out]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)['shards'] == SHARDS
    assert f'Judged {SHARDS} new shards' in printed.err
    assert json.loads(spark.read.text(f'{out}/report').collect()[0][0])['shards'] == SHARDS
    assert main(['judge', str(shards), '--out', out]) == 2
    assert 'give --archive' in capsys.readouterr().err
