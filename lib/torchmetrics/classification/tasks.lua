--- Metrics of classification come in three forms, for binary, multiclass and multilabel predictions, and one that
-- chooses among them by `task`. One description makes all of them.
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local tasks = {}

local AVERAGES <const> = {"micro", "macro", "weighted", "none"}

--- The parameters that they share, by name.
local parameters <const> = {
  threshold = {"threshold", kind = "number", default = 0.5, least = 0, most = 1},
  num_classes = {"num_classes", kind = "positive", required = true},
  num_labels = {"num_labels", kind = "positive", required = true},
  average = {"average", kind = "string", choices = AVERAGES, default = "macro"},
  top_k = {"top_k", kind = "positive", default = 1},
  multidim_average = {"multidim_average", kind = "string", choices = {"global", "samplewise"}, default = "global"},
  ignore_index = {"ignore_index", kind = "integer"},
  validate_args = {"validate_args", kind = "boolean", default = true},
  zero_division = {"zero_division", kind = "number", default = 0, least = 0, most = 1},
  beta = {"beta", kind = "number", required = true, above = 0},
  thresholds = {"thresholds"},
  normalize = {"normalize", kind = "string", choices = {"true", "pred", "all", "none"}},
  weights = {"weights", kind = "string", choices = {"linear", "quadratic", "none"}},
  max_fpr = {"max_fpr", kind = "number", above = 0},
  fpr_range = {"fpr_range", kind = "table", default = {0.001, 0.1}},
  n_bins = {"n_bins", kind = "positive", default = 15},
  norm = {"norm", kind = "string", choices = {"l1", "l2", "max"}, default = "l1"},
  squared = {"squared", kind = "boolean", default = false},
  multiclass_mode = {"multiclass_mode", kind = "string", choices = {"crammer-singer", "one-vs-all"},
    default = "crammer-singer"},
  curve_average = {"average", kind = "string", choices = {"micro", "macro", "none"}},
  area_average = {"average", kind = "string", choices = {"macro", "weighted", "none"}, default = "macro"},
  area_average_label = {"average", kind = "string", choices = AVERAGES, default = "macro"},
  plain_average = {"average", kind = "string", choices = {"macro", "none"}, default = "macro"},
  min_precision = {"min_precision", kind = "number", required = true, least = 0, most = 1},
  min_recall = {"min_recall", kind = "number", required = true, least = 0, most = 1},
  min_specificity = {"min_specificity", kind = "number", required = true, least = 0, most = 1},
  min_sensitivity = {"min_sensitivity", kind = "number", required = true, least = 0, most = 1},
}

--- The parameters of these names, words in one string.
function tasks.parameters(names)
  local list = {}
  for name in names:gmatch "%S+" do list[#list + 1] = parameters[name] or error(name) end
  return list
end

tasks.inputs = paired.inputs

--- The order in which the form with `task` takes what its three forms take.
local ORDER <const> = {"beta", "min_precision", "min_recall", "min_specificity", "min_sensitivity", "fpr_range",
  "n_bins", "norm", "thresholds", "threshold", "num_classes", "num_labels", "squared", "multiclass_mode", "normalize",
  "weights", "average", "multidim_average", "top_k", "max_fpr", "ignore_index", "validate_args", "zero_division"}
local PREFIX <const> = {binary = "Binary", multiclass = "Multiclass", multilabel = "Multilabel"}
local KIND <const> = {binary = "of binary", multiclass = "of multiclass", multilabel = "of multilabel"}
local NAMES <const> = {"binary", "multiclass", "multilabel"}

--- The parameters of all forms, none of them required.
local function union(forms, description)
  local by_name, all, known = {}, {}, {}
  for _, task in ipairs(NAMES) do
    if forms[task] then
      known[#known + 1] = task
      for _, p in ipairs(forms[task].options) do
        by_name[p[1]] = by_name[p[1]] or {p[1], kind = p.kind, choices = p.choices, default = p.default,
          least = p.least, most = p.most, above = p.above}
        if p[1] == "average" and p.choices and #p.choices > #by_name.average.choices then
          by_name.average.choices = p.choices
        end
      end
    end
  end
  all[1] = {"task", kind = "string", choices = known, required = true}
  if by_name.average then by_name.average.default = description.average or by_name.average.default end
  if by_name.beta then by_name.beta.default = 1 end
  for _, name in ipairs(ORDER) do all[#all + 1] = by_name[name] end
  return all
end

--- Of what was given, what a form takes.
local function named(o, ...)
  local list = {}
  for _, parameters_of in ipairs {...} do
    for _, p in ipairs(parameters_of) do list[p[1]] = o[p[1]] end
  end
  return list
end

--- Multiclass constructors take top_k before average.
local function constructor_order(list)
  local average, top_k
  for i, p in ipairs(list) do
    if p[1] == "average" then average = i elseif p[1] == "top_k" then top_k = i end
  end
  if not (average and top_k) then return nil end
  local swapped = table.move(list, 1, #list, 1, {})
  swapped[average], swapped[top_k] = swapped[top_k], swapped[average]
  return swapped
end

--- tasks.define{NAME, class =, doc =, forms = {binary = {options = "NAME …", update =, compute =, states =, same =},
-- multiclass =, multilabel =}, average = the default with `task`, example =, results =, …}.
function tasks.define(description)
  local name, forms = description[1], {}
  for _, task in ipairs(NAMES) do
    local form = description.forms[task]
    if form then
      local list = type(form.options) == "string" and tasks.parameters(form.options) or form.options
      forms[task] = rows.define {task .. "_" .. name, class = PREFIX[task] .. description.class,
        family = "classification", inputs = tasks.inputs, options = list, class_options = constructor_order(list),
        states = form.states or description.states, update = form.update, compute = form.compute, same = form.same,
        check = form.check, merge = form.merge, results = form.results or description.results,
        doc = ("%s, %s predictions."):format(description.doc, KIND[task]),
        higher_is_better = description.higher_is_better}
    end
  end
  local all = union(forms, description)
  rows.define {name, class = description.class, family = "classification", inputs = tasks.inputs, options = all,
    results = description.results, higher_is_better = description.higher_is_better,
    doc = description.doc .. ": one of binary, multiclass and multilabel predictions, by `task`.",
    example = description.example,
    call = function(o)
      return require "torchmetrics.functional"[o.task .. "_" .. name](named(o, tasks.inputs, forms[o.task].options))
    end,
    choose = function(o)
      return require "torchmetrics.classification"[forms[o.task].class](named(o, forms[o.task].options))
    end}
  return forms
end

return tasks
