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
  return {torch.empty(0), torch.empty(0, 3), torch.tensor(2.5), torch.ones(1, 2, 1, 3, 1),
    torch.ones(3, 1):expand(3, 4),
    torch.ones(4, 3):t(), torch.tensor({{1, 2, 3}, {4, 5, 6}}),
    torch.tensor({{true, false, true}, {false, false, true}}),
    torch.tensor({1, 2, 3}, {dtype = "uint8"}), torch.full({2, 3}, nan), torch.ones(2, 3, {requires_grad = true}),
    torch.ones(2, 3, {dtype = "float64"}), torch.ones(7)}
end
local function positions()
  return {torch.tensor({0}), torch.tensor({{1, 0, 1}, {1, 1, 1}}), torch.tensor({{99, 1, 1}, {1, 1, 1}}),
    torch.tensor({{1, -99, 1}, {1, 1, 1}}),
    torch.tensor({most, least}), torch.tensor({1.0, 2.0}), torch.tensor({nan, 1}), torch.tensor({true, false}),
    torch.tensor(1),
    torch.empty(0, {dtype = "int64"}), torch.tensor({{{1}}}), 0, 99, -99, 1.5}
end
local function sizes()
  return {{-1}, {-1, -1}, {-5, 2}, {0}, {0, most}, {most}, {most, 2}, {1 << 62, 4}, {1 << 32, 1 << 32}, {2, 1 << 60},
    {1.5}, {"a"}, {nan},
    {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {}, 0, -1, most, least, 1.5, "x", true}
end
local function integers() return {0, -1, 1, 99, -99, most, least, 1 << 53, 1 << 62, 1.5, nan, inf, "x", true, {}} end
local function dimensions() return {0, 99, -99, most, least, 1.5, nan, "x", true, {}} end
local BAD = {
  ARG_TENSOR = tensors, ARG_POSITIONS = positions, ARG_SHAPE = sizes, ARG_INTS = sizes, ARG_INT = integers,
  ARG_DIM = dimensions, ARG_INDEX = dimensions,
  ARG_DIMS = function()
    return {{0}, {1, 1}, {99}, {-99}, {1, 2, 3, 4}, {1.5}, {"x"}, {}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 0, 99,
      most, least, 1.5, "x"}
  end,
  ARG_NUMBER = function()
    return {nan, inf, -inf, 1e300, most, least, 0, -1, 300, 1.5, true, "x", {}, torch.ones(2),
      torch.tensor(1.0, {requires_grad = true})}
  end,
  ARG_FLOAT = function() return {nan, inf, -inf, 1e300, -1, 0, most, "x", {}, torch.ones(2)} end,
  ARG_BOOL = function() return {1, "yes", {}} end,
  ARG_DTYPE = function() return {"float99", 5, {}, "int32", "bool", "uint8"} end,
  ARG_CHOICE = function() return {"zzz", 5, true, ""} end,
  ARG_INTEGERS = function()
    return {{-1}, {0}, {most, most, 2}, {least}, {1.5}, {"x"}, {nan}, {}, 2, 1.5, "x", true, torch.ones(2)}
  end,
  ARG_FLOATS = function() return {{nan}, {"x"}, {}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}, "x", true} end,
  ARG_STRING = function() return {("x"):rep(200), "a\0b", "", 5, true} end,
  ARG_DEVICE = function() return {"cuda", "cuda:0", "tpu", 0, {}} end,
  ARG_GENERATOR = function() return {5, "x", {}} end,
}
BAD.ARG_OPTIONAL_NUMBER = BAD.ARG_NUMBER
local function everywhere()
  return {MISSING, "text", {}, {1, 2}, {{}}, print, io.stdout, coroutine.create(print), torch.float32}
end

