-- Reading XML, as far as descriptions of images need it: elements, texts, comments, CDATA and the five entities.
-- Attributes are passed over; a DOCTYPE with a subset of its own is refused.
local xml = {}

local DEPTH <const> = 100
local ENTITIES <const> = {lt = "<", gt = ">", amp = "&", quot = '"', apos = "'"}

local function wrong(at, what) error({offset = at - 1, what = what}, 0) end

local function decode(text, at)
  return (text:gsub("&(#?)(x?)([%w]+);", function(number, hexadecimal, name)
    if number == "" then return ENTITIES[hexadecimal .. name] or wrong(at, "an unknown entity") end
    local code = tonumber(name, hexadecimal == "x" and 16 or 10)
    if code == nil or code > 0x10ffff then wrong(at, "a number of no character") end
    return utf8.char(code)
  end))
end

--- Passes over what is no element, from `at` on: a declaration, a comment, a DOCTYPE; nil: an element begins there.
local function skip(text, at)
  local ending = text:find("^<%?", at) and "?>" or text:find("^<!%-%-", at) and "-->" or text:find("^<!DOCTYPE", at)
    and ">"
  if not ending then return nil end
  local _, last = text:find(ending, at, true)
  if not last then wrong(at, "it does not end") end
  if ending == ">" and text:sub(at, last):find("[", 1, true) then wrong(at, "a DOCTYPE with definitions") end
  return last + 1
end

local read_element

--- Reads texts and elements up to the end of the element `name`; where it ends.
local function read_content(text, at, element, depth)
  local parts = {}
  while true do
    local open = text:find("<", at, true)
    if not open then wrong(#text + 1, ("the element '%s' does not end"):format(element.name)) end
    parts[#parts + 1] = decode(text:sub(at, open - 1), at)
    local name, last = text:match("^</([%w_:.-]+)%s*>()", open)
    if name then
      if name ~= element.name then
        wrong(open, ("the element '%s' ends as '%s'"):format(element.name, name))
      end
      element.text = table.concat(parts):match "^%s*(.-)%s*$"
      return last
    end
    local raw, behind = text:match("^<!%[CDATA%[(.-)%]%]>()", open)
    at = behind or skip(text, open)
    if raw then parts[#parts + 1] = raw end
    if not at then element[#element + 1], at = read_element(text, open, depth + 1) end
  end
end

function read_element(text, at, depth)
  if depth > DEPTH then wrong(at, ("elements in elements, more than %d deep"):format(DEPTH)) end
  local name, behind = text:match("^<([%a_][%w_:.-]*)()", at)
  if not name then wrong(at, "no element") end
  local element = {name = name}
  repeat
    local next_one = text:match("^%s+[%w_:.-]+%s*=%s*\"[^\"<]*\"()", behind)
      or text:match("^%s+[%w_:.-]+%s*=%s*'[^'<]*'()", behind)
    behind = next_one or behind
  until not next_one
  local slash, last = text:match("^%s*(/?)>()", behind)
  if not slash then wrong(behind, ("the tag of '%s' is damaged"):format(name)) end
  if slash == "" then last = read_content(text, last, element, depth) else element.text = "" end
  return element, last
end

--- The element of a text: {name =, text =, the elements in it}. Raises {offset =, what =} for what is none.
function xml.decode(text)
  local at = text:match "^\xef?\xbb?\xbf?%s*()"
  local element
  while at <= #text do
    local behind = skip(text, at)
    if not behind then
      if element then wrong(at, "more behind the element") end
      element, behind = read_element(text, at, 1)
    end
    at = text:match("^%s*()", behind)
  end
  if not element then wrong(1, "no element") end
  return element
end

return xml
