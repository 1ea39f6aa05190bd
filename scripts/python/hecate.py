"""Hecate beside a running Python: a session that computes with NumPy's arrays.

    import hecate, numpy
    with hecate.Session() as session:
        y = session.run("return torch.linalg.inv(x)", x=numpy.eye(3))
        values, places = session.run("return x:sort(1)", x=numpy.array([3.0, 1.0, 2.0]))

Arrays lie in shared memory (/dev/shm, where there is one) as .npy files, which both sides map: no element becomes text,
and none is copied by the side that reads. What goes through the pipes is a line for each call and one for its answer.
"""
import json
import os
import shutil
import subprocess
import tempfile

import numpy

# The other side: it runs the file of each request and writes its results.
_LOOP = r"""
local json = require "torch.json"
local folder, answers = os.getenv "HECATE_EXCHANGE", io.open("/dev/fd/" .. os.getenv "HECATE_ANSWERS", "w")
local LIMITS = {nan = 0 / 0, inf = math.huge, ["-inf"] = -math.huge} -- JSON has no words for them
local session = setmetatable({}, {__index = _G}) -- globals of the programs, which stay between the calls

local function kept(results)
  local list = {}
  for i = 1, results.n do
    local value = results[i]
    if torch.is_tensor(value) then
      torch.save(value:detach():cpu(), ("%s/result%d.npy"):format(folder, i))
      list[i] = {kind = "array"}
    elseif value == nil then list[i] = {kind = "none"}
    elseif type(value) == "table" or type(value) == "userdata" then
      error(("result %d: expected a tensor, a number, a string, a boolean or nil, got a %s"):format(i, type(value)), 0)
    elseif value ~= value or value == math.huge or value == -math.huge then
      list[i] = {kind = "number", value = value ~= value and "nan" or value > 0 and "inf" or "-inf"}
    else list[i] = {kind = "plain", value = value} end
  end
  return list
end

local function answer(request)
  for _, name in ipairs(request.names) do
    session[name] = torch.load(("%s/%s.npy"):format(folder, name), {mmap = true})
  end
  for name, value in pairs(request.values) do session[name] = value end
  for name, word in pairs(request.limits) do session[name] = LIMITS[word] end
  local program, reason = load(request.program, "=program", "t", session)
  if program == nil then error(reason, 0) end
  return kept(table.pack(program()))
end

for line in io.lines() do
  local ok, results = pcall(function() return answer(json.decode(line)) end)
  io.stdout:flush()
  answers:write(json.encode(ok and {ok = true, results = results} or {ok = false, error = tostring(results)}), "\n")
  answers:flush()
end
"""


class Error(Exception):
    """What a program raised in Hecate; the text is Hecate's message."""


class Session:
    """A Hecate that stays open. Its globals stay between the calls of run."""

    def __init__(self, program=None):
        """program: the command hecate, if it is not on the path; HECATE names it too."""
        program = program or os.environ.get("HECATE", "hecate")
        memory = "/dev/shm" if os.path.isdir("/dev/shm") else None
        self._folder = tempfile.mkdtemp(prefix="hecate-", dir=memory)
        reading, writing = os.pipe()
        environment = dict(os.environ, HECATE_EXCHANGE=self._folder, HECATE_ANSWERS=str(writing))
        try:
            self._process = subprocess.Popen([program, "-e", _LOOP], stdin=subprocess.PIPE, text=True,
                                             pass_fds=[writing], env=environment)
        except OSError:
            os.close(reading)
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        finally:
            os.close(writing)
        self._answers = os.fdopen(reading)

    def run(self, program, **values):
        """Runs a program of Lua, in which the named values are globals: arrays are tensors, numbers, strings and
        booleans are themselves. Gives what the program returns: arrays for tensors; a tuple of several results."""
        names, plain, limits = [], {}, {}
        for name, value in values.items():
            if isinstance(value, float) and value - value != 0:
                limits[name] = "nan" if value != value else "inf" if value > 0 else "-inf"
                continue
            if isinstance(value, (bool, int, float, str)):
                plain[name] = value
                continue
            names.append(name)
            path = os.path.join(self._folder, name + ".npy")
            if os.path.exists(path):
                os.remove(path)  # an older array, which a tensor may still show
            numpy.save(path, value)
        answer = self._ask({"program": program, "names": names, "values": plain, "limits": limits})
        if not answer["ok"]:
            raise Error(answer["error"])
        results = [self._result(i + 1, item) for i, item in enumerate(answer["results"])]
        return results[0] if len(results) == 1 else tuple(results) if results else None

    def _ask(self, request):
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Error("Hecate has ended")
        return json.loads(line)

    def _result(self, i, item):
        if item["kind"] == "none":
            return None
        if item["kind"] == "number":
            return float(item["value"])
        if item["kind"] == "plain":
            return item["value"]
        path = os.path.join(self._folder, "result%d.npy" % i)
        array = numpy.load(path, mmap_mode="r+")
        os.remove(path)  # the memory lives as long as the array
        return array

    def close(self):
        """Ends Hecate. Arrays that it gave stay."""
        if self._process is not None:
            self._process.stdin.close()
            self._answers.close()
            self._process.wait()
            self._process = None
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
