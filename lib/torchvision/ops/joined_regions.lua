-- Regions of images as one tensor, in whichever of the two forms they are given.
local torch = require "torch"
local options = require "torch.utils.options"

--- Regions as one tensor (K×5): the number of the image, from 1, and the box.
return function(name, given)
  if torch.is_tensor(given) then
    if given.ndim ~= 2 or given:size(2) ~= 5 then
      options.wrong(name, "boxes", 2, "regions (K×5), or an array of boxes (L×4) for each image", given)
    end
    return given
  elseif type(given) ~= "table" or #given == 0 then
    options.wrong(name, "boxes", 2, "regions (K×5), or an array of boxes (L×4) for each image", given)
  end
  local parts = {}
  for i, boxes in ipairs(given) do
    if not torch.is_tensor(boxes) or boxes.ndim ~= 2 or boxes:size(2) ~= 4 then
      options.wrong(name, ("boxes[%d]"):format(i), nil, "boxes (L×4)", boxes)
    end
    parts[i] = torch.cat({torch.full({#boxes, 1}, i):to(boxes.dtype), boxes}, 2)
  end
  return torch.cat(parts)
end
