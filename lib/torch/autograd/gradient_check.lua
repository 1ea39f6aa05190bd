-- What gradcheck and gradgradcheck ask of their arguments.
local options = require "torch.utils.options"

local KNOWN = {eps = "number", atol = "number", rtol = "number", raise_exception = "boolean"}

-- The inputs as an array, and the options as a table; raises where one is of another kind.
return function(name, f, inputs, given)
  if not options.is_callable(f) then options.wrong(name, "f", 1, "a function", f) end
  if torch.is_tensor(inputs) then inputs = {inputs} end
  if type(inputs) ~= "table" then options.wrong(name, "inputs", 2, "a tensor or an array of tensors", inputs) end
  if given ~= nil and type(given) ~= "table" then options.wrong(name, "options", 3, "a table", given) end
  for key, value in pairs(given or {}) do
    if KNOWN[key] == nil then
      options.raise(("%s: unknown option '%s' (known: atol, eps, raise_exception, rtol)"):format(name, tostring(key)))
    end
    if type(value) ~= KNOWN[key] then options.wrong(name, key, nil, "a " .. KNOWN[key], value) end
  end
  return inputs, given or {}
end
