-- The values of torchmetrics: every recorded case of the functions, and of the classes over several batches.
local recorded = dofile "tests/recorded_metrics.lua"
local torchmetrics = require "torchmetrics"

local function resolve(root, path)
  for part in path:gmatch "[%w_]+" do root = root[part] end
  return root
end

local function check_function(case)
  local args, n = {}, 0
  for i, arg in ipairs(case.args) do args[i], n = recorded.value(arg), i end
  if case.of then -- the function that this one calls
    n = n + 1
    args[n] = torchmetrics.functional[case.of]
  end
  if case.kwargs and next(case.kwargs) then
    n = n + 1
    args[n] = recorded.value(case.kwargs)
  end
  local got = table.pack(resolve(torchmetrics.functional, case.metric)(table.unpack(args, 1, n)))
  local why = recorded.differs(recorded.results(got, case.out), case.out, case)
  if why then error(why, 0) end
end

local function make(name, options) return torchmetrics[name](recorded.value(options)) end

local function metric_of(case)
  if case.members then
    local members = {}
    for name, member in pairs(case.members) do members[name] = make(table.unpack(member)) end
    return torchmetrics.MetricCollection(members, recorded.value(case.kwargs))
  end
  local name = case.metric:match "[%w_]+$"
  if not case.of then return make(name, case.kwargs) end
  if not next(case.kwargs) then return torchmetrics[name](make(table.unpack(case.of))) end
  return torchmetrics[name](make(table.unpack(case.of)), recorded.value(case.kwargs))
end

local function check_class(case)
  local metric = metric_of(case)
  for i, batch in ipairs(case.batches) do
    local got = table.pack(metric(table.unpack(recorded.value(batch))))
    local why = recorded.differs(recorded.results(got, case.forward[i]), case.forward[i], case)
    if why then error(("batch %d: %s"):format(i, why), 0) end
  end
  local got = table.pack(metric:compute())
  local why = recorded.differs(recorded.results(got, case.compute), case.compute, case)
  if why then error("compute: " .. why, 0) end
  if case.updates then assert.equal(case.updates, metric.update_count) end
end

local families = torchmetrics.functional
describe("torchmetrics", function()
  for name, document in pairs(recorded.load()) do
    for i, case in ipairs(document.cases) do
      local family = case.metric:match "^%l+%."
      local there = name == "streaming" or family and families[family:sub(1, -2)] ~= nil
      if there then
        it(("%s: case %d of %s"):format(case.metric, i, name), function()
          if name == "streaming" then check_class(case) else check_function(case) end
        end)
      end
    end
  end
end)
