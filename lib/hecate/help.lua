--- hecate.help: what every name means. One source for `?name` in the session, for completion,
-- for `hecate reference` (HTML and manual pages) and `hecate stubs` (editors). Rows of the op
-- table, option tables of classes, comments of Lua and C files: see registry.lua and
-- record.lua. Loads at first use.
local options = require "torch.utils.options"
local record = require "hecate.help.record"
local registry = require "hecate.help.registry"
local resolve = require "hecate.help.resolve"
local rows = require "hecate.help.rows"
local source = require "hecate.help.source"
local text = require "hecate.help.text"
local torch = require "torch"

local help = {text = text.of, chunks = source.chunks}

-- ---- see also -------------------------------------------------------------------------------

--- CrossEntropyLoss → cross_entropy_loss
local function snake(name)
  return (name:gsub("(%l)(%u)", "%1_%2"):gsub("(%u)(%u%l)", "%1_%2"):lower())
end

--- A class nn.X and its function nn.functional.x; a function and the method of its name.
local function relatives(found, index)
  local list, seen = {}, {[found.name] = true}
  local function add(name)
    if index.by_name[name] and not seen[name] then
      seen[name], list[#list + 1] = true, name
    end
  end
  for _, name in ipairs(found.see_also) do add(registry.short(name)) end
  if found.library == "nn" and found.kind == "class" then
    local name = snake(found.key)
    for _, library in ipairs {"nn.functional.", "torch."} do
      add(library .. name)
      add(library .. name:gsub("_?loss$", ""))
      add(library .. name:gsub("_?1d$", ""):gsub("_?2d$", "2d"))
    end
  end
  for word in (found.doc or ""):gmatch "see ([%l][%w_]+)" do add("torch." .. word) end
  return list
end

local function finish(found, index)
  found.see_also = relatives(found, index)
  return found
end

-- ---- lookup -----------------------------------------------------------------------------------

--- Names that end so: "sum", "Tensor.sum", "Linear"; functions of torch first.
local function by_ending(name, index)
  for _, prefix in ipairs {"torch.", "nn.", "nn.functional.", "optim.", "torch.Tensor."} do
    if index.by_name[prefix .. name] then return index.by_name[prefix .. name] end
  end
  for _, entry in ipairs(index.list) do
    if entry.name:sub(-#name - 1) == "." .. name then return entry end
  end
end

local function describe_tensor(name, x)
  local what = ("tensor %s (%s)"):format(tostring(x.dtype):gsub("^torch%.", ""), table.concat(x.shape, "×"))
  local more = {what, tostring(x.device), ("%d bytes"):format(x:numel() * x:element_size())}
  if x.requires_grad then more[#more + 1] = "requires a gradient" end
  if x.grad_fn then more[#more + 1] = tostring(x.grad_fn) end
  return {name = name, kind = "value", args = {}, doc = table.concat(more, ", ") .. ".", see_also = {"torch.Tensor"}}
end

local function describe_table(name, t)
  local n = 0
  for _ in next, t do n = n + 1 end
  return {name = name, kind = "value", args = {},
    doc = ("A table of %d field%s, %d of them a list."):format(n, n == 1 and "" or "s", #t), see_also = {}}
end

--- Of an object: its class, and what the object is.
local function describe_object(name, object, index)
  local ok, shown = pcall(tostring, object)
  local class = resolve.methods_of(object)
  while class do
    local entry = index.by_value[class]
    if entry then
      local found = finish(record.of(entry, index), index)
      found.name, found.value = name, ok and ("%s = %s"):format(name, shown) or nil
      return found
    end
    local described = torch._C.describe(class)
    class = described and described.parent
  end
  return {name = name, kind = "value", args = {}, doc = ok and shown or type(object), see_also = {}}
end

--- Functions of Lua's own libraries are described in its manual.
local function of_lua(f)
  for library, t in pairs {_G = _G, string = string, table = table, math = math, io = io, os = os, utf8 = utf8,
    coroutine = coroutine, debug = debug} do
    for key, value in next, t do
      if value == f and debug.getinfo(f, "S").what == "C" then
        local name = library == "_G" and key or library .. "." .. key
        return {name = name, kind = "function", args = {}, see_also = {},
          doc = ("A function of Lua: see https://www.lua.org/manual/5.4/manual.html#pdf-%s"):format(name)}
      end
    end
  end
end

local function describe_function(name, f, index)
  local entry = index.by_value[f]
  if entry then return finish(record.of(entry, index), index) end
  return of_lua(f) or record.of_function(name, f)
end

local function describe_value(name, value, index)
  local kind = type(value)
  if kind == "function" then return describe_function(name, value, index) end
  local entry = kind == "table" and index.by_value[value]
  if entry then return finish(record.of(entry, index), index) end
  local class = kind == "table" and torch._C.describe(value)
  if class then
    local own = {name = name, key = class.name:match "[%w_]+$", kind = "class", value = value, class = class,
      library = {name = ""}}
    return finish(record.of(own, index), index)
  end
  if kind == "userdata" and torch.is_tensor(value) then return describe_tensor(name, value) end
  if kind == "userdata" then return describe_object(name, value, index) end
  if kind == "table" then return describe_table(name, value) end
  return {name = name, kind = "value", args = {}, doc = ("%s %s"):format(math.type(value) or kind, tostring(value)),
    see_also = {}}
end

--- The name in the registry of a method found in a class or in the methods of tensors.
local function method_entry(where, key, index)
  if where == "attribute" then return index.by_name["torch.Tensor." .. key] end
  local library = type(where) == "table" and index.by_value[where]
  return library and index.by_name[library.name .. "." .. key]
end

--- The record of a name: of the registry ("torch.sum", "nn.Linear", "x:add", "sum") or of
-- what the text names in `env` (the globals). nil when there is nothing of the name.
function help.lookup(name, env)
  local parts = resolve.path(name)
  if not parts then return nil end
  local index = registry.index()
  local plain = registry.short((name:gsub(":", ".")))
  local entry = index.by_name[plain]
  if entry then return finish(record.of(entry, index), index) end
  local value, where = resolve.value(name, env or _G)
  if value ~= nil then
    local method = #parts > 1 and method_entry(where, parts[#parts], index)
    if method then return finish(record.of(method, index), index) end
    return describe_value(name, value, index)
  end
  entry = by_ending(plain, index) or (#parts > 1 and plain:find "^x%." and index.by_name["torch.Tensor." .. parts[2]])
  return entry and finish(record.of(entry, index), index) or nil
end

--- The name of the global that holds a value.
local function name_of(value, env)
  for key, held in next, env do
    if type(key) == "string" and rawequal(held, value) then return key end
  end
  return "value"
end

--- The record of any value: a function, a class, a library, a tensor, an object; of a string that
-- of the name it is. What has no public name is called `name`, else as the global that holds it.
function help.describe(value, env, name)
  env = env or _G
  if type(value) == "string" then return help.lookup(value, env) end
  return describe_value(name or name_of(value, env), value, registry.index())
end

--- One line: "torch.sum(input, dim = nil, keepdim = false, {dtype = nil}) -> Tensor"; nil for
-- what cannot be called or is not known.
function help.signature(name, env)
  local found = help.lookup(name, env)
  return found and found.signature
end

-- ---- source -----------------------------------------------------------------------------------------

--- The rows of an op, each with what computes it, and the place of the first.
local function op_source(found)
  local list, place = {}, nil
  for _, op in ipairs(found.ops) do
    local text, where = rows.op(op.name)
    if text then
      place = place or where
      list[#list + 1] = text .. "\n" .. rows.kernel(where.row, op.kind)
    end
  end
  if not place then return nil, ("'%s' has no source here"):format(found.name) end
  return table.concat(list, "\n\n"), place
end

--- The text of what a name means, and its place {file, line}: a Lua function with its
-- comment, the row and the kernel of an op, the row of a layer. nil and a reason for what is made in C.
function help.source(name, env)
  local index = registry.index()
  local found = help.lookup(name, env)
  if not found then return nil, ("nothing is called '%s'"):format(name) end
  local entry = index.by_name[found.alias or found.name]
  if found.op then return op_source(found) end
  local layer = found.name:match "^nn%.([%w_]+)$"
  local row, where
  if layer then row, where = rows.layer(layer) end
  local rule = found.name:match "^optim%.([%w_]+)$"
  if rule then row, where = rows.optimiser(rule) end
  if row then return row, where end
  local value = resolve.value(name, env or _G)
  if value == nil and entry then value = entry.value end
  local object = type(value) == "userdata" and not torch.is_tensor(value) and debug.getmetatable(value)
  if object and index.by_name[object.__name] and object.__name ~= name then return help.source(object.__name, env) end
  if object and type(object.__methods) == "table" then value = object.__methods end -- of an object: its class
  if type(value) == "table" and rawget(value, "__init") then
    local code, place = source.of_class(value)
    if code then return code, place end
    value = rawget(value, "__init")
  end
  if type(value) == "function" then
    local code, place = source.of_function(value)
    if code then return source.with_definition(code, place, value, found.key) end
  end
  local place = found.source
  return nil, place and ("'%s' is made in C: %s:%d"):format(name, place.file, place.line)
    or value ~= nil and type(value) ~= "function" and ("'%s' is a value, %s: ?%s"):format(name,
      torch.typename(value) or type(value), name)
    or ("'%s' has no source here"):format(name)
end

-- ---- search -----------------------------------------------------------------------------------------------

--- A glob (`*`, `?`) as a pattern.
local function glob(pattern)
  return "^" .. pattern:lower():gsub("[%^%$%(%)%%%.%[%]%+%-]", "%%%0"):gsub("%*", ".*"):gsub("%?", ".") .. "$"
end

--- Records whose name matches: with * in the pattern a glob of the whole name or of what
-- is behind a dot, otherwise a text that is in the name or in the description.
function help.search(pattern)
  local index, found = registry.index(), {}
  local is_glob, wanted = pattern:find "[*]", pattern:lower()
  local as_pattern = glob(pattern)
  for _, entry in ipairs(index.list) do
    local name, key = entry.name:lower(), entry.key:lower()
    local hit
    if is_glob then hit = name:find(as_pattern) or key:find(as_pattern)
    else
      hit = name:find(wanted, 1, true) or (record.of(entry, index).doc or ""):lower():find(wanted, 1, true)
    end
    if hit and not entry.alias then found[#found + 1] = record.of(entry, index) end
  end
  return found
end

--- The public name nearest to a mistyped one, or nil.
function help.nearest(name)
  local index, names = registry.index(), {}
  local short = registry.short((name:gsub(":", ".")))
  local dotted = short:find("%.")
  for i, entry in ipairs(index.list) do names[i] = dotted and entry.name or entry.key end
  local near = options.suggest(short, names):match "'(.-)'"
  local entry = near and (dotted and index.by_name[near] or by_ending(near, index))
  return entry and entry.name
end

-- ---- the session ---------------------------------------------------------------------------------------------

local OVERVIEW = [[
?name       what a name means: ?torch.sum, ?nn.Linear, ?model, ?x.shape (or name?)
??name      its source: a Lua function, the row of an op (or name??)
?*norm*     names that match; apropos("text") searches the descriptions too
help(value) the same for any value]]

--- What there is to say of a name that means nothing.
local function unknown(name)
  local near = help.nearest(name)
  return ("Nothing is called '%s'%s"):format(name, near and (", did you mean '%s'?"):format(near) or ".")
end

--- A record as text; of a library also what is in it.
local function described(found, settings)
  local shown = text.of(found, settings)
  if found.kind ~= "library" then return shown end
  return shown .. "\n" .. require "hecate.help.contents".of(found.name, settings)
end

--- The text of apropos: names and first sentences.
function help.apropos(pattern, settings)
  local found = help.search(pattern)
  if #found == 0 then return ("Nothing matches '%s'."):format(pattern) end
  return text.list(found, settings)
end

local function source_text(name, env)
  if not help.lookup(name, env) then return unknown(name) end
  local code, place = help.source(name, env)
  if not code then return place end
  return ("-- %s:%d\n%s"):format(place.file, place.line, code)
end

--- What a line of the session asks: "?name", "name?", "??name", "name??", "?*part*", "?".
-- Returns the text, nil for any other line. settings: `width`, `color`.
function help.query(line, env, settings)
  local trimmed = line:match "^%s*(.-)%s*$"
  local marks, name = trimmed:match "^(%?+)%s*(.*)$"
  if not marks then
    name, marks = trimmed:match "^([%a_][%w_.:]*)(%?+)$"
  end
  if not marks or #marks > 2 then return nil end
  if name == "" then return OVERVIEW end
  if name:find "%*" then return help.apropos(name, settings) end
  if #marks == 2 then return source_text(name, env) end
  local found = help.lookup(name, env)
  return found and described(found, settings) or unknown(name)
end

--- The columns of the terminal and whether it shows colours.
local function of_terminal()
  local terminal = require "torch.utils.terminal"
  local screen = terminal.isatty(1)
  return {width = screen and terminal.size(1) or 80, color = screen and (os.getenv "NO_COLOR" or "") == ""}
end

--- Prints what query has to say of a line; whether it had.
function help.answer(line, env)
  local found = help.query(line, env, of_terminal())
  if found then print(found) end
  return found ~= nil
end

--- Defines help(x) and apropos(text) in `env`; `write` gets their text (print). `settings` as of
-- query, or a function that returns them (those of the terminal).
function help.install(env, write, settings)
  local function now()
    if settings == nil then return of_terminal() end
    return type(settings) == "function" and settings() or settings
  end
  write = write or print
  --- help(x): what a name (a string) or a value means.
  function env.help(x)
    if x == nil then return write(OVERVIEW) end
    local found = help.describe(x, env)
    write(found and described(found, now()) or unknown(tostring(x)))
  end
  --- apropos(text): the names that hold it, or whose description does.
  function env.apropos(pattern)
    if type(pattern) ~= "string" then options.wrong("apropos", "pattern", 1, "a string", pattern) end
    write(help.apropos(pattern, now()))
  end
end

return help
