--- A value on one line, for lists of variables: of a tensor dtype and shape and not its elements.
local torch = require "torch"
local columns = require "hecate.session.values".columns
local M = {}

--- "tensor float32 (32×784), requires grad"; of one element also that.
local function tensor(value)
  local sizes = {}
  for i, size in ipairs(value.shape) do sizes[i] = tostring(size) end
  local text = ("tensor %s (%s)"):format(tostring(value.dtype):gsub("^torch%.", ""), table.concat(sizes, "×"))
  local device = tostring(value.device)
  if device ~= "cpu" then text = text .. " on " .. device
  elseif value:numel() == 1 then text = text .. " = " .. tostring(value:item()) end
  return value.requires_grad and text .. ", requires grad" or text
end

--- brief.of(session, value): at most as wide as the window.
function M.of(session, value)
  if torch.typename(value == nil and 0 or value) == "torch.Tensor" then return tensor(value) end
  local text = type(value) == "string" and ("%q"):format(value):gsub("\\\n", "\\n") or session:format(value)
  local first = text:match "^[^\n]*"
  if first ~= text then first = first .. " …" end
  local room = math.max(20, session.width() - 20)
  if columns(first) > room and utf8.len(first) and not first:find "\27" then
    first = first:sub(1, utf8.offset(first, room) - 1) .. "…"
  end
  return first
end

return M
