--- The quality of panoptic segmentations (Kirillov et al. 2019): maps (batch, …, 2) of category and instance.
local options = require "torch.utils.options"
local paired = require "torchmetrics.paired"
local rows = require "torchmetrics.rows"

local INPUTS <const> = paired.inputs

--- Category → its place in the results: things, then stuffs, each in order; and the category of what is neither.
local function categories(o)
  local place, void, n = {}, 0, 0
  for _, name in ipairs {"things", "stuffs"} do
    local list = {}
    for _, id in ipairs(o[name]) do
      if not options.integer(id) then options.wrong(o._name, name, nil, "an array of integers", id) end
      list[#list + 1] = options.integer(id)
    end
    table.sort(list)
    for _, id in ipairs(list) do
      if place[id] then options.raise(("%s: category %d is given twice"):format(o._name, id)) end
      n = n + 1
      place[id], void = n, math.max(void, id)
    end
  end
  if n == 0 then options.raise(o._name .. ": expected at least one category in things or stuffs") end
  return place, void + 1, n
end

local function set_of(list)
  local set = {}
  for _, id in ipairs(list) do set[id] = true end
  return set
end

--- One integer for each pixel's segment; unknown categories are void, instances of stuffs one.
local function segments(o, name, x, place, void, allow)
  local stuffs = set_of(o.stuffs)
  local category, instance = x:select(-1, 1):reshape(-1):long(), x:select(-1, 2):reshape(-1):long()
  local known, is_stuff = torch.zeros_like(category):ne(0), torch.zeros_like(category):ne(0)
  for id in pairs(place) do
    local here = category:eq(id)
    known = known:logical_or(here)
    if stuffs[id] then is_stuff = is_stuff:logical_or(here) end
  end
  if not allow and not known:all():item() then
    options.raise(("%s: '%s': unknown category %d"):format(o._name, name,
      category:masked_select(known:logical_not())[1]:item()))
  end
  category = category:masked_fill(known:logical_not(), void)
  instance = instance:masked_fill(known:logical_not():logical_or(is_stuff), 0)
  return category, instance
end

local WIDE <const> = 1 << 32

--- The areas of the segments of both maps and of their intersections, by "category instance".
local function count(pc, pi, tc, ti)
  local pred, target = pc * WIDE + pi, tc * WIDE + ti
  local pairs_of, areas = torch.unique(torch.stack({pred, target}, 2), {dim = 1, return_counts = true})
  local both, p_area, t_area = {}, {}, {}
  areas = areas:tolist()
  for i, pair in ipairs(pairs_of:tolist()) do
    local p, t = pair[1], pair[2]
    both[i] = {p, t, areas[i]}
    p_area[p], t_area[t] = (p_area[p] or 0) + areas[i], (t_area[t] or 0) + areas[i]
  end
  return both, p_area, t_area
end

--- Adds what one image gives to the sums of each category.
local function add_image(sums, both, p_area, t_area, place, void, modified)
  local nowhere, p_void, t_void = void * WIDE, {}, {}
  for _, b in ipairs(both) do
    if b[2] == nowhere then p_void[b[1]] = b[3] end
    if b[1] == nowhere then t_void[b[2]] = b[3] end
  end
  local p_matched, t_matched = {}, {}
  for _, b in ipairs(both) do
    local p, t, area = table.unpack(b)
    local category = t // WIDE
    if t ~= nowhere and p // WIDE == category then
      local k = place[category]
      local iou = area / (p_area[p] - (p_void[p] or 0) + t_area[t] - (t_void[t] or 0) - area)
      if modified[category] then
        if iou > 0 then sums.iou[k] = sums.iou[k] + iou end
      elseif iou > 0.5 then
        p_matched[p], t_matched[t] = true, true
        sums.iou[k], sums.tp[k] = sums.iou[k] + iou, sums.tp[k] + 1
      end
    end
  end
  for t, area in pairs(t_area) do
    local k, category = place[t // WIDE], t // WIDE
    if modified[category] then sums.tp[k] = sums.tp[k] + 1
    elseif t ~= nowhere and not t_matched[t] and (t_void[t] or 0) / area <= 0.5 then sums.fn[k] = sums.fn[k] + 1 end
  end
  for p, area in pairs(p_area) do
    local k = place[p // WIDE]
    if p ~= nowhere and not p_matched[p] and not modified[p // WIDE] and (p_void[p] or 0) / area <= 0.5 then
      sums.fp[k] = sums.fp[k] + 1
    end
  end
end

local function update_of(is_modified)
  return function(o, preds, target)
    if preds.ndim < 3 or preds:size(-1) ~= 2 or preds:is_floating_point() then
      options.wrong(o._name, "preds", 1, "integers (batch, …, 2) of category and instance", preds)
    end
    paired.check_shape(o, preds, target)
    local place, void, n = categories(o)
    local sums = {iou = {}, tp = {}, fp = {}, fn = {}}
    for _, list in pairs(sums) do for k = 1, n do list[k] = 0 end end
    local modified = is_modified and set_of(o.stuffs) or {}
    for b = 1, preds:size(1) do
      local pc, pi = segments(o, "preds", preds[b], place, void, o.allow_unknown_preds_category)
      local tc, ti = segments(o, "target", target[b], place, void, true)
      local both, p_area, t_area = count(pc, pi, tc, ti)
      add_image(sums, both, p_area, t_area, place, void, modified)
    end
    local s = {}
    for name, list in pairs(sums) do s[name] = torch.tensor(list, {dtype = "float64"}) end
    return s
  end
end

local function compute(o, s)
  local below = s.tp + s.fp / 2 + s.fn / 2
  local sq = torch.where(s.tp:gt(0), s.iou / s.tp, torch.zeros_like(s.iou))
  local rq = torch.where(below:gt(0), s.tp / below, torch.zeros_like(s.tp))
  local pq = sq * rq
  if o.return_per_class then
    return o.return_sq_and_rq and torch.stack({pq, sq, rq}, -1) or pq:reshape(1, -1)
  end
  local there = below:gt(0)
  local function mean(x) return x:masked_select(there):mean() end
  return o.return_sq_and_rq and torch.stack({mean(pq), mean(sq), mean(rq)}) or mean(pq)
end

local OPTIONS <const> = {{"things", kind = "table", required = true}, {"stuffs", kind = "table", required = true},
  {"allow_unknown_preds_category", kind = "boolean", default = false}}
local STATES <const> = {iou = "sum", tp = "sum", fp = "sum", fn = "sum"}
rows.define {"panoptic_quality", class = "PanopticQuality", family = "detection", inputs = INPUTS, states = STATES,
  options = {OPTIONS[1], OPTIONS[2], OPTIONS[3], {"return_sq_and_rq", kind = "boolean", default = false},
    {"return_per_class", kind = "boolean", default = false}},
  update = update_of(false), compute = compute, higher_is_better = true, check = categories,
  doc = "The panoptic quality of maps (batch, …, 2) of category and instance: things are counted, stuffs are areas."}
rows.define {"modified_panoptic_quality", class = "ModifiedPanopticQuality", family = "detection", inputs = INPUTS,
  options = OPTIONS, states = STATES, update = update_of(true), compute = compute, higher_is_better = true,
  check = categories, doc = "The panoptic quality in which the overlap of stuffs counts as it is (Porzi et al. 2019)."}
