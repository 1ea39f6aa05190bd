--- What is told of a name that is not there: the word of Lua for one of Python, what a name of Torch7 is called here,
-- that one of PyTorch is not here yet, where it is, or the name nearest to it.
local options = require "torch.utils.options"
local M = {}

--- What the program calls a library: "torch.nn.init" → "nn.init", "torch.nn.functional" → "F".
local function shown(holder)
  if holder == "torch.nn.functional" then return "F" end
  return (holder:gsub("^torch%.(nn%f[^%w])", "%1"):gsub("^torch%.(optim%f[^%w])", "%1"))
end

--- names.adder(set): a function that adds the names in a table to `set`, but those that begin with an underscore.
function M.adder(set)
  return function(t)
    for key in next, type(t) == "table" and t or {} do
      if type(key) == "string" and not key:find "^_" then set[key] = true end
    end
  end
end

--- The names that a library or tensors have, those that are loaded at first use too: name → true.
local function names_of(holder)
  local set = {}
  local add = M.adder(set)
  if holder == "tensor" then
    local meta = getmetatable(torch.empty(0))
    add(meta.__methods)
    add((getmetatable(meta.__methods) or {}).__lazy)
    add(meta.__attributes)
    return set
  end
  local library = holder == "torch" and torch or require(holder)
  add(library)
  add((getmetatable(library) or {}).__lazy)
  return set
end

--- Libraries that hold what may be written without its library, the likeliest first; those that are not listed follow.
local LIBRARIES <const> = {"torch", "torch.nn", "torch.nn.functional", "torch.optim", "torch.utils.data",
  "torch.optim.lr_scheduler", "torch.nn.init", "torch.nn.utils", "torch.autograd", "torch.utils", "torch.linalg",
  "torch.amp", "torch.cuda", "torchvision.datasets", "torchaudio", "gnuplot"}
do
  local listed = {}
  for _, name in ipairs(LIBRARIES) do listed[name] = true end
  for _, name in ipairs(require "hecate.libraries") do if not listed[name] then table.insert(LIBRARIES, name) end end
end

--- Whether a program has the library without a require.
local function is_global(library)
  local root = library:match "^%w+"
  local meta = getmetatable(_G)
  return rawget(_G, root) ~= nil or type(meta) == "table" and (meta.__lazy or {})[root] ~= nil
end

--- "nn.Linear", or 'require "torchtext".data': what a library beside `holder` has of the name; nil: none has it.
local function elsewhere(name, holder)
  if #name < 3 then return nil end
  for _, library in ipairs(LIBRARIES) do
    local known, names = pcall(names_of, library) -- one whose library of C is missing cannot be asked
    if library ~= holder and known and names[name] then
      return (is_global(library) and "%s.%s" or 'require "%s".%s'):format(shown(library), name)
    end
  end
end

--- The names that PyTorch has in this place: name → true.
local function pytorch_names(holder)
  local key = holder == "tensor" and "torch.Tensor" or holder
  local text = torch._C.embedded("hecate/undefined/pytorch.txt"):match("\n" .. key:gsub("%p", "%%%0") .. ":([^\n]*)")
  local set = {}
  for name in (text or ""):gmatch "%S+" do set[name] = true end
  return set
end

