--- Clusterings by the data alone: how near samples are within clusters, and how far clusters are.
local options = require "torch.utils.options"
local rows = require "torchmetrics.rows"

local INPUTS <const> = {{"data", kind = "tensor", required = true}, {"labels", kind = "tensor", required = true}}

local function update(o, data, labels)
  if data.ndim ~= 2 or not data:is_floating_point() then
    options.wrong(o._name, "data", 1, "samples (N, D) of floating point", data)
  end
  if labels.ndim ~= 1 or labels:is_floating_point() or #labels ~= #data then
    options.wrong(o._name, "labels", 2, ("labels (%d), integers"):format(#data), labels)
  end
  return {data = data, labels = labels}
end

--- The samples of each cluster and their means.
local function clusters(o, s)
  local _, inverse = torch.unique(s.labels, {return_inverse = true})
  inverse = inverse:reshape(-1)
  local n = inverse:max():item()
  if n < 2 or n > #s.labels - 1 then
    options.raise(("%s: expected from 2 to %d clusters, got %d"):format(o._name, #s.labels - 1, n))
  end
  local list, means = {}, {}
  for k = 1, n do
    list[k] = s.data:index_select(1, inverse:eq(k):nonzero():squeeze(2))
    means[k] = list[k]:mean(1)
  end
  return list, torch.stack(means)
end

local function define(name, class, doc, value, higher, own)
  rows.define {name, class = class, family = "clustering", inputs = INPUTS, options = own or {},
    states = {data = "cat", labels = "cat"}, update = update, compute = value, doc = doc .. ".",
    higher_is_better = higher}
end

define("calinski_harabasz_score", "CalinskiHarabaszScore", "The variance between clusters over that within them",
  function(o, s)
    local list, means = clusters(o, s)
    local mean, between, within = s.data:mean(1), 0, 0
    for k, x in ipairs(list) do
      between = between + (means[k] - mean):square():sum() * x:size(1)
      within = within + (x - means[k]):square():sum()
    end
    if within:item() == 0 then return torch.ones({}, {dtype = "float32", device = s.data.device}) end
    return between * (#s.data - #list) / (within * (#list - 1))
  end, true)

define("davies_bouldin_score", "DaviesBouldinScore",
  "The mean over clusters of the largest ratio of their widths and the distance to another one", function(o, s)
    local list, means = clusters(o, s)
    local widths = {}
    for k, x in ipairs(list) do widths[k] = (x - means[k]):square():sum(2):sqrt():mean() end
    local width, apart = torch.stack(widths), torch.cdist(means, means)
    if width:abs():max():item() < 1e-8 or apart:max():item() < 1e-8 then
      return torch.zeros({}, {dtype = "float32", device = s.data.device})
    end
    apart = apart:masked_fill(apart:eq(0), math.huge)
    return ((width:unsqueeze(1) + width:unsqueeze(2)) / apart):amax(2):mean()
  end, false)

define("dunn_index", "DunnIndex", "The least distance of clusters over the largest width of one", function(o, s)
  local list, means = clusters(o, s)
  local least, widest
  for k, x in ipairs(list) do
    local width = (x - means[k]):norm(o.p, 2):max()
    widest = widest and widest:maximum(width) or width
    for other = k + 1, #list do
      local apart = (means[k] - means[other]):norm(o.p)
      least = least and least:minimum(apart) or apart
    end
  end
  return least / widest
end, true, {{"p", kind = "number", default = 2, above = 0}})
