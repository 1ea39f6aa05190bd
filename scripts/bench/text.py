# text.py: the numbers of text.lua in the package of Python: text.py TEXT FOLDER
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers  # noqa: E402

path, folder = sys.argv[1:3]
with open(path, encoding="utf8", newline="\n") as file:
    text = file.read()
lines = text.split("\n")[:-1] if text.endswith("\n") else text.split("\n")
size = sum(len(line.encode()) + 1 for line in lines)


def median(runs, f):
    times = []
    for _ in range(runs):
        start = time.process_time()
        f()
        times.append(time.process_time() - start)
    return sorted(times)[runs // 2]


def say(what, value, unit):
    print(f"{what:<40} {value:10.2f} {unit}", flush=True)


quiet = {"vocab_size": 8000, "show_progress": False}
kinds = [
    ("BPE", models.BPE(), pre_tokenizers.ByteLevel(add_prefix_space=False), trainers.BpeTrainer(**quiet)),
    ("WordPiece", models.WordPiece(unk_token="[UNK]"), pre_tokenizers.BertPreTokenizer(),
     trainers.WordPieceTrainer(special_tokens=["[UNK]"], **quiet)),
    ("Unigram", models.Unigram(), pre_tokenizers.Metaspace(),
     trainers.UnigramTrainer(unk_token="<unk>", special_tokens=["<unk>"], **quiet)),
]
for name, model, pre_tokenizer, trainer in kinds:
    t = Tokenizer(model)
    t.pre_tokenizer = pre_tokenizer
    if name == "WordPiece":
        t.normalizer = normalizers.BertNormalizer()
    start = time.process_time()
    t.train_from_iterator(lines, trainer)
    say(name + ": training", time.process_time() - start, "s")
    t = Tokenizer.from_file(f"{folder}/{name}.json")

    def ids():
        for line in lines:
            t.encode(line).ids

    say(name + ": encode, line by line", size / median(3, lambda: [t.encode(line) and None for line in lines]) / 1e6,
        "MB/s")
    say(name + ": the same, and its ids", size / median(3, ids) / 1e6, "MB/s")
    say(name + ": encode_batch", size / median(3, lambda: t.encode_batch(lines) and None) / 1e6, "MB/s")
