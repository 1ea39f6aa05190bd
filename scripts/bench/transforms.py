# transforms.py: the numbers of transforms.lua in torchvision: reads the number of a case, writes the least of several
# runs of processor time in milliseconds.
import sys
import time

import torch
from torchvision.transforms.v2 import functional as F

torch.set_num_threads(1)
torch.manual_seed(0)
hd = torch.randint(0, 256, (3, 1080, 1920)).to(torch.uint8)
floats = hd.float() / 255
small = torch.randint(0, 256, (3, 224, 224)).to(torch.uint8)
affine = dict(angle=20, translate=[30, -10], scale=1.1, shear=[5.0, 3.0])
mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
cases = [
    lambda: F.resize(hd, [224, 224]),
    lambda: F.resize(hd, [224, 224], interpolation="bicubic"),
    lambda: F.resize(floats, [224, 224]),
    lambda: F.resize(small, [1080, 1920]),
    lambda: F.gaussian_blur(hd, [7, 7], [1.5, 1.5]),
    lambda: F.gaussian_blur(hd, [23, 23], [4.0, 4.0]),
    lambda: F.gaussian_blur(floats, [7, 7], [1.5, 1.5]),
    lambda: F.affine(hd, **affine, interpolation="bilinear"),
    lambda: F.affine(hd, **affine),
    lambda: F.affine(floats, **affine, interpolation="bilinear", fill=[0.5]),
    lambda: F.rotate(small, 30, interpolation="bilinear"),
    lambda: F.adjust_contrast(hd, 1.3),
    lambda: F.adjust_saturation(hd, 1.3),
    lambda: F.adjust_hue(small, 0.1),
    lambda: F.equalize(small),
    lambda: F.adjust_sharpness(small, 1.5),
    lambda: F.normalize(F.to_dtype(small, torch.float32, scale=True), mean, std),
]


def least(f):
    f()
    best, begin = float("inf"), time.process_time()
    while time.process_time() - begin < 0.6:
        start = time.process_time()
        f()
        best = min(best, time.process_time() - start)
    return best * 1e3


for line in sys.stdin:
    print(least(cases[int(line) - 1]), flush=True)
