-- The named argument `out` of functions (vm/output.c): what they give is written into tensors of the caller.
local options = require "torch.utils.options"

local output = {}

-- Whether numbers of a dtype go into another one by PyTorch's rule: nothing that can have a fraction into integers, no
-- complex numbers into real ones, no numbers into bool.
local function fits(from, to)
  return from == to or torch.can_cast(from, to)
end

local function write(name, out, result)
  if not torch.is_tensor(out) then options.wrong(name, "out", nil, "a tensor for each result", out) end
  if not torch.is_tensor(result) then options.raise(name .. ": 'out': the results are no tensors") end
  if not fits(result.dtype, out.dtype) then
    options.raise(("%s: 'out': expected a dtype that takes %s, got %s"):format(name, result.dtype, out.dtype))
  end
  if result.device ~= out.device then
    options.raise(("%s: 'out': expected a tensor on %s, got one on %s"):format(name, result.device, out.device))
  end
  if torch.is_grad_enabled() and (result.requires_grad or out.requires_grad) then
    options.raise(name .. ": 'out' and gradients: an argument requires one; call it inside of torch.no_grad")
  end
  if result.shape == out.shape then return out:copy_(result) end
  if out:numel() > 0 then
    options.warn(("%s: 'out' of shape (%s) gets the shape of the result, (%s)"):format(name,
      table.concat(out.shape, "×"), table.concat(result.shape, "×")))
  end
  torch._C.replace(out, result:detach():to(out.dtype):clone())
  return out
end

--- write(name, out, results...): the tensors that out holds, with the results in them.
function output.write(name, out, ...)
  local n = select("#", ...)
  if n == 1 and torch.is_tensor(out) then return write(name, out, (...)) end
  if n == 1 and type(...) == "table" and type(out) == "table" then -- an array of results
    output.write(name, out, table.unpack((...)))
    return out
  end
  if type(out) ~= "table" or #out ~= n then
    options.wrong(name, "out", nil, n == 1 and "a tensor" or ("an array of %d tensors"):format(n), out)
  end
  local list = {}
  for i = 1, n do list[i] = write(name, out[i], (select(i, ...))) end
  return table.unpack(list, 1, n)
end

--- call(name, f, ..., {out =, …}): f without out, and its results written there.
function output.call(name, f, ...)
  local n, args = select("#", ...), {...}
  local named, rest = args[n], {}
  for key, value in pairs(named) do
    if key ~= "out" then rest[key] = value end
  end
  args[n] = rest
  return output.write(name, named.out, f(table.unpack(args, 1, next(rest) == nil and n - 1 or n)))
end

return output
