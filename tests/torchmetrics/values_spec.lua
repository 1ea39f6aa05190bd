-- The values of torchmetrics: every recorded case of the functions, and of the classes over several batches.
local recorded = dofile "tests/recorded_metrics.lua"
local torchmetrics = require "torchmetrics"

local function resolve(root, path)
  for part in path:gmatch "[%w_]+" do root = root[part] end
  return root
end

--- The arguments of answers to questions and of detections, which are recorded in forms of their own.
local function special(case)
  if case.predictions then
    local preds, target = {}, {}
    for i, text in ipairs(case.predictions) do
      preds[i] = {prediction_text = text, id = i}
      target[i] = {answers = {text = case.answers[i]}, id = i}
    end
    return torchmetrics.functional.squad(preds, target)
  end
  return torchmetrics.functional.mean_average_precision(recorded.value(case.preds), recorded.value(case.target),
    recorded.value(case.kwargs))
end

local function check_function(case)
  if not case.args then
    local why = recorded.differs(special(case), case.out, case)
    return why and error(why, 0)
  end
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

describe("torchmetrics", function()
  for name, document in pairs(recorded.load()) do
    for i, case in ipairs(document.cases) do
      it(("%s: case %d of %s"):format(case.metric, i, name), function()
        if name == "streaming" then check_class(case) else check_function(case) end
      end)
    end
  end
end)