local function bad_values(arg)
  local list = everywhere()
  if arg.list then
    for _, v in ipairs {{torch.ones(2), 5}, {torch.ones(2), torch.ones(3, 3)}, {torch.empty(0)}, torch.ones(2)} do
      list[#list + 1] = v
    end
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

-- At most three: of the sampled calls the first two and the last one; with HECATE_LONG=1 all.
local function base_calls(row)
  local list = {plain(row)}
  local samples = (row.backward or row.domain) and domains.samples(row) or {}
  for i, sample in ipairs(samples) do
    if i <= 2 or i == #samples or os.getenv "HECATE_LONG" == "1" then
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

-- ---- what may be accepted ------------------------------------------------------------------------

local function is_integer(v) return type(v) == "number" and math.tointeger(v) ~= nil end
local function is_number(v)
  return type(v) == "number" or type(v) == "boolean" or torch.is_tensor(v) and #v.shape == 0 and not v.requires_grad
end
local function is_dimension(v) return is_integer(v) and v ~= 0 and math.abs(v) <= 12 end

-- A list whose items all pass, and nothing else in the table.
local function is_list(v, item)
  if type(v) ~= "table" then return false end
  local n = 0
  for _ in pairs(v) do n = n + 1 end
  if n ~= #v or n > 12 then return false end
  for _, x in ipairs(v) do if not item(x) then return false end end
  return true
end
local function is_tensors(v) return torch.is_tensor(v) or is_list(v, torch.is_tensor) end
local function is_integers(v) return is_integer(v) or is_list(v, is_integer) end

local function is_shape(v)
  if not is_integers(v) then return false end
  local inferred, elements = 0, 1
  for _, size in ipairs(type(v) == "table" and v or {v}) do
    if size < -1 then return false end
    if size == -1 then inferred = inferred + 1 end
    elements = elements * math.max(math.abs(size), 0.0)
  end
  return inferred <= 1 and elements < 2 ^ 47
end

local function is_dimensions(v)
  if is_dimension(v) then return true end
  local seen = {}
  return is_list(v, function(d)
    local good = is_dimension(d) and not seen[d]
    seen[d] = true
    return good
  end)
end

local function is_positions(v)
  return is_integer(v) and v ~= 0 or torch.is_tensor(v) and not v:is_floating_point()
end

-- By type: whether a value is right for an argument with some other arguments. What is not is refused in every call.
local RIGHT = {
  ARG_TENSOR = function(v) return torch.is_tensor(v) or type(v) == "number" or type(v) == "boolean" end,
  ARG_POSITIONS = is_positions, ARG_NUMBER = is_number, ARG_OPTIONAL_NUMBER = is_number, ARG_FLOAT = is_number,
  ARG_INT = function(v) return is_integer(v) or torch.is_tensor(v) and v:numel() == 1 and not v:is_floating_point() end,
  ARG_DIM = is_dimension, ARG_INDEX = function(v) return is_integer(v) and v ~= 0 end, ARG_DIMS = is_dimensions,
  ARG_SHAPE = is_shape, ARG_INTS = is_integers, ARG_BOOL = function(v) return type(v) == "boolean" end,
  ARG_DTYPE = function(v) return type(v) == "string" and torch[v] ~= nil or v == torch.float32 end,
  ARG_DEVICE = function(v) return v == "cpu" end, ARG_STRING = function(v) return type(v) == "string" and #v < 128 end,
  ARG_FLOATS = function(v) return is_number(v) or is_list(v, is_number) end,
  ARG_INTEGERS = function(v) return is_list(v, is_integer) or torch.is_tensor(v) and not v:is_floating_point() end,
  ARG_GENERATOR = function() return false end,
}
local function is_right(arg, v)
  if v == MISSING then return arg.default_text ~= nil or arg.optional end
  if arg.choices then
    for _, choice in ipairs(arg.choices) do if choice == v then return true end end
    return false
  end
  if arg.list then return is_tensors(v) end
  return RIGHT[arg.type.arg](v)
end

local rows_by_name = {} -- overloads of one Lua name
for _, row in ipairs(rows_of_the_table()) do
  rows_by_name[row.lua] = rows_by_name[row.lua] or {}
  table.insert(rows_by_name[row.lua], row)
end

local function positional(row)
  local n = 0
  while row.args[n + 1] and not row.args[n + 1].keyword_only do n = n + 1 end
  return n
end

-- Whether a form of the op takes `bad` as its argument `label`, at place `i` (nil: by name) of `n`.
local function may_be_right(row, label, i, n, bad)
  if i == n and type(bad) == "table" and next(bad) == nil then return true end -- options, none given
  for _, form in ipairs(rows_by_name[row.lua]) do
    local many = positional(form)
    local arg = i and (form.args[i] or form.args[many])
    if not i then
      for _, a in ipairs(form.args) do if a.name:gsub("_$", "") == label then arg = a end end
    end
    if arg and (not i or i <= many or is_integer(bad)) and is_right(arg, bad) then return true end
    if i and i == n and i > many and bad == MISSING then return true end
  end
  return false
end

-- Calls f(args, label, bad, right) with each argument of `call` wrong in each way; right: some call may take that.
local function each_wrong(row, call, f)
  local named = is_options(call[call.n]) and call[call.n] or nil
  local positional = named and call.n - 1 or call.n
  for i, arg in ipairs(row.args) do
    local label = arg.name:gsub("_$", "")
    for _, bad in ipairs(bad_values(arg)) do
      local args = table.move(call, 1, positional, 1, {n = positional})
      local place
      if i <= positional and not arg.keyword_only then
        place = i
        if bad == MISSING then args[i] = nil else args[i] = bad end
      elseif bad ~= MISSING then
        local options = {[label] = bad}
        for k, v in pairs(named or {}) do if k ~= label then options[k] = v end end
        args.n = positional + 1
        args[args.n] = options
      end
      local untouched = bad == MISSING and not place -- by name, what is missing was not there before
      f(args, label, bad, untouched or may_be_right(row, label, place, args.n, bad))
    end
  end
  local more = table.move(call, 1, positional, 1, {})
  more.n = positional + 1
  for _, last in ipairs {{no_such_name = 1}, {[1] = 2, input = 3}, {input = torch.ones(2), [true] = 1}} do
    more[more.n] = last
    f(more, "the options", last, false)
  end
  f({n = 0}, "nothing", MISSING, is_right(row.args[1], MISSING))
  local many = {n = 30}
  for i = 1, 30 do many[i] = i % 2 == 0 and "x" or torch.ones(1) end
  f(many, "many", MISSING, false)
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
  if text:find("bad argument", 1, true) or text:find "luaL?_" or text:find("attempt to", 1, true)
    or text:find "[%w]+_[%w_]*%.c" then return "shows internals" end
  if text:find "%(null%)" or bad ~= least and bad ~= inf and text:find "%-9223372036854775808" then
    return "shows a C value"
  end
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

-- Accepted against the rule of is_right, each for a reason; what is not met any more must leave the list.
local ACCEPTED = {["expand with size = {1=-1, 2=-1}"] = "-1 leaves a dimension as it is, in as many as one likes"}
local met = {}

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
            each_wrong(row, call, function(args, label, bad, right)
              local first = args[1]
              if name:sub(-1) == "_" and torch.is_tensor(first) then args[1] = first:detach():clone() end
              torch.manual_seed(1)
              local results = table.pack(pcall(f, table.unpack(args, 1, args.n)))
              if results[1] then
                look(table.unpack(results, 2, results.n))
                if not right then
                  local what = ("%s with %s = %s"):format(name, label, show(bad))
                  met[what] = true
                  if not ACCEPTED[what] then faults[#faults + 1] = what .. ": is accepted" end
                end
                return
              end
              local why = fault_of(results[2], name, bad)
              if why then
                faults[#faults + 1] = ("%s with %s = %s: %s: %s"):format(name, label, show(bad), why,
                  tostring(results[2]))
              end
              if verbose and not seen[results[2]] then
                seen[results[2]] = true
                io.write(results[2], "\n")
              end
            end)
          end
        end
        if #faults > 0 then
          error(#faults .. " faults:\n" .. table.concat(faults, "\n", 1, math.min(#faults, 12)), 0)
        end
      end)
    end
  end
  it("that are accepted are as the list says", function()
    for what in pairs(ACCEPTED) do assert.is_true(met[what], what) end
  end)
end)

describe("wrong calls of functions that are no ops:", function()
  local x = torch.ones(2, 3)
  local bad = {MISSING, "text", {}, {1, 2}, {"x"}, {{}}, print, torch.float32, true, 0, 1.5, nan, -1, 99, most, least,
    x, torch.empty(0), torch.tensor(1),
    {dim = 0}, {dim = "x"}, {dtype = 5}, {device = "cuda:99"}, {no_such_name = 1}}
  -- Each entry: a right call, and for each argument what may be accepted among the values above. The first one of a
  -- method is not varied.
  local function among(...)
    local set = {}
    for i = 1, select("#", ...) do set[select(i, ...)] = true end
    return function(v) return set[v] == true end
  end
  local function none() return false end
  local function empty(v) return type(v) == "table" and next(v) == nil end
  local function any(...)
    local tests = {...}
    return function(v)
      for _, test in ipairs(tests) do if test(v) then return true end end
      return false
    end
  end
  local tensor, missing = torch.is_tensor, among(MISSING)
  local function number(v) return type(v) == "number" end
  local operand = any(tensor, number, among(true))
  local whole = is_integer
  local data = any(tensor, number, among(true),
    function(v) return type(v) == "table" and v[1] ~= "x" and (v[1] ~= nil or empty(v)) end)
  local calls = {
    allclose = {{x, x, 1e-5, 1e-8}, tensor, tensor, any(missing, number), any(missing, number)},
    nonzero = {{x, {as_tuple = true}}, operand, any(missing, empty)},
    tensor = {{{1, 2}, {dtype = "int32"}}, data, any(missing, empty)},
    equal = {{x, x}, tensor, tensor}, numel = {{x}, tensor}, is_floating_point = {{x}, tensor},
    manual_seed = {{1}, whole}, set_num_threads = {{1}, whole},
  }
  local methods = {
    to = {{x, "float64"}, none, any(tensor, empty, among(torch.float32))},
    size = {{x, 1}, none, any(missing, among(-1))},
    stride = {{x, 1}, none, any(missing, among(-1))}, view_as = {{x, x}, none, tensor},
    type_as = {{x, x}, none, tensor},
    item = {{torch.ones(1)}, none}, dim = {{x}, none},
  }
  local function each(name, f, entry, first)
    local call = entry[1]
    it(name, function()
      local threads = torch.get_num_threads()
      for i = first, #call do
        for _, value in ipairs(bad) do
          local args = table.move(call, 1, #call, 1, {})
          if value == MISSING then args[i] = nil else args[i] = value end
          if not (name == "set_num_threads" and value == 99) then
            local results = table.pack(pcall(f, table.unpack(args, 1, #call)))
            local why = not results[1] and fault_of(results[2], name, value)
            if why then
              error(("%s with argument %d = %s: %s: %s"):format(name, i, show(value), why, tostring(results[2])), 0)
            end
            if results[1] and not entry[i + 1](value) then
              error(("%s with argument %d = %s: is accepted"):format(name, i, show(value)), 0)
            end
          end
        end
      end
      torch.set_num_threads(threads)
    end)
  end
  for name, call in pairs(calls) do each(name, torch[name], call, 1) end
  for name, call in pairs(methods) do each("x:" .. name, function(self, ...) return x[name](self, ...) end, call, 2) end
end)

-- A name in a table that is read as a list would be passed over silently.
describe("lists with names in them are refused by", function()
  local x = torch.ones(2, 3)
  local calls = {
    ["tensor: 'data' (argument 1): expected arrays without names in them"] = {
      function() return torch.tensor {1, 2, dtype = "int32"} end, function() return torch.tensor {{1, a = 2}} end,
      function() return torch.tensor {dtype = "int32"} end},
    ["index: expected a list of items without names in it"] = {function() return x[{1, dim = 2}] end,
      function() x[{1, dim = 2}] = 0 end},
    ["index: expected a range {first, last, step} and nothing else in its table"] = {
      function() return x[{{1, 2, step = 2}}] end, function() return x[{{1, 2, 1, 4}}] end},
    ["zeros: 'size' (argument 1): expected a list without names in it, got a table"] = {function() return torch.zeros {2, dtype = "int32"} end},
    ["sum: 'dim' (argument 2): expected a list without names in it, got a table"] =
      {function() return x:sum {1, keepdim = true} end},
    ["stack: 'tensors' (argument 1): expected an array of tensors without names in it, got a table"] = {
      function() return torch.stack {x, x, dim = 2} end},
    ["autograd.grad: 'inputs' (argument 2): expected an array of tensors without names in it, got a table"] = {
      function() return torch.autograd.grad(x, {x, create_graph = true}) end},
    ["nn.Conv2d: 'kernel_size' (argument 3): expected an integer or an array of two, got a table"] = {
      function() return torch.nn.Conv2d(1, 2, {3, 3, stride = 1}) end},
    ["split: no argument 'dims'; the arguments are input, size, dim (did you mean 'dim'?)"] = {
      function() return x:split(1, {dims = 2}) end},
    ["to: no argument 'dtyp'; the table may hold dtype, device"] = {function() return x:to {dtyp = "int32"} end},
  }
  for message, list in pairs(calls) do
    it(message:match "^[^:]*", function()
      for _, call in ipairs(list) do
        local ok, got = pcall(call)
        assert.is_false(ok)
        assert.equal(message, (got:gsub("^[^:\n]-:%d+: ", "")))
      end
    end)
  end
  it("none where table.pack has counted", function()
    assert.same({2, 2, 3}, {table.unpack(torch.stack(table.pack(x, x)).shape)})
    assert.same({1, 2}, torch.tensor(table.pack(1, 2)):tolist())
  end)
end)
