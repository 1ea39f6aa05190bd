--- The average precision of COCO: of images whose detections and truths have scores, labels, areas and overlaps.
local coco = {}

local AREAS <const> = {{"all", 0, 1e10}, {"small", 0, 32 ^ 2}, {"medium", 32 ^ 2, 96 ^ 2}, {"large", 96 ^ 2, 1e10}}
coco.areas = AREAS

--- The positions of a list by falling score; equal ones in their order.
local function by_score(list, score)
  local order = {}
  for i = 1, #list do order[i] = i end
  table.sort(order, function(a, b)
    local x, y = score(list[a]), score(list[b])
    return x > y or x == y and a < b
  end)
  return order
end

--- The detections of one label in an image, the best `most`; its truths; and their overlaps.
local function of_label(image, label, most)
  local detections, truths = {}, {}
  for i, l in ipairs(image.labels) do if not label or l == label then detections[#detections + 1] = i end end
  for i, l in ipairs(image.true_labels) do if not label or l == label then truths[#truths + 1] = i end end
  local sorted = {}
  for k, at in ipairs(by_score(detections, function(i) return image.scores[i] end)) do
    if k <= most then sorted[k] = detections[at] end
  end
  return sorted, truths
end

--- The truth that a detection is matched with, at this threshold; nil: none. `truths` has those that count first.
local function match(image, detection, truths, counts, taken, threshold)
  local best, least = nil, math.min(threshold, 1 - 1e-10)
  for _, g in ipairs(truths) do
    if not taken[g] or image.crowd[g] then
      if best and counts[best] and not counts[g] then break end
      local iou = image.iou[detection][g]
      if iou >= least then best, least = g, iou end
    end
  end
  return best
end

--- What becomes of the detections of an image: arrays of {score, right (by threshold), ignored (by threshold)}, and how
-- many truths count.
local function evaluate(image, label, area, thresholds, most)
  local detections, truths = of_label(image, label, most)
  local counts, n = {}, 0
  for _, g in ipairs(truths) do
    local size = image.true_areas[g]
    counts[g] = not image.crowd[g] and size >= area[2] and size <= area[3]
    n = n + (counts[g] and 1 or 0)
  end
  local sorted = {}
  for _, first in ipairs {true, false} do
    for _, g in ipairs(truths) do if counts[g] == first then sorted[#sorted + 1] = g end end
  end
  local results = {}
  for k, d in ipairs(detections) do results[k] = {score = image.scores[d], right = {}, ignored = {}} end
  for t, threshold in ipairs(thresholds) do
    local taken = {}
    for k, d in ipairs(detections) do
      local g = match(image, d, sorted, counts, taken, threshold)
      if g then
        taken[g] = true
        results[k].right[t], results[k].ignored[t] = true, not counts[g]
      else
        local size = image.areas[d]
        results[k].ignored[t] = size < area[2] or size > area[3]
      end
    end
  end
  return results, n
end

--- Precision at each of the recalls, and the recall, of the detections by falling score at threshold t.
local function curve(list, t, n, recalls)
  local right, wrong, precision, recall = 0, 0, {}, {}
  for _, d in ipairs(list) do
    if not d.ignored[t] then
      if d.right[t] then right = right + 1 else wrong = wrong + 1 end
    end
    precision[#precision + 1], recall[#recall + 1] = right / (right + wrong + 2.220446049250313e-16), right / n
  end
  for i = #precision - 1, 1, -1 do precision[i] = math.max(precision[i], precision[i + 1]) end
  local at, found = 1, {}
  for r, level in ipairs(recalls) do
    while at <= #recall and recall[at] < level do at = at + 1 end
    found[r] = precision[at] or 0
  end
  return found, recall[#recall] or 0
end

--- The detections of all images, the best `most` of each, by falling score.
local function joined(per_image, most)
  local all = {}
  for _, results in ipairs(per_image) do table.move(results, 1, math.min(#results, most), #all + 1, all) end
  local sorted = {}
  for k, at in ipairs(by_score(all, function(d) return d.score end)) do sorted[k] = all[at] end
  return sorted
end

--- For one label (nil: all as one): [area][limit] = {precision = [threshold][recall], recall = [threshold]}, or nothing
-- where there is no truth.
function coco.of_label(images, label, thresholds, recalls, limits)
  local result = {}
  for a, area in ipairs(AREAS) do
    local per_image, n = {}, 0
    for i, image in ipairs(images) do
      local count
      per_image[i], count = evaluate(image, label, area, thresholds, limits[#limits])
      n = n + count
    end
    result[a] = {}
    for m, most in ipairs(limits) do
      if n > 0 then
        local list, entry = joined(per_image, most), {precision = {}, recall = {}}
        for t = 1, #thresholds do entry.precision[t], entry.recall[t] = curve(list, t, n, recalls) end
        result[a][m] = entry
      end
    end
  end
  return result
end

return coco
