-- What the cells of recurrent networks as functions share.
local options = require "torch.utils.options"

local cells = {}

cells.PARAMETERS = {{"input", kind = "tensor", required = true}, {"hx", required = true},
  {"w_ih", kind = "tensor", required = true}, {"w_hh", kind = "tensor", required = true}, {"b_ih", kind = "tensor"},
  {"b_hh", kind = "tensor"}}

--- The linear parts of n gates that come from the input, and those that come from the state h: two arrays.
function cells.gates(name, given, h, n)
  if not torch.is_tensor(h) then options.wrong(name, "hx", 2, "a tensor", h) end
  local linear = torch.nn.functional.linear
  local x, s = linear(given.input, given.w_ih, given.b_ih), linear(h, given.w_hh, given.b_hh)
  if x:size(-1) ~= n * h:size(-1) then
    options.wrong(name, "w_ih", 3, ("a matrix of %d rows"):format(n * h:size(-1)), given.w_ih)
  end
  if s:size(-1) ~= n * h:size(-1) then
    options.wrong(name, "w_hh", 4, ("a matrix of %d rows"):format(n * h:size(-1)), given.w_hh)
  end
  return x:chunk(n, -1), s:chunk(n, -1)
end

--- The cell NAME of nn.RNNCell, with the function of its state.
function cells.elman(name, activation)
  return function(...)
    local given = options.read(name, cells.PARAMETERS, ...)
    local x, h = cells.gates(name, given, given.hx, 1)
    return activation(x[1] + h[1])
  end
end

return cells
