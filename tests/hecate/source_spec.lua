-- The source of a name: `??name`.
local help = require "hecate.help"

describe("the source of a name", function()
  it("is the row of an optimiser, with the function that made it", function()
    assert.matches('^%-%- tensor/ops/optim/optimisers.lua:%d+\noptimiser {"SGD", .-"param = param %- lr %* g"',
      help.query("??optim.SGD", _G))
    local text = help.query("??optim.Adam", _G)
    assert.matches('\nadam {"Adam", .*\nlocal function adam%(row%)\n.*\n  optimiser%(row%)\nend$', text)
    assert.is_nil(help.query("??optim.SGD", _G):find "local function")
  end)

  it("is the definition of a function that another one made, and the values that it was made with", function()
    assert.matches('^%-%- lib/gnuplot.lua:%d+\n%-%-%- A histogram.-\ngnuplot.hist = drawing%("hist", "bars"%)\n\n'
      .. '%-%- lib/gnuplot.lua:%d+, with name = "hist", module = "bars"\n  return function',
      help.query("??gnuplot.hist", _G))
  end)

  it("is all of a class made in Lua, also for its objects; a value is told", function()
    local text = help.query("??nn.ModuleDict", _G)
    assert.matches("^%-%- lib/torch/nn/ModuleDict.lua:%d+\n%-%-%- nn.ModuleDict%(", text)
    assert.matches("function ModuleDict:__len%(%) return [^\n]*$", text)
    local env = setmetatable({dict = nn.ModuleDict(), net = nn.Linear(1, 1), x = torch.ones(2), n = 5}, {__index = _G})
    assert.equal(text, help.query("??dict", env))
    assert.matches('\nlayer {"Linear"', help.query("??net", env))
    assert.equal("'x' is a value, torch.Tensor: ?x", help.query("??x", env))
    assert.equal("'n' is a value, number: ?n", help.query("??n", env))
  end)
end)

describe("the source", function()
  it("of every op is its row, whole, and names what computes it", function()
    local rows = require "hecate.help.rows"
    for _, op in ipairs(torch._C.ops()) do
      if op.modules[1] and op.name ~= "optimiser_step" then
        local text, place = rows.op(op.name)
        assert.truthy(text, op.name)
        assert.equal(op.name, place.row[1])
        local kernel = rows.kernel(place.row, op.kind)
        if op.kind == "kernel" then
          assert.matches("^%-%- kernel: tensor/ops/[%w_/]+%.c:%d+\nStatus KERNEL.*}$", kernel)
        else assert.matches("^%-%- ", kernel) end
      end
    end
    assert.matches("otherwise%. No elements: 0%.%]%],\n +example", help.source "torch.sum")
    assert.matches("\n%-%- kernel: a loop over the elements, each exp%(a%)$", help.source "torch.exp")
  end)
end)
