-- Functions in place that are written by those that give a new tensor.
local tensor = require "torch.utils.options".tensor

--- in_place(name): the function NAME_(input, …), which writes what torch.NAME gives into input and returns it.
return function(name)
  return function(input, ...)
    return tensor(name .. "_", "input", 1, input):copy_(torch[name](input, ...))
  end
end
