# loader.py: a number of loader.lua in PyTorch: the median of wall times. usage: loader.py FOLDER ROW
import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset


def median(runs, f):
    return sorted(f() for _ in range(runs))[runs // 2]


rows = {}


def row(what, scale=1e3, unit="ms"):
    """The function measures what a row of loader.lua is called by."""
    def add(measure):
        rows[what] = measure, scale, unit
        return measure
    return add


@row("an epoch of 60,000×784, batch 64, shuffled, in process")
def epoch():
    images = TensorDataset(torch.rand(60000, 784), torch.randint(0, 10, (60000,)))
    return median(7, lambda: one_epoch(images))


def one_epoch(images):
    start = time.perf_counter()
    for _ in DataLoader(images, batch_size=64, shuffle=True):
        pass
    return time.perf_counter() - start


class Made(Dataset):
    def __len__(self):
        return 512

    def __getitem__(self, i):
        return torch.zeros(3, 224, 224), i


@row("start of 2 workers to the first batch")
def first():
    return median(7, one_start)


def one_start():
    start = time.perf_counter()
    for _ in DataLoader(TensorDataset(torch.rand(100, 4)), num_workers=2):
        return time.perf_counter() - start


@row("hand-over of a batch of 64×3×224×224")
def hand_over():
    return median(3, one_hand_over)


def one_hand_over():
    get = iter(DataLoader(Made(), batch_size=64, num_workers=1, prefetch_factor=8))
    time.sleep(8)
    waits, kept = [], []
    for _ in range(8):
        start = time.perf_counter()
        kept.append(next(get))
        waits.append(time.perf_counter() - start)
    return sorted(waits)[3]


def photographs(workers):
    from torchvision.datasets import ImageFolder
    from torchvision.io import ImageReadMode, read_image
    from torchvision.transforms import v2
    change = v2.Compose([v2.Resize((224, 224)), v2.RandomHorizontalFlip(), v2.ToDtype(torch.float32, scale=True),
                         v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))])
    images = ImageFolder(sys.argv[1], change, loader=lambda path: read_image(path, ImageReadMode.RGB))
    torch.set_num_threads(1)

    def rate():
        start, n = time.perf_counter(), 0
        for x, _ in DataLoader(images, batch_size=64, shuffle=True, num_workers=workers):
            n += len(x)
        return n / (time.perf_counter() - start)
    return median(5, rate)


for count in (0, 2):
    row(f"JPEG 500×375, resize 224, flip, normalise, {count} workers", 1, "images/s")(
        lambda count=count: photographs(count))

if __name__ == "__main__":
    measure, scale, unit = rows[sys.argv[2]]
    print(f"{'  PyTorch':<60} {measure() * scale:10.3f} {unit}")
