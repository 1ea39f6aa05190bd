-- Numbers have a point under every locale: what is written with a decimal comma could not be read again. The locale is
-- made here, with localedef; where its sources are missing one that is installed will do.
local program = dofile "tests/hecate/program.lua"
teardown(program.remove)

local SCRIPT <const> = [[
local json = require "torch.json"
assert(os.setlocale(arg[1]), "no such locale")
assert(tostring(1.5) == "1.5" and ("%g %.2f %a"):format(1.5, 2.25, 0.5) == "1.5 2.25 0x1p-1" and tonumber "1.5" == 1.5)
assert(load "return 0.5 + 1e-3"() == 0.501)
assert(tostring(torch.tensor({0.25, 1e10})):find "2%.5000e%-01")
torch.save({x = torch.ones(1), lr = 0.1, deep = {0.1, -1e300, 1 / 3}}, "state")
local state = torch.load "state"
assert(state.lr == 0.1 and state.deep[2] == -1e300 and state.deep[3] == 1 / 3)
assert(json.decode(json.encode {0.5, 1e-7})[2] == 1e-7 and json.decode "[0.5, -1.25e3]"[2] == -1250)
local traced = torch.jit.trace(function(x) return x * 0.5 + 1.25 end, {torch.ones(2)})
torch.jit.save(traced, "graph.pt")
assert(torch.jit.load "graph.pt"(torch.ones(2)):tolist()[1] == 1.75)
local log = optim.Logger("log.csv")
log:add {loss = 0.5}
print(io.open "log.csv":read "a":match "0[.,]5")
local curve = gnuplot.live {csv = "curve.csv", terminal = "none"}
curve:add("loss", 1, 0.125)
curve:close()
print(io.open "curve.csv":read "a":match "0[.,]125")
local p = torch.ones(1, {requires_grad = true})
print(optim.SGD({p}, {lr = 0.5}))
print(os.setlocale "C", 1.5)
]]

-- The name of a locale with a decimal comma, and the folder with it, or nil.
local function comma()
  local made = program.folder .. "/de_DE.UTF-8"
  if os.execute(("localedef -i de_DE -f UTF-8 %s 2>/dev/null"):format(program.quote(made))) then
    return "de_DE.UTF-8", program.folder
  end
  for name in program.capture("locale -a 2>/dev/null"):gmatch "[^\n]+" do
    if os.setlocale(name, "numeric") then
      os.setlocale("C", "numeric")
      if name:find "^de_" or name:find "^fr_" then return name end
    end
  end
end

describe("under a locale with a decimal comma", function()
  local name, folder = comma()
  local function test(title, f)
    needs(name, "such a locale, or localedef and its sources")(title, f)
  end

  test("numbers have a point, in everything that is written and read", function()
    program.write("script.lua", SCRIPT)
    local path = folder and "LOCPATH=" .. program.quote(folder) or ""
    path = path .. " ASAN_OPTIONS=detect_leaks=0" -- the C library keeps what it makes of LOCPATH
    local out, errors = program.hecate(("%s %s script.lua %s"):format(path, program.quote(program.binary), name), "",
      "env")
    assert.equal("", (errors:gsub("warning: gnuplot[^\n]*\n", "")))
    assert.equal("0.5\n0.125\n", out:match "^[^\n]*\n[^\n]*\n")
    assert.truthy(out:find("lr: 0.5", 1, true))
    assert.truthy(out:find "C\t1%.5\n$")
  end)
end)
