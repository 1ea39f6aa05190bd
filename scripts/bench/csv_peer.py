# csv_peer.py: the numbers of csv.lua in pandas (its C reader): the median of three runs. usage: python3 csv_peer.py FILE
import importlib
import sys
import time

sys.path = [p for p in sys.path if not p.endswith("bench")]  # this file is no module "csv"
np, pd = importlib.import_module("numpy"), importlib.import_module("pandas")
times = []
for _ in range(3):
    start = time.perf_counter()
    m = pd.read_csv(sys.argv[1], header=None, engine="c", dtype=np.float32).to_numpy()
    times.append(time.perf_counter() - start)
print(m.shape, m.dtype)
print(f"{'pandas.read_csv, float32 matrix':<40} {sorted(times)[1]:10.3f} s")
