local check = require "torch.nn.init.check"

-- The columns of a matrix made orthonormal, in place (Gram and Schmidt; each twice against
-- those before it, which is as good as Householder: Giraud et al. 2005).
local function orthonormalize(m)
  for k = 1, m.shape[2] do
    local column = m:select(2, k)
    for _ = 1, k > 1 and 2 or 0 do
      local before = m:narrow(2, 1, k - 1)
      column:sub_(before:mv(before:t():mv(column)))
    end
    column:div_(column:norm())
  end
end

--- nn.init.orthogonal_(tensor, gain = 1): a random (semi-)orthogonal matrix, times gain; of
-- more dimensions, all but the first count as one (Saxe et al. 2014).
return function(tensor, gain)
  check("orthogonal_", tensor, 2, math.huge)
  if type(gain) == "table" then gain = gain.gain end
  if tensor:numel() == 0 then return tensor end
  torch.no_grad(function()
    local rows = tensor.shape[1]
    local columns = tensor:numel() // rows
    local m = torch.randn(rows, columns):double()
    if rows < columns then m = m:t():contiguous() end
    orthonormalize(m)
    if rows < columns then m = m:t() end
    tensor:copy_((m * (gain or 1)):reshape(tensor.shape))
  end)
  return tensor
end
