--- What is drawn over the curves of a chart of characters: marks, texts, the best points; and ticks with words.
local terminal = require "torch.utils.terminal"

local over = {}

--- The cell that the value at `place` (0 … 1) of an axis of `n` cells falls into.
function over.cell(place, n, dots)
  return math.floor(place * (n * dots - 1) + 0.5) // dots
end

--- Vertical lines, and beside each its text where there is room.
function over.marks(canvas, area, axis, marks, look)
  local width, free = area.right - area.left + 1, area.left
  for _, mark in ipairs(marks) do
    local place = axis:place(mark.x)
    if place and place >= 0 and place <= 1 then
      local column = area.left + over.cell(place, width, canvas.across)
      for row = area.top, area.bottom do
        if canvas:is_free(column, row) then canvas:text(column, row, look[6], area.grey) end
      end
      local text = mark.text or ""
      local long = terminal.width(text)
      local from = column - long -- to the left of its line
      if long > 0 and from >= free then
        canvas:text(from, area.top, text, area.grey)
        free = column + 1
      end
    end
  end
end

--- Marks the best point of each curve that has one; `colour_of(i)` is the colour of curve i.
function over.best(canvas, area, view, curves, look, colour_of)
  for i, curve in ipairs(curves) do
    local best = curve.best
    local across, up = best and view.x:place(best.x), best and view.y:place(best.y)
    if across and up and across >= 0 and across <= 1 and up >= 0 and up <= 1 then
      canvas:text(area.left + over.cell(across, area.right - area.left + 1, canvas.across),
        area.bottom - over.cell(up, area.bottom - area.top + 1, canvas.down), look[7],
        colour_of(i))
    end
  end
end

--- Texts, {x =, y =, text =, align = "left", "center", "right"}, at places of the axes, moved so that they end inside.
function over.texts(canvas, area, view, texts)
  for _, text in ipairs(texts) do
    local across, up = view.x:place(text.x), view.y:place(text.y)
    if across and up and across >= 0 and across <= 1 and up >= 0 and up <= 1 then
      local column = area.left + over.cell(across, area.right - area.left + 1, canvas.across)
      local long = terminal.width(text.text)
      if text.align == "right" then column = column - long
      elseif text.align == "center" then column = column - long // 2 end
      canvas:text(math.max(area.left, math.min(column, area.right - long + 1)),
        area.bottom - over.cell(up, area.bottom - area.top + 1, canvas.down), text.text)
    end
  end
end

--- The ticks of an axis for `given`, {places = numbers, labels = texts}: {value =, label =} of the places that the axis
-- shows. nil for nil.
function over.ticks(axis, given)
  if given == nil then return nil end
  local list = {}
  for i, value in ipairs(given.places) do
    local place = axis:place(value)
    if place and place >= 0 and place <= 1 then list[#list + 1] = {value = value, label = given.labels[i]} end
  end
  return list
end

return over
