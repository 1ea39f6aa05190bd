-- Values of metrics that the recorded cases do not have, as torchmetrics 1.9 gives them.
local torchmetrics = require "torchmetrics"
local F = torchmetrics.functional

local function near(want, got)
  got = torch.is_tensor(got) and got:item() or got
  assert.is_true(math.abs(want - got) <= 1e-5 + 5e-5 * math.abs(want), ("%s, expected %s"):format(got, want))
end

local p, t = torch.tensor({2., 7, 1, 5, 5, 3, 9}), torch.tensor({1., 6, 2, 6, 4, 3, 7})

describe("values of", function()
  it("Kendall's tau, with ties and its probability", function()
    for variant, want in pairs {a = {0.8947368, 0.0053370}, b = {0.85, 0.0045094}, c = {0.8326531, 0.0045094}} do
      local tau, probability = F.kendall_rank_corrcoef(p, t, {variant = variant, t_test = true,
        alternative = "greater"})
      near(want[1], tau)
      near(want[2], probability)
    end
  end)

  it("other regressions, as classes", function()
    near(0.5400617, torchmetrics.NormalizedRootMeanSquaredError({normalization = "std"})(p, t))
    near(2.3513346, torchmetrics.MinkowskiDistance(3)(p, t))
    near(0.2254714, torchmetrics.TweedieDevianceScore(1.5)(p, t))
    local a, b = torch.tensor({{.2, .5, .3}, {.1, .1, .8}}), torch.tensor({{.3, .3, .4}, {.2, .2, .6}})
    near(0.0897657, torchmetrics.KLDivergence()(a, b))
    near(0.0227042, torchmetrics.JensenShannonDivergence()(a, b))
  end)

  it("the extended edit distance", function()
    near(0.3077631, F.extended_edit_distance({"this is the prediction", "here is an other sample"},
      {"this is the reference", "here is another one"}))
    near(0.3257791, F.extended_edit_distance({"Dr. Smith said: yes, i.e. 3.5 times"}, {{"Mr. Smith said 3.5 times!"}}))
  end)

  it("panoptic quality", function()
    local preds = torch.tensor({{{{6, 0}, {0, 0}, {6, 0}, {6, 0}}, {{0, 0}, {0, 0}, {6, 0}, {0, 1}},
      {{0, 0}, {0, 0}, {6, 0}, {0, 1}}, {{0, 0}, {7, 0}, {6, 0}, {1, 0}}, {{0, 0}, {7, 0}, {7, 0}, {7, 0}}}})
    local target = torch.tensor({{{{6, 0}, {0, 1}, {6, 0}, {0, 1}}, {{0, 1}, {0, 1}, {6, 0}, {0, 1}},
      {{0, 1}, {0, 1}, {6, 0}, {1, 0}}, {{0, 1}, {7, 0}, {1, 0}, {1, 0}}, {{0, 1}, {7, 0}, {7, 0}, {7, 0}}}})
    near(0.5462963, F.panoptic_quality(preds, target, {0, 1}, {6, 7}))
    near(0.5462963, torchmetrics.PanopticQuality({0, 1}, {6, 7})(preds, target))
    local ok, message = pcall(F.panoptic_quality, preds, target, {0}, {6, 7})
    assert.is_false(ok)
    assert.matches("panoptic_quality: 'preds': unknown category 1", message, 1, true)
  end)

  it("images", function()
    local a = torch.linspace(0, 1, 2 * 3 * 16 * 16):reshape(2, 3, 16, 16)
    local b = (a * 7) % 1
    near(0.3830869, F.spectral_angle_mapper(a, b))
    near(0.1492719, torchmetrics.StructuralSimilarityIndexMeasure({data_range = 1})(a, b))
    near(0.0703738, torchmetrics.UniversalImageQualityIndex()(a, b))
    near(19.142349, torchmetrics.ErrorRelativeGlobalDimensionlessSynthesis()(a, b))
    near(0.6642971, torchmetrics.SpectralDistortionIndex()(a, b))
    near(5537.6597, torchmetrics.RelativeAverageSpectralError()(a, b))
    local grey = a:narrow(2, 1, 1)
    near(27.546402, F.peak_signal_noise_ratio_with_blocked_effect(grey, grey * 0.9, 1))
  end)

  it("queries", function()
    local query = torch.tensor({0, 0, 0, 1, 1, 1, 1})
    local scores = torch.tensor({.2, .3, .5, .1, .3, .5, .2})
    local relevant = torch.tensor({false, false, true, false, true, false, true})
    near(0.7916667, torchmetrics.RetrievalMAP()(scores, relevant, query))
    near(0.8467132, torchmetrics.RetrievalNormalizedDCG()(scores, relevant, query))
    near(0.5, torchmetrics.RetrievalFallOut({top_k = 2})(scores, relevant, query))
    local precision, recall, k = torchmetrics.RetrievalPrecisionRecallCurve({max_k = 2})(scores, relevant, query)
    assert.same({{.5, .5}, {.5, .75}, {1, 2}}, {precision:tolist(), recall:tolist(), k:tolist()})
    local none = torchmetrics.RetrievalMAP({empty_target_action = "error"})
    none:update(scores, torch.zeros(7):ne(0), query)
    assert.error_matches(function() none:compute() end, "RetrievalMAP: query 0 has no target")
  end)

  it("categories, clusters, masks, shapes", function()
    near(0.5431123, F.theils_u(torch.tensor({1, 2, 2, 3, 1, 2}), torch.tensor({1, 1, 2, 3, 3, 2})))
    near(2, F.dunn_index(torch.tensor({{0., 0}, {0.5, 0}, {1., 0}, {0.5, 1}}), torch.tensor({1, 1, 1, 2})))
    near(1, F.cluster_accuracy(torch.tensor({1, 1, 2, 2, 3}), torch.tensor({3, 3, 1, 1, 2}), 3))
    local s, other = torch.tensor({{{1, 2, 2}, {3, 2, 1}}}), torch.tensor({{{1, 2, 3}, {3, 2, 2}}})
    local options = {num_classes = 3, input_format = "index"}
    near(0.5, torchmetrics.MeanIoU(options)(s, other))
    near(2 / 3, torchmetrics.DiceScore(options)(s, other))
    near(2 / 3, torchmetrics.GeneralizedDiceScore(options)(s, other))
    near(0.0979592, F.procrustes_disparity(torch.tensor({{{0., 0}, {1, 0}, {0, 2}, {3, 1}}}),
      torch.tensor({{{0., 1}, {1, 1}, {2, 0}, {3, 4}}}))[1])
  end)

  it("labels in an order, and equal rates", function()
    local scores, labels = torch.tensor({.1, .4, .35, .8, .6}), torch.tensor({0, 0, 1, 1, 0})
    near(0.4166667, F.binary_eer(scores, labels))
    near(0.5, F.binary_logauc(scores, labels))
    local many, there = torch.tensor({{.2, .7, .1}, {.6, .3, .5}, {.1, .9, .8}}), torch.tensor({{0, 1, 0}, {1, 0, 1},
      {0, 1, 0}})
    near(4 / 3, F.multilabel_coverage_error(many, there, 3))
    near(0, F.multilabel_ranking_loss(many, there, 3))
  end)
end)
