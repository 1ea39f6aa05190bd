# Calls of PyTorch for tests/fuzz/differential.lua: python3 reference.py CALLS RESULTS. A line of CALLS is an expression
# of Python, (name, args, kwargs, gradient, form), with T(...) for tensors; a line of RESULTS is one of Lua.
import sys
import warnings

import torch

warnings.simplefilter("ignore")
nan, inf = float("nan"), float("inf")
leaves = []


def T(dtype, shape, data, order, grad):
    """A tensor of this shape whose dimensions are then put in another order."""
    dtype = getattr(torch, dtype)
    if dtype.is_complex:
        data = [complex(*pair) for pair in data]
    t = torch.tensor(data, dtype=dtype).reshape(shape)
    if order is not None:
        t = t.permute(order)
    if grad:
        t = t.detach().requires_grad_(True)
        leaves.append(t)
    return t


def D(name):
    return getattr(torch, name)


def number(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if v != v:
        return "0/0"
    if v in (inf, -inf):
        return "1/0" if v > 0 else "-1/0"
    return "math.mininteger" if v == -(2**63) else repr(v)


def shown(t):
    if t is None:
        return "false"
    if isinstance(t, str):
        return '"%s"' % t.replace("\n", "\\n")
    if not isinstance(t, torch.Tensor):
        return number(t) if isinstance(t, (bool, int, float)) else "false"
    shape, dtype = list(t.shape), str(t.dtype)[6:]
    if t.dtype.is_complex:
        t = torch.view_as_real(t.resolve_conj())
    values = t.detach().resolve_neg().reshape(-1).tolist()
    return "{dtype='%s',shape={%s},data={%s}}" % (
        dtype, ",".join(map(str, shape)), ",".join(map(number, values)))


class Brackets:
    def __getitem__(self, items):
        return items


I = Brackets()  # I[1:2] is slice(1, 2)


def assign(x, items, value):
    y = x.clone()
    y[items] = value
    return y


def text(x, **options):
    """The text of a tensor, in Lua's brackets and words."""
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**options)
    return str(x).replace("[", "{").replace("]", "}").replace("True", "true").replace("False", "false")


def gram(q):
    q = q.detach()
    return q.mH @ q


def rebuilt_svd(u, s, vh):
    n = s.shape[-1]
    return [s, (u[..., :n] * s.unsqueeze(-2)) @ vh[..., :n, :], gram(u), gram(vh.mH)]


# What of the results is compared where the factors are one choice of many: see rebuilt.lua.
REBUILT = {
    "linalg.svd": rebuilt_svd,
    "svd": lambda u, s, v: rebuilt_svd(u, s, v.mH),
    "linalg.eigh": lambda w, v: [w, (v * w.unsqueeze(-2)) @ v.mH, gram(v)],
    "linalg.eig": lambda w, v: [w.sum(-1), (v * w.unsqueeze(-2)) @ v.inverse(), v.abs().square().sum(-2)],
    "linalg.eigvals": lambda w: [w.sum(-1), (w * w).sum(-1), w.prod(-1)],
}

LOCAL = {"index.read": lambda x, items: x[items], "index.assign": assign, "text": text}


def find(name):
    if name in LOCAL:
        return LOCAL[name]
    at = torch
    for part in name.split("."):
        at = getattr(at, part, None)
        if at is None:
            break
    if at is None and "." not in name:
        at = getattr(torch.Tensor, name, None)
    return at


def results(out):
    if isinstance(out, (list, tuple)):
        return list(out)
    return [out]


def outputs(f, form, args, kwargs):
    """The results: of the function, or what it left in out."""
    outs = results(f(*args, **kwargs))
    if form != "out":
        return outs
    places = [torch.empty(0, dtype=t.dtype) for t in outs]
    f(*args, **kwargs, out=places[0] if len(places) == 1 else tuple(places))
    return places


def run(name, args, kwargs, gradient, form):
    if form in ("function", "out"):
        f = find(name)
    else:
        f = getattr(torch.Tensor, name if form == "method" else name + "_", None)
    if f is None:
        return "{absent=true}"
    if form == "in place":
        args = [args[0].clone()] + args[1:]
    outs = outputs(f, form, args, kwargs)
    dtypes = [str(t.dtype)[6:] for t in outs] if form == "out" else []
    if name in REBUILT:
        outs = REBUILT[name](*outs)
    text = "outs={%s},places={%s}" % (",".join(map(shown, outs)), ",".join("'%s'" % d for d in dtypes))
    if gradient and leaves:
        total = None
        for t in outs:
            if isinstance(t, torch.Tensor) and t.requires_grad:
                t = torch.view_as_real(t.resolve_conj()) if t.is_complex() else t
                part = (t * t + t).sum()
                total = part if total is None else total + part
        if total is not None:
            grads = torch.autograd.grad(total, leaves, allow_unused=True)
            text += ",grads={%s}" % ",".join(map(shown, grads))
    return "{%s}" % text


def main():
    torch.set_num_threads(1)
    with open(sys.argv[1]) as calls, open(sys.argv[2], "w") as answers:
        for line in calls:
            leaves.clear()
            try:
                answer = run(*eval(line))
            except Exception as e:
                message = (str(e).split("\n") or [""])[0][:200]
                answer = "{error=[==[%s]==]}" % message.replace("]==]", "]")
            answers.write(answer + "\n")
            answers.flush()  # should the next call end this process


main()
