-- How distributions are defined: one description makes the constructor, the checks and the print.
local options = require "torch.utils.options"
local values = require "torch.distributions.values"
local Distribution = require "torch.distributions.Distribution"

--- define(name, description): a class of distributions. `description`:
--   an array of parameters {NAME, CONSTRAINT, event = DIMENSIONS, default =, optional = true}, tensors or numbers that
--   are expanded to the batch;
--   either = {NAME, OTHER}: exactly one of these two parameters is given; the other is an attribute of the class;
--   plain: parameters without a constraint that are kept as they are: {NAME, kind = (see options.read), …};
--   support, rsample, enumerable, parent;
--   init = function(self, given): sets fields, the list _given of their names, and shapes itself;
--   finish = function(self): changes or checks fields once they are set;
--   rebuild = function(self): makes fields that follow from the others, also in an expanded object;
--   base = function(self): a distribution and a list of transforms that make this one of it.
return function(name, description)
  local parent = description.parent or description.base and require "torch.distributions.TransformedDistribution"
  local class = torch.class(name, parent or Distribution)
  class._support, class._event, class._plain = description.support, {}, {}
  class._init, class._rebuild = description.init, description.rebuild
  if description.base then
    class._rebuild = function(self) self:_set_base(description.base(self)) end
  end
  if not description.base then class.has_rsample = description.rsample == true end
  class.has_enumerate_support = description.enumerable == true
  class.arg_constraints = {}

  local parameters, positions, tensors = {}, {}, {}
  for i, p in ipairs(description) do
    positions[p[1]] = i
    parameters[i] = {p[1], kind = p.kind or i == 1 and "any" or nil, default = p.default, required = p.required}
    if p.plain then
      class._plain[#class._plain + 1] = p[1]
    else
      class.arg_constraints[p[1]], class._event[p[1]] = p[2], p.event
      tensors[#tensors + 1] = p
    end
  end
  parameters[#parameters + 1] = {"validate_args", kind = "boolean", off = true}

  local function check_either(given)
    if not description.either then return end
    local a, b = table.unpack(description.either)
    if (given[a] == nil) == (given[b] == nil) then
      options.raise(("%s: expected either '%s' or '%s', got %s"):format(name, a, b, given[a] and "both" or "neither"))
    end
  end

  --- Reads what was given into fields of the batch's shape.
  local function broadcast(self, given)
    local names, list, n = {}, {}, 0
    for _, p in ipairs(tensors) do
      if given[p[1]] ~= nil then
        n = n + 1
        names[n], list[n] = p[1], given[p[1]]
      end
    end
    local made, shape = values.broadcast(list, n)
    for i, field in ipairs(names) do self[field] = made[i] end
    self._given = names
    self:_shapes(shape, {})
  end

  local function check_tensors(given)
    for _, p in ipairs(tensors) do
      local v, optional = given[p[1]], p.optional
      for _, other in ipairs(description.either or {}) do optional = optional or other == p[1] end
      if not (v == nil and optional) and type(v) ~= "number" and not torch.is_tensor(v) then
        options.wrong(name, p[1], positions[p[1]], "a number or a tensor", v)
      end
    end
  end

  function class:__init(...)
    if Distribution._is_blank((...)) then return end
    local given = options.read(name, parameters, ...)
    check_tensors(given)
    check_either(given)
    if given.validate_args ~= nil then self._validates = given.validate_args end
    for _, field in ipairs(class._plain) do self[field] = given[field] end
    if description.init then
      values.named(name, description.init, self, given)
      self._given = rawequal(self._given, Distribution._given) and {} or self._given
    else
      values.named(name, broadcast, self, given)
    end
    if self._validates then self:_check_parameters(positions) end
    if description.finish then description.finish(self) end
    if class._rebuild then class._rebuild(self) end
  end
  class._broadcast = broadcast
  return class
end
