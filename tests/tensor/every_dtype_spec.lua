-- Every op with every element type: a call gives a result or a clear error. Kernels look functions up by dtype, in
-- tables that have none for some; the columns `types` and `complex` of a row must refuse those before.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows".read(), require "domains"
local dtypes = torch._C.dtypes()

--- A sample with its tensors in a dtype: which(k) says whether number k is converted.
local function converted(sample, dtype, which)
  local k = 0
  local function convert(v)
    if torch.is_tensor(v) then
      k = k + 1
      v = v:detach():clone()
      return which(k, v) and v:to(dtype) or v
    end
    if type(v) ~= "table" then return v end
    local list = {}
    for key, item in pairs(v) do list[key] = item end
    for i, item in ipairs(v) do list[i] = convert(item) end
    return list
  end
  local args = {n = sample.n}
  for i = 1, sample.n do args[i] = convert(sample[i]) end
  return args
end

local WAYS = {
  ["the first tensor"] = function(k) return k == 1 end,
  ["all but the first"] = function(k) return k > 1 end,
  ["floats"] = function(_, t) return t:is_floating_point() or torch.is_complex(t) end,
  ["all tensors"] = function() return true end,
}

-- Arguments for rows without a gradient, which have no samples.
local SIZES = {ARG_SHAPE = {2, 3}, ARG_INT = 3, ARG_NUMBER = 2, ARG_FLOAT = 0.5, ARG_DIM = 1, ARG_INDEX = 1,
  ARG_BOOL = true, ARG_POSITIONS = 1, ARG_DIMS = {1}, ARG_INTS = {1, 1}, ARG_DTYPE = "float32"}
local function plain(row)
  local args = {n = 0}
  for _, arg in ipairs(row.args) do
    if arg.default_text or arg.keyword_only then break end
    local value = SIZES[arg.type.arg]
    if arg.type.arg == "ARG_TENSOR" then value = torch.rand(2, 3, {dtype = "float64"})
    elseif arg.type.arg == "ARG_POSITIONS" then value = torch.tensor({{1, 2, 1}, {2, 1, 1}}) end
    if arg.list then value = {value, value} end
    args.n = args.n + 1
    args[args.n] = value
  end
  return {args}
end

local calls, refused = 0, 0
local function try(what, f, ...)
  local ok, message = pcall(f, ...)
  calls = calls + 1
  if ok then return end
  refused = refused + 1
  assert.is_string(message, what)
  assert.is_nil(message:find("\n", 1, true), what .. ": " .. message)
  assert.is_truthy(message:find("^[%w_]+: ") or message:find(":%d+: [%w_]+: "), what .. ": " .. message)
  assert.is_nil(message:find("attempt to", 1, true), what .. ": " .. message)
end

local function has_option(row, name)
  for _, arg in ipairs(row.args) do if arg.name == name and arg.keyword_only then return true end end
end

local function walk(row)
  local samples = domains.samples(row) or plain(row)
  for _, dtype in ipairs(dtypes) do
    for _, sample in ipairs(samples) do
      for way, which in pairs(WAYS) do
        local args = converted(sample, dtype.name, which)
        local what = ("%s, %s of %s"):format(row.name, way, dtype.name)
        try(what, torch._C.call, row.name, table.unpack(args, 1, args.n))
        if row.inplace then
          local again = converted(sample, dtype.name, which)
          local method = torch.is_tensor(again[1]) and again[1][row.lua .. "_"]
          if method then try(what .. ", in place", method, table.unpack(again, 1, again.n)) end
        end
      end
      if has_option(row, "dtype") or row.creation then
        local args = converted(sample, dtype.name, function() return false end)
        local last = args[args.n]
        if type(last) ~= "table" or #last > 0 then
          args.n = args.n + 1
          args[args.n] = {dtype = dtype.name}
          try(row.name .. " with dtype = " .. dtype.name, torch._C.call, row.name, table.unpack(args, 1, args.n))
        end
      end
    end
  end
end

describe("every dtype", function()
  for _, row in ipairs(rows) do
    it("can be given to " .. row.name .. ", which computes or refuses it", function() walk(row) end)
  end
  it("was tried many times, and often enough computed", function()
    assert.is_true(calls > 20000, calls .. " calls")
    assert.is_true(calls - refused > calls / 4, calls - refused .. " of " .. calls .. " calls computed")
  end)
end)
