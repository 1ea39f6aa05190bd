-- What metrics are as objects: updates, resets, states, modules, collections and wrappers.
local torchmetrics = require "torchmetrics"
local F = torchmetrics.functional

local function near(want, got) assert.is_true(math.abs(want - got:item()) < 1e-5, tostring(got)) end

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(text, message, 1, true)
end

describe("a metric", function()
  local yes, is = torch.tensor({0.9, 0.2, 0.7}), torch.tensor({1, 1, 1})

  it("takes batches, gives the value over all, and begins anew", function()
    local m = torchmetrics.classification.BinaryAccuracy()
    assert.is_false(m.update_called)
    near(2 / 3, m(yes, is))
    m:update(torch.tensor({0.9}), torch.tensor({1}))
    near(3 / 4, m:compute())
    assert.equal(2, m.update_count)
    m:reset()
    assert.equal(0, m.update_count)
    fails("BinaryAccuracy: compute() before the first update()", m.compute, m)
    m:update(yes, is)
    near(2 / 3, m:compute())
  end)

  it("is chosen by its task", function()
    local m = torchmetrics.Accuracy("multiclass", {num_classes = 3, average = "none"})
    assert.equal("torchmetrics.MulticlassAccuracy", torch.typename(m))
    fails("MulticlassAccuracy: 'num_classes'", torchmetrics.Accuracy, "multiclass")
    fails("Accuracy: 'task': expected one of binary, multiclass, multilabel", torchmetrics.Accuracy, "x")
    fails("'dist_sync_on_step': not in Hecate yet", torchmetrics.MeanMetric, {dist_sync_on_step = true})
  end)

  it("gives its value on a batch with gradients, and keeps none", function()
    local m = torchmetrics.MeanSquaredError()
    local x = torch.tensor({1., 2}):requires_grad_()
    m(x, torch.tensor({0., 0})):backward()
    assert.same({1, 2}, x.grad:tolist())
    assert.is_false(m:compute().requires_grad)
    near(2.5, m:compute())
  end)

  it("is copied whole: what a copy takes in is its own", function()
    local Hits = torch.class("Hits", torchmetrics.Metric)
    function Hits:__init()
      self:add_state("hits", torch.tensor(0), {dist_reduce_fx = "sum", persistent = true})
      self:add_state("all", {}, {dist_reduce_fx = "cat", persistent = true})
    end
    function Hits:update(preds, target)
      self.hits = self.hits + preds:eq(target):sum()
      table.insert(self.all, preds)
    end
    function Hits:compute() return self.hits, torch.cat(self.all) end
    local m = Hits()
    m:update(torch.tensor({1, 2}), torch.tensor({1, 3}))
    assert.equal(1, m:compute():item())
    local copy = m:clone()
    copy:update(torch.tensor({3}), torch.tensor({3}))
    assert.same({2, 1}, {copy.update_count, m.update_count})
    assert.same({2, 1}, {(copy:compute()):item(), (m:compute()):item()})
    copy:reset()
    assert.equal(1, m:compute():item())
    fails("Hits: compute() before the first update()", copy.compute, copy)
    local other = Hits()
    other:load_state_dict(m:state_dict())
    local hits, all = other:compute()
    assert.same({1, {1, 2}}, {hits:item(), all:tolist()})
    other:update(torch.tensor({7}), torch.tensor({7}))
    other:load_state_dict(m:state_dict()) -- a value that was computed before is forgotten
    hits, all = other:compute()
    assert.same({1, {1, 2}}, {hits:item(), all:tolist()})
    local sum = torchmetrics.SumMetric()
    sum:persistent(true)
    sum:update(5)
    local state = sum:state_dict()
    sum:update(1)
    assert.equal(6, sum:compute():item())
    sum:load_state_dict(state)
    assert.equal(5, sum:compute():item())
  end)

  it("of every kind says whether it was updated", function()
    local acc = torchmetrics.classification.BinaryAccuracy
    local W = torchmetrics.wrappers
    local a, b = torch.tensor({{1., 0}, {0, 1}}), torch.tensor({{1, 0}, {0, 0}})
    local cases = {W.BootStrapper(torchmetrics.MeanMetric()), W.MultioutputWrapper(torchmetrics.MeanSquaredError(), 2),
      W.MinMaxMetric(acc()), W.Running(acc()), acc() + 1, W.MultitaskWrapper({x = acc()}),
      W.ClasswiseWrapper(torchmetrics.classification.MultilabelAccuracy(2, {average = "none"}))}
    for i, m in ipairs(cases) do
      assert.is_false(m.update_called, i)
      if i == 1 then m:update(a:reshape(-1))
      elseif i == 6 then m:update({x = a}, {x = b})
      else m:update(a, i == 2 and b:float() or b) end
      assert.is_true(m.update_called, i)
      assert.equal(1, m.update_count, i)
      m:reset()
      assert.is_false(m.update_called, i)
    end
  end)

  it("leaves tables of its caller as they are", function()
    local limits = {100, 1, 10}
    local m = torchmetrics.detection.MeanAveragePrecision({max_detection_thresholds = limits})
    local box = torch.tensor({{1., 1, 9, 9}})
    m:update({{boxes = box, scores = torch.tensor({0.9}), labels = torch.tensor({1})}},
      {{boxes = box, labels = torch.tensor({1})}})
    near(1, m:compute().map)
    assert.same({100, 1, 10}, limits)
    assert.same({}, require "torchmetrics.assignment".best({}))
  end)

  it("is best by its own direction in a collection over epochs", function()
    local tracker = torchmetrics.wrappers.MetricTracker(torchmetrics.MetricCollection({
      mse = torchmetrics.MeanSquaredError(), r2 = torchmetrics.R2Score()}, {prefix = "val_"}))
    for _, off in ipairs {1, 0, 2} do
      tracker:increment()
      tracker:update(torch.tensor({1., 2, 3}) + off, torch.tensor({1., 2, 3}))
    end
    local best, step = tracker:best_metric({return_step = true})
    assert.same({val_mse = 0, val_r2 = 1}, best)
    assert.same({val_mse = 2, val_r2 = 2}, step)
  end)

  it("has its state in the state_dict where that is wished", function()
    local m = torchmetrics.PearsonCorrCoef()
    local a, b = torch.rand(8), torch.rand(8)
    m:update(a, b)
    assert.is_nil(next(m:state_dict()))
    m:persistent(true)
    local state = m:state_dict()
    assert.truthy(state.mean_x and state.total)
    local other = torchmetrics.PearsonCorrCoef()
    other:persistent(true)
    other:load_state_dict(state)
    near(m:compute():item(), other:compute())
    local all = torchmetrics.CatMetric()
    all:persistent(true)
    all:update(torch.tensor({1., 2}))
    all:update(3)
    local again = torchmetrics.CatMetric()
    again:load_state_dict(all:state_dict())
    assert.same({1, 2, 3}, again:compute():tolist())
  end)

  it("that loads a state before the first update forgets its own", function()
    for _, class in ipairs {"CatMetric", "SumMetric", "MeanMetric"} do
      local m, empty = torchmetrics[class](), torchmetrics[class]()
      m:persistent(true)
      empty:persistent(true)
      local state = empty:state_dict()
      assert.truthy(next(state), class)
      m:update(torch.tensor({1., 2}))
      m:load_state_dict(state)
      assert.is_false(m.update_called, class)
      m:update(torch.tensor({3.}))
      assert.equal(3, m:compute():item(), class)
      empty:load_state_dict(m:state_dict())
      assert.equal(3, empty:compute():item(), class)
    end
    local Seen = torch.class("Seen", torchmetrics.Metric)
    function Seen:__init() self:add_state("seen", {}, {dist_reduce_fx = "cat", persistent = true}) end
    function Seen:update(x) table.insert(self.seen, x) end
    function Seen:compute() return #self.seen end
    local before = Seen():state_dict()
    local m = Seen()
    m:update(torch.ones(1))
    m:load_state_dict(before)
    assert.equal(0, m:compute())
  end)

  it("is a module: it is a part of others, moves, and is copied", function()
    local net = nn.Sequential(nn.Linear(2, 2))
    net.metric = torchmetrics.SumMetric()
    net.metric:update(2)
    net:to("float64")
    near(2, net.metric:compute())
    local copy = net.metric:clone()
    copy:update(3)
    near(2, net.metric:compute())
    near(5, copy:compute())
    assert.equal("SumMetric()", tostring(copy))
  end)

  it("of a class of one's own sums up what it declares", function()
    local Hits = torch.class("Hits", torchmetrics.Metric)
    function Hits:__init()
      self:add_state("hits", torch.tensor(0), {dist_reduce_fx = "sum"})
      self:add_state("seen", {}, {dist_reduce_fx = "cat"})
    end
    function Hits:update(preds, target)
      self.hits = self.hits + preds:eq(target):sum()
      table.insert(self.seen, preds)
    end
    function Hits:compute() return self.hits / #torch.cat(self.seen) end
    local m = Hits()
    fails("Hits: compute() before the first update()", m.compute, m)
    near(0.5, m(torch.tensor({1, 2}), torch.tensor({1, 3})))
    near(1, m(torch.tensor({1, 2}), torch.tensor({1, 2})))
    near(3 / 4, m:compute())
    assert.equal(2, m.update_count)
    m:reset()
    near(1, m(torch.tensor({1}), torch.tensor({1})))
    fails("add_state: 'default' (argument 2): expected a tensor or {}", m.add_state, m, "x", 5)
    fails("add_state: 'dist_reduce_fx' (argument 3)", m.add_state, m, "x", {}, "what")
  end)

  it("does arithmetic with others and with numbers", function()
    local a, b = torchmetrics.SumMetric(), torchmetrics.MaxMetric()
    local both = a / 2 + b
    near(6, both(torch.tensor({4., 2., 3.})) - torch.tensor(2.5))
    near(8.5, both:compute())
    near(-9, (function()
      local m = -a
      return m:compute()
    end)())
    both:reset()
    assert.equal(0, a.update_count)
  end)
end)

