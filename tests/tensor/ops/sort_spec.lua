-- sort and topk of lines of many lengths, by insertion, by radix and by a heap, against a stable sort in Lua.
local NAN = 0 / 0

--- The positions of v in order; NaN is the largest, equal elements keep theirs.
local function order(v, descending)
  local at = {}
  for i = 1, #v do at[i] = i end
  local function before(a, b) -- NaN is the largest
    if a ~= a then return false end
    return b ~= b or a < b
  end
  table.sort(at, function(i, j)
    local a, b = v[i], v[j]
    if descending then a, b = b, a end
    if before(a, b) then return true elseif before(b, a) then return false end
    return i < j
  end)
  return at
end

local function line(n, dtype)
  if dtype == torch.bool then return torch.randint(0, 2, {n}):to(dtype) end
  if dtype == torch.uint8 then return torch.randint(0, 256, {n}):to(dtype) end
  if not dtype:is_floating_point() then
    local x = torch.randint(-2^7, 2^7, {n}):to(dtype)
    if dtype == torch.int64 then x = x * 2^40 // 1 + torch.randint(0, 3, {n}) end
    return x:to(dtype)
  end
  local x = (torch.randn(n) * 8):round():div(8):to(dtype) -- with equal elements
  if n > 4 then x[2], x[4], x[n], x[n // 2] = NAN, -0.0, NAN, math.huge end
  return x
end

local DTYPES = {torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16,
  torch.bfloat16, torch.float32, torch.float64}

describe("sort", function()
  for _, dtype in ipairs(DTYPES) do
    it(("of %s is stable, both ways"):format(tostring(dtype)), function()
      torch.manual_seed(3)
      for _, n in ipairs {1, 2, 5, 96, 97, 300} do
        local x = line(n, dtype)
        local v = x:tolist()
        for i = 1, n do if type(v[i]) == "boolean" then v[i] = v[i] and 1 or 0 end end
        for _, descending in ipairs {false, true} do
          local want = torch.tensor(order(v, descending))
          local values, positions = x:sort({descending = descending, stable = true})
          assert.is_true(torch.equal(want, positions))
          assert.is_true(torch.allclose(x[want]:double(), values:double(), {equal_nan = true, rtol = 0, atol = 0}))
          local k = math.max(1, n // 20) -- few: by a heap
          local most = x:topk(k, {largest = descending})
          assert.is_true(torch.allclose(values[{{1, k}}]:double(), most:double(), {equal_nan = true}))
        end
        local columns = torch.stack({x, x:flip(1), x}, 2) -- lines whose elements do not lie side by side
        assert.is_true(torch.equal(torch.tensor(order(v, false)), (select(2, columns:sort(1)))[{{}, 3}]))
      end
    end)
  end
end)
