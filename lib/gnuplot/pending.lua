--- The picture that waits to be written to the terminal: one that is still being made, panel by panel and with its
-- title and labels, is written once, when the program prints, plots anew, reads, or ends.
--
-- While a picture waits, the functions that write are others, which write it first. A program that has kept such a
-- function in a local variable prints before the picture.
local panel = require "torch.utils.panel"

local pending = {}

local figure, text -- what waits

-- The globals of the program: a library has others.
local globals = debug.getregistry()[2]
local doors = {{globals, "print"}, {io, "write"}, {io, "read"}, {os, "exit"}, {os, "execute"}, {io, "popen"},
  {getmetatable(io.stdout).__index, "write"}, {getmetatable(io.stdout).__index, "read"}}

--- Puts the functions back that are still ours.
local function open_doors()
  for _, door in ipairs(doors) do
    if door.ours and door[1][door[2]] == door.ours then door[1][door[2]] = door.real end
    door.ours = nil
  end
end

--- Writes what waits.
function pending.settle()
  if text == nil then return end
  local written = text
  figure, text = nil, nil
  open_doors()
  io.stdout:write(written)
  io.stdout:flush()
end

local function close_doors()
  for _, door in ipairs(doors) do
    local real = rawget(door[1], door[2])
    door.real = real
    door.ours = real and function(...)
      pending.settle()
      return real(...)
    end
    if real then door[1][door[2]] = door.ours end
  end
end

--- The picture of a figure waits as `written`; one of another figure is written first.
function pending.put(owner, written)
  if figure ~= owner then pending.settle() end
  if text == nil then close_doors() end
  figure, text = owner, written
end

--- Whether a picture of this figure waits.
function pending.is(owner) return text ~= nil and figure == owner end

--- Writes what waits unless panels of its figure are still empty: the end of an input of the session.
function pending.settle_whole()
  for _, panel_of in ipairs(text and figure.panels or {}) do
    if #panel_of.plots == 0 then return end
  end
  pending.settle()
end

panel.before = pending.settle

return pending
