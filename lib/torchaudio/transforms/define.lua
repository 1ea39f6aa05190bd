--- Transforms of signals: modules made of their parameters.
local torch = require "torch"
local argument = require "torchaudio.functional.argument"
local options = require "torch.utils.options"

-- Of transforms without options.
local NONE <const> = {{"options"}}

local function shown(value)
  if type(value) ~= "table" then return tostring(value) end
  local items = {}
  for i, item in ipairs(value) do items[i] = tostring(item) end
  return "{" .. table.concat(items, ", ") .. "}"
end

--- define(NAME, parameters, {init =, forward =, inputs =}): the class torchaudio.transforms.NAME. `parameters` as for
-- options.read: what the constructor takes; they are fields of the module unless init(self, given) is there, which
-- sets them. forward(self, inputs) is the call; `inputs` are its arguments, by default a tensor `waveform`.
return function(name, parameters, of)
  local class = torch.class("torchaudio.transforms." .. name, torch.nn.Module)
  local inputs = of.inputs or {argument.tensor "waveform"}
  local shows = {}
  for i, parameter in ipairs(parameters) do shows[i] = parameter[1] end
  if parameters[1] then parameters[1].kind = parameters[1].kind or "any" end -- a table of named options may come first

  function class:__init(...)
    local given = options.read(name, #parameters > 0 and parameters or NONE, ...)
    if parameters == NONE and given.options ~= nil then options.raise(name .. ": expected no arguments") end
    if of.init then of.init(self, given) end
    for _, key in ipairs(shows) do
      if self[key] == nil and type(given[key]) ~= "function" then self[key] = given[key] end
    end
  end

  function class:forward(...) return of.forward(self, options.read(name, inputs, ...)) end

  function class:extra_repr()
    local words = {}
    for _, key in ipairs(shows) do
      local value = self[key]
      if type(value) == "number" or type(value) == "string" or type(value) == "boolean" then
        words[#words + 1] = ("%s=%s"):format(key, shown(value))
      end
    end
    return table.concat(words, ", ")
  end
  return class
end
