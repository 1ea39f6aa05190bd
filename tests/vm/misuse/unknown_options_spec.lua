-- No option is taken and ignored: the example of every public function that has optional arguments is run once more
-- with an option that does not exist among them, and must be refused with its name.
local record = require "hecate.help.record"
local registry = require "hecate.help.registry"

-- What has no options but optional arguments, and looks at so many arguments alone, as functions of Lua do.
local PLAIN = {["torch.class"] = true, ["torch.is_autocast_enabled"] = true, ["torch.memory_stats"] = true,
  ["torch.set_grad_enabled"] = true, ["torch.Tensor.size"] = true, ["torch.Tensor.stride"] = true,
  ["nn.ParameterList"] = true}

local index = registry.index()
local cases = {}
for _, entry in ipairs(index.list) do
  local callable = entry.kind == "function" or entry.kind == "class" or entry.kind == "method"
  local found = callable and not entry.alias and record.of(entry, index)
  local optional, open = false, false -- "...": it takes anything, as what it passes to a function
  for _, part in ipairs(found and (found.overloads or {found}) or {}) do
    for _, arg in ipairs(part.args) do
      optional, open = optional or arg.default ~= nil, open or arg.name == "..."
    end
  end
  if optional and not open and found.example and not found.op then
    cases[#cases + 1] = {entry = entry, example = found.example}
  end
end

local function holder_of(entry)
  if entry.kind ~= "method" then return entry.library.table end
  local owner = index.by_name[entry.owner]
  return owner and owner.value
end

--- The arguments with one more option, in the table of options where there is one.
local function spoiled(...)
  local args = table.pack(...)
  local last = args[args.n]
  if type(last) == "table" and getmetatable(last) == nil and #last == 0 and next(last) ~= nil then
    local copy = {no_such_option = 1}
    for key, value in next, last do copy[key] = value end
    args[args.n] = copy
  else
    args.n = args.n + 1
    args[args.n] = {no_such_option = 1}
  end
  return table.unpack(args, 1, args.n)
end

--- Runs the example with the first call of the function spoiled; whether there was one, and what it returned.
local function spoil(entry, holder, example)
  local result
  rawset(holder, entry.key, function(...)
    if result then return entry.value(...) end
    result = table.pack(pcall(entry.value, spoiled(...)))
    return table.unpack(result, 2, result.n)
  end)
  local env = setmetatable({print = function() end}, {__index = _G})
  local chunk = load("return " .. example, "=example", "t", env) or assert(load(example, "=example", "t", env))
  pcall(chunk)
  rawset(holder, entry.key, entry.value)
  return result
end

describe("an option that does not exist is refused:", function()
  local count = 0
  for _, case in ipairs(cases) do
    local holder = holder_of(case.entry)
    if type(holder) == "table" and rawget(holder, case.entry.key) == case.entry.value then
      it(case.entry.name, function()
        local result = spoil(case.entry, holder, case.example)
        if not result then return end -- the example reaches it by another name
        count = count + 1
        assert.equal(PLAIN[case.entry.name] or false, result[1], "it is accepted")
        assert.is_nil(tostring(result[2]):find "attempt to")
      end)
    end
  end
  it("in many functions", function() assert.is_true(count > 500, count) end)
end)
