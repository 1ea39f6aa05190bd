-- scripts/python/hecate.py: a Python that computes with Hecate. Without NumPy a few lines stand in for it, which write
-- and read arrays of float64 in one dimension.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"
local python = os.getenv "PYTHON" or "python3"

local function sh(command, ...)
  local pipe <close> = io.popen(command:format(...))
  return pipe:read "a"
end

local STAND_IN <const> = [[
import array, struct
def save(path, values):
    values = array.array("d", values)
    head = "{'descr': '<f8', 'fortran_order': False, 'shape': (%d,), }" % len(values)
    head += " " * (-(11 + len(head)) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + values.tobytes())
def load(path, mmap_mode=None):
    assert mmap_mode == "r+"
    with open(path, "rb") as file:
        content = file.read()
    return array.array("d", content[10 + struct.unpack("<H", content[8:10])[0]:])
]]

local PROGRAM <const> = [[
import os, hecate
def names():
    return [name for name in os.listdir("/dev/shm") if name.startswith("hecate-")] if os.path.isdir("/dev/shm") else []
before = set(names())
with hecate.Session() as session:
    y = session.run("return x * 2 + k", x=MAKE([1.0, 2.5, -3.0]), k=0.5)
    print("array", [float(v) for v in y])
    big, places = session.run("local v, p = x:sort(1); return v, p:double()", x=MAKE([3.0, 1.0, 2.0]))
    print("two", [float(v) for v in big], [float(v) for v in places])
    print("plain", session.run("return 7, 'text', true, nil, 1/0, a == 'b', n ~= n", a="b", n=float("nan")))
    print("nothing", session.run("kept = x:sum():item()", x=MAKE([1.0, 2.0])), session.run("return kept"))
    for program in ("return x:nothing()", "return )", "return {}", "error('mine', 0)"):
        try:
            session.run(program)
        except hecate.Error as error:
            print("error", error)
    session.run("x[1] = 9")
    last = session.run("return x")
print("after", [float(v) for v in last])
print("left", set(names()) - before)
try:
    with hecate.Session() as session:
        session.run("os.exit(3)")
except hecate.Error as error:
    print("ended", error)
try:
    hecate.Session("/no/such/program")
except OSError as error:
    print("missing", type(error).__name__)
]]

local WANTED <const> = [[
array [2.5, 5.5, -5.5]
two [1.0, 2.0, 3.0] [2.0, 3.0, 1.0]
plain (7, 'text', True, None, inf, True, True)
nothing None 3.0
error program:1: tensor: no field or method 'nothing'
error program:1: unexpected symbol near ')'
error result 1: expected a tensor, a number, a string, a boolean or nil, got a table
error mine
after [9.0, 2.0]
left set()
ended Hecate has ended
missing FileNotFoundError
]]

local there = needs(os.execute(python .. " -c '' >/dev/null 2>&1"), "Python")

describe("hecate.py", function()
  local function run(setup, make)
    local folder = os.tmpname()
    os.remove(folder)
    assert(os.execute("mkdir " .. folder))
    local function write(name, text)
      local file <close> = assert(io.open(folder .. "/" .. name, "w"))
      file:write(text)
    end
    write("program.py", (PROGRAM:gsub("MAKE", make)))
    if setup then write("numpy.py", setup) end
    local text = sh("PYTHONPATH=scripts/python HECATE=%s %s %s/program.py 2>&1", hecate, python, folder)
    os.execute("rm -r " .. folder)
    return text
  end

  there("lets a Python compute with arrays of its own, by a module that stands in for NumPy", function()
    assert.equal(WANTED, run(STAND_IN, "list"))
  end)

  local numpy = needs(os.execute(python .. " -c 'import numpy' >/dev/null 2>&1"), "NumPy")
  numpy("lets a Python compute with arrays of NumPy", function()
    assert.equal(WANTED, run(nil, "__import__('numpy').array"))
  end)
end)
