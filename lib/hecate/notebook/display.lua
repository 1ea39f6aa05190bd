--- What a notebook shows: values as bundles, tables from MIME types to data; display(),
-- clear_output().
local c = require "hecate.notebook.wire"
local html = require "hecate.notebook.html"
local json = require "torch.json"
local options = require "torch.utils.options"

local display = {}

local types = {text = "text/plain", html = "text/html", markdown = "text/markdown", latex = "text/latex",
  svg = "image/svg+xml", json = "application/json", javascript = "application/javascript"}
local kinds = {"image", "text", "html", "markdown", "latex", "svg", "json", "javascript"}

-- ---- bundles -------------------------------------------------------------------------------

--- The bundle of a value, and metadata: from the function __display of its metatable, else
-- its text and, where that says more, HTML.
local function bundle(self, value)
  local meta = debug.getmetatable(value)
  local own = type(meta) == "table" and rawget(meta, "__display")
  if own then
    local data, metadata = own(value)
    if type(data) ~= "table" then error("display: __display gave no table but " .. options.describe(data), 0) end
    return data, metadata
  end
  return {["text/plain"] = self.format(value), ["text/html"] = html.of(value)}, {}
end

--- The bundle of the results of a cell, several below each other.
function display.bundle_all(self, results)
  if results.n == 1 then
    local data, metadata = bundle(self, results[1])
    return data, metadata or {}
  end
  local texts, marked, rich = {}, {}, false
  for i = 1, results.n do
    local data = bundle(self, results[i])
    texts[i] = data["text/plain"] or ""
    rich = rich or data["text/html"] ~= nil
    marked[i] = data["text/html"] or "<pre>" .. html.escape(texts[i]) .. "</pre>"
  end
  local lines = table.concat(texts):find("\n")
  return {["text/plain"] = table.concat(texts, lines and "\n" or "\t"),
    ["text/html"] = rich and table.concat(marked, "\n") or nil}, {}
end

local function file_bytes(path)
  local file, reason = io.open(path, "rb")
  if file == nil then error("display: " .. reason, 0) end
  local bytes = file:read "a"
  file:close()
  return bytes
end

local signatures = {["^\x89PNG"] = "image/png", ["^\xFF\xD8\xFF"] = "image/jpeg", ["^GIF8"] = "image/gif",
  ["^RIFF....WEBP"] = "image/webp"}

--- The bundle of a file with a picture, told by its first bytes.
function display.picture(bytes, name)
  for signature, mime in pairs(signatures) do
    if bytes:find(signature) then return {[mime] = c.base64(bytes), ["text/plain"] = ("<%s>"):format(name)} end
  end
  if bytes:find("<svg", 1, true) then return {["image/svg+xml"] = bytes, ["text/plain"] = ("<%s>"):format(name)} end
end

local function image(value, given)
  if type(value) == "string" then
    local data = display.picture(file_bytes(value), value)
    if data == nil then error(("display: '%s' is no PNG, JPEG, GIF, WebP or SVG"):format(value), 0) end
    return data
  end
  local ok, pixels = pcall(require "hecate.notebook.image".pixels, value, given.range, given.zoom)
  if not ok then error(pixels, 0) end
  return {["image/png"] = c.base64(c.png(pixels)),
    ["text/plain"] = ("<image %d×%d>"):format(value.shape[-1] or 0,
    value.shape[-2] or 0)}
end

--- The bundle of `value` as the options of display want it.
local function wanted_bundle(self, value, given)
  if given.raw then return value, {} end
  if given.as == nil then return bundle(self, value) end
  if given.as == "image" then return image(value, given), {} end
  local mime = types[given.as] or given.as:find("/", 1, true) and given.as
  if not mime then
    error(("display: 'as': expected a MIME type or one of %s, got '%s'%s"):format(table.concat(kinds, ", "), given.as,
      options.suggest(given.as, kinds)), 0)
  end
  if mime ~= "application/json" then value = tostring(value) end
  return {[mime] = value, ["text/plain"] = type(value) == "string" and value or self.format(value)}, {}
end

-- ---- display() -------------------------------------------------------------------------------

local Handle = {__name = "display"}
Handle.__index = Handle

--- Shows a value in the place of what is there. Takes the options of display.
function Handle:update(value, given)
  local changed = {}
  for key, option in pairs(given or {}) do changed[key] = option end
  changed.id, changed.update = self.id, true
  self.show(value, changed)
end

function Handle:__tostring() return ("display(id = %q)"):format(self.id) end

--- Publishes a bundle. `id`: under which it can be updated; `update`: that is what it does.
function display.publish(self, data, metadata, id, update)
  self.channel:publish(update and "update_display_data" or "display_data",
    {data = data, metadata = metadata or {}, transient = {display_id = id}})
end

local known = {as = "string", raw = "boolean", id = true, update = "boolean", metadata = "table", range = "table",
  zoom = "number"}

local function check(given)
  local names = {}
  for name in pairs(known) do names[#names + 1] = name end
  table.sort(names)
  for name, value in pairs(given) do
    if known[name] == nil then
      error(("display: no option '%s'%s; there are %s"):format(tostring(name), options.suggest(tostring(name), names),
        table.concat(names, ", ")), 0)
    end
    if known[name] ~= true and type(value) ~= known[name] then
      error(("display: '%s': expected a %s, got %s"):format(name, known[name], options.describe(value)), 0)
    end
  end
end

--- display(value [, {as =, id =, update =, raw =, metadata =, range =, zoom =}]): shows a value
-- below the cell, at once.
--
-- - `as`: "image" (a tensor (H, W), (C, H, W) or (H, W, C), or the name of a file), "html",
--   "markdown", "latex", "svg", "json", "javascript", "text" or a MIME type; without it, as a
--   result of a cell is shown
-- - `id`: a name under which it can be changed later; true makes one. Returns a handle
--   with `update(value, options)`
-- - `update`: changes what was shown under `id` before
-- - `raw`: value is a table from MIME types to data
-- - `range` ({low, high}): of an image: what is black and what is white
-- - `zoom` (integer): of an image: screen pixels a pixel; small images are enlarged
local function show(self, value, given)
  given = given or {}
  if type(given) ~= "table" then
    error("display: 'options' (argument 2): expected a table, got " .. options.describe(given), 0)
  end
  check(given)
  local id = given.id
  if id == true then id = c.id() end
  local data, metadata = wanted_bundle(self, value, given)
  if type(data) ~= "table" then error("display: a bundle is a table from MIME types to data", 0) end
  display.publish(self, data, given.metadata or metadata, id and tostring(id), given.update)
  if id then return setmetatable({id = tostring(id), show = self.show}, Handle) end
end

--- `channel` publishes; `format(value)` is the text of a value.
function display.new(channel, format)
  local self = {channel = channel, format = format}
  --- Errors are the caller's.
  function self.show(value, given)
    local results = table.pack(pcall(show, self, value, given))
    if not results[1] then error(results[2], 2) end
    return table.unpack(results, 2, results.n)
  end
  return self
end

--- Defines display and clear_output in `env`.
function display.install(self, env)
  env.display = self.show
  --- clear_output(wait): removes what the cell has shown; with `wait` when the next comes.
  function env.clear_output(wait)
    if type(wait) == "table" then wait = wait.wait end
    self.channel:publish("clear_output", {wait = wait == true})
  end
end

return display
