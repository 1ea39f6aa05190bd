-- Samples: what a transform is called with: images, masks, boxes, labels, in tables of any depth.
local torch = require "torch"
local options = require "torch.utils.options"
local tv_tensors = require "torchvision.tv_tensors"

local sample = {}

local function is_branch(value) return type(value) == "table" and getmetatable(value) == nil end

-- The keys of a table in a fixed order: positions, then the others by their names.
local function keys_of(branch)
  local keys, others = {}, {}
  for i = 1, #branch do keys[i] = i end
  for key in pairs(branch) do
    local at = math.type(key) == "integer" and key >= 1 and key <= #branch
    if not at then others[#others + 1] = key end
  end
  table.sort(others, function(a, b) return tostring(a) < tostring(b) end)
  return table.move(others, 1, #others, #keys + 1, keys)
end

local function gather(value, leaves)
  if not is_branch(value) then
    leaves.n = leaves.n + 1
    leaves[leaves.n] = value
    return
  end
  for _, key in ipairs(keys_of(value)) do gather(value[key], leaves) end
end

-- The same tables with other leaves.
local function build(value, leaves, at)
  if not is_branch(value) then return leaves[at], at + 1 end
  local made = {}
  for _, key in ipairs(keys_of(value)) do made[key], at = build(value[key], leaves, at) end
  return made, at
end

--- The leaves of all arguments, in order: an array with its length n.
function sample.leaves(...)
  local leaves = {n = 0}
  for i = 1, select("#", ...) do gather((select(i, ...)), leaves) end
  return leaves
end

--- The arguments again, with these leaves.
function sample.rebuilt(leaves, ...)
  local results, at = {}, 1
  for i = 1, select("#", ...) do results[i], at = build((select(i, ...)), leaves, at) end
  return table.unpack(results, 1, select("#", ...))
end

--- "Image", "Video", "Mask", "BoundingBoxes", "KeyPoints", "Tensor" of a plain tensor; nil of everything else.
function sample.kind(value)
  return tv_tensors.kind(value) or torch.is_tensor(value) and "Tensor" or nil
end

local PICTURE <const> = {Image = true, Video = true, Tensor = true}

--- Whether the value is an image or a video, or a plain tensor.
function sample.is_picture(value) return PICTURE[sample.kind(value)] or false end

--- Which leaves a transform is for: those of its kinds (nil: all tensors). Of plain tensors the first one counts as an
-- image, where there is no Image and no Video; the others are labels and the like.
function sample.chosen(leaves, kinds)
  local chosen, plain = {}, true
  for i = 1, leaves.n do
    local kind = sample.kind(leaves[i])
    if kind == "Image" or kind == "Video" then plain = false end
  end
  for i = 1, leaves.n do
    local kind = sample.kind(leaves[i])
    if kind and (kinds == nil or kinds[kind]) then
      if kind ~= "Tensor" then chosen[i] = true
      elseif plain then chosen[i], plain = true, false end
    end
  end
  return chosen
end

-- One size that all agree on.
local function agreed(name, leaves, count, measure)
  local found
  for i = 1, #leaves do
    local size = measure(leaves[i])
    if size then
      local text = table.concat(size, " × ", 1, count)
      if found and text ~= found.text then
        options.raise(("%s: the sample has parts of different sizes, %s and %s"):format(name, found.text, text))
      end
      found = found or {size = size, text = text}
    end
  end
  if not found then options.raise(name .. ": expected a sample with an image, got one without") end
  return table.unpack(found.size)
end

--- Height and width of the image; all parts have the same.
function sample.size(name, leaves)
  return agreed(name, leaves, 2, function(x)
    local tag = torch._C.tag_of(x)
    if tag and tag.canvas_size then return tag.canvas_size end
    return x.ndim >= 2 and {x:size(-2), x:size(-1)}
  end)
end

--- Channels, height and width of the image.
function sample.dimensions(name, leaves)
  return agreed(name, leaves, 3, function(x)
    return sample.is_picture(x) and x.ndim >= 3 and {x:size(-3), x:size(-2), x:size(-1)}
  end)
end

--- The first part of a kind; nil: there is none.
function sample.first(leaves, kind)
  for i = 1, leaves.n or #leaves do
    if sample.kind(leaves[i]) == kind then return leaves[i] end
  end
end

-- The labels in a table of fields.
local function labels_in(fields)
  if torch.is_tensor(fields) then return fields end
  if not is_branch(fields) then return nil end
  for _, exact in ipairs {true, false} do
    for _, key in ipairs(keys_of(fields)) do
      local lower = type(key) == "string" and key:lower() or ""
      if exact and lower == "labels" or not exact and lower:find("label", 1, true) then return fields[key] end
    end
  end
end

--- Where labels are, unless the program says so: the second part, or its field with "label" in its name; in a sample
-- of one table its field.
function sample.labels(name, first, ...)
  local fields = first
  if select("#", ...) > 0 then fields = (...)
  elseif is_branch(first) and #first > 0 then fields = first[2] end
  local found = labels_in(fields)
  if found == nil then
    options.raise(name
      .. ": no labels in the sample: a 'labels_getter' can say where they are, or false: there are none")
  end
  return found
end

return sample
