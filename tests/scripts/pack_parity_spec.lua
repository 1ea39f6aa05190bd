-- scripts/pack_parity.lua: what is packed, and that tests/parity.lua reads it.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"

local write = dofile("tests/files.lua").write

local function output(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

describe("scripts/pack_parity.lua", function()
  local folder
  setup(function()
    folder = os.tmpname()
    os.remove(folder)
    os.execute(("mkdir -p %s/one/ops %s/two/ops %s/two/optim %s/out"):format(folder, folder, folder, folder))
    local case = "  {\n    args = {T{shape={},dtype=\"float32\",data={%d}}},\n    n = 1,\n  }%s\n"
    write(folder .. "/one/ops/abs.lua",
      'return {\nop = "abs",\ncases = {\n' .. case:format(1, ",") .. case:format(2, ",") .. case:format(3, " } }"))
    write(folder .. "/one/ops/no_such_op.lua", 'return {\nop = "no_such_op",\ncases = {\n' .. case:format(1, "} }"))
    write(folder .. "/one/superseded.lua", "return {abs = {1, 3}}")
    write(folder .. "/two/ops/abs.lua", 'return {\nop = "abs",\ncases = {\n' .. case:format(4, ",") .. "} }")
    write(folder .. "/two/optim/SGD.lua", 'return {\noptim = "optim.SGD",\ncases = {} }\n')
    write(folder .. "/two/optim/NoSuch.lua", 'return {\noptim = "optim.NoSuch",\ncases = {} }\n')
    output(("%s scripts/pack_parity.lua %s/out %s/one %s/two"):format(hecate, folder, folder, folder))
  end)
  teardown(function() os.execute("rm -r " .. folder) end)

  local function unpacked(kind) return output(("gzip -dc %s/out/%s.gz"):format(folder, kind)) end

  it("takes what there is, and false for superseded cases", function()
    assert.equal([[
--- abs
return {
op = "abs",
cases = {
false,
{
args = {T{shape={},dtype="float32",data={2}}},
n = 1,
},
false } }
--- abs/2
return {
op = "abs",
cases = {
{
args = {T{shape={},dtype="float32",data={4}}},
n = 1,
},
} }
]], unpacked "ops")
    assert.equal('--- SGD\nreturn {\noptim = "optim.SGD",\ncases = {} }\n', unpacked "optim")
    assert.equal("", unpacked "modules")
  end)
  it("gives the same bytes again", function()
    local before = output(("cat %s/out/ops.gz"):format(folder))
    output(("%s scripts/pack_parity.lua %s/out %s/one %s/two"):format(hecate, folder, folder, folder))
    assert.equal(before, output(("cat %s/out/ops.gz"):format(folder)))
  end)
  it("makes what tests/parity.lua reads", function()
    package.path = "tests/?.lua;" .. package.path
    local parity = require "parity"
    assert.is_string(parity.names("ops").abs)
    local doc = parity.read("ops", "abs", {T = function(t) return t end, nan = 0 / 0, inf = math.huge})
    assert.equal("abs", doc.op)
    assert.is_true(#doc.cases > 3 and #doc.cases[1].args[1].data > 0)
  end)
end)
