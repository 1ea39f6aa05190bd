-- Layers that learn their number of inputs from the first one that they see: nn.LazyLinear and its kin. Until then
-- their parameters have no elements; then they become layers of the class that they stand for, with the same
-- parameters.
local options = require "torch.utils.options"

local lazy = {}

local waiting = setmetatable({}, {__mode = "k"}) -- parameters without elements

--- Whether a parameter waits for its shape.
function lazy.is_lazy(x) return torch.is_tensor(x) and waiting[x] == true end

-- The arguments as an array, and the named ones among them.
local function split(...)
  local args = table.pack(...)
  local last = args[args.n]
  if not options.is_named(last) then return args, {} end
  args.n = args.n - 1
  return args, last
end

local function construct(self, parent, inputs, args, named)
  local all = {inputs}
  table.move(args, 1, args.n, 2, all)
  all[args.n + 2] = named
  parent.__init(self, table.unpack(all, 1, args.n + 2))
end

-- Makes the parameters, for so many inputs, and makes the layer one of its class.
local function materialize(self, parent, inputs)
  local own = self._lazy
  local held, named = {}, {}
  for key, value in pairs(own.named) do named[key] = value end
  for _, name in ipairs {"weight", "bias"} do held[name] = self[name] end
  if held.weight then named.dtype, named.device = held.weight.dtype, held.weight.device end
  if own.handle then own.handle:remove() end
  self._lazy = nil
  construct(self, parent, inputs, own.args, named)
  for name, parameter in pairs(held) do
    if waiting[parameter] then
      waiting[parameter] = nil
      torch._C.set_data(parameter, self[name])
      self[name] = parameter
    end
  end
  torch._C.become(self, parent)
end

--- The class nn.<name>, which becomes nn.<parent>. infer(input): the number of inputs, of a first input of `least` to
-- `most` dimensions; from_weight(weight, groups): the same of a weight that is loaded; groups_at: the place of `groups`
-- among its positional arguments; parts: the names of its parameters.
return setmetatable(lazy, {__call = function(_, name, parent_name, of)
  local parent = torch.nn[parent_name]
  local class = torch.class("nn." .. name, parent)

  local function groups_of(args, named) return named.groups or (of.groups_at and args[of.groups_at]) or 1 end

  function class:__init(...)
    local args, named = split(...)
    local on_meta = {}
    for key, value in pairs(named) do on_meta[key] = value end
    on_meta.device = "meta"
    local all = {options.integer(groups_of(args, named)) or 1}
    table.move(args, 1, args.n, 2, all)
    all[args.n + 2] = on_meta
    local trial = parent(table.unpack(all, 1, args.n + 2)) -- raises where an argument is wrong
    self._lazy = {args = args, named = named}
    for _, part in ipairs {"weight", "bias"} do
      local parameter
      if trial[part] ~= nil then
        parameter = torch.nn.Parameter(torch.empty(0, {dtype = trial[part].dtype, device = named.device}))
        waiting[parameter] = true
      end
      self:register_parameter(part, parameter)
    end
    self._lazy.handle = self:register_load_state_dict_pre_hook(function(m, state, prefix)
      local weight = state[prefix .. (of.from or "weight")]
      if torch.is_tensor(weight) and m._lazy then
        materialize(m, parent, of.from_weight(weight, groups_of(args, named)))
      end
    end)
  end

  function class:forward(...)
    if self._lazy then
      local input = ...
      if not torch.is_tensor(input) then options.wrong("nn." .. name, "input", 1, "a tensor", input) end
      if input.ndim < of.least or input.ndim > of.most then
        options.wrong("nn." .. name, "input", 1, of.least == of.most and ("%d dimensions"):format(of.least)
          or of.most == math.huge and ("at least %d dimension"):format(of.least)
          or ("%d or %d dimensions"):format(of.least, of.most), input)
      end
      materialize(self, parent, of.infer(input))
    end
    return self:forward(...)
  end

  return class
end})
