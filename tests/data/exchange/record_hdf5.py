"""Writes the file that tests/torch/hdf5_spec.lua reads, by h5py: python3 record_hdf5.py"""
import os

import h5py
import numpy as np

os.chdir(os.path.dirname(os.path.abspath(__file__)))
with h5py.File("values.h5", "w") as f:
    f["x"] = np.arange(6.0).reshape(2, 3)
    f["deep/er/y"] = np.arange(4, dtype=">i4")
    f["text"] = "añ"
    f["texts"] = ["a", "bc"]
    f["fixed"] = np.array([[b"ab", b"c"]])
    f["scalar"] = np.float32(1.5)
    f["flag"] = np.array([True, False])
    f["z"] = np.array([1 + 2j, 3], "c8")
    f.create_dataset("packed", data=np.arange(1000).reshape(10, 100), chunks=(5, 20), compression="gzip", shuffle=True)
    f.create_dataset("fields", data=np.zeros(2, dtype=[("a", "f4"), ("b", "i4")]))
    for code in "i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8".split():
        f["t_" + code] = np.array([0, 1, 1]).astype(code)
    f.attrs["title"] = "a title"
    f["x"].attrs["scale"] = 2.5
    f["x"].attrs["axes"] = np.array([1, 2])
    f["x"].attrs["names"] = ["p", "q"]
