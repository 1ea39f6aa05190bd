--- hecate.help.rows: rows as they are written, of ops in tensor/ops/ and of layers in lib/torch/nn/layers/, and the
-- kernels of the processor.
local source = require "hecate.help.source"
local tokens = require "hecate.session.tokens"
local torch = require "torch"

local rows = {}

--- The line of the file `chunk` that makes the row, or that calls the function that does.
local function line_of(chunk)
  local line
  for level = 3, 20 do
    local info = debug.getinfo(level, "Sl")
    if not info then break end
    if info.source == chunk and info.currentline > 0 then line = info.currentline end
    if info.what == "main" then break end
  end
  return line
end

--- The function of the file that made the row, `adam` of `adam {…}`; nil: the line itself did.
local function maker_of(chunk)
  for level = 3, 20 do
    local info = debug.getinfo(level, "S")
    if not info or info.what == "main" then return nil end
    if info.source == chunk then return {info.linedefined, info.lastlinedefined} end
  end
end

--- Runs the embedded files of the pattern with a function that notes the rows; name → {file =, line =, row =}.
local function read(pattern, root)
  local found = {}
  for _, file in ipairs(torch._C.files()) do
    if file:find(pattern) then
      local chunk = "@" .. root .. file
      local function row(raw)
        found[raw[1]] = {file = root .. file, inner = file, line = line_of(chunk), maker = maker_of(chunk), row = raw}
      end
      local env = setmetatable({op = row, optimiser = row, require = function(name)
        if name == "torch.nn.layer" then return row end
        return require(name)
      end}, {__index = _G})
      local run = load(torch._C.embedded(file), chunk, "t", env)
      if run then pcall(run, "") end
    end
  end
  return found
end

local opens = {["("] = 1, ["{"] = 1, [")"] = -1, ["}"] = -1}

--- The call that begins in line `line` of the text.
local function call_at(text, line)
  local lines = source.split(text)
  local rest = table.concat(lines, "\n", line, math.min(#lines, line + 200))
  local depth, opened = 0, false
  for _, t in ipairs(tokens.read(rest)) do
    local step = t.kind == "symbol" and opens[t.text]
    if step then depth, opened = depth + step, true end
    if opened and depth == 0 then
      local stop = rest:find("\n", t.finish, true)
      return rest:sub(1, stop and stop - 1 or #rest)
    end
  end
  return lines[line]
end

local ops, layers, optimisers

local function text_of(entry)
  if not entry or not entry.line then return nil end
  return call_at(torch._C.embedded(entry.inner), entry.line), entry
end

--- The text of the row of an op and its place {file =, line =, row = the row itself}; nil: there is none.
function rows.op(name)
  ops = ops or read("^ops/.+/rows%.lua$", "tensor/")
  return text_of(ops[name])
end

--- The same of a layer of nn.
function rows.layer(name)
  layers = layers or read("^torch/nn/layers/.+%.lua$", "lib/")
  return text_of(layers[name])
end

--- The same of an optimiser whose rule is a row, with the function that made the row, if one did.
function rows.optimiser(name)
  optimisers = optimisers or read("^ops/optim/optimisers%.lua$", "tensor/")
  local text, entry = text_of(optimisers[name])
  if not text or not entry.maker then return text, entry end
  local lines = source.split(torch._C.embedded(entry.inner))
  local maker = table.concat(lines, "\n", table.unpack(entry.maker))
  return ("%s\n\n-- %s:%d\n%s"):format(text, entry.file, entry.maker[1], maker), entry
end

--- What computes an op: words about it, and the text of the kernel where that is a function in C. `kind`: of the op.
function rows.kernel(row, kind)
  if kind == "elementwise" then
    return ("-- kernel: a loop over the elements, each %s"):format(row.expr or "by the expression of the row")
  end
  if kind == "view" then return "-- no kernel: the result is a view of the input's memory" end
  if kind == "composite" then return "-- no kernel: it is made of other ops" end
  local kernel = require "hecate.help.native".kernels[row.kernel or row[1]]
  if not kernel then return "-- kernel: in C, in the folder of the row" end
  return ("-- kernel: %s:%d\n%s"):format(kernel.file, kernel.line, kernel.text)
end

return rows
