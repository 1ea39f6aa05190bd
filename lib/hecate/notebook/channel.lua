--- The messages of the Jupyter protocol (jupyter-client.readthedocs.io/en/stable/messaging.html)
-- over the wire of "hecate.notebook.wire": what came in as tables, what goes out as JSON.
local c = require "hecate.notebook.wire"
local json = require "torch.json"

local VERSION = "5.3"

local Channel = {}
Channel.__index = Channel

--- `connection` is what the connection file holds. Raises when it cannot be listened to.
function Channel.open(connection)
  local endpoints = {key = connection.key or "", session = c.id()}
  local scheme = connection.signature_scheme or "hmac-sha256"
  if scheme ~= "hmac-sha256" then
    error(("the signature scheme '%s' is unknown, only hmac-sha256"):format(scheme), 0)
  end
  for _, name in ipairs{"shell", "control", "iopub", "stdin", "hb"} do
    local ip, port = connection.ip, connection[name .. "_port"]
    if type(ip) ~= "string" or math.type(port) ~= "integer" then
      error(("the connection file has no ip or no %s_port"):format(name), 0)
    end
    local between = connection.transport == "ipc" and "-" or ":"
    endpoints[name] = ("%s://%s%s%d"):format(connection.transport or "tcp", ip, between, port)
  end
  return setmetatable({wire = c.open(endpoints), session = endpoints.session, parent = "{}"}, Channel)
end

--- The parts of a message as a request; false when it is malformed or not signed as it should be.
local function read(channel, parts, at, signed)
  if not at or not signed then return false end
  local ok, header, parent, metadata, content = pcall(function()
    local function part(i)
      local value = json.decode(parts[at + i], json.null)
      return type(value) == "table" and value or error "no object"
    end
    return part(2), part(3), part(4), part(5)
  end)
  if not ok or type(header.msg_type) ~= "string" then return false end
  return {channel = channel, type = header.msg_type, header = header, header_text = parts[at + 2],
    content = content, prefix = table.move(parts, 1, at - 1, 1, {})}
end

--- The next request, of the control channel first; false when it is malformed, nil when none
-- came for `seconds` or a signal did.
function Channel:receive(seconds)
  local name, parts, at, signed = self.wire:receive(seconds)
  if name == nil then return nil end
  return read(name, parts, at, signed)
end

--- The same for answers of the person at the keyboard.
function Channel:receive_input(seconds)
  local parts, at, signed = self.wire:receive_input(seconds)
  if parts == nil then return nil end
  return read("stdin", parts, at, signed)
end

function Channel:send(channel, prefix, kind, content, parent, metadata)
  local header = json.encode{msg_id = c.id(), session = self.session, username = "hecate", date = c.date(),
    msg_type = kind, version = VERSION}
  self.wire:send(channel, prefix, header, parent, metadata and json.encode(metadata) or "{}", json.encode(content))
end

--- Answers a request where it came from.
function Channel:reply(request, content)
  self:send(request.channel, request.prefix, (request.type:gsub("_request$", "_reply")), content, request.header_text)
end

--- Tells all who listen, as a consequence of the request that is handled.
function Channel:publish(kind, content)
  self:send("iopub", {kind}, kind, content, self.parent)
end

--- From now on what is published belongs to `request`, and, with `streams`, what is printed.
function Channel:follow(request, streams)
  self.parent = request.header_text
  if streams then self.wire:set_parent(self.parent) end
end

return Channel
