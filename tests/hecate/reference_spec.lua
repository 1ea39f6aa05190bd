-- What is generated from the records: the HTML reference, the manual pages and the definition
-- files of editors.
local registry = require "hecate.help.registry"

local binary = os.getenv "HECATE_BIN" or "build/hecate"

local files = dofile "tests/files.lua"
local capture, read = files.capture, files.read

local folder
setup(function() folder = capture "mktemp -d":gsub("\n", "") end)
teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function files(pattern)
  local list = {}
  for path in capture(("find '%s' -type f -name '%s'"):format(folder, pattern)):gmatch "[^\n]+" do
    list[#list + 1] = path
  end
  table.sort(list)
  return list
end

describe("hecate reference", function()
  setup(function() assert.is_true(os.execute(("'%s' reference '%s/ref' >/dev/null"):format(binary, folder))) end)

  -- Elements are closed in order, ids are unique; returns ids and links of a page.
  local function page(path)
    local text, open, ids, links = read(path), {}, {}, {}
    local void = {meta = true, link = true, input = true}
    for close, name, rest in text:gsub("<!DOCTYPE html>", ""):gmatch "<(/?)(%w+)([^>]*)>" do
      if close == "/" then
        assert.equal(table.remove(open), name, path)
      elseif not void[name] then open[#open + 1] = name end
      local id = rest:match ' id="([^"]+)"'
      if id then
        assert.is_nil(ids[id], path .. ": the id " .. id .. " is there twice")
        ids[id] = true
      end
      links[#links + 1] = rest:match ' href="([^"]+)"'
    end
    assert.equal(0, #open, path)
    return ids, links
  end

  it("writes pages that are well formed and whose links lead somewhere", function()
    local pages, n = {}, 0
    for _, path in ipairs(files "*.html") do
      local ids, links = page(path)
      pages[path:match "[^/]+$"] = {ids = ids, links = links}
    end
    for name, from in pairs(pages) do
      for _, link in ipairs(from.links) do
        local to, part = link:match "^([^#]*)#?(.*)$"
        if to:find "%.html$" or to == "" then
          local target = pages[to == "" and name or to]
          assert.truthy(target, name .. ": " .. link)
          assert.is_true(part == "" or target.ids[part], name .. ": " .. link)
          n = n + 1
        end
      end
    end
    assert.is_true(n > 500)
  end)

  it("has every public name, and the results of examples", function()
    local names = read(folder .. "/ref/names.js")
    for _, entry in ipairs(registry.index().list) do
      assert.truthy(names:find(('["%s",'):format(entry.name), 1, true), entry.name)
    end
    local torch_page = read(folder .. "/ref/torch.html")
    assert.truthy(torch_page:find('<article id="torch.sum">', 1, true))
    assert.truthy(torch_page:find("torch.sum(torch.ones(2, 3), 1)\n<span class=out>tensor({2., 2., 2.})</span>", 1,
      true))
  end)

  it("names the functions in search.js that names.js holds", function()
    assert.matches("^const names=%[\n", read(folder .. "/ref/names.js"))
    assert.matches("names%.map", read(folder .. "/ref/search.js"))
    assert.matches("prefers%-color%-scheme:dark", read(folder .. "/ref/style.css"))
  end)

  it("writes manual pages of lines that roff knows", function()
    for _, name in ipairs {"hecate.1", "hecate-torch.3"} do
      local text = read(folder .. "/ref/" .. name)
      for line in text:gmatch "[^\n]+" do
        local macro = line:match "^%.(%S+)"
        assert.is_true(macro == nil or (" TH SH TP B BR br sp "):find(" " .. macro .. " ", 1, true) ~= nil, line)
      end
    end
    local command, library = read(folder .. "/ref/hecate.1"), read(folder .. "/ref/hecate-torch.3")
    for _, option in ipairs {"\\-e stat", "\\-i", "reference", "stubs"} do
      assert.truthy(command:find(".TP\n.B " .. option, 1, true), option)
    end
    assert.truthy(library:find(".B torch.sum(input, dim = nil", 1, true))
  end)

  it("refuses a call without a folder", function()
    assert.matches("usage: hecate reference DIR", capture(("'%s' reference 2>&1"):format(binary)))
    for _, tool in ipairs {"reference", "stubs"} do
      assert.matches(("^hecate %s: cannot make the folder '/proc/x[^\n]*': [^\n]+\n?$"):format(tool),
        capture(("'%s' %s /proc/x 2>&1"):format(binary, tool)))
    end
  end)
end)

-- The grammar of LuaCATS annotations, strictly: what is not read to its end is an error.
local annotation = {}

local function fail(text, at, what) error(("expected %s at '%s' in '%s'"):format(what, text:sub(at), text), 0) end

local used -- names of types that annotations mention

local read_type

local function skip(text, at) return text:match("^%s*()", at) end

local function read_parameters(text, at)
  at = skip(text, at)
  if text:sub(at, at) == ")" then return at + 1 end
  while true do
    local name, behind = text:match("^([%a_][%w_]*)%??()", at)
    if not name then behind = text:match("^%.%.%.()", at) or fail(text, at, "a parameter") end
    at = skip(text, behind)
    if text:sub(at, at) == ":" then at = skip(text, read_type(text, skip(text, at + 1))) end
    local mark = text:sub(at, at)
    if mark == ")" then return at + 1 end
    if mark ~= "," then fail(text, at, "',' or ')'") end
    at = skip(text, at + 1)
  end
end

local function read_unit(text, at)
  local behind = text:match('^"[^"]*"()', at)
  if behind then return behind end
  behind = text:match("^fun%(()", at)
  if behind then
    at = read_parameters(text, behind)
    local results = text:match("^:%s*()", at)
    while results do
      at = read_type(text, results)
      results = text:match("^%s*,%s*()", at)
    end
    return at
  end
  if text:sub(at, at) == "(" then
    at = skip(text, read_type(text, at + 1))
    return text:match("^%)()", at) or fail(text, at, "')'")
  end
  local name
  name, behind = text:match("^([%a_][%w_.]*)()", at)
  if not name or name:find "%.$" then fail(text, at, "a type") end
  used[name] = true
  return behind
end

function read_type(text, at)
  while true do
    at = read_unit(text, at)
    while text:match("^%[%]()", at) do at = at + 2 end
    local more = text:match("^%s*|%s*()", at)
    if not more then return at end
    at = more
  end
end

local function ended(text, at) -- a description may follow
  if at <= #text and not text:find("^%s", at) then fail(text, at, "a space or the end") end
end

annotation["meta"] = function(text) assert(text:find "^[%w_.]+$", text) end
annotation["class"] = function(text, defined)
  local name, at = text:match "^([%a_][%w_.]*)()"
  assert(name, text)
  assert(not defined[name], "the class " .. name .. " is there twice")
  defined[name] = true
  local parent = text:match("^:%s*()", at)
  if parent then at = read_type(text, parent) end
  if at <= #text then fail(text, at, "the end") end
end
annotation["field"] = function(text)
  local at = text:match "^[%a_][%w_]*%??()"
  if not at and text:sub(1, 1) == "[" then
    local key = text:match '^%["[%w_]+"%]()'
    at = key or text:match("^%]()", read_type(text, 2))
  end
  if not at then fail(text, 1, "a field") end
  ended(text, read_type(text, text:match("^%s+()", at) or fail(text, at, "a space")))
end
annotation["param"] = function(text)
  local at = text:match "^[%a_][%w_]*%??%s+()" or text:match "^%.%.%.%s+()" or fail(text, 1, "a parameter")
  ended(text, read_type(text, at))
end
annotation["return"] = function(text) ended(text, read_type(text, 1)) end
annotation["type"] = function(text) ended(text, read_type(text, 1)) end
annotation["overload"] = function(text)
  assert(text:find "^fun%(", text)
  local at = read_type(text, 1)
  if at <= #text then fail(text, at, "the end") end
end
local OPERATORS = {}
for name in ("add sub mul div mod pow unm idiv band bor bxor shl shr bnot concat len call"):gmatch "%S+" do
  OPERATORS[name] = true
end
annotation["operator"] = function(text)
  local name, at = text:match "^(%w+)()"
  assert(OPERATORS[name], text)
  if text:sub(at, at) == "(" then at = text:match("^%)()", read_type(text, at + 1)) or fail(text, at, "')'") end
  at = read_type(text, text:match("^:%s*()", at) or fail(text, at, "':'"))
  if at <= #text then fail(text, at, "the end") end
end

describe("hecate stubs", function()
  local defined = {}
  setup(function()
    assert.is_true(os.execute(("'%s' stubs '%s/stubs' >/dev/null"):format(binary, folder)))
    used = {}
  end)

  it("writes files where require finds them", function()
    for _, name in ipairs {"torch", "torch/nn", "torch/nn/functional", "torch/optim", "torch/utils/data", "gnuplot"} do
      assert.matches("^%-%-%-@meta " .. name:gsub("/", "."), read(folder .. "/stubs/" .. name .. ".lua"))
    end
  end)

  it("writes annotations that keep to the grammar, in files that are Lua", function()
    local n = 0
    for _, path in ipairs(files "*.lua") do
      assert.truthy(loadfile(path, "t", {}))
      for line in read(path):gmatch "[^\n]+" do
        local tag, rest = line:match "^%-%-%-@(%w+)%s*(.*)$"
        assert.falsy(line:find "^%-%-%-|", line) -- a further type of an alias
        if tag then
          assert.truthy(annotation[tag], line)
          local ok, message = pcall(annotation[tag], rest, defined)
          assert.is_true(ok, ("%s: %s"):format(path, message))
          n = n + 1
        end
      end
    end
    assert.is_true(n > 2000)
  end)

  it("mentions no class that it does not define", function()
    local known = "any nil boolean string number integer function table thread userdata lightuserdata self"
    for name in known:gmatch "%S+" do defined[name] = true end
    for name in pairs(used) do assert.is_true(defined[name], name .. " is not defined") end
  end)

  it("declares parameters that the functions have", function()
    for _, path in ipairs(files "*.lua") do
      local params = {}
      for line in read(path):gmatch "[^\n]+" do
        local name = line:match "^%-%-%-@param (%S+)"
        local list = line:match "^function [%w_.:]+%((.*)%) end$"
        if name then params[#params + 1] = name:gsub("%?$", "")
        elseif list then
          assert.equal(list, table.concat(params, ", "))
          params = {}
        end
      end
    end
  end)

  it("runs, and defines what the program has", function()
    local env = setmetatable({}, {__index = {}})
    for _, name in ipairs {"torch", "torch/nn", "torch/nn/functional", "torch/nn/init",
      "torch/nn/modules", "torch/nn/parameter", "torch/nn/utils", "torch/optim", "torch/utils",
      "torch/utils/data", "torch/autograd", "torch/cuda", "gnuplot"} do
      assert(loadfile(folder .. "/stubs/" .. name .. ".lua", "t", env))()
    end
    for key, value in next, torch do
      if type(value) == "function" and key:find "^%a" then assert.is_function(env.torch[key], key) end
    end
    for key, value in next, nn do
      if torch._C.describe(value) then assert.is_table(env.nn[key], key) end
    end
    for key in pairs(getmetatable(nn).__lazy) do assert.is_table(env.nn[key], key) end
    assert.is_function(env.F.mse_loss)
    assert.equal(env.nn, env.torch.nn)
  end)

  it("declares operators, attributes, in-place forms and tables of options", function()
    local text, nn_text = read(folder .. "/stubs/torch.lua"), read(folder .. "/stubs/torch/nn.lua")
    for _, part in ipairs {"---@operator add(torch.Tensor|number): torch.Tensor", "---@field shape integer[]",
      "function Tensor:add_(",
      "---@class torch.sum.options\n---@field input? torch.Tensor\n---@field dim? integer|integer[]",
      "---@param keepdim? boolean|torch.sum.options"} do
      assert.truthy(text:find(part, 1, true), part)
    end
    assert.truthy(nn_text:find("---@class nn.Linear: nn.Module", 1, true))
    assert.matches("%-%-%-@overload fun%(in_features: integer, [^\n]*%): nn.Linear\nnn.Linear = {}", nn_text)
  end)
end)
