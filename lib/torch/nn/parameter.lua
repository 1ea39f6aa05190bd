--- nn.parameter: Parameter, and whether one waits for its shape.
local lazy = require "torch.nn.lazy"

return {
  Parameter = torch.nn.Parameter,
  --- nn.parameter.is_lazy(param: any) -> bool: Whether it is the parameter of a lazy layer that has no shape yet.
  is_lazy = lazy.is_lazy,
}
