"""peer.py: the cases of bench.lua in PyTorch: times in microseconds, as JSON."""
import json
import time

import torch
from torch import nn

dev = dict(device="cuda")
cases = {}
for n in (16, 1000000, 10000000):
    cases["add %d" % n] = lambda n=n: (lambda x, y: lambda: x + y)(torch.randn(n, **dev), torch.randn(n, **dev))
    cases["exp %d" % n] = lambda n=n: (lambda x: lambda: x.exp())(torch.randn(n, **dev))
    cases["mul number %d" % n] = lambda n=n: (lambda x: lambda: x * 2.5)(torch.randn(n, **dev))
cases["add bias 4096x1024"] = lambda: (lambda x, b: lambda: x + b)(torch.randn(4096, 1024, **dev), torch.randn(1024, **dev))
cases["copy transposed 2048x2048"] = lambda: (lambda x: lambda: x.contiguous())(torch.randn(2048, 2048, **dev).t())
cases["cast float32 to float16 10000000"] = lambda: (lambda x: lambda: x.half())(torch.randn(10000000, **dev))
cases["sum 10000000"] = lambda: (lambda x: lambda: x.sum())(torch.randn(10000000, **dev))
cases["sum rows 4096x1024"] = lambda: (lambda x: lambda: x.sum(1))(torch.randn(4096, 1024, **dev))
cases["sum columns 4096x1024"] = lambda: (lambda x: lambda: x.sum(0))(torch.randn(4096, 1024, **dev))
cases["softmax 4096x1024"] = lambda: (lambda x: lambda: torch.softmax(x, 1))(torch.randn(4096, 1024, **dev))
for n in (128, 1024, 4096):
    cases["mm %d" % n] = lambda n=n: (lambda x, y: lambda: x.mm(y))(torch.randn(n, n, **dev), torch.randn(n, n, **dev))
cases["rand 10000000"] = lambda: (lambda: torch.rand(10000000, **dev))


def mlp():
    model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10)).cuda()
    optimizer, criterion = torch.optim.Adam(model.parameters(), lr=1e-3), nn.CrossEntropyLoss()
    x, y = torch.randn(128, 784, **dev), torch.randint(0, 10, (128,), **dev)

    def step():
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()

    return step


cases["mlp step 128"] = mlp


def measure(f):
    for _ in range(3):
        f()
    torch.cuda.synchronize()
    start = time.perf_counter()
    f()
    torch.cuda.synchronize()
    calls = max(3, min(1000, int(0.02 / max(time.perf_counter() - start, 1e-6))))
    rounds = []
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(calls):
            f()
        torch.cuda.synchronize()
        rounds.append((time.perf_counter() - start) / calls * 1e6)
    return sorted(rounds)[3]


print(json.dumps({name: measure(make()) for name, make in cases.items()}))
