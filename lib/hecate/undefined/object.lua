--- What is told of a field that an object of a class does not have: a module, an optimiser, an object of a class that
-- the program made, a device, a shape.
local names = require "hecate.undefined.names"
local bytecode = require "hecate.bytecode"
local M = {}

--- The tables of the class and its parents.
local function classes(object)
  local list = {}
  local class = debug.getmetatable(object).__methods
  while type(class) == "table" and #list < 100 do
    list[#list + 1] = class
    local meta = debug.getmetatable(class)
    class = meta and rawget(meta, "__index")
  end
  return list
end

--- Whether the program knows the field: it has given nil to it, or a method of the class assigns to it, in a branch
-- that was not taken.
local function is_known(object, name)
  local unset = debug.getmetatable(object).__unset
  if unset and unset[name] then return true end
  for _, class in ipairs(classes(object)) do
    for _, method in next, class do
      if type(method) == "function" and bytecode.sets(method, name) then return true end
    end
  end
  return false
end

--- Fields that are kept in C.
local KEPT <const> = {["torch.device"] = {type = 1, index = 1}, ["torch.complex"] = {real = 1, imag = 1},
  ["torch.Size"] = {numel = 1}}

--- The names that an object has: its fields, methods, and the options that it was made with.
local function names_of(object)
  local set = {}
  local add = names.adder(set)
  add(KEPT[debug.getmetatable(object).__name])
  add((debug.getuservalue(object, 1)))
  add(debug.getmetatable(object).__unset)
  for _, class in ipairs(classes(object)) do
    add(class)
    local described = torch._C.describe(class)
    for _, argument in ipairs(described and described.arguments or {}) do set[argument.name] = true end
  end
  return set
end

--- "module", "optimizer", or nil: whose words are meant.
function M.kind(object)
  local nn = torch._C.loaded["torch.nn"]
  if nn and torch.isinstance(object, nn.Module) then return "module" end
  return (torch.typename(object) or ""):find "^optim%." and "optimizer" or nil
end

--- object.parts(module, path): what modules a module has, "the modules of net are net[1] to net[3]"; nil: none.
-- `path` (a string or nil): what the program calls it; nil: "its modules are [1] to [3]".
function M.parts(module, path)
  local list = {}
  for child in module:named_children() do list[#list + 1] = child end
  if #list == 0 then return nil end
  local numbered = math.tointeger(list[1])
  local whose, at = path and "the %s of " .. path or "its %s", path or ""
  local subject = whose:format(numbered and #list == 1 and "only module" or "modules")
  if numbered and #list == 1 then return ("%s is %s[1]"):format(subject, at) end
  if numbered then return ("%s are %s[1] to %s[%d]"):format(subject, at, at, #list) end
  return ("%s are %s"):format(subject, table.concat(list, ", ", 1, math.min(#list, 8)))
end

--- object.missing(object, name): the message; nil: the field may be read all the same.
function M.missing(object, name)
  if is_known(object, name) then return nil end
  local kind = M.kind(object)
  local what = ("%s: no field or method '%s'"):format(debug.getmetatable(object).__name, name)
  local hint = kind and names.other_word(kind, name)
  if hint then return ("%s: %s"):format(what, hint) end
  local known = names_of(object)
  known[name] = nil -- an option that is no field, or a parameter that was taken away
  local near = names.nearest(name, known)
  if near then return ("%s; did you mean '%s'?"):format(what, near) end
  hint = kind == "module" and M.parts(object)
  return hint and ("%s; %s"):format(what, hint) or what
end

return M
