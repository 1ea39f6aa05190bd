--- Completion, help and indentation for frontends: hecate.session.complete and
-- hecate.help, with the protocol's positions, which count characters from 0.
local block = require "hecate.session.block"
local complete = require "hecate.session.complete"
local json = require "torch.json"

local completion = {}

--- The number of bytes before a position; the end without one.
local function bytes_before(code, position)
  if math.type(position) ~= "integer" or position < 0 then return #code end
  return (utf8.offset(code, position + 1) or #code + 1) - 1
end

--- The content of a complete_reply.
function completion.complete(code, position, env)
  code = tostring(code)
  local cursor = bytes_before(code, position)
  local found = complete.complete(code, cursor, env)
  local matches = json.array{}
  local start = utf8.len(code, 1, found.start - 1) or 0
  local finish = start + (utf8.len(code, found.start, found.finish) or 0)
  local kinds = json.array{} -- JupyterLab shows what each is
  for i, match in ipairs(found.matches) do
    matches[i] = match
    kinds[i] = {start = start, ["end"] = finish, text = match, type = found.kinds[match] or "", signature = ""}
  end
  return {status = "ok", matches = matches, cursor_start = start, cursor_end = finish,
    metadata = {signature = found.signature, _jupyter_types_experimental = kinds}}
end

--- The name at or around the cursor, or before the "(" that is open there.
local function name_at(code, cursor)
  local from, to = cursor, cursor
  while from > 0 and code:sub(from, from):find("[%w_.:]") do from = from - 1 end
  while code:sub(to + 1, to + 1):find("[%w_]") do to = to + 1 end
  local name = code:sub(from + 1, to):gsub("^[.:]+", ""):gsub("[.:]+$", "")
  if name:find("^[%a_]") then return name end
  local depth = 0
  for i = cursor, 1, -1 do
    local ch = code:sub(i, i)
    if ch == ")" then depth = depth + 1 end
    if ch == "(" then
      if depth == 0 then return code:sub(1, i - 1):match("([%a_][%w_.:]*)%s*$") end
      depth = depth - 1
    end
  end
end

--- What there is to say of a name; nil for nothing.
local function describe(session, name, detailed)
  local help = session:help()
  local record = help.lookup(name, session.env)
  if record == nil then return nil end
  local text = help.text(record, {width = 80, color = false})
  local source = detailed and help.source(name, session.env)
  return source and text .. "\n" .. source or text
end

--- The content of an inspect_reply; `detailed` shows the source too.
function completion.inspect(session, code, position, detailed)
  code = tostring(code)
  local name = name_at(code, bytes_before(code, position))
  local text = name and describe(session, name, detailed)
  return {status = "ok", found = text ~= nil, data = text and {["text/plain"] = text} or {}, metadata = {}}
end

--- The white space that the line after an incomplete block begins with.
function completion.indent(code)
  local _, text = block.newline(code, #code)
  return text:match("[ \t]*$")
end

return completion
