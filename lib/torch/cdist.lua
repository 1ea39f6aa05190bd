local options = require "torch.utils.options"

local PARAMETERS <const> = {{"x1", kind = "tensor", required = true}, {"x2", kind = "tensor", required = true},
  {"p", kind = "number", default = 2.0},
  {"compute_mode", kind = "string", default = "use_mm_for_euclid_dist_if_necessary"}}

local MODES <const> = {use_mm_for_euclid_dist = true, use_mm_for_euclid_dist_if_necessary = true,
  donot_use_mm_for_euclid_dist = true}

-- Without an array of all differences, which would take k times the memory of the result.
local function euclidean(a, b)
  local dtype = torch.promote_types(a.dtype, b.dtype)
  local lead, rows, count = torch.broadcast_shapes({table.unpack(a.shape, 1, a.ndim - 2)},
    {table.unpack(b.shape, 1, b.ndim - 2)}), {}, 1
  for _, n in ipairs(lead) do count = count * n end
  for i, x in ipairs {a, b} do
    local shape = {table.unpack(lead)}
    table.move({x:size(-2), x:size(-1)}, 1, 2, #shape + 1, shape)
    rows[i] = x:to(dtype):expand(shape):reshape(count, x:size(-2), x:size(-1))
  end
  local shape = {table.unpack(lead)}
  table.move({a:size(-2), b:size(-2)}, 1, 2, #shape + 1, shape)
  return (torch._C.call("euclidean_distances", rows[1], rows[2]):reshape(shape))
end

--- torch.cdist(x1: Tensor, x2: Tensor, p: number = 2,
-- {compute_mode: string = "use_mm_for_euclid_dist_if_necessary"}) -> Tensor: The p-norms of the differences of every
-- row of x1 (n × k) and every row of x2 (m × k): n × m. The dimensions in front broadcast. compute_mode is
-- PyTorch's; the differences are always taken, which keeps their digits. Norms other than p = 2 take memory for all
-- n × m × k differences.
-- Example: torch.cdist(torch.zeros(2, 3), torch.ones(4, 3))
return function(...)
  local given = options.read("cdist", PARAMETERS, ...)
  local a, b, p = given.x1, given.x2, given.p
  if a.ndim < 2 then options.wrong("cdist", "x1", 1, "at least 2 dimensions", a) end
  if b.ndim < 2 then options.wrong("cdist", "x2", 2, "at least 2 dimensions", b) end
  if a:size(-1) ~= b:size(-1) then
    options.raise(("cdist: 'x2' (argument 2): expected rows of %d as x1 has, got %d"):format(a:size(-1), b:size(-1)))
  elseif not MODES[given.compute_mode] then
    options.wrong("cdist", "compute_mode", nil, "'use_mm_for_euclid_dist_if_necessary', 'use_mm_for_euclid_dist' or "
      .. "'donot_use_mm_for_euclid_dist'", given.compute_mode)
  elseif p < 0 then
    options.wrong("cdist", "p", 3, "a number, 0 or more", p)
  end
  if a:size(-1) == 0 then p = 2 end -- every norm of no numbers is 0 here; that of p = inf is else an error
  if p == 2 and a.device.type ~= "cuda" and a.dtype:is_floating_point() and b.dtype:is_floating_point() then
    return euclidean(a, b)
  end
  return (a:unsqueeze(-2) - b:unsqueeze(-3)):norm(p, -1)
end
