--- What libraries say of the functions and classes that they make from rows: the text of a documentation comment for a
-- value, made when it is asked for.
local described = {}

local texts = setmetatable({}, {__mode = "k"})

--- Notes `text`, a function that returns the text of the comment of `value`.
function described.note(value, text) texts[value] = text end

--- The text of the comment of `value`; nil where nobody noted one.
function described.text(value)
  local text = value ~= nil and texts[value]
  return text and text() or nil
end

return described
