-- Functions in place that are written by those that give a new tensor.
local tensor = require "torch.utils.options".tensor

-- Whether a gradient will be asked of one of the arguments.
local function requires_grad(...)
  for i = 1, select("#", ...) do
    local value = (select(i, ...))
    if torch.is_tensor(value) then
      if value.requires_grad then return true end
    elseif type(value) == "table" and requires_grad(table.unpack(value)) then return true end
  end
  return false
end

--- in_place(name): the function NAME_(input, …), which writes what torch.NAME gives into input and returns it. A
-- gradient may need what input held before: it is told by a copy.
return function(name)
  return function(input, ...)
    local x = tensor(name .. "_", "input", 1, input)
    local before = torch.is_grad_enabled() and requires_grad(input, ...) and x:clone() or x
    return x:copy_(torch[name](before, ...))
  end
end
