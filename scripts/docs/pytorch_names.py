"""Writes the public names of PyTorch to lib/hecate/undefined/pytorch.txt: one line for each module, "torch.nn: …".

usage: python scripts/docs/pytorch_names.py lib/hecate/undefined/pytorch.txt

Hecate looks into the list when a program reads a name that Hecate does not have. A module of PyTorch exports what stands
in its __all__; where it has none, what does not begin with "_" and is no module that it only imports.
"""
import importlib
import sys
import types

MODULES = """torch torch.nn torch.nn.functional torch.nn.init torch.nn.utils torch.nn.utils.rnn torch.nn.utils.prune
torch.nn.utils.parametrize torch.nn.utils.parametrizations torch.optim torch.optim.lr_scheduler torch.optim.swa_utils
torch.autograd torch.autograd.functional torch.linalg torch.fft torch.special torch.random torch.cuda torch.amp
torch.jit torch.onnx torch.distributed torch.distributions torch.profiler torch.utils torch.utils.data
torch.utils.checkpoint torch.utils.tensorboard torch.func torch.sparse torch.hub torch.backends torch.nn.attention
torch.ao.quantization torch.overrides torch.masked torch.nested torch.compiler""".split()


def public_names(module):
    names = set(getattr(module, "__all__", []))
    for name in dir(module):
        value = getattr(module, name, None)
        inner = isinstance(value, types.ModuleType)
        own = inner and value.__name__ == module.__name__ + "." + name
        listed = getattr(module, "__all__", None)
        if not name.startswith("_") and (own or (not inner and (listed is None or module.__name__ == "torch"))):
            names.add(name)
    return sorted(n for n in names if not n.startswith("_"))


def main(path):
    lines = [""]
    import torch

    for name in MODULES:
        try:
            lines.append(name + ": " + " ".join(public_names(importlib.import_module(name))))
        except ImportError as error:
            print(name, "left out:", error, file=sys.stderr)
    lines.append("torch.Tensor: " + " ".join(n for n in dir(torch.Tensor) if not n.startswith("_")))
    for cls in (torch.nn.Module, torch.optim.Optimizer):
        names = " ".join(n for n in dir(cls) if not n.startswith("_"))
        lines.append("%s.%s: %s" % (cls.__module__.split(".modules")[0].split(".optimizer")[0], cls.__name__, names))
    with open(path, "w") as out:
        out.write("\n".join(lines) + "\n")


main(sys.argv[1])