describe("a collection of metrics", function()
  local function make()
    return torchmetrics.MetricCollection({torchmetrics.Precision("multiclass", {num_classes = 3}),
      torchmetrics.Recall("multiclass", {num_classes = 3}), torchmetrics.MatthewsCorrCoef("multiclass",
        {num_classes = 3})}, {prefix = "a_", postfix = "_b"})
  end
  local preds, target = torch.tensor({1, 2, 3, 1}), torch.tensor({1, 2, 2, 3})

  it("counts once for those that count the same", function()
    local c = make()
    assert.same({{"MulticlassPrecision", "MulticlassRecall"}, {"MulticlassMatthewsCorrCoef"}}, c.compute_groups)
    local got = c(preds, target)
    near(F.multiclass_recall(preds, target, 3):item(), got.a_MulticlassRecall_b)
    c:update(preds, target)
    near(F.multiclass_precision(preds, target, 3):item(), c:compute().a_MulticlassPrecision_b)
    assert.same({"a_MulticlassPrecision_b", "a_MulticlassRecall_b", "a_MulticlassMatthewsCorrCoef_b"}, c:keys())
    assert.equal(3, #c)
    assert.equal(2, c.MulticlassRecall.update_count)
    local other = c:clone({prefix = "x_"})
    c:reset()
    assert.equal(0, c.MulticlassRecall.update_count)
    assert.truthy(other:compute().x_MulticlassRecall_b)
  end)

  it("says what is wrong", function()
    fails("MetricCollection: 'metrics[1]': expected a metric", torchmetrics.MetricCollection, {5})
    fails("MetricCollection: two metrics 'SumMetric'", torchmetrics.MetricCollection,
      {torchmetrics.SumMetric(), torchmetrics.SumMetric()})
  end)
end)

describe("wrappers:", function()
  it("a window, extremes, epochs", function()
    local running = torchmetrics.wrappers.Running(torchmetrics.SumMetric(), {window = 2})
    for i = 1, 5 do running:update(i) end
    near(9, running:compute())
    local span = torchmetrics.MinMaxMetric(torchmetrics.MeanMetric())
    span:update(1)
    span:compute()
    span:update(5)
    local got = span:compute()
    near(3, got.raw)
    near(3, got.max)
    near(1, got.min)
    local tracker = torchmetrics.MetricTracker(torchmetrics.MeanMetric(), false)
    fails("MetricTracker: update() before increment()", tracker.update, tracker, 1)
    for _, value in ipairs {4, 2, 3} do
      tracker:increment()
      tracker:update(value)
    end
    assert.same({4, 2, 3}, tracker:compute_all():tolist())
    local best, step = tracker:best_metric({return_step = true})
    assert.same({2, 2, 3}, {best, step, tracker.n_steps})
    local several = torchmetrics.MetricTracker(torchmetrics.MetricCollection({s = torchmetrics.SumMetric(),
      m = torchmetrics.MaxMetric()}))
    for i = 1, 2 do
      several:increment()
      several:update(torch.tensor({i, 1.}))
    end
    assert.same({2, 3}, several:compute_all().s:tolist())
    local values, steps = several:best_metric({return_step = true})
    assert.same({3, 2, 2, 2}, {values.s, values.m, steps.s, steps.m})
  end)

  it("outputs, tasks, error bars", function()
    local preds, target = torch.tensor({{1., 2}, {3, 4}, {5, 0 / 0}}), torch.tensor({{1., 3}, {3, 4}, {6, 1}})
    local mse = torchmetrics.MultioutputWrapper(torchmetrics.MeanSquaredError(), 2)
    mse:update(preds, target)
    assert.is_true(torch.allclose(mse:compute(), torch.tensor({1 / 3, 1 / 2})))
    local tasks = torchmetrics.MultitaskWrapper({a = torchmetrics.MeanMetric(), b = torchmetrics.SumMetric()})
    fails("MultitaskWrapper: 'task_preds' (argument 1): expected a table with the names a, b", tasks.update, tasks, 5)
    local boot = torchmetrics.BootStrapper(torchmetrics.MeanMetric(), 20, {raw = true, quantile = 0.5,
      generator = torch.Generator():manual_seed(1)})
    boot:update(torch.arange(1, 101) * 1.0)
    local got = boot:compute()
    assert.same({20}, {table.unpack(got.raw.shape)})
    assert.is_true(math.abs(got.mean:item() - 50.5) < 4 and got.std:item() > 1 and got.std:item() < 6)
    near(got.raw:quantile(0.5):item(), got.quantile)
    fails("BootStrapper: 'base_metric' (argument 1): expected a metric", torchmetrics.BootStrapper, 5)
  end)
end)

describe("wrong inputs of metrics:", function()
  local x = torch.rand(4)
  for text, call in pairs {
    ["binary_accuracy: 'target' (argument 2): expected the shape of preds (4), got float32 (3)"] = function()
      F.binary_accuracy(x, torch.rand(3))
    end,
    ["binary_accuracy: 'target' (argument 2): expected 0 and 1, got 2"] = function()
      F.binary_accuracy(x, torch.tensor({0, 1, 2, 1}))
    end,
    ["multiclass_recall: 'target' (argument 2): expected labels from 1 to 3, got 0"] = function()
      F.multiclass_recall(torch.tensor({1, 2}), torch.tensor({0, 2}), 3)
    end,
    ["multiclass_auroc: 'preds' (argument 1): expected scores (N, 3, …)"] = function()
      F.multiclass_auroc(torch.rand(2, 4), torch.tensor({1, 2}), 3)
    end,
    ["binary_accuracy: 'threshold': expected a number from 0 to 1, got number 2"] = function()
      F.binary_accuracy(x, torch.ones(4), {threshold = 2})
    end,
    ["multiclass_f1_score: 'average': expected one of micro, macro, weighted, none, got string 'mean'"] = function()
      F.multiclass_f1_score(torch.tensor({1}), torch.tensor({1}), 2, {average = "mean"})
    end,
    ["roc: 'task'"] = function() F.roc(x, torch.ones(4)) end,
    ["binary_roc: 'thresholds': expected how many (2 or more), or a list of numbers"] = function()
      F.binary_roc(x, torch.ones(4):long(), {thresholds = 1})
    end,
    ["mean_squared_error: 'preds' (argument 1): expected at least one number"] = function()
      F.mean_squared_error(torch.empty(0), torch.empty(0))
    end,
    ["r2_score: expected at least 2 samples, got 1"] = function() F.r2_score(torch.ones(1), torch.ones(1)) end,
    ["tweedie_deviance_score: 'preds': expected numbers above 0 with power 2"] = function()
      F.tweedie_deviance_score(-x, x, 2)
    end,
    ["mean_average_precision: 'preds' (argument 1): expected an array of images, got number -99"] = function()
      F.detection.mean_average_precision(-99, {x})
    end,
    ["MeanMetric: 'nan_strategy' (argument 1): expected error, warn, ignore, disable or a number"] = function()
      torchmetrics.MeanMetric("skip")
    end,
  } do
    it(text, function() fails(text, call) end)
  end
end)
