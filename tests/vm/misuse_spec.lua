-- Wrong calls. Every public op is called with arguments of wrong types, shapes and values, one
-- at a time: nothing crashes, and what is refused is refused in one line that starts with the
-- name of the function. The calls that are varied are those of tests/tensor/domains.lua and of the
-- rows' own types.
package.path = "scripts/gen/?.lua;tests/tensor/?.lua;" .. package.path
local schema, domains = require "schema", require "domains"

local function rows_of_the_table()
  local files = {}
  for name in io.popen("LC_ALL=C ls tensor/ops/*/rows.lua"):lines() do files[#files + 1] = name end
  return schema.read(files)
end

local MISSING = setmetatable({}, {__tostring = function() return "nothing" end})
local nan, inf, most, least = 0 / 0, math.huge, math.maxinteger, math.mininteger

-- ---- bad values by type of argument ----------------------------------------------------------

local function tensors()
  return {torch.empty(0), torch.empty(0, 3), torch.tensor(2.5), torch.ones(1, 2, 1, 3, 1), torch.ones(3, 1):expand(3, 4),
    torch.ones(4, 3):t(), torch.tensor({{1, 2, 3}, {4, 5, 6}}), torch.tensor({{true, false, true}, {false, false, true}}),
    torch.tensor({1, 2, 3}, {dtype = "uint8"}), torch.full({2, 3}, nan), torch.ones(2, 3, {requires_grad = true}),
    torch.ones(2, 3, {dtype = "float64"}), torch.ones(7)}
end
local function positions()
  return {torch.tensor({0}), torch.tensor({{1, 0, 1}, {1, 1, 1}}), torch.tensor({{99, 1, 1}, {1, 1, 1}}), torch.tensor({{1, -99, 1}, {1, 1, 1}}),
    torch.tensor({most, least}), torch.tensor({1.0, 2.0}), torch.tensor({nan, 1}), torch.tensor({true, false}), torch.tensor(1),
    torch.empty(0, {dtype = "int64"}), torch.tensor({{{1}}}), 0, 99, -99, 1.5}
end
local function sizes()
  return {{-1}, {-1, -1}, {-5, 2}, {0}, {0, most}, {most}, {most, 2}, {1 << 62, 4}, {1 << 32, 1 << 32}, {2, 1 << 60}, {1.5}, {"a"}, {nan},
    {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {}, 0, -1, most, least, 1.5, "x", true}
end
local function integers() return {0, -1, 1, 99, -99, most, least, 1 << 53, 1 << 62, 1.5, nan, inf, "x", true, {}} end
local function dimensions() return {0, 99, -99, most, least, 1.5, nan, "x", true, {}} end
local BAD = {
  ARG_TENSOR = tensors, ARG_POSITIONS = positions, ARG_SHAPE = sizes, ARG_INTS = sizes, ARG_INT = integers,
  ARG_DIM = dimensions, ARG_INDEX = dimensions,
  ARG_DIMS = function() return {{0}, {1, 1}, {99}, {-99}, {1, 2, 3, 4}, {1.5}, {"x"}, {}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, 99, most, least, 1.5, "x"} end,
  ARG_NUMBER = function() return {nan, inf, -inf, 1e300, most, least, 0, -1, 300, 1.5, true, "x", {}, torch.ones(2), torch.tensor(1.0, {requires_grad = true})} end,
  ARG_FLOAT = function() return {nan, inf, -inf, 1e300, -1, 0, most, "x", {}, torch.ones(2)} end,
  ARG_BOOL = function() return {1, "yes", {}} end,
  ARG_DTYPE = function() return {"float99", 5, {}, "int32", "bool", "uint8"} end,
  ARG_CHOICE = function() return {"zzz", 5, true, ""} end,
  ARG_DEVICE = function() return {"cuda", "cuda:0", "tpu", 0, {}} end,
  ARG_GENERATOR = function() return {5, "x", {}} end,
}
BAD.ARG_OPTIONAL_NUMBER = BAD.ARG_NUMBER
local function everywhere() return {MISSING, "text", {}, {1, 2}, {{}}, print, io.stdout, coroutine.create(print), torch.float32} end

local function bad_values(arg)
  local list = everywhere()
  if arg.list then
    for _, v in ipairs {{torch.ones(2), 5}, {torch.ones(2), torch.ones(3, 3)}, {torch.empty(0)}, torch.ones(2)} do list[#list + 1] = v end
  end
  for _, v in ipairs(BAD[arg.type.arg]()) do list[#list + 1] = v end
  return list
end

-- ---- calls to start from ----------------------------------------------------------------------

local PLAIN = {
  ARG_NUMBER = 2, ARG_OPTIONAL_NUMBER = 2, ARG_FLOAT = 0.5, ARG_INT = 2, ARG_DIM = 1, ARG_INDEX = 1, ARG_BOOL = true,
  ARG_DIMS = {1}, ARG_SHAPE = {3, 2}, ARG_INTS = {1, 1}, ARG_DTYPE = "float32",
}
local function plain(row)
  local args = {n = 0}
  for _, arg in ipairs(row.args) do
    if arg.keyword_only then break end
    local value = PLAIN[arg.type.arg]
    if arg.type.arg == "ARG_TENSOR" then value = torch.ones(2, 3) end
    if arg.type.arg == "ARG_POSITIONS" then value = torch.tensor({{1, 2, 1}, {2, 1, 2}}) end
    if arg.choices then value = arg.choices[1] end
    if arg.list then value = {value, value} end
    args.n = args.n + 1
    args[args.n] = value
  end
  return args
end

-- At most three: of the sampled calls the first two and the last one.
local function base_calls(row)
  local list = {plain(row)}
  local samples = (row.backward or row.domain) and domains.samples(row) or {}
  for i, sample in ipairs(samples) do
    if i <= 2 or i == #samples then
      local call = {n = sample.n}
      for k = 1, sample.n do
        local v = sample[k]
        call[k] = torch.is_tensor(v) and v:detach():clone() or v
      end
      list[#list + 1] = call
    end
  end
  return list
end

local function is_options(v)
  return type(v) == "table" and type(next(v)) == "string"
end

-- Calls f(args, what) with each argument of `call` wrong in each way.
local function each_wrong(row, call, f)
  local named = is_options(call[call.n]) and call[call.n] or nil
  local positional = named and call.n - 1 or call.n
  for i, arg in ipairs(row.args) do
    local label = arg.name:gsub("_$", "")
    for _, bad in ipairs(bad_values(arg)) do
      local args = table.move(call, 1, positional, 1, {n = positional})
      if i <= positional and not arg.keyword_only then
        if bad == MISSING then args[i] = nil else args[i] = bad end
      elseif bad ~= MISSING then
        local options = {[label] = bad}
        for k, v in pairs(named or {}) do if k ~= label then options[k] = v end end
        args.n = positional + 1
        args[args.n] = options
      end
      f(args, label, bad)
    end
  end
  local more = table.move(call, 1, positional, 1, {})
  more.n = positional + 1
  for _, last in ipairs {{no_such_name = 1}, {[1] = 2, input = 3}, {input = torch.ones(2), [true] = 1}} do
    more[more.n] = last
    f(more, "the options", last)
  end
  f({n = 0}, "nothing", MISSING)
  local many = {n = 30}
  for i = 1, 30 do many[i] = i % 2 == 0 and "x" or torch.ones(1) end
  f(many, "many", MISSING)
end

-- ---- verdict ---------------------------------------------------------------------------------------

-- What is wrong with a message, or nil. `name` is the function that was called.
local function fault_of(message, name, bad)
  if type(message) ~= "string" then return "is a " .. type(message) end
  local text = message:gsub("^[^:\n]-:%d+: ", "")
  if text:find "\n" then return "has more than one line" end
  if #text > 420 then return "has " .. #text .. " bytes" end
  name = name:gsub("^x:", "")
  if text:sub(1, #name + 2) ~= name .. ": " then return "does not start with " .. name end
  if text:find("bad argument", 1, true) or text:find "luaL?_" or text:find("attempt to", 1, true) or text:find "[%w]+_[%w_]*%.c" then return "shows internals" end
  if text:find "%(null%)" or bad ~= least and bad ~= inf and text:find "%-9223372036854775808" then return "shows a C value" end
end

-- Looks at what a call gave, so that all of its memory is read.
local function look(...)
  for i = 1, select("#", ...) do
    local v = (select(i, ...))
    if torch.is_tensor(v) and v:numel() < 1e5 then
      tostring(v)
      v:detach():to("float64"):sum():item()
    end
  end
end

local function show(v)
  if torch.is_tensor(v) then return ("%s (%s)"):format(tostring(v.dtype), table.concat(v.shape, "×")) end
  if type(v) ~= "table" or v == MISSING then return tostring(v) end
  local parts = {}
  for k, x in pairs(v) do parts[#parts + 1] = tostring(k) .. "=" .. show(x) end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local verbose = os.getenv "HECATE_MISUSE_LIST" -- prints each message once

describe("wrong calls of", function()
  local seen = {}
  for _, row in ipairs(rows_of_the_table()) do
    if not row.private then
      it(row.name, function()
        if os.getenv "HECATE_MISUSE_TRACE" then io.stderr:write(row.name, "\n") end
        local forms = {}
        local module = row.modules.torch and torch or torch.nn.functional
        if row.inplace ~= "only" then forms[row.lua] = module[row.lua] end
        if row.inplace then forms[row.lua .. "_"] = torch.ones(1)[row.lua .. "_"] end
        local faults = {}
        for name, f in pairs(forms) do
          for _, call in ipairs(base_calls(row)) do
            each_wrong(row, call, function(args, label, bad)
              local first = args[1]
              if name:sub(-1) == "_" and torch.is_tensor(first) then args[1] = first:detach():clone() end
              torch.manual_seed(1)
              local results = table.pack(pcall(f, table.unpack(args, 1, args.n)))
              if results[1] then look(table.unpack(results, 2, results.n)) return end
              local why = fault_of(results[2], name, bad)
              if why then faults[#faults + 1] = ("%s with %s = %s: %s: %s"):format(name, label, show(bad), why, tostring(results[2])) end
              if verbose and not seen[results[2]] then
                seen[results[2]] = true
                io.write(results[2], "\n")
              end
            end)
          end
        end
        if #faults > 0 then error(#faults .. " faults:\n" .. table.concat(faults, "\n", 1, math.min(#faults, 12)), 0) end
      end)
    end
  end
end)

describe("wrong calls of functions that are no ops:", function()
  local x = torch.ones(2, 3)
  local bad = {MISSING, "text", {}, {1, 2}, {"x"}, {{}}, print, torch.float32, true, 0, 1.5, nan, -1, 99, most, least, x, torch.empty(0), torch.tensor(1),
    {dim = 0}, {dim = "x"}, {dtype = 5}, {device = "cuda:99"}, {no_such_name = 1}}
  local calls = {
    split = {x, 1, 2}, chunk = {x, 2, 1}, unbind = {x, 1}, allclose = {x, x, 1e-5, 1e-8}, nonzero = {x, {as_tuple = true}}, tensor = {{1, 2}, {dtype = "int32"}},
    equal = {x, x}, numel = {x}, is_floating_point = {x}, manual_seed = {1}, set_num_threads = {1},
  }
  local methods = {to = {x, "float64"}, size = {x, 1}, stride = {x, 1}, view_as = {x, x}, type_as = {x, x}, item = {torch.ones(1)}, dim = {x}}
  local function each(name, f, call, first)
    it(name, function()
      local threads = torch.get_num_threads()
      for i = first, #call do
        for _, value in ipairs(bad) do
          local args = table.move(call, 1, #call, 1, {})
          if value == MISSING then args[i] = nil else args[i] = value end
          if not (name == "set_num_threads" and value == 99) then
            local results = table.pack(pcall(f, table.unpack(args, 1, #call)))
            local why = not results[1] and fault_of(results[2], name, value)
            if why then error(("%s with argument %d = %s: %s: %s"):format(name, i, show(value), why, tostring(results[2])), 0) end
          end
        end
      end
      torch.set_num_threads(threads)
    end)
  end
  for name, call in pairs(calls) do each(name, torch[name], call, 1) end
  for name, call in pairs(methods) do each("x:" .. name, function(self, ...) return x[name](self, ...) end, call, 2) end
end)
