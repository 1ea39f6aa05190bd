-- Wrong calls of ops. Every op is called with arguments of wrong types, shapes and values, one
-- at a time: nothing crashes, and what is refused is refused in one line that starts with the
-- name of the function. The calls that are varied are those of tests/tensor/domains.lua and of the
-- rows' own types.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows", require "domains"
local verdict = dofile "tests/vm/verdict.lua"
local MISSING, most, least, is_integer = verdict.MISSING, verdict.most, verdict.least, verdict.is_integer
local fault_of, show = verdict.fault_of, verdict.show
local nan, inf = 0 / 0, math.huge
warn "@off" -- shapes that broadcast by accident are among the calls

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
  ARG_INT = function(v)
    return is_integer(v) or torch.is_tensor(v) and v:numel() == 1 and not v:is_floating_point()
  end,
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
for _, row in ipairs(rows.read()) do
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

-- Accepted against the rule of is_right, each for a reason; what is not met any more must leave the list.
local ACCEPTED = {["expand with size = {1=-1, 2=-1}"] = "-1 leaves a dimension as it is, in as many as one likes",
  ["expand_copy with size = {1=-1, 2=-1}"] = "-1 leaves a dimension as it is, in as many as one likes",
  ["roll with dims = {1=1, 2=1}"] = "a dimension is moved twice, as in PyTorch"}
local met = {}

local verbose = os.getenv "HECATE_MISUSE_LIST" -- prints each message once

describe("wrong calls of", function()
  local seen = {}
  for _, row in ipairs(rows.read()) do
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
  -- Private ops are called by formulas: their errors need not name what a user wrote, but nothing may crash.
  for _, row in ipairs(rows.read()) do
    if row.private then
      it(row.name .. ", a private op", function()
        if os.getenv "HECATE_MISUSE_TRACE" then io.stderr:write(row.name, "\n") end
        local f, refused = torch._C.op(row.name), 0
        for _, call in ipairs(base_calls(row)) do
          each_wrong(row, call, function(args)
            local results = table.pack(pcall(f, table.unpack(args, 1, args.n)))
            if results[1] then
              look(table.unpack(results, 2, results.n))
            else
              refused = refused + 1
              assert.not_matches("\n", tostring(results[2]))
            end
          end)
        end
        assert.is_true(refused > 0)
      end)
    end
  end
  it("that are accepted are as the list says", function()
    for what in pairs(ACCEPTED) do assert.is_true(met[what], what) end
  end)
end)
