"""work.lua in PyTorch: each function prepares its work and gives one call of it."""
import torch
from torch import nn
import torch.nn.functional as F


def training(model, x, y):
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        criterion(model(x), y).backward()
        optimizer.step()

    return step


def differentiated(leaves, forward):
    for leaf in leaves:
        leaf.requires_grad_(True)
    seed = torch.ones_like(forward())

    def once():
        for leaf in leaves:
            leaf.grad = None
        forward().backward(seed)

    return once


def mlp(batch):
    model = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    return training(model, torch.rand(batch, 784), torch.randint(0, 10, (batch,)))


def lenet():
    model = nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))
    return training(model, torch.rand(64, 1, 28, 28), torch.randint(0, 10, (64,)))


def convolution(start, to, kernel, stride):
    return nn.Conv2d(start, to, kernel, stride=stride, padding=kernel // 2, bias=False)


class Block(nn.Module):
    def __init__(self, start, to, stride):
        super().__init__()
        self.conv1, self.bn1 = convolution(start, to, 3, stride), nn.BatchNorm2d(to)
        self.conv2, self.bn2 = convolution(to, to, 3, 1), nn.BatchNorm2d(to)
        self.shortcut = None
        if stride != 1 or start != to:
            self.shortcut = nn.Sequential(convolution(start, to, 1, stride), nn.BatchNorm2d(to))

    def forward(self, x):
        out = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
        return (out + (self.shortcut(x) if self.shortcut else x)).relu()


def resnet18():
    layers, start = [convolution(3, 64, 3, 1), nn.BatchNorm2d(64), nn.ReLU()], 64
    for i, to in enumerate([64, 128, 256, 512]):
        layers += [Block(start, to, 1 if i == 0 else 2), Block(to, to, 1)]
        start = to
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 10)]
    return training(nn.Sequential(*layers), torch.rand(32, 3, 32, 32), torch.randint(0, 10, (32,)))


def model(what, name, batch):
    import torchvision
    constructor = getattr(torchvision.models, name)
    if what == "make":
        return constructor
    net, x = constructor(), torch.rand(batch, 3, 224, 224)
    if what == "train":
        return training(net, x, torch.randint(0, 1000, (batch,)))
    net.eval()

    @torch.no_grad()
    def infer():
        return net(x)

    return infer


def conv(way, channels, kernel, stride, groups, size, batch):
    x = torch.randn(batch, channels, size, size)
    w = torch.randn(channels, channels // groups, kernel, kernel)

    def forward():
        return F.conv2d(x, w, None, stride, kernel // 2, 1, groups)

    if way == "forward":
        return forward
    x.requires_grad_(True)
    w.requires_grad_(True)
    out = forward()
    seed = torch.ones_like(out)

    def gradients():
        x.grad = w.grad = None
        out.backward(seed, retain_graph=True)

    return gradients


def transposed(size):
    x, w = torch.randn(8, 64, size, size), torch.randn(64, 32, 4, 4)
    return differentiated([x, w], lambda: F.conv_transpose2d(x, w, None, 2, 1))


def recurrent(kind):
    model, x = getattr(nn, kind)(128, 256), torch.randn(50, 32, 128)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        model(x)[0].sum().backward()
        optimizer.step()

    return step


class GptBlock(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def attend(self, x, cache):
        n, length, width = x.shape
        q, k, v = self.qkv(x).reshape(n, length, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        if cache is not None:
            if "k" in cache:
                k, v = torch.cat([cache["k"], k], 2), torch.cat([cache["v"], v], 2)
            cache["k"], cache["v"] = k, v
        out = F.scaled_dot_product_attention(q, k, v, is_causal=length > 1)
        return self.out(out.transpose(1, 2).reshape(n, length, width))

    def forward(self, x, cache=None):
        x = x + self.attend(self.norm1(x), cache)
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, classes, layers, width, heads, context):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(classes, width), nn.Embedding(context, width)
        self.blocks = nn.ModuleList(GptBlock(width, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, classes)

    def forward(self, ids, caches=None):
        start = caches["length"] if caches else 0
        x = self.tokens(ids) + self.positions(torch.arange(start, start + ids.shape[1]))
        for i, block in enumerate(self.blocks):
            x = block(x, None if caches is None else caches.setdefault(i, {}))
        if caches is not None:
            caches["length"] = start + ids.shape[1]
        return self.head(self.norm(x))


def gpt():
    model = Gpt(256, 6, 384, 6, 256)
    x, y = torch.randint(0, 256, (8, 256)), torch.randint(0, 256, (8 * 256,))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(x).reshape(-1, 256), y).backward()
        optimizer.step()

    return step


def generate():
    model = Gpt(256, 6, 384, 6, 256)

    def tokens():
        with torch.no_grad():
            token, cache = torch.tensor([[0]]), {}
            for _ in range(64):
                token = model(token, cache)[:, -1].argmax(-1, True)

    return tokens


def attention(length, way):
    q, k, v = (torch.randn(1, 4, length, 64) for _ in range(3))

    def forward():
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)

    return forward if way == "forward" else differentiated([q, k, v], forward)


def layer_norm(rows, columns):
    x, w, b = torch.randn(rows, columns), torch.randn(columns), torch.randn(columns)
    return differentiated([x, w, b], lambda: F.layer_norm(x, (columns,), w, b))


def group_norm(batch, channels, size, groups):
    x, w, b = torch.randn(batch, channels, size, size), torch.randn(channels), torch.randn(channels)
    return differentiated([x, w, b], lambda: F.group_norm(x, groups, w, b))


def embedding(rows, columns, count):
    i, w = torch.randint(0, rows, (count,)), torch.randn(rows, columns)
    return differentiated([w], lambda: F.embedding(i, w))


def embedding_bag(rows, columns, bags, each):
    i, w = torch.randint(0, rows, (bags * each,)), torch.randn(rows, columns)
    offsets = torch.arange(bags) * each
    return differentiated([w], lambda: F.embedding_bag(i, w, offsets, mode="mean"))


def cross_entropy(rows, classes):
    x, y = torch.randn(rows, classes), torch.randint(0, classes, (rows,))
    return differentiated([x], lambda: F.cross_entropy(x, y))


def optimizer(name):
    parameters = [nn.Parameter(torch.randn(100000)) for _ in range(100)]
    for parameter in parameters:
        parameter.grad = torch.randn(100000)
    return getattr(torch.optim, name)(parameters, lr=1e-3).step
