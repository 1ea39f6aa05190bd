-- Arguments of the methods of transforms that programs call themselves: forward() gives them what is right.
local torch = require "torch"
local options = require "torch.utils.options"

-- What is wrong with the arguments of each method; `class` is named, `arity` is how many arguments the method reads.
local CHECKS <const> = {}

function CHECKS.transform(class, arity, x, params)
  local name = class .. ":transform"
  if not torch.is_tensor(x) then options.wrong(name, "inpt", 1, "a tensor", x) end
  if arity > 2 and type(params) ~= "table" then
    options.wrong(name, "params", 2, "a table as make_params() gives", params)
  end
end

function CHECKS.make_params(class, arity, parts)
  local name = class .. ":make_params"
  if arity < 2 then return end
  if type(parts) ~= "table" then options.wrong(name, "parts", 1, "an array of tensors", parts) end
  for _, part in ipairs(parts) do
    if not torch.is_tensor(part) then options.wrong(name, "parts", 1, "an array of tensors", part) end
  end
end

function CHECKS.check_inputs(class, arity, parts)
  if arity > 1 and type(parts) ~= "table" then
    options.wrong(class .. ":check_inputs", "parts", 1, "an array of the parts of a sample", parts)
  end
end

--- The class, with methods of its own that look at their arguments.
return function(class)
  for method, check in pairs(CHECKS) do
    local f = rawget(class, method)
    local arity = f and debug.getinfo(f, "u").nparams
    if f then
      class[method] = function(self, x, params)
        check(class._name or (torch.typename(self):match "[^.]*$"), arity, x, params)
        return f(self, x, params)
      end
    end
  end
  return class
end
