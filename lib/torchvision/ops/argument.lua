-- Arguments that are boxes.
local options = require "torch.utils.options"

--- The argument `parameter` of `name`, which must be boxes (…×4).
return function(name, parameter, position, x)
  if not torch.is_tensor(x) or x.ndim == 0 or x:size(-1) ~= 4 then
    options.wrong(name, parameter, position, "boxes (…×4)", x)
  end
  return x
end
