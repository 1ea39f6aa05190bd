local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"dim", kind = "integer", default = -1},
  {"keepdim", kind = "boolean", default = false}}

--- torch.mode(input: Tensor, dim: int = -1, keepdim: bool = false) -> Tensor, Positions: The most frequent elements
-- along dim, the least of several, and the last place where they are.
-- Example: torch.mode(torch.tensor({3, 1, 3, 2}))
return function(...)
  local given = options.read("mode", PARAMETERS, ...)
  local x = given.input
  local dim = options.dim("mode", "dim", 2, given.dim, x.ndim)
  if x.ndim == 0 then return x:clone(), torch.ones({}, {dtype = torch.int64, device = x.device}) end
  local n = x:size(dim)
  if n == 0 then options.raise(("mode: dimension %d has no elements"):format(dim)) end
  local sorted, places = x:sort(dim, false, {stable = true})
  -- The length of the run of equal elements that ends at each place.
  local new = torch.ones_like(sorted, {dtype = torch.bool})
  if n > 1 then
    local plain = sorted:detach()
    new:narrow(dim, 2, n - 1):copy_(plain:narrow(dim, 2, n - 1):ne(plain:narrow(dim, 1, n - 1)))
  end
  local shape = {}
  for d = 1, x.ndim do shape[d] = d == dim and n or 1 end
  local order = torch.arange(1, n + 1, {device = x.device}):reshape(shape):expand(x.shape)
  local starts = torch.where(new, order, torch.zeros_like(order)):cummax(dim)
  local longest = (order - starts):argmax(dim, true)
  local values, found = sorted:gather(dim, longest), places:gather(dim, longest)
  if given.keepdim then return values, found end
  return values:squeeze(dim), found:squeeze(dim)
end
