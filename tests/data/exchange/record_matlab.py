"""Writes the files that tests/torch/serialize/mat_spec.lua reads, by SciPy: python3 record_matlab.py"""
import os

import numpy as np
import scipy.io

os.chdir(os.path.dirname(os.path.abspath(__file__)))
cell = np.empty((1, 3), dtype=object)
cell[0, 0], cell[0, 1], cell[0, 2] = np.arange(3.0), "two", np.array([[1]], dtype="u1")
grid = np.empty((2, 2), dtype=object)
for i in range(4):
    grid[i // 2, i % 2] = float(i)
values = {"x": np.arange(6.0).reshape(2, 3), "three": np.arange(24, dtype="i2").reshape(2, 3, 4), "n": 7.5,
          "z": np.array([[1 + 2j, 3]]), "flag": np.array([[True, False]]), "s": "añ𝒳", "rows": np.array(["ab", "cd"]),
          "cell": cell, "grid": grid, "empty": np.zeros((0, 3)), "st": {"a": 1.0, "inner": {"b": "t"}},
          "sts": np.array([[(1.0,), (2.0,)]], dtype=[("v", object)])}
for code in "i1 u1 i2 u2 i4 u4 i8 u8 f4 f8".split():
    values["t_" + code] = np.array([[0, 1, 1]]).astype(code)
scipy.io.savemat("values.mat", values)
scipy.io.savemat("packed.mat", values, do_compression=True)
scipy.io.savemat("sparse.mat", {"sp": scipy.sparse.csc_matrix(np.eye(3))})
