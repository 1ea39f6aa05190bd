--- Wrong calls of functions and methods that are no ops.
local verdict = dofile "tests/vm/verdict.lua"
local MISSING, most, least, is_integer = verdict.MISSING, verdict.most, verdict.least, verdict.is_integer
local fault_of, show = verdict.fault_of, verdict.show
local nan = 0 / 0

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
  for name, call in pairs(methods) do
    each("x:" .. name, function(self, ...) return x[name](self, ...) end, call, 2)
  end
end)

describe("wrong calls of functions in Lua files:", function()
  local x = torch.ones(2, 3)
  local wrong = {{}, {5}, {"x"}, {{}}, {print}, {true}, {x, "x"}, {x, {}}, {x, print}, {x, x, "y"}, {x, 1, "x"},
    {x, 1, 1, "x"}, {x, x, x, x}, {{x, 5}}, {{5}}, {x, 0.5}, {torch.float32}, {x, -100}, {x, x, {foo = 1}},
    {x, {foo = 1}}, {{"x"}}, {x, 1e18}, {torch.tensor(1)}, {torch.ones(0)}, {torch.ones(2, 2, 2)}, {"a", "b", "c"}}
  local pipe = assert(io.popen "ls lib/torch/*.lua")
  local names = {}
  for path in pipe:lines() do names[#names + 1] = path:match "([%w_]+)%.lua$" end
  pipe:close()
  for _, name in ipairs(names) do
    if type(torch[name]) == "function" and name ~= "save" and name ~= "load" then
      it(name, function()
        for i, args in ipairs(wrong) do
          local ok, message = pcall(torch[name], table.unpack(args))
          message = not ok and tostring(message) or ""
          assert.is_nil(message:find "attempt to" or message:find "bad argument" or message:find "bad 'for'"
            or message:find "^lib/" or message:find "\n", ("call %d: %s"):format(i, message))
        end
      end)
    end
  end
  it("a dataset whose constructor was left out", function()
    local data = torch.utils.data
    for _, name in ipairs {"TensorDataset", "Subset", "ConcatDataset"} do
      for _, self in ipairs {{}, 5, "x", {tensors = 1, indices = 1, cumulative_sizes = {}}} do
        for _, method in ipairs {"__len", "__getitem"} do
          assert.error_matches(function() return data[name][method](self, 1) end, name .. ": expected a dataset whose")
        end
      end
    end
  end)
end)