local function list_of(set)
  local list = {}
  for name in pairs(set) do list[#list + 1] = name end
  table.sort(list)
  return list
end

--- The name of the array that is nearest to `wrong`, or nil. Of a short word little can be wrong, and of one of two
-- letters not the first.
function M.nearest_of(wrong, list)
  local near = options.suggest(wrong, list, #wrong <= 3 and 1 or nil):match "'(.-)'"
  return near and (#wrong > 2 or near:sub(1, 1):lower() == wrong:sub(1, 1):lower()) and near or nil
end

--- The name of `set`, name → true, that is nearest to `wrong`, or nil.
local function nearest(wrong, set) return M.nearest_of(wrong, list_of(set)) end
M.nearest = nearest

--- names.missing(holder, name): of a name that a library or tensors do not have.
function M.missing(holder, name)
  local what = holder == "tensor" and ("tensor: no field or method '%s'"):format(name) or shown(holder) .. "." .. name
  local dot = holder == "tensor" and ":" or shown(holder) .. "."
  local hint = M.other_word(holder, name)
  if hint then return ("%s: %s"):format(what, hint) end
  local here, there = names_of(holder), pytorch_names(holder)
  if there[name] then return what .. ": not in Hecate yet" end
  local near = nearest(name, here)
  if holder ~= "tensor" and not (near and near:lower() == name:lower()) then
    local other = elsewhere(name, holder)
    if other then return ("%s: not defined; write %s"):format(what, other) end
  end
  local note = near and "" or ", which is not in Hecate yet"
  near = near or nearest(name, there)
  if not near then return holder == "tensor" and what or what .. ": not defined" end
  if holder == "tensor" then return ("%s; did you mean '%s'%s?"):format(what, near, note) end
  return ("%s: not defined; did you mean %s%s%s?"):format(what, dot, near, note)
end

--- Whether a path such as "nn.Linear" leads to something.
local function is_there(path)
  local libraries = {torch = "torch", nn = "torch.nn", F = "torch.nn.functional", optim = "torch.optim"}
  local root, rest = path:match "^(%w+)%.(.*)$"
  local value = require(libraries[root] or root)
  for part in rest:gmatch "[%w_]+" do
    value = value[part]
    if value == nil then return false end
  end
  return true
end

--- What a word of Python, NumPy, Torch7 is here, in a library, of tensors, of modules, of optimisers; nil: nothing is
-- known of it. What is to be written may not be there yet.
function M.other_word(holder, name)
  local word = require "hecate.undefined.torch7"(holder, name) or require "hecate.undefined.python"(holder, name)
    or require "hecate.undefined.matlab"(holder, name)
  local path = word and word:match "^write ([%a]+%.[%w_.]+)"
  local root = path and path:match "^%a+"
  local roots = {nn = true, optim = true, F = true}
  for _, library in ipairs(require "hecate.libraries") do roots[library] = true end
  if root and roots[root] then
    local known, there = pcall(is_there, path)
    if known and not there then return ("that is %s, which is not in Hecate yet"):format(path) end
  end
  return word
end

--- Adds the names of the globals of a function to a set; of tables behind them too, as sandboxes have.
local function globals_of(f, set)
  local globals
  for i = 1, 250 do
    local name, value = debug.getupvalue(f, i)
    if name == "_ENV" then globals = value end
    if not name or globals then break end
  end
  for _ = 1, 5 do
    if type(globals) ~= "table" then return end
    local meta = debug.getmetatable(globals)
    for _, t in ipairs {globals, type(meta) == "table" and meta.__lazy or nil} do
      for key in next, t do
        if type(key) == "string" then set[key] = true end
      end
    end
    globals = type(meta) == "table" and rawget(meta, "__index")
  end
end

--- What is told of a name that is a local elsewhere in the text of the function: further down, or in a block that has
-- ended; nil: there is none.
local function local_elsewhere(name, f, line)
  local lines, ended = require "hecate.session.source".lines(debug.getinfo(f, "S").source), 0
  for i = 1, lines and line - 1 or 0 do
    if lines[i]:find "%f[%w_]end%f[^%w_]" or lines[i]:find "%f[%w_]el%l*%f[^%w_]" then ended = i end
  end
  for i, text in ipairs(lines or {}) do
    local is_function = text:find("^%s*local%s+function%s+" .. name .. "%f[^%w_]")
    local names = is_function and name or text:match "^%s*local%s+([%w_,%s]+)"
    if i ~= line and names and ("," .. names:gsub("%s", "") .. ","):find("," .. name .. ",", 1, true) then
      if i > line and text:find "^local" then
        return ("it is a local of line %d, which is known below that line only: move it up"):format(i)
      end
      if i < ended then
        return ("it is a local of line %d, in a block that has ended: write local %s before it"):format(i, name)
      end
    end
  end
end

--- names.undefined(name, variables, f, line): of a global that is not there, read by the function f, which has the
-- variables.
function M.undefined(name, variables, f, line)
  local what = ("'%s' is not defined"):format(name)
  local hint = M.other_word("global", name)
  if name == "self" then
    local info = debug.getinfo(f, "S")
    hint = info.what == "main" and "it is the first argument of a method: function Net:forward(x) … end"
      or "it is there in functions with a colon in their names: function Net:forward(x) … end"
  end
  hint = local_elsewhere(name, f, line) or hint
  if hint then return ("%s: %s"):format(what, hint) end
  for _, library in ipairs(require "hecate.libraries") do
    if name == library then return ('%s; write local %s = require "%s"'):format(what, name, name) end
  end
  local other = elsewhere(name)
  if other then return ("%s; write %s"):format(what, other) end
  local set = {}
  for _, variable in ipairs(variables) do set[variable] = true end
  globals_of(f, set)
  set[name] = nil
  local near = nearest(name, set)
  return near and ("%s; did you mean '%s'?"):format(what, near) or what
end

--- names.absent(holder, value): the names that PyTorch has in a library, a class or of tensors and that are not in
-- Hecate, sorted; and how many it has that are. `value` is the library or the class.
function M.absent(holder, value)
  local here = holder == "tensor" and names_of(holder) or {}
  local list, present = {}, 0
  for name in pairs(pytorch_names(holder)) do
    local is_here = here[name] or value and options.field(value, name) ~= nil
    if is_here then present = present + 1 else list[#list + 1] = name end
  end
  table.sort(list)
  return list, present
end

--- The libraries, and "torch.Tensor", of which the names of PyTorch are recorded, in the order of the record.
function M.recorded()
  local list = {}
  for name in torch._C.embedded("hecate/undefined/pytorch.txt"):gmatch "\n([%w_.]+):" do list[#list + 1] = name end
  return list
end

return M
