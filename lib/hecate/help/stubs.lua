--- hecate.help.stubs: definition files for editors that run the Lua language server:
-- annotations of classes, functions, methods, operators and tables of options, made of the
-- same records as the help. One file a library, in the place where `require` finds it.
local record = require "hecate.help.record"
local registry = require "hecate.help.registry"
local torch = require "torch"
local types = require "hecate.help.types"

local stubs = {}

local KEYWORDS <const> = require "hecate.session.tokens".keywords

local function safe(name) return KEYWORDS[name] and name .. "_" or name end

--- The types of arguments of ops: where a tensor is wanted behind the first, a number does.
local function type_of(arg, is_operand)
  local kind = types.luals(arg.type or "any")
  if is_operand and arg.type == "Tensor" then return kind .. "|number" end
  return kind
end

--- A comment; what would begin an annotation ("@", "|" in front) is changed or moved.
local function doc_lines(doc, put)
  for line in ((doc or "") .. "\n"):gmatch "(.-)\n" do put("---" .. line:gsub("@", "＠"):gsub("^|", " |")) end
end

-- ---- tables of options -----------------------------------------------------------------

--- Whether any argument may be left out or is given by name.
local function has_options(args)
  for _, arg in ipairs(args) do
    if arg.name ~= "..." and (arg.keyword or arg.optional) then return true end
  end
  return false
end

local function options_class(name, part, is_op, put)
  if not has_options(part.args) then return nil end
  put(("---@class %s"):format(name))
  for i, arg in ipairs(part.args) do
    if arg.name ~= "..." then
      local key = KEYWORDS[arg.name] and ('["%s"]'):format(arg.name) or arg.name .. "?"
      local kind = type_of(arg, is_op and i > 1)
      put(("---@field %s %s%s"):format(key, KEYWORDS[arg.name] and ("(%s)|nil"):format(kind) or kind,
        arg.doc and " " .. arg.doc:gsub("\n", " ") or ""))
    end
  end
  put("")
  return name
end

-- ---- functions -------------------------------------------------------------------------

