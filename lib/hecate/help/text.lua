--- hecate.help.text: records as text for a terminal.
local types = require "hecate.help.types"

local text = {}

local BOLD, DIM, PLAIN = "\27[1m", "\27[2m", "\27[0m"

--- How many columns a string takes.
local function width_of(s) return utf8.len(s) or #s end

--- Breaks a paragraph into lines of at most `width` columns and adds them to the array `out`.
local function wrap(paragraph, width, indent, out)
  local line = nil
  for word in paragraph:gmatch "%S+" do
    if line and width_of(line) + 1 + width_of(word) > width - #indent then
      out[#out + 1] = indent .. line
      line = word
    else
      line = line and line .. " " .. word or word
    end
  end
  if line then out[#out + 1] = indent .. line end
end
text.wrap = wrap

--- Paragraphs are wrapped; indented lines and lists stay as they are written.
local function body(doc, width, indent, out)
  local paragraph = {}
  local function flush()
    wrap(table.concat(paragraph, " "), width, indent, out)
    paragraph = {}
  end
  for line in ((doc or "") .. "\n"):gmatch "(.-)\n" do
    if line:find "^    " or line == "" or line:find "^%- " or line:find "^Shape: " then
      flush()
      if line:find "^%- " or line:find "^Shape: " then paragraph[1] = line
      elseif line ~= "" or (#out > 0 and out[#out] ~= "") then out[#out + 1] = line == "" and "" or indent .. line end
    else
      paragraph[#paragraph + 1] = line
    end
  end
  flush()
end

local function argument_lines(args, width, out, paint)
  local column, shown = 0, {}
  for _, arg in ipairs(args) do
    if arg.type or arg.doc then
      shown[#shown + 1] = arg
      column = math.max(column, width_of(arg.name))
    end
  end
  if #shown > 0 then out[#out + 1] = "" end
  for _, arg in ipairs(shown) do
    local words, choices = {}, arg.choices or arg.type and types.choices(arg.type)
    if arg.doc and arg.doc ~= "" then words[1] = arg.doc
    elseif arg.type then words[1] = types.words(arg.type) end
    if choices and arg.doc and arg.doc ~= "" then words[2] = 'one of "' .. table.concat(choices, '", "') .. '"' end
    if arg.default and arg.default ~= "nil" then words[#words + 1] = "default " .. arg.default
    elseif arg.optional then words[#words + 1] = "optional" end
    if arg.keyword then words[#words + 1] = "by name" end
    local lines = {}
    wrap(table.concat(words, "; "), width, (" "):rep(column + 4), lines)
    local first = (lines[1] or ""):gsub("^%s+", "")
    out[#out + 1] = ("  %s%s  %s"):format(paint(arg.name, BOLD), (" "):rep(column - width_of(arg.name)), first)
    table.move(lines, 2, #lines, #out + 1, out)
  end
end

local function notes(record, out)
  local words = {}
  if record.kind == "function" and record.method then
    words[#words + 1] = "also a method: x:" .. record.key .. "(…)"
  end
  if record.in_place and not record.inplace_of then words[#words + 1] = "in place: x:" .. record.key .. "_(…)" end
  if record.differentiable then words[#words + 1] = "differentiable" end
  if record.alias then words[#words + 1] = record.name .. " is another name of " .. record.alias end
  if #words > 0 then
    out[#out + 1] = ""
    out[#out + 1] = "  " .. table.concat(words, "; ")
  end
end

local function example_lines(record, out, paint)
  if not record.example then return end
  out[#out + 1] = ""
  out[#out + 1] = "  " .. paint("Example", DIM)
  for line in (record.example .. "\n"):gmatch "(.-)\n" do out[#out + 1] = "    " .. line end
end

--- The record as text; options: `width` (80), `color` (false).
function text.of(record, options)
  local width, out = options and options.width or 80, {}
  width = math.max(40, math.min(width, 100))
  local function paint(s, code) return options and options.color and code .. s .. PLAIN or s end
  local parts = record.overloads or {record}
  for i, part in ipairs(parts) do
    if i > 1 then out[#out + 1] = "" end
    local lines = {}
    wrap(part.signature or record.name, width, "    ", lines)
    lines[1] = lines[1]:sub(5)
    for _, line in ipairs(lines) do out[#out + 1] = paint(line, BOLD) end
    lines = {}
    body(part.doc, width, "  ", lines)
    table.move(lines, 1, #lines, #out + 1, out)
    if #lines == 0 and record.kind ~= "value" then out[#out + 1] = "  No description." end
    argument_lines(part.args or {}, width, out, paint)
  end
  notes(record, out)
  if record.value then
    out[#out + 1] = ""
    out[#out + 1] = record.value
  end
  example_lines(record, out, paint)
  if record.see_also and #record.see_also > 0 then
    out[#out + 1] = ""
    wrap("See also: " .. table.concat(record.see_also, ", "), width, "  ", out)
  end
  if record.source then
    out[#out + 1] = ""
    out[#out + 1] = "  " .. paint(("%s:%d"):format(record.source.file, record.source.line), DIM)
  end
  return table.concat(out, "\n")
end

--- Up to the first full stop that is none of an abbreviation.
local function first_sentence(doc)
  for stop in doc:gmatch "()%.%s" do
    local word = doc:sub(1, stop - 1):match "[%w.]+$"
    if not (word == "al" or word == "e.g" or word == "i.e" or word == "cf") then return doc:sub(1, stop - 1) end
  end
  return doc:match "^(.-)%.?$"
end

--- The first sentence of a record's description, at most `width` columns.
function text.summary(record, width)
  local doc = (record.doc or ""):gsub("%s+", " ")
  local first = first_sentence(doc)
  if width and width_of(first) > width then
    first = first:sub(1, utf8.offset(first, width) - 1):gsub("%s*%S*$", "") .. " …"
    if first == " …" then first = "…" end
  end
  return first
end

--- A title of a part.
function text.title(words, options) return options and options.color and BOLD .. words .. PLAIN or words end

--- A list of names with their first sentences, a line each, as wide as the window.
function text.list(records, options)
  local width, column, out = options and options.width or 80, 0, {}
  for _, record in ipairs(records) do column = math.max(column, #record.name) end
  column = math.min(column, 40, math.max(width - 40, 16))
  for _, record in ipairs(records) do
    local name = record.name .. (" "):rep(column - #record.name)
    local room = width - #name - 2
    out[#out + 1] = (room < 8 and record.name or name .. "  " .. text.summary(record, room)):gsub("%s+$", "")
  end
  return table.concat(out, "\n")
end

return text
