# graphs.py: the numbers of graphs.lua in PyTorch, eager: medians of processor time, with one thread.
import time

import torch

torch.set_num_threads(1)


def median(runs, loops, f):
    times = []
    for _ in range(runs + 2):
        start = time.process_time()
        for _ in range(loops):
            f()
        times.append((time.process_time() - start) / loops * 1e6)
    return sorted(times[2:])[runs // 2]


def say(what, us):
    print(f"{what:<52} {us:12.2f} µs")


a, b = torch.rand(4, 4), torch.rand(4, 4)
say("add of 4×4", median(15, 20000, lambda: a.add(b)))


def chain(x, y):
    return ((x * 2 + 1).exp() * y).sqrt()


for n in (2048, 100000, 10000000):
    loops = max(1, 2000000 // n)
    x, y = torch.rand(n), torch.rand(n)
    say(f"chain of {n}", median(9, loops, lambda: chain(x, y)))
    x.requires_grad_(True)
    y.requires_grad_(True)
    seed = torch.rand(n)
    say("with gradients", median(9, loops, lambda: chain(x, y).backward(seed)))
