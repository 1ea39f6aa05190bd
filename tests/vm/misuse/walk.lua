--- For specs of wrong calls: a walk over all public functions, constructors, methods and objects that can be called,
-- in C and in Lua, with wrong arguments of many kinds. What comes back is judged: one line, at the line of the program,
-- that starts with the name that was called and shows none of Lua's own words.
local registry = require "hecate.help.registry"
local record = require "hecate.help.record"
local verdict = dofile "tests/vm/verdict.lua"

local walk = {}

-- What changes the state of the tests, waits, writes or has no end.
local LEFT_OUT = {["torch.manual_seed"] = true, ["torch.set_num_threads"] = true, help = true, apropos = true,
  ["gnuplot.pause"] = true, ["torch.utils.progress"] = true}

--- Whether the walk calls the entry of the registry.
function walk.takes(entry)
  if LEFT_OUT[entry.name] then return false end
  -- These make models of up to 600 million parameters; tests/torchvision/models_spec.lua calls them on meta.
  if entry.name:find "^torchvision%.models%.[%w_.]+$" then return false end
  return type(entry.value) == "function" or type(entry.value) == "table" and torch._C.describe(entry.value) ~= nil
end

-- ---- wrong arguments -----------------------------------------------------------------------------------------

local function closed()
  local x <close> = torch.ones(2)
  return x
end
local function sample_of(kind)
  local makers = {Tensor = function() return torch.ones(2, 2) end,
    Positions = function() return torch.tensor {1, 2} end,
    number = 0.5, float = 0.5, int = 2, integer = 2, bool = true, boolean = true, string = "x", dim = 1, index = 1,
    dims = 1, shape = 2, ints = 2, pair = 2, count = 2, positive = 2, seconds = 1, dtype = "float32", device = "cpu",
    Module = function() return nn.Linear(2, 2) end, callable = torch.sin, ["function"] = torch.sin, table = {},
    any = 1, path = "/nowhere/text", floats = 0.5, reals = {0.5, 1},
    generator = function() return torch.Generator() end}
  local made = makers[(kind or "any"):match "^[%w_]+"]
  if type(made) == "function" and made ~= torch.sin then made = made() end
  if (kind or ""):find "%[%]" then return {made} end
  return made
end

-- Which of the wrong values are taken: of an entry every sixth one, of the next one others, with HECATE_LONG=1 all.
local STEP <const> = os.getenv "HECATE_LONG" == "1" and 1 or 6
local turn = 0

local function wrong_values()
  local values = {verdict.MISSING, false, 7, -1, 0, 0.5, 1e300, 0 / 0, math.mininteger, "/nowhere/text", {}, {1, "x"},
    {{}}, {5}, {nothing = 1}, coroutine.running, function() end, function() error "mine" end, torch.float32,
    torch.ones(2, 2), torch.ones(0),
    torch.tensor(1), torch.ones(2, 1, 3, 1, 2), torch.ones(3, {dtype = "complex64"}), torch.tensor {true, false},
    torch.ones(2, 2, {device = "meta"}), closed(), nn.Linear(2, 2), {torch.ones(2), 5}, io.stdout}
  local some = {}
  for i = 1 + turn % STEP, #values, STEP do some[#some + 1] = values[i] end
  turn = turn + 1
  return some
end

local function replaced(args, at, value)
  local copy = table.move(args, 1, args.n, 1, {n = math.max(args.n, at)})
  if value == verdict.MISSING then value = nil end
  copy[at] = value
  return copy
end

--- Arguments of the right types, as the documents of the name tell them.
function walk.right_arguments(entry)
  local found, known = pcall(record.of, entry)
  local args = {n = 0}
  for _, arg in ipairs(found and known and known.args or {}) do
    if arg.keyword or arg.name == "..." or args.n >= 6 then break end
    args.n = args.n + 1
    local value = arg.choices and arg.choices[1] or sample_of(arg.type)
    args[args.n] = value
  end
  return args, found and known
end

