-- NumPy beside Hecate: a Python that stays open, requests by a pipe, arrays in shared memory.
--
--     hecate scripts/examples/python.lua              # PYTHON=… says which Python; it needs NumPy
--
-- Arrays are .npy files in /dev/shm, which is memory: both sides map them, so no element is copied or turned into text.
-- What goes through the pipe is a line for each request and one for its answer.
local WORKER <const> = [[
import sys, numpy
print("ready", flush=True)
for line in open(sys.argv[1]):
    source, target, expression = line.rstrip("\n").split("\t")
    try:
        x = numpy.load(source, mmap_mode="r+") # shows what Hecate wrote; changes are seen there
        numpy.save(target, eval(expression, {"numpy": numpy, "x": x}))
        print("ok", flush=True)
    except Exception as error:
        print(type(error).__name__ + ": " + str(error).replace("\n", " "), flush=True)
]]

local function quoted(text) return "'" .. text:gsub("'", "'\\''") .. "'" end

--- A Python that answers requests until it is closed.
local Python = torch.class "Python"

function Python:__init(program)
  local pipe <close> = io.popen "mktemp -d /dev/shm/hecate-XXXXXX 2>/dev/null || mktemp -d"
  self.folder = pipe:read "l"
  assert(os.execute("mkfifo " .. self.folder .. "/requests"))
  self.answers = io.popen(("%s -u -c %s %s/requests"):format(program, quoted(WORKER), self.folder))
  if self.answers:read "l" ~= "ready" then
    os.execute("rm -r " .. self.folder)
    error("no Python with NumPy: " .. program, 0)
  end
  self.requests = io.open(self.folder .. "/requests", "w")
end

--- What an expression of Python gives for a tensor, which it sees as x.
function Python:evaluate(expression, x)
  local source, target = self.folder .. "/x.npy", self.folder .. "/y.npy"
  torch.save(x, source)
  self.requests:write(source, "\t", target, "\t", expression, "\n")
  self.requests:flush()
  local answer = self.answers:read "l"
  if answer ~= "ok" then error(("%s: %s"):format(expression, answer or "Python has ended"), 0) end
  return torch.load(target, {mmap = true})
end

function Python:close()
  self.requests:close()
  self.answers:close()
  os.execute("rm -r " .. self.folder)
end

local python = Python(os.getenv "PYTHON" or "python3")
local x = torch.tensor({{2, 1}, {1, 3}}, {dtype = "float64"})
print("eigenvalues by NumPy: ", python:evaluate("numpy.linalg.eigvalsh(x)", x))
print("and by torch.linalg:  ", torch.linalg.eigvalsh(x))
local large = torch.rand(1000, 1000)
print("the same sum:         ", torch.allclose(python:evaluate("x.sum(axis=0)", large), large:sum(1), 1e-4))
local ok, message = pcall(python.evaluate, python, "x.nothing", x)
print("an error of Python:   ", message)
python:close()
