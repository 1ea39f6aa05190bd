--- The order of the rows of frames, and shares of them.
local options = require "torch.utils.options"

local order = {}

--- The position of each value among those of the column in order, from 1. NaN has no place among numbers.
local function ranks(column)
  if torch.is_tensor(column) then
    if column:is_floating_point() then column = column:masked_fill(column:isnan(), 0) end
    local _, inverse = torch.unique(column, {return_inverse = true})
    return inverse:reshape(-1)
  end
  local known, values = {}, {}
  for _, text in ipairs(column) do
    if not known[text] then known[text], values[#values + 1] = true, text end
  end
  table.sort(values)
  for i, text in ipairs(values) do known[text] = i end
  local list = {}
  for i, text in ipairs(column) do list[i] = known[text] end
  return torch.tensor(list, {dtype = "int64"})
end
order.ranks = ranks

function order.sort(self, by, ...)
  local given = options.read("sort", {{"descending", kind = "boolean", default = false}}, ...)
  if #by == 0 then options.wrong("sort", "by", 1, "names of columns", by) end
  local at = torch.arange(1, #self + 1)
  if #self == 0 then return self end
  for i = #by, 1, -1 do
    local keys = ranks(self:column(by[i]))
    if given.descending then keys = keys:neg() end
    keys = keys:masked_fill(self:isna(by[i]), math.maxinteger):index_select(1, at) -- what is missing is last
    at = at:index_select(1, keys:argsort({stable = true}))
  end
  return self:take(at)
end

function order.split(self, fractions, ...)
  local given = options.read("split", {{"shuffle", kind = "boolean", default = true}, {"generator"}}, ...)
  local sum = 0
  if type(fractions) == "number" then fractions = {fractions, 1 - fractions} end
  if type(fractions) ~= "table" or #fractions == 0 then
    options.wrong("split", "fractions", 1, "an array of shares", fractions)
  end
  for _, share in ipairs(fractions) do
    if type(share) ~= "number" or not (share >= 0) then
      options.wrong("split", "fractions", 1, "shares of 0 or more", share)
    end
    sum = sum + share
  end
  if sum > 1 + 1e-9 then options.wrong("split", "fractions", 1, "shares whose sum is 1 at most", sum) end
  local n = #self
  local at = given.shuffle and torch.randperm(n, {generator = given.generator}) or torch.arange(1, n + 1)
  local parts, from, till = {}, 1, 0
  for i, share in ipairs(fractions) do
    till = till + share
    local to = math.floor(till * n + 0.5)
    parts[i] = self:take(to >= from and at:narrow(1, from, to - from + 1) or torch.zeros(0, {dtype = "int64"}))
    from = to + 1
  end
  return table.unpack(parts)
end

return order
