"""Drives the kernel as Jupyter does, with jupyter_client and nbclient. tests/hecate/notebook_spec.lua
starts it: with "--list" it prints the names of the checks, else it runs them, each on a kernel
that the others have used, and prints a line of JSON for each: its name, and what was wrong.
Arguments: the executable, a folder of its own, and maybe the names of the checks to run."""
import base64
import json
import os
import signal
import sys
import traceback

sys.dont_write_bytecode = True  # no folder __pycache__ among the sources
from notebook_checks import life, questions, values  # noqa: E402, F401: they put their checks on the list
from notebook_checks.kernel import FOLDER, Kernel, checks  # noqa: E402


def main():
    shared = None
    wanted = sys.argv[3:]
    for function in checks:
        if wanted and function.__name__ not in wanted:
            continue
        reason = None
        try:
            shared = shared or Kernel()
            function(shared)
        except BaseException as e:
            reason = traceback.format_exc(limit=-3) if not isinstance(e, AssertionError) else (
                f"{e} (line {traceback.extract_tb(e.__traceback__)[1].lineno})")
            if shared:
                try:
                    shared.stop()
                except BaseException:
                    pass
            shared = None  # the next check gets a fresh one
        print(json.dumps({"name": function.__name__, "reason": reason}), flush=True)
    code = shared.stop() if shared else 0
    print(json.dumps({"name": "its exit code is 0", "reason": None if code == 0 else f"it was {code}"}), flush=True)


if __name__ == "__main__":
    if sys.argv[1:] == ["--list"]:
        print("\n".join(function.__name__ for function in checks))
    else:
        os.environ["JUPYTER_PATH"] = os.path.join(FOLDER, "share/jupyter")
        signal.alarm(600)
        main()
