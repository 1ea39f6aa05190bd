"""The work of work.lua in PyTorch: python3 peer.py ROW prints name=value lines."""
import sys
import time

import torch

torch.set_num_threads(2)
nn = torch.nn


def report(**values):
    for name, value in values.items():
        print(f"{name}={value:.9g}")


def peak_mib():
    """The most memory this process ever held."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024


def fastest(calls, work):
    """The shortest time of one call, after some to warm up."""
    best = float("inf")
    for i in range(calls + calls // 4):
        start = time.perf_counter()
        work()
        seconds = time.perf_counter() - start
        if i >= calls // 4:
            best = min(best, seconds)
    return best


def per_call(calls, batches, work):
    """Seconds of one call of the fastest of some batches of calls."""
    def batch():
        for _ in range(calls):
            work()

    return fastest(batches, batch) / calls


def version():
    print("version=" + torch.__version__)


def start():
    print(torch.rand(3, 3))
    report(mib=peak_mib())


def add44():
    a, b = torch.rand(4, 4), torch.rand(4, 4)

    def batch(calls=20000):
        for _ in range(calls):
            r = a.add(b)

    report(us=fastest(12, batch) / 20000 * 1e6)


def step():
    torch.manual_seed(1)
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x, y = torch.rand(64, 784), torch.randint(0, 10, (64,))

    def once():
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()

    report(rate=1 / per_call(100, 12, once))


def matmul():
    a, b = torch.rand(1024, 1024), torch.rand(1024, 1024)
    report(gflops=2 * 1024**3 / fastest(60, lambda: torch.matmul(a, b)) * 1e-9)


def elementwise():
    a, b = torch.rand(1000000), torch.rand(1000000)
    report(
        add=fastest(400, lambda: a.add(b)) * 1e6,
        exp=fastest(400, lambda: a.exp()) * 1e6,
        sum=fastest(400, lambda: a.sum()) * 1e6,
    )


def idx(name):
    """One IDX file of Fashion-MNIST as a tensor of uint8."""
    import gzip

    with gzip.open(f"/usr/share/datasets/fashion-mnist/{name}-ubyte.gz") as file:
        head = file.read(4)
        shape = [int.from_bytes(file.read(4), "big") for _ in range(head[3])]
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8).view(shape)


def train():
    """scripts/examples/fashion_mnist.lua without its plot and its file."""
    from torch.utils.data import DataLoader, TensorDataset

    epochs = int(sys.argv[2])
    torch.manual_seed(1)
    sets = [TensorDataset(idx(f"{part}-images-idx3"), idx(f"{part}-labels-idx1"))
            for part in ("train", "t10k")]
    loader = DataLoader(sets[0], batch_size=128, shuffle=True)
    test_loader = DataLoader(sets[1], batch_size=1000)
    model = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    criterion = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    start = time.perf_counter()
    for _ in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            loss = criterion(model(x.float() / 255), y.long())
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            correct = sum((model(x.float() / 255).argmax(1) == y).sum().item()
                          for x, y in test_loader)
    report(seconds=time.perf_counter() - start, accuracy=correct / 10000, mib=peak_mib())


class Case:
    """A call that is measured in rounds; ops.lua has the same in Lua."""

    def __init__(self, operands, setup, call):
        names = dict(operands)
        exec(setup, names)
        exec(f"def batch(calls):\n  for _ in range(calls): _ = {call}", names)
        self.batch, self.calls = names["batch"], 1
        self.batch(1)
        while self.calls < 1 << 20 and self.seconds() < 2e-3:
            self.calls *= 2

    def seconds(self):
        start = time.perf_counter()
        self.batch(self.calls)
        return time.perf_counter() - start

    def round(self, seconds):
        """Seconds of a call in the fastest batch."""
        self.seconds()
        best, stop = float("inf"), time.perf_counter() + seconds
        while True:
            best = min(best, self.seconds())
            if time.perf_counter() >= stop:
                return best / self.calls


def serve():
    """Answers the requests of ops.lua: new operands, a new case, a round of it."""
    case, operands = None, {}
    for line in sys.stdin:
        what, *words = line.rstrip("\n").split("\t")
        answer = 0
        try:
            if what == "operands":
                operands = {"torch": torch, "F": nn.functional, "optim": torch.optim}
                exec(words[0], operands)
            elif what == "case":
                case = Case(operands, *words)
            else:
                answer = case.round(float(words[0]))
        except Exception as error:
            answer = "error " + str(error).split("\n")[0]
        print(answer, flush=True)


globals()[sys.argv[1]]()
