-- Warnings of the tensor library (vm/warning.c): calls that are allowed, but most likely not what was meant.
local program = dofile "tests/hecate/program.lua"
teardown(program.remove)

-- The lines that a script writes to stderr.
local function warnings_of(script, options)
  local _, errors = program.hecate((options or "") .. " " .. program.write("script.lua", script))
  local lines = {}
  for line in errors:gmatch "[^\n]+" do lines[#lines + 1] = line:match "[^/]*$" end
  return lines
end

local function text(line, loss, target, input)
  return ("script.lua:%d: %s: 'target' (%s) does not have the shape of 'input' (%s); both are broadcast, which is most "
    .. "likely not what you mean"):format(line, loss, target, input)
end

describe("losses whose shapes broadcast by accident warn", function()
  it("with the line of the program, once for each line", function()
    local script = {"local x, y = torch.zeros(3), torch.ones(3, 1)"}
    local expected = {}
    for i, loss in ipairs {"mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div"} do
      script[i + 1] = ("for i = 1, 3 do F.%s(x, y) end"):format(loss)
      expected[i] = text(i + 1, loss, "3×1", "3")
    end
    for _, layer in ipairs {"MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "KLDivLoss"} do
      script[#script + 1] = ("coroutine.wrap(function() nn.%s()(x, y[1]) end)()"):format(layer)
    end
    for i = 1, 5 do
      expected[5 + i] = text(6 + i, expected[i]:match "%d: ([%w_]+)", "1", "3")
    end
    assert.same(expected, warnings_of(table.concat(script, "\n")))
  end)

  it("and not where the shapes are equal, or the call fails", function()
    assert.same({}, warnings_of [[
F.mse_loss(torch.zeros(3, 1), torch.ones(3, 1))
F.smooth_l1_loss(torch.tensor(0.0), torch.tensor(1.0), {beta = 0.5})
assert(not pcall(F.l1_loss, torch.zeros(3), torch.ones(4)))]])
  end)

  it("until warn('@off'), from warn('@on') again; the option -W is of the program's own warnings", function()
    assert.same({text(3, "mse_loss", "1", "3"), text(4, "l1_loss", "1", "3")}, warnings_of [[
warn("@off") F.huber_loss(torch.zeros(3), torch.ones(1))
warn("@on")
F.mse_loss(torch.zeros(3), torch.ones(1))
F.l1_loss(torch.zeros(3), torch.ones(1))]])
    local script = "warn('one') F.mse_loss(torch.zeros(3), torch.ones(1)) warn('t', 'wo')"
    assert.same({text(1, "mse_loss", "1", "3")}, warnings_of(script))
    assert.same({"Lua warning: one", text(1, "mse_loss", "1", "3"), "Lua warning: two"}, warnings_of(script, "-W"))
  end)
end)

describe("modules in a plain table of a module warn", function()
  local function told(line, field)
    return ("script.lua:%d: nn.Module: the modules in the table '%s' are not registered, so that they have no place "
      .. "among the parameters; write nn.ModuleList(…) or nn.ModuleDict(…)"):format(line, field)
  end
  local function net(fields)
    return "local Net = torch.class('Net', nn.Module)\nfunction Net:__init() " .. fields .. " end\n"
  end

  it("where the parameters are asked for, once for each line", function()
    for _, fields in ipairs {"self.layers = {nn.Linear(1, 1), nn.Linear(1, 1)}",
      "self.layers = {a = nn.Linear(1, 1), b = nn.Linear(1, 1), n = 2}",
      "self.layers = {} for i = 1, 3 do self.layers[i] = nn.Parameter(torch.ones(1)) end"} do
      assert.same({told(3, "layers")}, warnings_of(net(fields) .. "for i = 1, 2 do Net():parameters() end"))
    end
    assert.same({told(3, "parts")}, warnings_of(net("self.inner = nn.Sequential(nn.Linear(1, 1)) self.inner.parts = "
      .. "{nn.ReLU(), nn.ReLU()}") .. "local p = Net():named_parameters()"))
  end)

  it("and not where there are lists of modules, other tables, or one module that is hidden on purpose", function()
    assert.same({}, warnings_of(net("self.list = nn.ModuleList{nn.ReLU(), nn.ReLU()} self.sizes = {1, 2} "
      .. "self.teacher = {nn.Linear(1, 1)} self.names = {}") .. "Net():parameters()"))
  end)
end)
