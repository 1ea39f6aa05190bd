--- The modules in whose forward an error happened: "Net.body → Sequential[2] → Linear(…)".
-- Their userdata lie on the stack: in C the first slots of a call and the children it
-- goes through, in Lua the variable self.
local M = {}

local function nn() return package.loaded["torch.nn"] end

local function is_module(value)
  return type(value) == "userdata" and torch.isinstance(value, nn().Module)
end

--- Whether the function is the __init of the module's class or of one above: then the module is not made yet.
local function is_constructor(f, module)
  local class = debug.getmetatable(module).__methods
  for _ = 1, 20 do
    if type(class) ~= "table" then return false end
    if rawget(class, "__init") == f then return true end
    class = class.super
  end
end

--- Adds the modules that the frame at `level` of the caller holds, the outermost first.
local function of_frame(level, info, chain)
  local function add(value)
    if not is_module(value) or chain[#chain] == value or is_constructor(info.func, value) then return end
    chain[#chain + 1] = value
  end
  if info.what ~= "C" then
    local name, value = debug.getlocal(level + 1, 1)
    if name == "self" then add(value) end
    return
  end
  local _, first = debug.getlocal(level + 1, 1)
  if not is_module(first) then return end
  for i = 1, 100 do
    local name, value = debug.getlocal(level + 1, i)
    if not name then break end
    add(value)
  end
end

--- What `child` is called in `parent`: ".body", "[2]"; nil: it is no child of it.
local function name_in(parent, child)
  for name, module in parent:named_children() do
    if module == child then
      local place = tonumber(name)
      local counted = place and torch.typename(parent):find "^nn%.%u%l+" and #parent ~= nil
      return counted and ("[%d]"):format(place + 1) or "." .. name
    end
  end
  return nil
end

local function title(module)
  local text = tostring(module)
  if #text <= 60 and not text:find("\n", 1, true) then return text end
  return (torch.typename(module):match "[^.]*$")
end

--- The chain at `level` of the caller up to the function `bottom`, as text; nil: there is none.
function M.chain(level, bottom)
  if not nn() then return nil end
  local frames, chain = {}, {}
  level = level + 1
  for l = level, level + 100 do
    local info = debug.getinfo(l, "Sf")
    if not info or info.func == bottom then break end
    frames[#frames + 1] = {l, info}
  end
  for i = #frames, 1, -1 do of_frame(frames[i][1], frames[i][2], chain) end
  if #chain == 0 then return nil end
  local parts = {}
  for i, module in ipairs(chain) do
    local name = chain[i + 1] and name_in(module, chain[i + 1])
    parts[i] = name and (torch.typename(module):match "[^.]*$") .. name or title(module)
  end
  return table.concat(parts, " → ")
end

return M
