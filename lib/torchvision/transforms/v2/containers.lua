-- Transforms that are made of others.
local torch = require "torch"
local options = require "torch.utils.options"
local define = require "torchvision.transforms.v2.define"
local Transform = require "torchvision.transforms.v2.Transform"
local sample = require "torchvision.transforms.v2.sample"

local containers = {}

local LIST <const> = {"transforms", kind = "table", required = true}

-- An array of functions or transforms.
local function check_list(self)
  local list = self.transforms
  if #list == 0 then options.wrong(self._name, "transforms", 1, "an array of transforms", list) end
  for i, item in ipairs(list) do
    if not options.is_callable(item) then
      options.wrong(self._name, ("transforms[%d]"):format(i), nil, "a transform or a function", item)
    end
  end
end

local function lines(self)
  local list = {}
  for i, item in ipairs(self.transforms) do list[i] = "    " .. tostring(item) end
  return table.concat(list, "\n")
end

-- What comes out of one transform goes into the next one.
local function run(list, at, ...)
  if list[at] == nil then return ... end
  return run(list, at + 1, list[at](...))
end

-- One of several: an array in one line, and how probable each is.
local function array(self)
  local list = {}
  for i, item in ipairs(self.transforms) do list[i] = tostring(item) end
  local text = "transforms=[" .. table.concat(list, ", ") .. "]"
  local p = Transform.extra_repr(self)
  return p == "" and text or text .. ", " .. p
end

local function container(name, parameters, how, shown)
  local class = define(name, parameters, how)
  class.extra_repr = shown or lines
  containers[name] = class
  return class
end

--- torchvision.transforms.v2.Compose(transforms: table): One transform after the other: an array of transforms, modules
-- and functions.
-- Example:
--     local T = torchvision.transforms.v2
--     return T.Compose({T.CenterCrop(2), T.ToDtype(torch.float32, {scale = true})})
local Compose = container("Compose", {LIST}, {setup = check_list})
function Compose:forward(...) return run(self.transforms, 1, ...) end

--- torchvision.transforms.v2.RandomApply(transforms: table, {p: float = 0.5, generator: generator = nil}): All of an
-- array of transforms, with probability p; or none.
-- Example: torchvision.transforms.v2.RandomApply({torch.neg}, {p = 1})(torch.ones(1, 1, 1))
local RandomApply = container("RandomApply", {LIST}, {setup = check_list, p = 0.5})
function RandomApply:forward(...)
  if not self:_happens() then return ... end
  return run(self.transforms, 1, ...)
end

--- torchvision.transforms.v2.RandomChoice(transforms: table, {p: floats = nil, generator: generator = nil}): One of an
-- array of transforms, drawn anew each time; p: how probable each is.
-- Example: torchvision.transforms.v2.RandomChoice({torch.neg, torch.abs}, {p = {1, 0}})(torch.ones(1, 1, 1))
local RandomChoice = container("RandomChoice", {LIST, {"p", kind = "table"}}, {random = true, setup = function(self)
  check_list(self)
  local p, sum = self.p, 0
  for i = 1, #self.transforms do
    local value = p == nil and 1 or p[i]
    if type(value) ~= "number" or value < 0 then
      options.wrong("RandomChoice", "p", 2, ("%d numbers, 0 or more"):format(#self.transforms), p)
    end
    sum = sum + value
  end
  if p and #p ~= #self.transforms or sum == 0 then
    options.wrong("RandomChoice", "p", 2, ("%d numbers, 0 or more"):format(#self.transforms), p)
  end
  self.p = {}
  for i = 1, #self.transforms do self.p[i] = (p and p[i] or 1) / sum end
end, show = {"p"}}, array)
function RandomChoice:forward(...)
  local at, left = 1, self:_uniform(0, 1)
  while at < #self.p and left >= self.p[at] do at, left = at + 1, left - self.p[at] end
  while self.p[at] == 0 do at = at > 1 and at - 1 or #self.p end -- the last ones may have no chance
  return self.transforms[at](...)
end

--- torchvision.transforms.v2.RandomOrder(transforms: table, {generator: generator = nil}): All of an array of
-- transforms, in an order that is drawn anew each time.
-- Example: torchvision.transforms.v2.RandomOrder({torch.neg, torch.abs})(torch.zeros(1, 1, 1))
local RandomOrder = container("RandomOrder", {LIST}, {random = true, show = {}, setup = check_list}, array)
function RandomOrder:forward(...)
  local list = {}
  for i, at in ipairs(self:_order(#self.transforms)) do list[i] = self.transforms[at] end
  return run(list, 1, ...)
end

local KINDS <const> = {Image = true, Video = true, Mask = true, BoundingBoxes = true, KeyPoints = true, Tensor = true}

--- torchvision.transforms.v2.Lambda(lambd: function, types: table = nil): A function as a transform. It is called with
-- all that the transform is called with; with `types`, an array of "Image", "Video", "Mask", "BoundingBoxes",
-- "KeyPoints" and "Tensor" (a plain one), with each part of these kinds alone.
-- Example: torchvision.transforms.v2.Lambda(function(x) return x * 2 end)(torch.ones(1, 1, 2))
local Lambda = define("Lambda", {{"lambd", kind = "callable", required = true}, {"types", kind = "table"}}, {
  setup = function(self)
    for _, kind in ipairs(self.types or {}) do
      if not KINDS[kind] then
        options.wrong("Lambda", "types", 2, "an array of names of kinds, as \"Image\"", kind)
      end
    end
  end})
containers.Lambda = Lambda
function Lambda:forward(...)
  if self.types == nil then return self.lambd(...) end
  local wanted, leaves = {}, sample.leaves(...)
  for _, kind in ipairs(self.types) do wanted[kind] = true end
  for i = 1, leaves.n do
    if wanted[sample.kind(leaves[i])] then leaves[i] = self.lambd(leaves[i]) end
  end
  return sample.rebuilt(leaves, ...)
end
function Lambda:extra_repr()
  return ("types=['%s']"):format(table.concat(self.types or {"object"}, "', '"))
end

--- torchvision.transforms.v2.Identity(): Changes nothing.
-- Example: torchvision.transforms.v2.Identity()(torch.ones(1, 1, 2))
local Identity = define("Identity", {})
containers.Identity = Identity
function Identity:transform(x) return x end

return containers
