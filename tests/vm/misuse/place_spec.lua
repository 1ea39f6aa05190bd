-- Wrong calls of all public functions and constructors, in C and in Lua, name the line of the program.
local registry = require "hecate.help.registry"

-- What changes the state of the tests, or has no end.
local left_out = {["torch.manual_seed"] = true, ["torch.set_num_threads"] = true, help = true, apropos = true,
  ["gnuplot.pause"] = true}

local x = torch.ones(2, 2)
local values = {false, "/nowhere/text", 7, -1, {}, {1, "x"}, {nothing = 1}, print, x, 0 / 0}

teardown(function()
  gnuplot.closeall()
  nn.BCELoss()
end)

--- A method is called with a wrong object when it is called with a dot, which slips.lua answers.
local function is_called(entry)
  if left_out[entry.name] or entry.name:find "^torch%.Tensor" then return false end
  -- These make models of up to 600 million parameters; tests/torchvision/models_spec.lua calls them on meta.
  if entry.name:find "^torchvision%.models%.[%w_.]+$" then return false end
  local owner = entry.name:match "^(.*)%.[^.]*$"
  local class = owner and registry.index().by_name[owner]
  if class and type(class.value) == "table" and torch._C.describe(class.value) then return false end
  return type(entry.value) == "function" or type(entry.value) == "table" and torch._C.describe(entry.value) ~= nil
end

local function place() return debug.getinfo(2, "S").short_src .. ":" .. debug.getinfo(2, "l").currentline .. ": " end

describe("a wrong call names the line of the program:", function()
  for _, entry in ipairs(registry.index().list) do
    if is_called(entry) then
      it(entry.name, function()
        for _, value in ipairs(values) do
          for _, arguments in ipairs {{value}, {x, value}, {value, value, value}} do
            local at
            local ok, message = pcall(function()
              at = place() local _ = entry.value(table.unpack(arguments))
            end)
            if not ok and type(message) == "string" then assert.equal(at, message:sub(1, #at), message) end
          end
        end
      end)
    end
  end
end)
