# The peers of images.lua: images.py FOLDER TURNS. Prints peer, kind and images a second.
import glob
import os
import sys
import time
import warnings

warnings.simplefilter("ignore")
folder, turns = sys.argv[1], int(sys.argv[2])


def rate(paths, read):
    best = 1e9
    for _ in range(turns):
        start = time.perf_counter()
        for path in paths:
            read(path)
        best = min(best, time.perf_counter() - start)
    return len(paths) / best


def readers():
    try:
        import torch
        from torchvision.io import ImageReadMode, read_image
        torch.set_num_threads(1)
        yield "torchvision", "", lambda path: read_image(path, ImageReadMode.RGB)
    except ImportError:
        pass
    try:
        import numpy
        from PIL import Image
        yield "Pillow", "", lambda path: numpy.asarray(Image.open(path).convert("RGB"))

        def half(path):
            image = Image.open(path)
            image.draft("RGB", (image.width // 2, image.height // 2))
            return numpy.asarray(image.convert("RGB"))
        yield "Pillow", ", at half its size", half
    except ImportError:
        pass


for name, what, read in readers():
    for kind in ("jpg", "png"):
        paths = sorted(glob.glob(os.path.join(folder, "*." + kind)))
        if paths and not (what and kind == "png"):
            print(name, kind + what, rate(paths, read), sep="\t", flush=True)
