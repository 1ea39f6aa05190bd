--- A metric is a row: what it takes, what a batch adds to its state, and the value of a state. From the row come the
-- function of torchmetrics.functional, the class of torchmetrics, and the help of both.
local described = require "hecate.help.described"
local read = require "torchmetrics.arguments"
local row_metric = require "torchmetrics.row_metric"

local rows = {}

--- The files of each family of metrics, in torchmetrics/FAMILY/.
local FILES <const> = {
  classification = {"stat_scores", "exact_match", "confusion", "curves", "fixed", "calibration", "hinge", "ranking",
    "fairness"},
  regression = {"errors", "correlations", "divergences"},
  text = {"edits", "bleu", "chrf", "translation", "rouge", "answers"},
  pairwise = {"distances"},
  image = {"similarity", "errors", "fusion", "features"},
  audio = {"ratios"},
  detection = {"overlaps", "mean_average_precision", "panoptic"},
  retrieval = {"queries"},
  clustering = {"contingency", "scatter"},
  nominal = {"association"},
  segmentation = {"masks"},
  shape = {"procrustes"},
  aggregation = {"aggregators"},
}
--- The families in the order in which names are looked up.
rows.families = {"classification", "regression", "text", "pairwise", "aggregation", "retrieval",
  "clustering", "nominal", "segmentation", "shape", "image", "audio", "detection"}

local by_function, by_class, by_family = {}, {}, {} -- name → row, name → row, family → array of rows

--- What a signature says of a parameter.
local WORDS <const> = {string = "string", boolean = "bool", number = "float", callable = "function", table = "any",
  count = "int", positive = "int", integer = "int", tensor = "Tensor", tensors = "Tensor[]", any = "any"}

local function shown_default(value)
  if type(value) == "string" then return value:find "^%a+$" and value or ('"%s"'):format(value) end
  if type(value) == "table" then return "{" .. table.concat(value, ", ") .. "}" end
  return tostring(value)
end

local function signature(name, parameters)
  local parts = {}
  for i, p in ipairs(parameters) do
    local word = p.choices and table.concat(p.choices, "|") or WORDS[p.kind] or "any"
    local default = p.required and "" or " = " .. (p.default == nil and "nil" or shown_default(p.default))
    parts[i] = p[1] .. ": " .. word .. default
  end
  return ("%s(%s)"):format(name, table.concat(parts, ", "))
end

--- The arguments that all classes of metrics take after their own.
local COMMON <const> = {{"compute_with_cache", kind = "boolean", default = true},
  {"dist_sync_on_step", kind = "boolean", default = false}}

--- All parameters of these lists. A single table of named ones may stand where the first parameter takes any value.
local function joined(...)
  local all = {}
  for _, list in ipairs {...} do table.move(list, 1, #list, #all + 1, all) end
  local first = all[1]
  if first and (first.kind == nil or first.kind == "table") then
    all[1] = setmetatable({kind = "any"}, {__index = first})
    all[1][1] = first[1]
  end
  return all
end

--- Notes a row:
--   [1], class: the names of the function and of the class; either may be missing. family.
--   inputs, options: parameters (see options.read) of an update and of the constructor; the function takes both.
--   class_options: those of the constructor where they stand in another order or are others.
--   states: state → "sum", "max", "min", "cat" (tensors that are put together along the first dimension), "list"
--   (values of any kind), or a function of the options that returns such a table.
--   update(o, input, …): the state of one batch; `o` holds the options and _name, for messages.
--   merge(o, a, b): the state of both, where it is not made state by state.
--   compute(o, state): the value, one or several results.
--   same: the options on which `update` depends, an array of names: metrics with the same ones share it.
--   doc, example, results; higher_is_better.
function rows.define(row)
  assert(FILES[row.family], row.family)
  by_family[row.family] = by_family[row.family] or {}
  table.insert(by_family[row.family], row)
  if row[1] then by_function[row[1]] = row end
  if row.class then by_class[row.class] = row end
  return row
end

local function load_family(family)
  for _, file in ipairs(FILES[family]) do require(("torchmetrics.%s.%s"):format(family, file)) end
  return by_family[family] or {}
end

--- Runs a row on options and inputs that have been read.
function rows.run(row, o)
  local inputs = {}
  for i, p in ipairs(row.inputs) do inputs[i] = o[p[1]] end
  return row.compute(o, row.update(o, table.unpack(inputs, 1, #row.inputs)))
end

--- The function of a row.
function rows.make_function(row)
  local name, parameters = row[1], joined(row.inputs, row.options or {})
  local function f(...) -- no tail call: its errors tell the name that the program called
    local given = read(name, parameters, ...)
    local results = row.call and table.pack(row.call(given)) or table.pack(rows.run(row, given))
    return table.unpack(results, 1, results.n)
  end
  described.note(f, function()
    return ("%s -> %s: %s%s"):format(signature("torchmetrics.functional." .. name, parameters),
      row.results or "Tensor", row.doc, row.example and "\nExample: " .. row.example or "")
  end)
  return f
end

local function class_text(row, parameters)
  return function()
    local inputs = {}
    for i, p in ipairs(row.inputs or {}) do inputs[i] = p[1] end
    local takes = #inputs > 0 and ("\nupdate(%s)."):format(table.concat(inputs, ", ")) or ""
    return ("%s: %s%s"):format(signature("torchmetrics." .. row.class, parameters), row.doc, takes)
  end
end

--- The class of a row; a function where the row chooses the class by its options.
function rows.make_class(row)
  local parameters = joined(row.class_options or row.options or {}, COMMON)
  local made
  if row.choose then
    made = function(...) return row.choose(read(row.class, parameters, ...)) end
  else
    made = row_metric(row, parameters)
  end
  described.note(made, class_text(row, parameters))
  return made
end

local cache = {} -- row → {function, class}

local function built(row, what, make)
  local made = cache[row] or {}
  cache[row] = made
  made[what] = made[what] or make(row)
  return made[what]
end

local function find(name, known, families)
  if known[name] then return known[name] end
  for _, family in ipairs(families) do
    load_family(family)
    if known[name] then return known[name] end
  end
end

--- Gives the table `t` the functions or the classes of these families as fields, which are made when they are read.
--- `more`: what the table has besides.
function rows.library(t, what, families, more)
  local known = what == "function" and by_function or by_class
  local make = what == "function" and rows.make_function or rows.make_class
  local names
  local lazy = setmetatable({}, {__pairs = function()
    if not names then
      names = {}
      for _, family in ipairs(families) do
        for _, row in ipairs(load_family(family)) do
          local name = what == "function" and row[1] or row.class
          if name then names[name] = true end
        end
      end
      for name in pairs(more and getmetatable(more).__lazy or {}) do names[name] = true end
    end
    return next, names, nil
  end})
  return setmetatable(t, {__lazy = lazy, __index = function(self, name)
    if type(name) ~= "string" then return nil end
    local found = more and more[name]
    if found == nil then
      local row = find(name, known, families)
      for _, family in ipairs(families) do
        if row and row.family == family then found = built(row, what, make) end
      end
    end
    if found ~= nil then rawset(self, name, found) end
    return found
  end})
end

return rows
