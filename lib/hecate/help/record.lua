--- hecate.help.record: what is known of one name, as data:
-- {name, kind, signature, args = {{name, type, default, doc, keyword, optional, position}},
-- results, doc, shapes, example, overloads, source = {file, line}, see_also}.
local comment = require "hecate.help.comment"
local described = require "hecate.help.described"
local signature = require "hecate.help.signature"
local source = require "hecate.help.source"
local torch = require "torch"
local types = require "hecate.help.types"

local record = {}

-- ---- from the op table -----------------------------------------------------------------

--- How a call is written: methods take their first argument before the colon.
local function written(name, kind, args)
  if kind ~= "method" then return name, args end
  return "x:" .. name:match "[%w_]+$", {table.unpack(args, 2)}
end

local function of_row(row, name, kind)
  local _, args, results = signature.read(row.signature)
  results = {table.unpack(results, 1, row.returned)}
  local call, shown = written(name, kind, args)
  return {signature = signature.format(call, shown, results), args = shown, results = results, doc = row.doc,
    example = row.example}
end

local function of_op(entry, rows)
  local first = rows[1]
  local found = {kind = entry.kind, overloads = {}, differentiable = first.differentiable, method = first.method,
    in_place = first.in_place, op = first.name, ops = rows}
  for i, row in ipairs(rows) do found.overloads[i] = of_row(row, entry.name, entry.kind) end
  for _, key in ipairs {"signature", "args", "results", "doc", "example"} do found[key] = found.overloads[1][key] end
  if #rows == 1 then found.overloads = nil end
  if entry.key:find "_$" and entry.kind == "method" then
    found.doc, found.inplace_of = "In place: " .. found.doc, entry.key:sub(1, -2)
    found.example = nil
  end
  return found
end

-- ---- from comments --------------------------------------------------------------------------

--- The head of a comment that is about this name; a comment may be about several.
local function head_of(parsed, key)
  for _, head in ipairs(parsed.heads) do
    if head.name:match "[%w_]+$" == key then return head end
  end
end

