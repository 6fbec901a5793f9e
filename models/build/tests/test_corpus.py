import json

import numpy as np
from made_up import made_up_data

from pairlens_models.batches import draw, draw_of_one_domain
from pairlens_models.dataset import caption_groups, read_corpus, tag_list, with_tag_lists
from pairlens_models.objective import Recipe


def folder_of(path, rows):
    path.mkdir()
    (path / 'captions.jsonl').write_text(''.join(json.dumps(row) + '\n' for row in rows), encoding='utf-8')
    return path


def two_folders(tmp_path):
    plain = [{'image': f'{n}.jpg', 'captions': [f'A dog number {n} .', f'the dog {n}'], 'split': 'train'} for n in range(3)]
    kinds = [{'image': f'{n}.jpg', 'captions': ['An apple' if n < 5 else f'a red pear {n}'], 'domain': f'fruit/{n}'} for n in range(14)]
    return read_corpus([folder_of(tmp_path / 'dogs', plain), folder_of(tmp_path / 'fruit', kinds)])


def test_folders_become_one_corpus(tmp_path):
    corpus = two_folders(tmp_path)
    assert len(corpus.images) == 17 and len(corpus.captions) == 20
    assert [corpus.captions[c] for c in np.flatnonzero(corpus.owner == 4)] == ['An apple']
    assert list(corpus.domains[[0, 3]]) == ['dogs', 'fruit']
    # a folder without splits keeps every seventh image for measuring
    assert list(np.flatnonzero(corpus.splits == 'test')) == [3, 10]


def test_images_that_share_a_caption_are_one_group(tmp_path):
    groups = caption_groups(two_folders(tmp_path))
    assert len(set(groups[3:8])) == 1
    assert len(set(groups)) == 17 - 4


def test_tag_lists_keep_the_words_that_show(tmp_path):
    assert tag_list('A brown dog is running on the green grass with a dog .') == 'brown, dog, running, green, grass'
    corpus = two_folders(tmp_path)
    tagged = with_tag_lists(corpus, np.array([0, 9]))
    # one word is no list
    assert tagged.captions[20:] == ['dog, number', 'red, pear']
    assert list(tagged.owner[20:]) == [0, 9]


def test_images_of_one_group_are_never_negatives():
    data = made_up_data()
    groups = np.arange(len(data.captions)) // 2
    grouped = type(data)(**{**vars(data), 'groups': groups})
    batch = draw(grouped, Recipe(images=len(groups)), np.random.default_rng(0), 0)
    assert batch['same'].sum() == len(groups)
    assert batch['same'][0, 1] and not batch['same'][0, 0] and not batch['same'][1, 2]


def test_missing_captions_are_never_drawn():
    data = made_up_data()
    captions = data.captions.copy()
    captions[:, 0] = -1
    fewer = type(data)(**{**vars(data), 'captions': captions})
    for seed in range(5):
        batch = draw(fewer, Recipe(images=8), np.random.default_rng(seed), 0)
        rows = batch['labels']
        assert np.allclose(batch['sentences'], data.sentences[captions[rows, 1]])


def test_a_batch_of_one_domain_is_filled_where_it_is_small():
    domains = np.array(['a'] * 90 + ['b'] * 6)
    seen = set()
    for seed in range(20):
        rows = draw_of_one_domain(domains, 10, np.random.default_rng(seed))
        assert len(rows) == 10 and len(set(rows)) == 10 and list(rows) == sorted(rows)
        inside = {domain: int((domains[rows] == domain).sum()) for domain in ('a', 'b')}
        seen.add(tuple(inside.values()))
    assert seen == {(10, 0), (4, 6)}
