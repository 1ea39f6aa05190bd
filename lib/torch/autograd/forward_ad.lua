--- torch.autograd.forward_ad: Dual numbers: tensors with a tangent, the direction in which they move, which what is
-- computed of them has, too. Here tangents are computed by two reverse passes when unpack_dual asks for them, so a dual
-- tensor requires a gradient. torch.func.jvp is shorter.
local core = require "torch.func.core"
local options = require "torch.utils.options"
local forward_ad = {}

local levels = {} -- of each: duals, an array of {tensor, tangent}

local Dual = {__name = "torch.autograd.forward_ad.UnpackedDualTensor"}
Dual.__index = Dual

--- torch.autograd.forward_ad.enter_dual_level() -> int: Begins a level; make_dual needs one. Returns its number, from
-- 1.
function forward_ad.enter_dual_level()
  levels[#levels + 1] = {}
  return #levels
end

--- torch.autograd.forward_ad.exit_dual_level(): Ends the innermost level: its tangents are forgotten.
function forward_ad.exit_dual_level()
  if #levels == 0 then options.raise("exit_dual_level: there is no dual level") end
  levels[#levels] = nil
end

--- torch.autograd.forward_ad.dual_level(f: function = nil, ...: any) -> any: Runs f(...) inside of a level; without f:
-- until the result is closed, `local _ <close> = forward_ad.dual_level()`.
-- Example:
--     local fwAD = torch.autograd.forward_ad
--     return fwAD.dual_level(function()
--       local x = fwAD.make_dual(torch.tensor({0.0, 1.0}), torch.ones(2))
--       return fwAD.unpack_dual(x:sin()).tangent
--     end)
function forward_ad.dual_level(f, ...)
  if f ~= nil and not options.is_callable(f) then options.wrong("dual_level", "f", 1, "a function or nothing", f) end
  local level, open = forward_ad.enter_dual_level(), true
  local entry = setmetatable({}, {__close = function()
    if open then
      for i = #levels, level, -1 do levels[i] = nil end
    end
    open = false
  end})
  if f == nil then return entry end
  local _ <close> = entry
  return (function(...) return ... end)(f(...))
end

--- torch.autograd.forward_ad.make_dual(tensor: Tensor, tangent: Tensor) -> Tensor: The tensor with a tangent of its
-- shape.
function forward_ad.make_dual(tensor, tangent)
  if #levels == 0 then options.raise("make_dual: there is no dual level; see forward_ad.dual_level") end
  if not torch.is_tensor(tensor) then options.wrong("make_dual", "tensor", 1, "a tensor", tensor) end
  if not torch.is_tensor(tangent) or tangent.shape ~= tensor.shape then
    options.wrong("make_dual", "tangent", 2, ("a tensor (%s)"):format(table.concat(tensor.shape, "×")), tangent)
  end
  local dual = tensor.requires_grad and tensor:view_as(tensor) or tensor:detach():requires_grad_()
  table.insert(levels[#levels], {dual, tangent})
  return dual
end

--- torch.autograd.forward_ad.unpack_dual(tensor: Tensor) -> table: {primal =, tangent =}: the elements, and the
-- direction in which they move; tangent is nil where no dual tensor has a part in them. Also as an array of the two.
function forward_ad.unpack_dual(tensor)
  if not torch.is_tensor(tensor) then options.wrong("unpack_dual", "tensor", 1, "a tensor", tensor) end
  local xs, vs, result = {}, {}, {primal = tensor:detach()}
  for _, level in ipairs(levels) do
    for _, dual in ipairs(level) do
      if rawequal(dual[1], tensor) then result.tangent = dual[2] end
      xs[#xs + 1], vs[#vs + 1] = dual[1], dual[2]
    end
  end
  if result.tangent == nil and tensor.requires_grad and #xs > 0 then
    local product = core.pusher({xs = xs, ys = {tensor}, keep = false})(vs)[1]
    result.tangent = product and product:detach() or nil
  end
  result[1], result[2] = result.primal, result.tangent
  return setmetatable(result, Dual)
end

return forward_ad