--- What the comment says of single arguments; those that "..." stands for take its place.
local function add_notes(args, notes)
  local known, more = {}, {}
  for _, arg in ipairs(args) do
    local note = notes[arg.name]
    known[arg.name] = true
    if note then
      arg.type, arg.doc = note.type or arg.type, note.doc
      if arg.optional then arg.default = note.default or arg.default end
    end
  end
  for _, note in ipairs(notes) do
    if not known[note.name] then
      more[#more + 1] = {name = note.name, type = note.type, default = note.default or "nil", doc = note.doc,
        optional = true, keyword = true, choices = note.type and types.choices(note.type)}
    end
  end
  if #more == 0 or not known["..."] then return end
  table.move(more, 1, #more, #args, args) -- the last one is "..."
end

--- The parameters of a Lua function, by name alone.
local function parameters(f)
  f = source.inner(f)
  local info, args = debug.getinfo(f, "u"), {}
  if debug.getinfo(f, "S").what == "C" then return nil end
  for i = 1, info.nparams do args[i] = {name = debug.getlocal(f, i)} end
  if info.isvararg then args[#args + 1] = {name = "...", optional = true} end
  return args
end

local function without_self(args)
  if args[1] and args[1].name == "self" then return {table.unpack(args, 2)} end
  return args
end

--- A default as Lua writes it; a pair of equal integers is one.
local function literal(value)
  if value == nil then return "nil" end
  if type(value) == "string" then return ('"%s"'):format(value) end
  if type(value) ~= "table" then return tostring(value) end
  if math.type(value[1]) == "integer" and value[1] == value[2] then return tostring(value[1]) end
  return ("{%s}"):format(table.concat(value, ", "))
end

local function constructor(options)
  local args = {}
  for i, option in ipairs(options) do
    local kind = option.choices and table.concat(option.choices, "|") or option.type
    args[i] = {name = option.name, type = kind, default = not option.required and literal(option.default) or nil,
      optional = not option.required, choices = option.choices, position = kind == "dim"}
  end
  return args
end

--- How a method of a class is written: model:apply(fn).
local function method_call(entry)
  local class = entry.owner:match "[%w_]+$"
  if class == "Tensor" then return "x:" .. entry.key end
  return ("%s:%s"):format(class:lower(), entry.key)
end

local function own_text(entry)
  local noted = described.text(entry.value)
  if noted then return noted, nil end
  if entry.kind == "class" then return source.class_comment(entry.value, entry.class.name) end
  if type(entry.value) == "function" then return source.comment(entry.value, entry.key) end
  return "", nil
end

local function text_of(entry, native)
  if native then return native.text, {file = native.file, line = native.line} end
  local text, place = own_text(entry)
  if text == "" then text, place = source.headed_comment(entry.name) end
  return text, place
end

local function of_comment(entry, native)
  local text, place = text_of(entry, native)
  local parsed = comment.parse(text)
  local head = head_of(parsed, entry.key) or {}
  local args = head.args
  local options = entry.class and entry.class.arguments
  local init = entry.kind == "class" and rawget(entry.value, "__init")
  if options then args = constructor(options)
  elseif not args and type(init) == "function" then args = parameters(init)
  elseif not args and type(entry.value) == "function" and entry.kind ~= "attribute" then
    args = parameters(entry.value) end
  args = args and without_self(args)
  if args then add_notes(args, parsed.args) end
  local found = {kind = entry.kind, args = args or {}, results = head.results, doc = parsed.doc,
    shapes = parsed.shapes, example = parsed.example, source = place, see_also = parsed.see, documented = text ~= ""}
  local name = entry.kind == "method" and method_call(entry) or entry.name
  if args and entry.kind ~= "attribute" then found.signature = signature.format(name, found.args, found.results) end
  return found
end

-- ---- what stands for itself ---------------------------------------------------------------------

local function of_constant(entry)
  local text = tostring(entry.value)
  local kind = text:match "^torch%.%w+$" and "a dtype" or "a " .. (math.type(entry.value) or type(entry.value))
  return {kind = "constant", args = {},
    doc = ("%s: %s."):format(kind:gsub("^a float", "a number"):gsub("^%l", string.upper), text), documented = true}
end

--- The comment of a library: in C, or at the top of the Lua file that begins with its name.
local function of_library(entry, index)
  local native, text = index.natives[entry.name], ""
  if native then text = native.text end
  for _, file in ipairs(torch._C.files()) do
    if text ~= "" then break end
    local code = file:find "%.lua$" and torch._C.embedded(file) or ""
    if code:match "^%-%-%-? ([%w_.]+):" == entry.name then text = source.head(source.split(code)) end
  end
  if text == "" then text = source.headed_comment(entry.name) end
  local doc = comment.parse(text).doc:gsub("^%l+:%s*", ""):gsub("^%l", string.upper)
  return {kind = "library", args = {}, doc = doc, documented = doc ~= ""}
end

--- The method of a parent class that this one, which has no documents, stands in for.
local function overridden(entry, index)
  if entry.kind ~= "method" or not entry.owner or index.natives[entry.name] then return nil end
  if type(entry.value) == "function" and source.comment(entry.value) ~= "" then return nil end
  local owner = index.by_name[entry.owner]
  local class = owner and owner.class
  while class and class.parent do
    local parent = index.by_value[class.parent]
    class = torch._C.describe(class.parent)
    local found = index.by_name[(parent or class).name .. "." .. entry.key]
    if found then return found end
  end
end

--- torch.NAME_ is the method NAME_ as a function: its record, with the tensor as the first argument.
-- nn.functional.NAME_ without a method is NAME in place.
local function of_in_place(entry, index)
  local key = entry.kind == "function" and type(entry.value) == "function" and entry.key:match "^%a[%w_]*_$"
  if not key or index.ops[entry.name] or index.natives[entry.name] or source.comment(entry.value, key) ~= "" then
    return nil
  end
  local method, plain = index.by_name["torch.Tensor." .. key], index.by_name[entry.name:sub(1, -2)]
  if not method and plain then
    local found = record.of(plain, index)
    found.name, found.key, found.library, found.example = entry.name, entry.key, entry.library.name, nil
    found.doc, found.signature = "In place: " .. found.doc, signature.format(entry.name, found.args, found.results)
    return found
  end
  if not method then return nil end
  local found = record.of(method, index)
  local args = {{name = "input", type = "Tensor"}, table.unpack(found.args or {})}
  found.name, found.key, found.library, found.kind = entry.name, entry.key, entry.library.name, "function"
  found.args, found.signature = args, signature.format(entry.name, args, found.results)
  return found
end

--- The record of an entry of the registry.
function record.of(entry, index)
  local in_place = of_in_place(entry, index)
  if in_place then return in_place end
  local inherited = not index.ops[entry.name] and overridden(entry, index)
  if inherited then
    local found = record.of(inherited, index)
    found.name = entry.name
    return found
  end
  if entry.alias and not index.ops[entry.name] and not index.natives[entry.name] then
    local found = record.of(entry.alias, index)
    found.name, found.alias = entry.name, entry.alias.name
    if entry.kind == "method" and entry.alias.kind ~= "method" then
      local call, args = written(entry.name, "method", found.args)
      found.args, found.signature = args, signature.format(call, args, found.results)
    end
    found.kind = entry.kind
    return found
  end
  local found
  if index.ops[entry.name] then found = of_op(entry, index.ops[entry.name])
  elseif entry.kind == "library" then found = of_library(entry, index)
  elseif entry.kind == "constant" and not index.natives[entry.name] then found = of_constant(entry)
  else found = of_comment(entry, index.natives[entry.name]) end
  found.name, found.key, found.library = entry.name, entry.key, entry.library.name
  found.see_also = found.see_also or {}
  if found.op then found.documented = (found.doc or "") ~= "" end
  return found
end

--- The record of a Lua function that is in no library.
function record.of_function(name, f)
  local text, place = source.comment(f, name:match "[%w_]+$")
  local parsed = comment.parse(text)
  local head = head_of(parsed, name:match "[%w_]+$") or {}
  local args = head.args or parameters(f) or {{name = "..."}}
  add_notes(args, parsed.args)
  return {name = name, kind = "function", args = args, results = head.results, doc = parsed.doc,
    example = parsed.example,
    shapes = parsed.shapes, signature = signature.format(name, args, head.results), source = place,
      see_also = parsed.see}
end

return record
