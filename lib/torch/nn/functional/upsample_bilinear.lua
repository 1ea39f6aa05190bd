local options = require "torch.utils.options"

local PARAMETERS <const> = {{"input", kind = "tensor", required = true}, {"size"}, {"scale_factor"}}

--- nn.functional.upsample_bilinear(input: Tensor, size: ints = nil, scale_factor: any = nil) -> Tensor: PyTorch's older
-- name of nn.functional.interpolate with {mode = "bilinear", align_corners = true}.
-- Example: F.upsample_bilinear(torch.ones(1, 1, 2, 2), {scale_factor = 2}).shape
return function(...)
  local given = options.read("upsample_bilinear", PARAMETERS, ...)
  return (torch.nn.functional.interpolate(given.input, given.size, given.scale_factor,
    {mode = "bilinear", align_corners = true}))
end