--- The lists of wrong arguments: each wrong value in each place of the right ones, alone, thrice, and by name.
function walk.arguments(right, known)
  local values, lists = wrong_values(), {}
  for _, value in ipairs(values) do
    local plain = value
    if value == verdict.MISSING then plain = nil end
    lists[#lists + 1] = {plain, n = value == verdict.MISSING and 0 or 1}
    lists[#lists + 1] = {plain, plain, plain, n = 3}
    for at = 1, math.min(right.n + 1, 7) do lists[#lists + 1] = replaced(right, at, value) end
  end
  for _, arg in ipairs(known and known.args or {}) do
    for _, value in ipairs(right.n > 0 and values or {}) do
      if value ~= verdict.MISSING and arg.name ~= "..." then
        lists[#lists + 1] = replaced(right, right.n + 1, {[arg.name] = value})
      end
    end
  end
  return lists
end

--- Objects of the class of an entry, made of right arguments or of what some class takes.
function walk.objects(entry)
  local right = walk.right_arguments(entry)
  local objects = {}
  for _, arguments in ipairs {right, {n = 0}, {2, 2, n = 2}, {2, 2, 1, n = 3}, {torch.tensor {0.5, 0.5}, n = 1},
    {torch.eye(2), torch.eye(2), n = 2}, {nn.Linear(2, 2), n = 1}, {nn.Linear(2, 2):parameters(), n = 1},
    {optim.SGD(nn.Linear(1, 1):parameters(), {lr = 0.1}), n = 1}, {{num_classes = 3}, n = 1}, {50, n = 1},
    {"multiclass", {num_classes = 3}, n = 2}, {{torch.ones(2, 2)}, n = 1}, {torch.sin, n = 1}} do
    local made, object = pcall(entry.value, table.unpack(arguments, 1, arguments.n))
    if made then objects[#objects + 1] = object end
    if #objects == 2 then break end
  end
  return objects
end

-- ---- the judgement -----------------------------------------------------------------------------------------------

local WORDS = {"attempt to ", "bad argument", "bad 'for'", "stack traceback", "stack overflow", "%(null%)", "luaL_",
  "%-nan",
  "[%w]+_[%w_]*%.c:", "got no value", "a nil value", "number expected", "^lib/"}

local function last_part(name) return name:match "[^.:]*$" end

-- Whether the text starts with the name or an end of it: "linalg.norm: " or "norm: " for torch.linalg.norm.
local function is_named(text, name)
  local said = text:match "^([%w_.:]+): "
  if said == nil then return false end
  -- A module speaks of what its forward calls, an object for its class.
  return last_part(said) == last_part(name) or name == "forward" or name:find "^object%." and said:find "%f[%w]%u"
end

-- Whether one of the arguments is a function, whose error passes.
local function has_function(arguments)
  for i = 1, arguments.n do
    local meta = debug.getmetatable(arguments[i])
    if type(arguments[i]) == "function" or type(meta) == "table" and meta.__call then return true end
  end
end

--- What is wrong with the message of a call at the line `at` ("FILE:LINE: "), or nil.
function walk.fault_of(message, at, name, arguments)
  if type(message) ~= "string" then return "is a " .. type(message) end
  if message:find "mine$" then return nil end
  if message:sub(1, #at) ~= at then return "does not begin with the line" end
  local text = message:sub(#at + 1)
  if text:find "\n" then return "has more than one line" end
  if #text > 420 then return ("has %d bytes"):format(#text) end
  for _, word in ipairs(WORDS) do
    if text:find(word) then return "shows internals" end
  end
  if text == "/nowhere/text" then return nil end -- what disable_saved_tensors_hooks is to say
  if not is_named(text, name) and not has_function(arguments) then return "does not start with the name" end
end

-- A mode or the handle of a hook, which would change what follows.
local function close(result)
  local meta = type(result) ~= "string" and debug.getmetatable(result)
  local kept = {["torch.Tensor"] = true, ["torch.dtype"] = true, ["torch.device"] = true}
  local ends = type(meta) == "table" and not kept[meta.__name] and rawget(meta, "__close")
  if ends then pcall(ends, result) end
end

--- Calls `text`, which is of `object` and `arguments`, as a program does whose line 1 that is; returns what is wrong
-- with the message and the message, or nil. `name` is the full name.
function walk.try(text, object, arguments, name)
  local chunk = assert(load("local object, arguments = ... local result = " .. text .. " return result", "=program"))
  local done, result = pcall(chunk, object, arguments)
  if done then return close(result) end
  local why = walk.fault_of(result, "program:1: ", name, arguments)
  if why then return why, tostring(result) end
end

--- Arguments as text, for reports.
function walk.show(arguments)
  local texts = {}
  for i = 1, arguments.n do texts[i] = verdict.show(arguments[i]):gsub("%s+", " ") end
  return "(" .. table.concat(texts, ", ") .. ")"
end

return walk