--- The parameters of a call: {name, type, optional, doc}; the table of options may stand in
-- the place of any optional one and at the end. Sizes may be several numbers.
local function parameters(part, options, is_op, is_method)
  local list, dots = {}, nil
  for i, arg in ipairs(part.args) do
    if not arg.keyword and arg.name ~= "..." then
      local kind = type_of(arg, is_op and (i > 1 or is_method))
      if arg.optional and options then kind = kind .. "|" .. options end
      list[#list + 1] = {name = safe(arg.name), type = kind, optional = arg.optional, doc = arg.doc,
        sizes = arg.type == "shape"}
    elseif arg.name == "..." then dots = type_of(arg) end
  end
  local last = list[#list]
  if last and last.sizes then dots = "integer" .. (options and "|" .. options or "")
  elseif options and not dots then
    list[#list + 1] = {name = "options", type = options, optional = true}
  end
  if dots then list[#list + 1] = {name = "...", type = dots} end
  return list
end

local function result_list(part)
  local out = {}
  for i, kind in ipairs(part.results or {}) do out[i] = types.luals(kind) end
  return out
end

--- "fun(x: torch.Tensor, dim?: integer): torch.Tensor"
local function function_type(list, results)
  local out = {}
  for i, p in ipairs(list) do
    out[i] = ("%s%s: %s"):format(p.name, p.optional and "?" or "", p.type)
  end
  return ("fun(%s)%s"):format(table.concat(out, ", "), #results > 0 and ": " .. table.concat(results, ", ") or "")
end

--- One function or method with all its forms; `target` is "torch.sum" or "Tensor:sum".
local function emit_function(found, target, put)
  local parts = found.overloads or {found}
  local is_method, is_op = target:find ":" ~= nil, found.op ~= nil
  local all = {}
  for i, part in ipairs(parts) do
    local name = found.name .. (i > 1 and i or "") .. ".options"
    all[i] = parameters(part, options_class(name, part, is_op, put), is_op, is_method)
  end
  doc_lines(found.doc, put)
  for _, p in ipairs(all[1]) do
    put(("---@param %s%s %s%s"):format(p.name, p.optional and "?" or "", p.type,
      p.doc and " " .. p.doc:gsub("\n", " ") or ""))
  end
  for _, kind in ipairs(result_list(found)) do put("---@return " .. kind) end
  for i = 2, #parts do
    local list = is_method and {{name = "self", type = found.name:match "^(.+)%."}, table.unpack(all[i])} or all[i]
    put("---@overload " .. function_type(list, result_list(parts[i])))
  end
  local names = {}
  for i, p in ipairs(all[1]) do names[i] = p.name end
  put(("function %s(%s) end"):format(target, table.concat(names, ", ")))
  put("")
end

-- ---- classes ------------------------------------------------------------------------------

local BINARY = {__add = "add", __sub = "sub", __mul = "mul", __div = "div", __mod = "mod", __pow = "pow",
  __idiv = "idiv",
  __band = "band", __bor = "bor", __bxor = "bxor", __shl = "shl", __shr = "shr"}
local UNARY = {__unm = "unm", __bnot = "bnot"}

local function sorted(t)
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  table.sort(keys)
  return keys
end

local function operators(put)
  local meta = getmetatable(torch.zeros(0))
  for _, event in ipairs(sorted(BINARY)) do
    if meta[event] then put(("---@operator %s(torch.Tensor|number): torch.Tensor"):format(BINARY[event])) end
  end
  for _, event in ipairs(sorted(UNARY)) do
    if meta[event] then put(("---@operator %s: torch.Tensor"):format(UNARY[event])) end
  end
  put("---@operator len: integer")
  put("---@field [integer|table|torch.Tensor] torch.Tensor")
end

--- The entries of the index whose owner is of that name.
local function members(index, owner)
  local list = {}
  for _, entry in ipairs(index.list) do
    if entry.owner == owner then list[#list + 1] = entry end
  end
  return list
end

--- Fields and methods of a class; the local `name` stands for its objects.
local function emit_members(index, owner, name, put)
  local methods = {}
  for _, entry in ipairs(members(index, owner)) do
    local found = record.of(entry, index)
    if entry.kind == "attribute" then
      put(("---@field %s %s %s"):format(entry.key, result_list(found)[1] or "any", found.doc:gsub("\n", " ")))
    else methods[#methods + 1] = {entry, found} end
  end
  put(("local %s = {}"):format(name))
  put("")
  for _, pair in ipairs(methods) do
    if not KEYWORDS[pair[1].key] then
      pair[2].name = pair[1].name
      emit_function(pair[2], name .. ":" .. pair[1].key, put)
    end
  end
end

--- The nearest ancestor that is public.
local function parent_name(entry, index)
  local class = entry.class
  while class and class.parent do
    class = torch._C.describe(class.parent)
    if index.by_name[class.name] then return class.name end
  end
end

--- A class: its objects, and the table that makes them when it is called.
local function emit_class(index, entry, put)
  local found, parent = record.of(entry, index), parent_name(entry, index)
  local options = options_class(entry.name .. ".options", found, false, put)
  doc_lines(found.doc, put)
  put(("---@class %s%s"):format(entry.name, parent and ": " .. parent or ""))
  if entry.library.name == "nn" then
    put "---@overload fun(input: any, ...: any): any"
    if entry.name == "nn.Module" then put "---@field training boolean whether it is in training mode" end
  end
  for _, option in ipairs(entry.class.arguments or {}) do
    put(("---@field %s %s"):format(option.name, types.luals(option.choices and "string" or option.type)))
  end
  emit_members(index, entry.name, entry.key, put)
  doc_lines(found.doc, put)
  put(("---@class %s.constructor"):format(entry.name))
  put("---@overload " .. function_type(parameters(found, options), {entry.name}))
  put(("%s = {}"):format(entry.name))
  put("")
end

-- ---- libraries --------------------------------------------------------------------------------

--- Classes whose objects come from functions.
local function emit_plain_class(index, name, put)
  put(("---@class %s"):format(name))
  emit_members(index, name, name:match "[%w_]+$", put)
end

local function emit_constant(entry, put)
  local kind = type(entry.value)
  if kind == "userdata" then
    put("---@type torch.dtype")
    put(("%s = nil"):format(entry.name))
  elseif kind == "string" then put(("%s = %q"):format(entry.name, entry.value))
  else put(("---@type %s\n%s = nil"):format(math.type(entry.value) == "integer" and "integer" or kind, entry.name)) end
  put("")
end

--- The name that `require` knows a library by.
local function module_of(name)
  return name:find "^nn" and "torch." .. name or name:find "^optim" and "torch." .. name or name
end

local function emit_tensor(index, put)
  put "---@class torch.Tensor"
  operators(put)
  emit_members(index, "torch.Tensor", "Tensor", put)
  for _, name in ipairs {"torch.dtype", "torch.device", "torch.Generator", "torch.RemovableHandle",
    "torch.autograd.Node", "torch.cuda.Stream", "torch.cuda.Event"} do
    emit_plain_class(index, name, put)
  end
end

--- The text of a library's file.
local function library_text(index, library)
  local out = {"---@meta " .. module_of(library.name), ""}
  local function put(line) out[#out + 1] = line end
  doc_lines(record.of(index.by_name[library.name], index).doc, put)
  put(("%s = {}"):format(library.name))
  put("")
  if library.name == "nn.functional" then put "F = nn.functional\n" end
  if library.name == "nn" or library.name == "optim" then
    put(("torch.%s = %s\n"):format(library.name, library.name))
  end
  if library.name == "torch" then emit_tensor(index, put) end
  for _, entry in ipairs(library.entries) do
    if entry.owner or entry.kind == "library" then -- with its class, or in its own file
    elseif entry.kind == "class" and not entry.alias then emit_class(index, entry, put)
    elseif entry.kind == "class" then put(("%s = %s\n"):format(entry.name, entry.alias.name))
    elseif entry.kind == "function" then
      local found = record.of(entry, index)
      found.name = entry.name
      emit_function(found, entry.name, put)
    else emit_constant(entry, put) end
  end
  put("return " .. library.name)
  put("")
  return table.concat(out, "\n")
end

--- File name → text of all definition files: "torch.lua", "torch/nn.lua", …
function stubs.files()
  local index, files = registry.index(), {}
  for _, library in ipairs(index.libraries) do
    if library.name ~= "torch.Tensor" then
      files[module_of(library.name):gsub("%.", "/") .. ".lua"] = library_text(index, library)
    end
  end
  return files
end

return stubs
