--- What completion knows of functions: their signatures, arguments and results, from
-- hecate.help where it is there and from the op table otherwise.
local M = {}

local found, help = pcall(require, "hecate.help")
if not found then help = nil end

local signatures -- function → what its op row says, for every op

local function read_ops()
  signatures = {}
  local torch = require "torch"
  local methods = debug.getmetatable(torch.zeros(0)).__methods
  for _, op in ipairs(torch._C.ops()) do
    local text = op.lua and op.signature
    for prefix, library in pairs {["torch."] = torch, ["F."] = torch.nn.functional, ["x:"] = methods} do
      local f = text and rawget(library, op.lua)
      if f and not signatures[f] then
        local shown = prefix == "x:" and text:gsub("^%([^,)]*,? ?", "(") or text
        signatures[f] = {name = prefix .. op.lua, signature = prefix .. op.lua .. shown, row = text}
      end
    end
    local in_place = text and rawget(methods, op.lua .. "_")
    if in_place and not signatures[in_place] then
      signatures[in_place] = {signature = "x:" .. op.lua .. "_" .. text:gsub("^%([^,)]*,? ?", "("), row = text}
    end
  end
end

--- The arguments of a row: "dim: dims = nil", choices are "none|mean|sum".
local function arguments(row, method)
  local list = {}
  for name, kind, default in row:match("^%b()"):gmatch "([%w_]+): ([^,=)]+)([^,)]*)" do
    local choices
    kind, default = kind:match "^(.-) *$", default:match "^= *(.*)$"
    if kind:find "|" then
      choices = {}
      for word in kind:gmatch "[^|]+" do choices[#choices + 1] = word end
      default = default and ('"%s"'):format(default)
    end
    list[#list + 1] = {name = name, type = kind, default = default, choices = choices}
  end
  if method then table.remove(list, 1) end
  return list
end

local function op_of(f)
  if not signatures then read_ops() end
  local op = signatures[f]
  if op and not op.args then op.args = arguments(op.row, op.signature:find "^x:") end
  return op
end

--- The names of a Lua function's parameters.
local function of_lua(f, name)
  local info = debug.getinfo(f, "Su")
  if info.what == "C" then return nil end
  local list = {}
  for i = 1, info.nparams do list[i] = debug.getlocal(f, i) end
  if info.isvararg then list[#list + 1] = "..." end
  if list[1] == "self" and name:find ":" then table.remove(list, 1) end
  return {signature = ("%s(%s)"):format(name, table.concat(list, ", "))}
end

--- Whether help can describe it without running the program, as a __tostring would.
local function is_describable(f)
  if not help then return false end
  return type(f) == "function" or type(f) == "table" and require "torch"._C.describe(f) ~= nil
end

--- known.of(f, name): {signature, args = {{name, type, default, choices}}} of what is called
-- `name` where it is written; nil when nothing is known.
function M.of(f, name)
  local ok, record = false, nil
  if is_describable(f) then ok, record = pcall(help.describe, f, nil, name) end
  if ok and record and record.signature then return record end
  return type(f) == "function" and (op_of(f) or of_lua(f, name)) or nil
end

--- known.gives_tensor(f): whether its first result is a tensor.
function M.gives_tensor(f)
  local op = type(f) == "function" and op_of(f)
  return op and op.row:find "%-> [TP]" ~= nil or false -- Tensor, Positions
end

return M
