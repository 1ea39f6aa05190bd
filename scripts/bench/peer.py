"""The work of run.lua --work in PyTorch: prints name=seconds lines."""
import time

import torch


def measure(name, n, f):
    for _ in range(max(3, n // 20)):
        f()
    start = time.perf_counter()
    for _ in range(n):
        f()
    print("%s=%.9g" % (name, (time.perf_counter() - start) / n))


torch.set_num_threads(2)
a4, b4 = torch.ones(4, 4), torch.ones(4, 4)
measure("add 4×4", 100000, lambda: torch.add(a4, b4))
model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
x, y = torch.rand(64, 784), torch.randint(0, 10, (64,))


def step():
    optimizer.zero_grad()
    criterion(model(x), y).backward()
    optimizer.step()


measure("training step", 700, step)
m, n = torch.rand(1024, 1024), torch.rand(1024, 1024)
measure("matmul 1024²", 30, lambda: torch.matmul(m, n))
u, v = torch.rand(1000000), torch.rand(1000000)
measure("add 1 M", 300, lambda: torch.add(u, v))
measure("exp 1 M", 300, lambda: torch.exp(u))
measure("sum 1 M", 300, lambda: torch.sum(u))
