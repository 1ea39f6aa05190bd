"""Writes the files of PyTorch and pickle that tests/torch/serialize/pytorch_spec.lua reads: python3 record_torch.py"""
import collections
import os
import pickle

import numpy
import torch

os.chdir(os.path.dirname(os.path.abspath(__file__)))
a = torch.arange(24.0).reshape(2, 3, 4)
shared = [1, 2.5, "x", None, True, (1, 2)]
value = {
    "a": a, "t": a.transpose(0, 2), "row": a[1], "list": shared, "again": shared,
    "od": collections.OrderedDict([("w", torch.nn.Parameter(torch.ones(3)))]),
    "big": 2**40, "least": -(2**63), "bytes": b"\xff\x00", "complex": 3 + 4j, "empty": [], "none": {},
    "np_float": numpy.float32(1.5), "np_int": numpy.int64(7), "size": torch.Size([2, 3]),
    "dtype": torch.float64, "device": torch.device("cuda:0"),
    "array": numpy.arange(6, dtype=">i4").reshape(2, 3),
    "fortran": numpy.asfortranarray(numpy.arange(6.0).reshape(2, 3)), "grad": torch.ones(2, requires_grad=True),
}
for name in ("bool uint8 int8 int16 int32 int64 uint16 uint32 uint64 float16 bfloat16 float32 float64 complex64 "
             "complex128 float8_e4m3fn float8_e5m2").split():
    value[name] = torch.tensor([0, 1, 1]).to(getattr(torch, name))
torch.save(value, "values.pt")
torch.save(value, "values_legacy.pt", _use_new_zipfile_serialization=False)
module = torch.nn.Linear(2, 1)
torch.save(module, "module.pt")
torch.save({"q": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)}, "quantized.pt")
plain = [1, 2.5, -7, 2**33, "text é", "q'uote\"\n", None, (1,), (), {"k": (1, 2)}, b"by\xfe", True, False, 1e-300,
         float("inf"), {5}, frozenset([3]), bytearray(b"zz"), -1, 70000, numpy.arange(3.0), numpy.float16(0.5)]
for protocol in range(6):
    with open("plain%d.pkl" % protocol, "wb") as f:
        pickle.dump({"x": plain, "same": plain}, f, protocol=protocol)


class Evil:
    def __reduce__(self):
        return os.system, ("true",)


with open("evil.pkl", "wb") as f:
    pickle.dump([1, Evil()], f, protocol=2)
