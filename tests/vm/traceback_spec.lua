-- The traceback of an error that passes through C (modes, hooks, coroutines) begins where it was raised; one that was
-- caught is not told of another error with the same message.
local program = dofile "tests/hecate/program.lua"
teardown(program.remove)

-- The lines of the script that the traceback of its error names, in order.
local function lines_of(script)
  local _, errors = program.hecate(program.write("script.lua", script))
  local lines = {}
  for line in errors:gmatch "\n\t[^\n]-script%.lua:(%d+): in" do lines[#lines + 1] = tonumber(line) end
  return lines
end

local HEAD <const> = [[
local x = torch.ones(1, {requires_grad = true})
local function fail() error("out of luck", 0) end
local function deep() fail() end
local function hooked() local y = x * 2 y:register_hook(deep) y:sum():backward() end
]]

describe("a traceback", function()
  it("shows where an error was raised that passed through modes, hooks and coroutines", function()
    assert.same({2, 3, 5}, lines_of(HEAD .. "torch.no_grad(deep)"))
    assert.same({2, 3, 5, 5}, lines_of(HEAD .. "torch.no_grad(function() torch.enable_grad(deep) end)"))
    assert.same({2, 3, 4, 5}, lines_of(HEAD .. "hooked()"))
    assert.same({2, 3, 5}, lines_of(HEAD .. "coroutine.wrap(function() torch.no_grad(deep) end)()"))
    assert.same({2, 3, 5, 5}, lines_of(HEAD .. "torch.random.fork_rng(function() torch.no_grad(deep) end)"))
  end)

  it("is not that of an error that was caught before", function()
    local caught = {"pcall(torch.no_grad, deep)", "pcall(hooked)", "pcall(torch.no_grad, hooked)",
      "coroutine.wrap(function() pcall(torch.no_grad, deep) end)()"}
    for _, first in ipairs(caught) do
      local rest = HEAD .. first .. "\nlocal function other() error('out of luck', 0) end\n"
      assert.same({6, 7}, lines_of(rest .. "other()"), first)
      assert.same({6, 7}, lines_of(rest .. "torch.no_grad(other)"), first)
      assert.same({6, 7, 7}, lines_of(rest .. "torch.no_grad(function() other() end)"), first)
    end
  end)
end)
