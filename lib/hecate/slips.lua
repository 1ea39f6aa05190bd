--- Messages of Lua about what a program does, with what to write instead: "attempt to call a nil value (method
-- 'append')" says it. Called where an error has come up and nobody has caught it, while its frames are there.
local names = require "hecate.undefined.names"
local parts = require "hecate.undefined.object"
local source = require "hecate.session.source"
local suggest = require "hecate.session.suggest"
local slips = {}

-- ---- where -----------------------------------------------------------------------------------

local FRAMES <const> = 12 -- of the program that are looked at

--- The frames of the program, the innermost first: {level = as of the caller, info =, called = the frame that it
-- called}.
local function user_frames()
  local list, called = {}, nil
  for level = 3, 200 do
    local info = debug.getinfo(level, "Slnf")
    if not info or #list == FRAMES then break end
    info.level = level - 1
    if info.what ~= "C" and not source.is_library(info.source) and info.currentline > 0 then
      list[#list + 1] = {level = level - 1, info = info, called = called}
    end
    called = info
  end
  return list
end

--- A function that finds the value of a variable at a level of the caller.
local function finder(level, f)
  local found, env = {}, _G
  for i = 1, 250 do
    local name, value = debug.getupvalue(f, i)
    if not name then break end
    if name == "_ENV" then env = value
    elseif name ~= "" then found[name] = {value} end
  end
  for i = 1, 250 do
    local name, value = debug.getlocal(level + 1, i)
    if not name then break end
    found[name] = {value}
  end
  return function(name)
    if found[name] then return found[name][1] end
    return suggest.field(env, name)
  end, found
end

-- ---- what things are ---------------------------------------------------------------------------

--- "tensor", "module", "optimizer", "string", "list", or nil: whose words are meant.
local function kind_of(value)
  if torch.is_tensor(value) then return "tensor" end
  if type(value) == "string" then return "string" end
  if type(value) == "table" then return getmetatable(value) == nil and "list" or nil end
  return type(value) == "userdata" and parts.kind(value) or nil
end

--- Whether `name` is a method of the object: found in its class, not a field of its own.
local function is_method(object, name)
  if type(object) == "string" then return type(string[name]) == "function" end
  if type(object) == "userdata" then
    local fields = debug.getuservalue(object, 1)
    if type(fields) == "table" and rawget(fields, name) ~= nil then return false end
  elseif type(object) ~= "table" or getmetatable(object) == nil or rawget(object, name) ~= nil then return false end
  local method = suggest.field(object, name)
  return type(method) == "function"
end

-- ---- the slips -----------------------------------------------------------------------------------

--- A method called with a dot: "opt.step()". Called with its frame, whose level is that of the caller's caller.
local function dotted(at)
  local called = at.called
  local name = called and called.namewhat ~= "method" and called.name
  if not name or not at.line then return nil end
  for path in at.line:gmatch("([%a_][%w_.]*)%." .. name:gsub("%p", "%%%0") .. "%s*[%({\"']") do
    local object = suggest.resolve(path, at.find)
    local _, first = debug.getlocal(called.level + 2, 1)
    local is_object = type(first) == "table" or type(first) == "userdata" and not torch.is_tensor(first)
    local is_self = rawequal(first, object)
      or is_object and suggest.field(first, name) == suggest.field(object, name)
    if object ~= nil and not is_self and is_method(object, name) and not torch._C.describe(object) then
      return ("%s: called with a dot; write %s:%s(…), with a colon"):format(name, path, name)
    end
  end
end

--- What the line has before the name: the object, and how it is written.
local function owner(at, name)
  local path = at.line and at.line:match("([%a_][%w_.]*)%s*[.:]%s*" .. name .. "%f[^%w_]")
  if path then return suggest.resolve(path, at.find), path end
  local quoted = at.line and at.line:find("[\"'%)]%s*[.:]%s*" .. name .. "%f[^%w_]")
  return quoted and at.line:find("[\"']%s*%)?%s*[.:]%s*" .. name) and "" or nil
end

local function called_value(at, message)
  local what, name = message:match "attempt to call an? ([%w_.]+) value %(%a+ '([%a_][%w_]*)'%)"
  if not name then return nil end
  local object, path = owner(at, name)
  if name == "new" and what == "nil" and torch._C.describe(object) then return ("write %s(…)"):format(path) end
  local kind = kind_of(object)
  local word = kind and names.other_word(kind, name)
  if what == "nil" then
    if word or object ~= nil or path then return word end
    return at.line and at.line:find("%)%s*:%s*" .. name) and names.other_word("module", name)
      or names.other_word("string", name) -- what a call has given, or a text
  end
  if name == "for iterator" then return nil end
  local variable = at.find(name)
  if path and object ~= nil then
    return word or ("%s.%s is no function: write it without parentheses"):format(path, name)
  end
  if torch.is_tensor(variable) or what == "table" and variable ~= nil then return ("write %s[i]"):format(name) end
end

--- "for x in list do", "for name, p in ipairs(net:named_parameters()) do".
local function walked(at, message)
  if message == "attempt to index a function value" and at.line and at.line:find "%f[%w]ipairs%s*%(" then
    return "what gives an iterator needs no ipairs: for name, x in net:named_parameters() do"
  end
  local what = message:match "attempt to call an? ([%w_.]+) value %(for iterator 'for iterator'%)"
  if not what then return nil end
  if what == "torch.Tensor" then return "write for i, row in x:iter() do" end
  if what == "number" then return "write for i = 1, n do" end
  if what == "table" then return "write for i, x in ipairs(list) do, or for key, value in pairs(t) do" end
  return what:find "DataLoader" and "write for x, y in loader:iter() do" or nil
end

--- A method that is used as a value: "x.size[1]", "x.numel * 2".
local function uncalled(at, message)
  local name = message:match "function value %(%a+ '([%a_][%w_]*)'%)"
  local _, path = owner(at, name or "?")
  if not name or not path then return nil end
  return ("%s is a method: write %s:%s()"):format(name, path, name)
end

local NUMBER <const> = "write x:item() for the number of a tensor of one element"
local MATHS <const> = {abs = true, ceil = true, cos = true, exp = true, floor = true, log = true, sin = true,
  sqrt = true, tan = true, fmod = true, max = true, min = true}

local function tensor_for_number(_, message)
  local f = message:match "bad argument #%d+ to '([%w_]+)' %(number expected, got torch%.Tensor%)"
  if f then return MATHS[f] and ("write x:%s(), or x:item() for the number of one element"):format(f) or NUMBER end
  if message:find "string expected, got torch%.Tensor" then return "write tostring(x), or x:item() for its number" end
  if message:find "bad 'for' %l+ %(number expected, got torch%.Tensor%)" then return NUMBER .. ", #x for a length" end
end

local function arithmetic(at, message)
  if message:find "attempt to perform bitwise operation on an? %l+ value" then
    return "write and, or for conditions, .. to join strings"
  end
  if message:find "attempt to mul a 'string' with a 'number'" then return "write (\"-\"):rep(20) for \"-\" * 20" end
  if message:find "arithmetic on a torch%.Size value" then return "one size is x.shape[1], or x:size(1)" end
  local joins = message:find "^remainder: .* got the string" or message:find "attempt to mod a 'string'"
  if joins then return "write (\"%.3f\"):format(x) for \"%.3f\" % x" end
  local string = message:find "attempt to add a 'string' with" or message:find "attempt to add a '.*' with a 'string'"
    or message:find "attempt to perform arithmetic on a string value" or message:find "^add: .* got the string"
  if string then return "strings are joined by .." end
  if message:find "attempt to perform arithmetic on a table value" then
    return "lists have no arithmetic: torch.tensor(list) has"
  end
  local what = message:match "attempt to concatenate an? (%a+) value"
  if what == "table" or what == "boolean" or what == "nil" then return "write tostring(x)" end
  if message:find "attempt to index a nil value" and at.line and at.line:find "%[0%]" then
    return "positions count from 1"
  end
  if message:find "attempt to compare .*table" then return "lists have no order: compare their items" end
  if message:find "attempt to compare number with string" or message:find "attempt to compare string with number" then
    return "write tonumber(text) for the number in a text"
  end
end

--- A field of a list that other languages' lists have: "list.size + 1".
local function field_of_list(at, message)
  local name = message:match "^attempt to [%a%s]+ a nil value %(field '([%a_][%w_]*)'%)"
  local object = owner(at, name or "?")
  return name and kind_of(object) == "list" and names.other_word("list", name) or nil
end

--- "s[1]" of a string.
local function character(at, message)
  if not message:find "nil value %(field '" then return nil end
  local text = at.line and at.line:match "([%a_][%w_]*)%[[^%[%]]*%]"
  if text and type(at.find(text)) == "string" then return ("a string has no items: write %s:sub(i, i)"):format(text) end
end

local function gradient(at, message)
  if not message:find "^attempt to [%l%s]+ a nil value %(field '_?grad'%)" then return nil end
  local tensor, path = owner(at, "grad")
  if not torch.is_tensor(tensor) then return nil end
  local told = "x.grad is nil until backward() has come to x, a tensor with requires_grad that no op has made"
  if tensor.is_leaf or not at.line:find(path:gsub("%p", "%%%0") .. "%s*=[^=]") then return told end
  return ("%s = … has made another tensor, without a gradient: write torch.no_grad(function() %s:sub_(…) end)")
    :format(path, path)
end

--- What one asks of a tensor, and never of a boolean.
local COMPARED <const> = {sum = true, mean = true, float = true, int = true, long = true, double = true, all = true,
  any = true, item = true, nonzero = true, to = true, byte = true, logical_not = true, count_nonzero = true}

--- "(predicted == target):sum()": == gives one boolean.
local function compared(at, message)
  if not message:find "^attempt to %l+[%l%s]* a boolean value" or not at.line then return nil end
  local method = at.line:match "[=<>~]=.*%)%s*:%s*([%a_]+)" or at.line:match ":%s*([%a_]+)%s*%("
  if at.line:find "[=<>~]=" or method and COMPARED[method] then
    return "== and < give one boolean: write a:eq(b), a:lt(b) to compare element by element"
  end
end

--- "for batch in loader:iter() do local x, y = batch[1], batch[2]": x and y are rows of the first part, or nil.
local function unpacked(at)
  local number = at.info.currentline
  for i = number - 1, math.max(1, number - 30), -1 do
    local name, loader = (at.lines or {})[i]:match "^%s*for%s+([%a_][%w_]*)%s+in%s+([%w_.]+):iter%(%)%s+do"
    if name and torch.is_tensor(at.find(name)) then
      local body = table.concat(at.lines, "\n", i + 1, number)
      local taken = body:find("=%s*" .. name .. "%s*%f[\n;]") or body:find("unpack%s*%(%s*" .. name .. "%s*%)")
        or body:find("=%s*" .. name .. "%[1%]%s*,%s*" .. name .. "%[2%]")
        or body:find("=%s*" .. name .. "%[1%].-=%s*" .. name .. "%[2%]%s*%f[\n;]")
      local told = "a loader gives several parts of a batch: write for x, y in %s:iter() do"
      return taken and told:format(loader)
    end
  end
end

--- A line that begins with a parenthesis calls what the line before ends with.
local function continued(at, message)
  if not (at.line and at.before and at.line:find "^%s*%(" and at.before:find "[%w_%)%]}\"']%s*$") then return nil end
  if message:find "is not defined" or message:find "^attempt to call a" then
    return "a line that begins with ( goes on with the line before: write ; in front of it"
  end
end

--- "net(x):sum()" where a forward returns nothing.
local function returned(at, message)
  if not at.line then return nil end
  if message == "attempt to index a nil value" and at.line:find "%)%s*[:.]%s*[%a_]" then
    return "the call in front of it has returned nothing: a forward ends with return"
  end
  if message ~= "attempt to perform arithmetic on a nil value" then return nil end
  for name in at.line:gmatch "([%a_][%w_]*)%s*%(" do
    local f = at.find(name)
    if type(f) == "function" and debug.getinfo(f, "S").what == "Lua" then
      return ("%s returns nothing here: it ends with return"):format(name)
    end
  end
end

--- "for name, p in net:state_dict().items() do".
local function items(at, message)
  local name = message:match "attempt to call a nil value %(field '(%l+)'%)"
  return name and at.line and at.line:find("%)%s*%.%s*" .. name) and names.other_word("list", name) or nil
end

--- "table.insert(x, 4)" of a tensor.
local function inserted(at, message)
  if at.line and at.line:find "table%.insert" and message:find "^index: position %d+ is out of range" then
    return "a tensor does not grow: write torch.cat({x, y})"
  end
end

--- "function Net:init()": of a class whose constructor has another name.
local function constructor(at, message)
  local name = message:match "^attempt to %l+ a nil value %(%l+ '([%a_][%w_]*)'%)"
  local object = owner(at, name or "?")
  if type(object) ~= "userdata" or not torch.typename(object) then return nil end
  local methods = (debug.getmetatable(object) or {}).__methods
  if type(methods) ~= "table" or rawget(methods, "__init") then return nil end
  for _, other in ipairs {"init", "_init", "new", "initialize", "constructor", "__init__"} do
    if rawget(methods, other) then return ("the constructor is function %s:__init(…), not %s"):format(
      torch.typename(object), other) end
  end
end

--- A field was read that the module does not have: the names of the modules inside of it.
local function of_module(at, message)
  local name = message:match "^attempt to %l+ a nil value %(%l+ '([%a_][%w_]*)'%)"
  local object, path = owner(at, name or "?")
  if not name or kind_of(object) ~= "module" then return nil end
  return parts.parts(object, path) or ("%s has no field of that name"):format(path)
end

local RULES <const> = {unpacked, continued, tensor_for_number, walked, called_value, uncalled, field_of_list,
  arithmetic, character, gradient, compared, returned, items, inserted, constructor,
  function(_, message) return require "hecate.mismatch"(message) end}

--- A module that is not there, or that has a slip of its own.
local function required(message)
  local place, name = message:match "^(.-)module '([^'\n]*)' not found:"
  if name then
    local word = require "hecate.undefined.torch7"("require", name) or require "hecate.undefined.python"("global", name)
    return word and ("%smodule '%s' not found: %s"):format(place, name, word) or message
  end
  local path, inner = message:match "error loading module '[^']*' from file '([^']*)':\n%s*(.*)$"
  if path then return message:sub(1, #message - #inner) .. require "hecate.syntax".explain(inner, path) end
end

--- The frame with its line and what finds its variables; called by improve.
local function look_at(frame)
  local lines = source.lines(frame.info.source, slips.inputs)
  frame.line = lines and lines[frame.info.currentline]
  frame.lines = lines
  frame.before = lines and lines[frame.info.currentline - 1]
  frame.find, frame.variables = finder(frame.level + 1, frame.info.func)
end

local function with_colon(frames)
  for _, frame in ipairs(frames) do
    local dot = dotted(frame)
    if dot then return ("%s:%d: %s"):format(frame.info.short_src, frame.info.currentline, dot) end
  end
end

local function improve(message)
  local other = required(message)
  if other then return other end
  local frames = user_frames()
  local at = frames[1]
  if not at then return message end
  for _, frame in ipairs(frames) do look_at(frame) end
  local dot = with_colon(frames)
  if dot then return dot end
  local what = message:sub(#(message:match "^[^\n]-:%d+: " or "") + 1)
  for _, rule in ipairs(RULES) do
    local hint = rule(at, what)
    local place = what == message and ("%s:%d: "):format(at.info.short_src, at.info.currentline) or "" -- C told none
    if hint then return ("%s%s; %s"):format(place, message, hint) end
  end
  local list = {}
  for name in pairs(at.variables) do list[#list + 1] = name end
  local hint = suggest.hint(message, at.line, at.find, list, _G) or of_module(at, what)
  return hint and message .. "; " .. hint or message
end

--- slips.improve(message): in the handler of an error, the message with what to write instead, or as it is. `inputs`
-- (slips.inputs): the texts of the session's inputs.
function slips.improve(message)
  if message:find("stack overflow", 1, true) or message == "interrupted" then return message end
  local ok, better = pcall(improve, message)
  return ok and better or message
end

return slips
