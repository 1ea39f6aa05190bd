-- How the program starts: what it does to its environment before main.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"

--- What a shell command prints.
local function output(command)
  local pipe <close> = assert(io.popen(command))
  return pipe:read "a"
end

--- How often libgomp says, in its words, that threads spin for so many rounds.
local function spin_counts(environment)
  local text = output(("%s OMP_DISPLAY_ENV=verbose %s -e 'x = 1' 2>&1"):format(environment, hecate))
  local list = {}
  for count in text:gmatch "GOMP_SPINCOUNT = '(%d+)'" do list[#list + 1] = count end
  return list
end

describe("the start", function()
  it("limits how long threads spin, without starting the program twice", function()
    assert.same({"4000"}, spin_counts "env -u GOMP_SPINCOUNT -u OMP_WAIT_POLICY")
  end)

  it("leaves it to the user who has said it", function()
    assert.same({"123"}, spin_counts "env GOMP_SPINCOUNT=123")
    assert.same({"0"}, spin_counts "env -u GOMP_SPINCOUNT OMP_WAIT_POLICY=passive")
  end)

  it("limits it in an environment with nothing to borrow, too", function()
    local counts = spin_counts "env -i"
    assert.equal("4000", counts[#counts])
  end)

  it("gives the environment back as it was, to the program and to what it starts", function()
    for _, given in ipairs {"HOME=/h USER=u", "USER=u HOME=/h", "HOME=/h A=1 USER=u PATH=/bin:/usr/bin _=x"} do
      local show = [[print(os.getenv "HOME", os.getenv "USER", os.getenv "GOMP_SPINCOUNT")
        io.stdout:flush() os.execute "echo $HOME $USER $GOMP_SPINCOUNT"]]
      assert.equal("/h\tu\tnil\n/h u\n", output(("env -i %s %s -e '%s'"):format(given, hecate, show)))
    end
  end)
end)
