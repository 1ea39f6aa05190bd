"""Writes the files of NumPy that tests/torch/serialize/numpy_spec.lua reads: python3 record_numpy.py"""
import os

import numpy as np
from numpy.lib import format

os.chdir(os.path.dirname(os.path.abspath(__file__)))
x = np.arange(6.0).reshape(2, 3)
arrays = {"c": x, "fortran": np.asfortranarray(x), "scalar": np.float32(3), "nothing": np.zeros((0, 3)),
          "texts": np.array([["añ", "b"], ["ccc", ""]]), "bytes": np.array([b"x", b"yy"])}
refused = {"objects": np.array([{}], dtype=object), "fields": np.zeros(2, dtype=[("a", "f4")]),
           "long": np.zeros(2, "longdouble"), "raw": np.zeros(2, "V2"), "dates": np.zeros(2, "M8[s]")}
for code in ("b1 u1 i1 i2 i4 i8 u2 u4 u8 f2 f4 f8 c8 c16").split():
    arrays["little_" + code] = np.array([0, 1, 1]).astype("<" + code)
    arrays["big_" + code] = np.array([0, 1, 1]).astype(">" + code)
np.savez_compressed("arrays.npz", **arrays)
np.savez_compressed("packed.npz", w=np.arange(1000.0), s=np.array("hello"))
np.savez("plain.npz", np.arange(3), x=np.ones((2, 2), "f2"))
for major in 1, 2, 3:
    with open("v%d.npy" % major, "wb") as f:
        format.write_array(f, np.arange(4, dtype="i2"), version=(major, 0))
np.save("fortran.npy", np.asfortranarray(x))
for name, array in refused.items():
    np.save("refused_%s.npy" % name, array)
