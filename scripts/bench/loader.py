# loader.py: the numbers of loader.lua in PyTorch: medians of wall time.
import time

import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset


def median(runs, f):
    return sorted(f() for _ in range(runs))[runs // 2]


def say(what, seconds):
    print(f"{what:<60} {seconds * 1e3:10.3f} ms")


def epoch():
    start = time.perf_counter()
    for _ in DataLoader(images, batch_size=64, shuffle=True):
        pass
    return time.perf_counter() - start


images = TensorDataset(torch.rand(60000, 784), torch.randint(0, 10, (60000,)))
say("an epoch of 60,000×784, batch 64, shuffled, in process", median(7, epoch))


class Made(Dataset):
    def __len__(self):
        return 512

    def __getitem__(self, i):
        return torch.zeros(3, 224, 224), i


def first():
    start = time.perf_counter()
    for _ in DataLoader(TensorDataset(torch.rand(100, 4)), num_workers=2):
        return time.perf_counter() - start


say("start of 2 workers to the first batch", median(7, first))


def hand_over():
    get = iter(DataLoader(Made(), batch_size=64, num_workers=1, prefetch_factor=8))
    time.sleep(3)
    waits = []
    for _ in range(8):
        start = time.perf_counter()
        next(get)
        waits.append(time.perf_counter() - start)
    return sorted(waits)[3]


say("hand-over of a batch of 64×3×224×224", median(5, hand_over))
