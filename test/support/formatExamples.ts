/** For each format a file with awkward neighbours: unknown keys, odd spacing, escapes, several line ends. */
export const FORMAT_EXAMPLES: Readonly<Record<string, string>> = {
  sidecar: '  \n a dog,\r\n 犬 on a lawn \n\n',
  'sidecar-lines': 'A dog runs.\r\n\r\n  Zwei Hunde 🐕 rennen. \nthird one here',
  'hf-metadata-jsonl':
    '{"file_name": "a.jpg",  "text" :"one \\"quoted\\" dog", "tags":[1, 2]}\r\n\n{"text":"\\u72ac two","file_name":"b \\\\ c.jpg"}\n',
  'hf-metadata-csv':
    'file_name,score,text\r\na.jpg,1,plain words\r\n"b,c.jpg",2,"quoted, ""with"" 犬"\n\nd.jpg,3,\r\ne.jpg,4,"two\nlines"',
  'captions-jsonl':
    '{"image":"a.jpg","captions":["first 🐕", "second\\n\\t"],"split":"test"}\n{"caption":"third","image":"b.jpg"}',
  'coco-captions':
    '{"info": {"caption": "not one"},\n "annotations":[{"caption":"A dog","image_id":1,"id":7},\n{"id":8,"image_id":2,"caption":"Two \\u00e9 dogs"}],"images":[{"id":1,"file_name":"a.jpg"},{"file_name":"b.jpg","id":2,"x":{"caption":"no"}}]}\n',
  'kohya-metadata':
    '{\n  "img/a": {"caption": "a dog", "tags": "1dog, solo", "image_size": [1, 2]},\n  "b.png":{"tags":"only tags"}\n}',
  'flickr-token': 'a.jpg#0\tA dog .\r\na.jpg#1\tA dog\tagain .\nb.jpg#0\t犬 .',
  delimited:
    'image,caption\na.jpg,A dog .\na.jpg,"A dog , running ."\r\nb.jpg,"""Stop"" it says"\n',
  'json-sidecar':
    '{"image": "a.jpg",\r\n "tags": ["x", "y"], "captions": {"short": "A dog \\"", "long": "Ein H\\u00fcndchen 🐕"}, "n": {"caption": "no"}}\n',
  'yaml-sidecar':
    '# a note\r\nmain_prompt: >-\n  a dog on\n  a lawn\nrating: 0.5\ntags:\n  - tag: sitting\n    weight: 0.5\n',
  'captions-json':
    '[\n {"image": "a.jpg", "caption": "A \\"small\\" dog", "id": [1, {"caption": "no"}]},\r\n {"captions":["Two dogs","\\u72ac"],"file_name":"b \\\\ c.jpg"}\n]\n',
  'captions-map':
    '{"info": "set",\n "a.jpg": "A dog",\r\n "b/c.png": ["one \\t", "two 🐕"], "d.jpg": {"x": 1, "text": "third"}}',
  karpathy:
    '{"dataset": "x", "images": [{"filename": "a.jpg", "filepath": "val", "split": "val", "sentences": [{"raw": "A dog .", "sentid": 4, "tokens": ["a"]},\n{"tokens": [], "raw": "Ein H\\u00fcndchen"}]}]}',
  conversations:
    '[{"id": 1, "image": "a.jpg", "conversations": [{"from": "human", "value": "<image>\\nDescribe it."}, {"value": "A dog\\n runs .", "from": "gpt"}]},\r\n{"messages": [{"role": "user", "content": [{"type": "image", "image": "b.png"}, {"type": "text", "text": "What is shown?"}]}, {"role": "assistant", "content": [{"type": "text", "text": "犬 🐕"}]}]}]',
  'named-lines': 'a.jpg: a dog, black\r\n\nb c.PNG:  Ein "Hündchen" 🐕 \na.jpg: again: a dog',
  'kaggle-results':
    'image_name| comment_number| comment\na.jpg| 0| A dog "runs" .\na.jpg|1|Two dogs .\r\nb.jpg| 0|  spaced  ',
};
