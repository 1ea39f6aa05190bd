local options = require "torch.utils.options"

--- torch.range(start: number = 0, end: number, step: number = 1, {dtype: any = nil, device: any = nil}) -> Tensor:
-- Numbers from start to end, which is one of them, of the default float dtype. arange leaves the end out.
-- Example: torch.range(1, 4)
return function(...)
  local given = options.read("range", {{"start", kind = "number", required = true}, {"end", kind = "number"},
    {"step", kind = "number", default = 1}, {"dtype"}, {"device"}}, ...)
  local from, to, step = given.start, given["end"], given.step
  if to == nil then from, to = 0, from end
  if step == 0 or (to - from) / step < 0 or not ((to - from) / step < math.huge) then
    local text = ("range: 'step' (argument 3): %s does not lead from %s to %s"):format(step, from, to)
    options.raise((text:gsub("%-nan", "nan"))) -- Lua may write a NaN so
  end
  local n = math.floor((to - from) / step) + 1
  local dtype = given.dtype or torch.get_default_dtype()
  return (torch.arange(n, {dtype = torch.float64, device = given.device}) * step + from):to(dtype)
end
