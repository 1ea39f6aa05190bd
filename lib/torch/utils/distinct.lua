-- unique and unique_consecutive.
local options = require "torch.utils.options"

local distinct = {}

distinct.PARAMETERS = {{"input", kind = "tensor", required = true},
  {"return_inverse", kind = "boolean", default = false},
  {"return_counts", kind = "boolean", default = false}, {"dim", kind = "integer"}}

--- The order of the rows of a matrix, as positions: by the last column, then, keeping that order, by the one before …
local function rows_order(rows)
  local order = torch.arange(1, rows:size(1) + 1, {device = rows.device})
  for column = rows:size(2), 1, -1 do
    local _, at = rows:select(2, column):index_select(1, order):sort(1, false, {stable = true})
    order = order:index_select(1, at)
  end
  return order
end

--- Whether each row differs from the one before; the first one does.
local function starts(rows)
  local n = rows:size(1)
  local new = torch.ones(n, {dtype = torch.bool, device = rows.device})
  if n > 1 then
    new[{{2, n}}] = rows:narrow(1, 2, n - 1):ne(rows:narrow(1, 1, n - 1)):any(2)
  end
  return new
end

--- Results of both functions; `sorts`: equal ones need not stand beside each other.
function distinct.find(name, given, sorts)
  local x = given.input:detach()
  local dim = given.dim and options.dim(name, "dim", nil, given.dim, x.ndim)
  local whole = dim and x.ndim > 0 and x:movedim(dim, 1) or x:reshape(-1)
  local n = whole:size(1)
  if dim and n > 0 and whole:numel() == 0 then
    options.raise(("%s: 'input' (argument 1): slices without elements"):format(name))
  end
  local rows = whole:reshape(n, n > 0 and -1 or 1)
  local order = sorts and rows_order(rows) or torch.arange(1, n + 1, {device = rows.device})
  rows = rows:index_select(1, order)
  local new = starts(rows)
  local first = new:nonzero():reshape(-1)
  local values = whole:index_select(1, order:index_select(1, first))
  if dim and x.ndim > 0 then values = values:movedim(1, dim) end
  local results = {values}
  if given.return_inverse then
    local place = new:long():cumsum(1)
    local inverse = torch.zeros(n, {dtype = torch.int64, device = rows.device}):scatter(1, order, place)
    results[#results + 1] = dim and inverse or inverse:reshape(x.shape)
  end
  if given.return_counts then
    local last = torch.tensor({n + 1}, {device = rows.device})
    local ends = torch.cat({first, last}, 1):narrow(1, math.min(2, first:numel() + 1), first:numel())
    results[#results + 1] = ends - first
  end
  return table.unpack(results)
end

return distinct
