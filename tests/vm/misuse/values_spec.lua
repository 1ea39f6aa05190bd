-- Methods and metamethods of every kind of value, called with something else as self: an error in one line, no crash.
local torch, nn = require "torch", require "torch.nn"

local function values()
  local leaf = torch.ones(2, {requires_grad = true})
  return {tensor = torch.ones(2, 2), size = torch.ones(2).shape, dtype = torch.float32, device = torch.device("cpu"),
    generator = torch.Generator(), complex = torch.zeros(1, {dtype = "complex64"}):item(), node = leaf:sum().grad_fn,
    module = nn.Linear(2, 2), parameter = nn.Parameter(torch.ones(1)), handle = leaf:register_hook(print),
    optimizer = torch.optim.SGD({leaf}, {lr = 1}), size_of_none = torch.tensor(1).shape}
end

local function functions_of(value)
  local found, meta = {}, debug.getmetatable(value)
  for _, from in ipairs {meta, meta.__methods or {}, type(meta.__index) == "table" and meta.__index or {}} do
    for name, f in pairs(from) do
      if type(f) == "function" then found[#found + 1] = {name = tostring(name), f = f} end
    end
  end
  table.sort(found, function(a, b) return a.name < b.name end)
  return found
end

describe("functions of a value that get another one:", function()
  for kind, value in pairs(values()) do
    it(kind, function()
      local refused = 0
      for _, entry in ipairs(functions_of(value)) do
        if os.getenv "HECATE_MISUSE_TRACE" then io.stderr:write(kind, " ", entry.name, "\n") end
        for _, wrong in ipairs {false, 1, "text", {}, print, io.stdout, torch.float32, torch.device("cpu"),
            torch.ones(1), torch.Generator(), coroutine.create(print)} do
          local ok, message = pcall(entry.f, wrong, value, 1)
          if not ok then
            refused = refused + 1
            assert.is_nil(tostring(message):find("\n"), entry.name .. ": " .. tostring(message))
          end
        end
        pcall(entry.f)
      end
      assert.is_true(refused > 0)
    end)
  end

  it("a device is equal to devices alone", function()
    assert.is_true(torch.device("cpu") == torch.device("cpu"))
    assert.is_false(torch.device("cpu") == torch.bool)
  end)
  it("an iterator of a closed tensor", function()
    local step
    do
      local t <close> = torch.eye(2)
      step = t:iter()
    end
    assert.error_matches(function() step(nil, 0) end, "iter: 'self': expected a tensor, got a closed tensor")
  end)
end)

describe("what used to be taken silently:", function()
  local x, m = torch.ones(2), nn.Linear(2, 2)
  for what, call in pairs {
    ["'mode': expected true or false, got nothing"] = function() torch.set_grad_enabled() end,
    ["'mode': expected true or false, got the string"] = function() torch.set_grad_enabled("no") end,
    ["requires_grad_: 'requires_grad': expected true or false"] = function() x:requires_grad_("no") end,
    ["requires_grad: 'value': expected true or false"] = function() x.requires_grad = "no" end,
    ["'create_graph': expected true or false"] = function()
      x:clone():requires_grad_():sum():backward(nil, {create_graph = 1})
    end,
    ["training: 'value': expected true or false"] = function() m.training = "no" end,
    ["unknown option 'persistnt', did you mean 'persistent'"] = function()
      m:register_buffer("b", torch.ones(1), {persistnt = false})
    end,
    ["'persistent': expected true or false"] = function()
      m:register_buffer("b", torch.ones(1), {persistent = "no"})
    end,
    ["got the string \"cpu_typo\""] = function() m:to("cpu_typo") end,
    ["to: unknown option"] = function() m:to({dtype = "float64", [true] = 1}) end,
    ["cat: the table of named arguments mixes"] = function() torch.cat({x, x}, {dim = 1, [true] = 1}) end,
    ["figure: unknown option 'true'"] = function() require "gnuplot".figure({size = {9, 9}, [true] = 1}) end,
    ["split: 'size' %(argument 2%): expected an array of integers without names"] = function()
      torch.split(torch.zeros(4), {2, 2, dim = 9})
    end,
    ["'normalized_shape' %(argument 1%): expected an integer or an array"] = function() nn.LayerNorm({3, nam = 4}) end,
  } do
    it(what, function() assert.error_matches(call, what) end)
  end
end)
