"""serve.lua in Python, with the rows of work.py."""
import gc
import sys
import time

import torch
import work


def status(name):
    """Bytes of a line of /proc/self/status."""
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith(name + ":"):
                return 1024 * int(line.split()[1])
    return 0


def forget_peak():
    gc.collect()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")


def measure(run, seconds):
    calls, start = 0, time.process_time()
    while True:
        run()
        calls += 1
        if time.process_time() - start >= seconds:
            return f"{(time.process_time() - start) / calls:.9g} {status('VmHWM'):.9g}"


run = None
print(torch.__version__, flush=True)
for line in sys.stdin:
    words = [int(word) if word.isdigit() else word for word in line.split()]
    try:
        if words[0] == "round":
            print(measure(run, float(words[1])), flush=True)
            continue
        run = None
        forget_peak()
        torch.manual_seed(1)
        run = getattr(work, words[1])(*words[2:])
        run()
        print("0 0", flush=True)
    except Exception as error:
        print("error " + str(error).split("\n")[0], flush=True)
