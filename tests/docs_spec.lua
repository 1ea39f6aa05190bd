-- What the documents say is run: every lua block of README.md and docs/, the example of
-- every op.
local torch = require "torch"

--- The lines that a command prints, sorted.
local function lines(command)
  local pipe <close> = assert(io.popen("LC_ALL=C " .. command))
  local list = {}
  for line in pipe:lines() do list[#list + 1] = line end
  table.sort(list)
  return list
end

local read = dofile("tests/files.lua").read

teardown(function() gnuplot.closeall() end) -- figures keep what they show

--- The ```lua blocks of a document: {line = of the first line of code, code = text}.
local function blocks(text)
  local list, open, number = {}, nil, 0
  for line in (text .. "\n"):gmatch "(.-)\r?\n" do
    number = number + 1
    if open then
      if line:find "^%s*```%s*$" then
        open.code = table.concat(open, "\n")
        list[#list + 1] = open
        open = nil
      else
        open[#open + 1] = line
      end
    elseif line:find "^%s*```lua%s*$" then
      open = {line = number + 1}
    end
  end
  assert(not open, "a block is not closed")
  return list
end

--- An environment whose print writes nowhere, but does write.
local function environment()
  local env = setmetatable({}, {__index = _G})
  env.print = function(...)
    for i = 1, select("#", ...) do assert(type(tostring((select(i, ...)))) == "string") end
  end
  return env
end

--- Runs one block; its lines are those of the document, so errors name them.
local function run(path, block, env)
  local chunk, message = load(("\n"):rep(block.line - 1) .. block.code, "@" .. path, "t", env)
  if not chunk then error(message, 0) end
  local ok, err = xpcall(chunk, function(e)
    e = tostring(e)
    if e:find(path .. ":", 1, true) then return e end
    for level = 2, 50 do -- the line of the document that was running
      local info = debug.getinfo(level, "Sl")
      if not info then break end
      if info.source == "@" .. path then return ("%s:%d: %s"):format(path, info.currentline, e) end
    end
    return ("%s:%d: %s"):format(path, block.line, e)
  end)
  if not ok then error(err, 0) end
end

local documents = lines "ls README.md docs/*/*.md"

describe("documents", function()
  for _, path in ipairs(documents) do
    it(path .. " runs", function()
      local env = environment()
      for _, block in ipairs(blocks(read(path))) do run(path, block, env) end
    end)
  end

  it("README.md has something to run", function()
    assert.is_true(#blocks(read "README.md") >= 3)
  end)

  it("a block that fails says where", function()
    local text = "# A\n\n```lua\nlocal x = 1\n```\n\n```lua\n\nerror 'no'\n```\n```lua\nx = = 1\n```\n"
    local list = blocks(text)
    assert.equal(3, #list)
    run("a.md", list[1], environment())
    local _, message = pcall(run, "a.md", list[2], environment())
    assert.equal("a.md:9: no", message)
    _, message = pcall(run, "a.md", list[3], environment())
    assert.matches("^a.md:12: ", message)
  end)
end)

--- Whether a result is what an example states: tensors as nested lists, numbers to 4 digits.
local function agrees(got, want)
  if torch.is_tensor(got) then got = got:tolist() end
  if type(want) == "table" then
    if type(got) ~= "table" or #got ~= #want then return false end
    for i = 1, #want do if not agrees(got[i], want[i]) then return false end end
    return true
  end
  if type(want) == "number" and type(got) == "number" then
    return math.abs(got - want) <= 5.1e-5 * math.max(1, math.abs(want))
  end
  return got == want
end

describe("the example of", function()
  local stated = 0
  for _, row in ipairs(torch._C.ops()) do
    local what = (row.modules[1] or "private") .. " " .. row.lua .. " (" .. row.name .. ")"
    if row.example then
      it(what .. " runs", function()
        local env = environment()
        local code, result = row.example:match "^(.-)%s*%-%->%s*(.+)$"
        code = code or row.example
        local chunk = load("return " .. code, "=example", "t", env) or assert(load(code, "=example", "t", env))
        local values = table.pack(chunk())
        for i = 1, values.n do assert.is_string(tostring(values[i])) end
        if not result then return end
        local want = table.pack(assert(load("return " .. result, "=result", "t", {}))())
        assert.equal(want.n, values.n, "as many results as stated")
        for i = 1, want.n do
          if not agrees(values[i], want[i]) then error(("%s gives %s"):format(row.example, tostring(values[i])), 0) end
        end
        stated = stated + 1
      end)
    end
    it(what .. " has its words", function()
      assert.is_string(row.doc, "no doc")
      assert.is_true(#row.doc > 0)
      if #row.modules > 0 then assert.is_string(row.example, "a public row without an example") end
      assert.matches("^%(.*%) %-> ", row.signature)
    end)
  end
  it("most ops state their result", function() assert.is_true(stated > 120) end)
end)
