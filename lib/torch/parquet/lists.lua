--- Columns of Parquet whose values are lists of numbers or of texts. Each entry of such a column has two levels: one
-- says whether a new list begins (0) or goes on (1), one how much is there: the list, a place in it, a value.
local pages = require "torch.parquet.pages"

local Lists = {}
Lists.__index = Lists

local lists = {}

--- For so many entries; `depth` is what footer.lua knows of the levels.
function lists.new(depth, entries)
  return setmetatable({depth = depth, starts = torch.empty(entries, {dtype = "uint8"}),
    there = torch.empty(entries, {dtype = "uint8"})}, Lists)
end

--- How many of n entries from a row on have a value; nulls tells those that have none.
local function count(self, nulls, row, n)
  local has = self.there:narrow(1, row + 1, n):eq(self.depth.most)
  nulls:narrow(1, row + 1, n):copy_(has:logical_not())
  return has:sum():item()
end

--- The levels of a page of the older form; how many values it has, and the offset behind the levels.
function Lists:levels(nulls, row, n, bytes)
  if n == 0 then return 0, 0 end
  local offset = pages.list_levels(self.starts, row, n, bytes, 0, true, 1)
  offset = pages.list_levels(self.there, row, n, bytes, offset, true, self.depth.most)
  return count(self, nulls, row, n), offset
end

--- The levels of a page of the newer form.
function Lists:levels_v2(nulls, row, n, starts, there)
  if n == 0 then return 0 end
  pages.list_levels(self.starts, row, n, starts, 0, false, 1)
  pages.list_levels(self.there, row, n, there, 0, false, self.depth.most)
  return count(self, nulls, row, n)
end

local function texts_at(texts, keep)
  local list = {}
  for i, is_kept in ipairs(keep:tolist()) do if is_kept then list[#list + 1] = texts[i] end end
  return list
end

--- Of the values of all entries those that are elements of a list, which of them are missing, and the length of each
-- list.
function Lists:elements(values, nulls, rows)
  local begins = self.starts:eq(0)
  if begins:sum():item() ~= rows or #begins > 0 and not begins[1]:item() then
    error("it has another number of lists than the file has rows", 0)
  end
  local keep = self.there:ge(self.depth.item)
  local lengths = torch.zeros(rows, {dtype = "int64"})
  lengths:scatter_add_(1, begins:long():cumsum(1), keep:long())
  local kept = torch.is_tensor(values) and values:masked_select(keep) or texts_at(values, keep)
  return kept, nulls:masked_select(keep), lengths
end

--- The lists: where all are equally long, and of numbers, a matrix with a row for each; else an array of tensors or of
-- arrays of texts.
function lists.cut(x, lengths)
  if torch.is_tensor(x) then
    local n = #lengths
    if n > 0 and lengths:eq(lengths[1]):all():item() then return x:reshape(n, lengths[1]:item()) end
    return n > 0 and x:split(lengths:tolist()) or {}
  end
  local list, at = {}, 0
  for i, n in ipairs(lengths:tolist()) do
    list[i], at = table.move(x, at + 1, at + n, 1, {}), at + n
  end
  return list
end

return lists
