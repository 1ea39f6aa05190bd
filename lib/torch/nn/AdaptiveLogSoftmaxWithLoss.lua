local composed = require "torch.nn.composed"
local options = require "torch.utils.options"

local NAME <const> = "nn.AdaptiveLogSoftmaxWithLoss"
local PARAMETERS <const> = {{"in_features", kind = "positive", required = true},
  {"n_classes", kind = "positive", required = true}, {"cutoffs", kind = "table", required = true},
  {"div_value", kind = "number", default = 4}, {"head_bias", kind = "boolean", default = false}, {"device"}, {"dtype"}}

local function check_cutoffs(given)
  local last = 0
  for _, cut in ipairs(given.cutoffs) do
    if options.integer(cut) == nil or cut <= last or cut >= given.n_classes then last = nil; break end
    last = cut
  end
  if last == nil or #given.cutoffs == 0 then
    options.wrong(NAME, "cutoffs", 3, ("rising integers from 1 to %d"):format(given.n_classes - 1), given.cutoffs)
  end
end

-- The cluster i of the rare classes: the classes after cutoffs[i], projected to in_features / div_value ^ i numbers.
local function init(self, given)
  check_cutoffs(given)
  local cuts = table.move(given.cutoffs, 1, #given.cutoffs, 1, {})
  cuts[#cuts + 1] = given.n_classes
  given.cutoffs = cuts
  local function linear(from, to, bias)
    return torch.nn.Linear(from, to, {bias = bias, device = given.device, dtype = given.dtype})
  end
  self.head = linear(given.in_features, cuts[1] + #cuts - 1, given.head_bias)
  local tail = {}
  for i = 1, #cuts - 1 do
    local inner = given.in_features / given.div_value ^ i // 1 | 0
    tail[i] = torch.nn.Sequential(linear(given.in_features, inner, false), linear(inner, cuts[i + 1] - cuts[i], false))
  end
  self.tail = torch.nn.ModuleList(tail)
end

-- Targets are positions, and each is in one cluster.
local function check_target(self, x, target)
  if not torch.is_tensor(target) or target.dtype ~= torch.int64 or target.ndim ~= x.ndim - 1
    or target.ndim == 1 and target:size(1) ~= x:size(1) then
    options.wrong(NAME, "target", 2, x.ndim == 1 and "one class" or ("%d classes"):format(x:size(1)), target)
  end
  if target:lt(1):any():item() or target:gt(self.n_classes):any():item() then
    options.raise(("%s: 'target' (argument 2): expected classes from 1 to %d"):format(NAME, self.n_classes))
  end
end

local function check_input(self, x)
  if x.ndim < 1 or x.ndim > 2 or x:size(-1) ~= self.in_features then
    options.wrong(NAME, "input", 1, ("(N×%d) or (%d)"):format(self.in_features, self.in_features), x)
  end
end

local class

--- nn.AdaptiveLogSoftmaxWithLoss(in_features: int, n_classes: int, cutoffs: int[], div_value: float = 4, head_bias:
-- bool = false, device: device = nil, dtype: dtype = nil): A softmax for many classes, the frequent ones first (Grave
-- et al. 2017): the classes up to cutoffs[1] are scored at once, those between two cutoffs as a cluster, with fewer
-- features the rarer they are. Called with input (N×in_features) and target (N) it returns the log probabilities of
-- the targets and the loss, their negative mean. log_prob(input) gives those of all classes, predict(input) the
-- likeliest class.
class = composed("AdaptiveLogSoftmaxWithLoss", PARAMETERS, {init = init,
  forward = function(self, x, target)
    check_input(self, x)
    check_target(self, x, target)
    local single = x.ndim == 1
    if single then x, target = x:unsqueeze(1), target:unsqueeze(1) end
    local head = self.head(x):log_softmax(2)
    local first = self.cutoffs[1]
    local place = target:clone() -- in the head: the class, or the place of its cluster
    local rest = head:new_zeros({x:size(1)})
    for i = 1, #self.cutoffs - 1 do
      local low = self.cutoffs[i]
      local rows = target:gt(low):logical_and(target:le(self.cutoffs[i + 1])):nonzero():reshape(-1)
      if rows:numel() > 0 then
        local scores = self.tail[i](x:index_select(1, rows)):log_softmax(2)
        local within = scores:gather(2, (target:index_select(1, rows) - low):unsqueeze(2)):squeeze(2)
        rest = rest:index_add(1, rows, within)
        place = place:index_fill(1, rows, first + i)
      end
    end
    local output = head:gather(2, place:unsqueeze(2)):squeeze(2) + rest
    local loss = -output:mean()
    return single and output:squeeze(1) or output, loss
  end})

--- nn.AdaptiveLogSoftmaxWithLoss:log_prob(input: Tensor) -> Tensor: The logarithms of the probabilities of all classes.
function class:log_prob(x)
  check_input(self, options.tensor(NAME .. ".log_prob", "input", 1, x))
  local head, first = self.head(x):log_softmax(-1), self.cutoffs[1]
  local parts = {head:narrow(-1, 1, first)}
  for i = 1, #self.cutoffs - 1 do
    parts[i + 1] = self.tail[i](x):log_softmax(-1) + head:narrow(-1, first + i, 1)
  end
  return torch.cat(parts, -1)
end

--- nn.AdaptiveLogSoftmaxWithLoss:predict(input: Tensor) -> Positions: The most likely class of each sample.
function class:predict(x) return self:log_prob(x):argmax(-1) end

return class
