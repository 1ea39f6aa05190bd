-- Limits of the environment: what is too little is said, and nothing waits for ever or ends by a signal.
local program = require "tests.hecate.program"

describe("limits of the environment", function()
  teardown(program.remove)

  -- What a script prints under the limits that `setting` makes, and its exit code; no more than 30 seconds.
  local function under(setting, code)
    program.write("script.lua", code)
    local text = program.capture(("cd %s && (%s; timeout 30 %s script.lua 2>&1; echo code $?)"):format(
      program.quote(program.folder), setting, program.quote(program.binary)))
    return text:match "^(.-)code (%d+)\n$"
  end

  it("one OpenMP thread: products are made with one", function()
    local text, code = under("export OMP_THREAD_LIMIT=1",
      "print(torch.ones(600, 600):matmul(torch.ones(600, 600)):sum():item(), torch.get_num_threads())")
    assert.same({"216000000.0\t1\n", "0"}, {text, code})
  end)

  it("a small address space is refused with words", function()
    local libraries = program.capture("ldd " .. program.quote(program.binary))
    if not libraries:find "openblas" or libraries:find "asan" then return pending "needs OpenBLAS and no sanitizer" end
    local text, code = under("ulimit -v 300000", "print(1)")
    assert.equal("1", code)
    assert.matches("ulimit %-v", text)
  end)

  it("a file that may not grow is an error of torch.save, which leaves nothing", function()
    local text, code = under("ulimit -f 10", "print(pcall(torch.save, torch.ones(100000), 'big.safetensors'))")
    assert.equal("0", code)
    assert.matches("^false\ttorch.save: big.safetensors: File too large", text)
    assert.equal("", program.capture(("cd %s && ls -A | grep -e big -e '^.hecate' || true"):format(
      program.quote(program.folder))))
  end)
end)
