-- Where `require` finds libraries: what lies beside the script comes first, and the files of lib/ see
-- their own whatever the program has loaded.
local hecate = os.getenv "HECATE_BIN" or "build/hecate"

local folder = os.tmpname()
os.remove(folder)
assert(os.execute("mkdir -p " .. folder .. "/torch/utils"))
teardown(function() os.execute("rm -rf " .. folder) end)

local function write(name, text)
  local file <close> = assert(io.open(folder .. "/" .. name, "w"))
  file:write(text)
end

--- What a script prints that runs in the folder.
local function run(code)
  write("script.lua", code)
  local program = hecate:sub(1, 1) == "/" and hecate or "$OLDPWD/" .. hecate
  local pipe <close> = assert(io.popen(("cd %s && %s script.lua 2>&1"):format(folder, program)))
  return pipe:read "a"
end

describe("a file beside the script", function()
  write("torchvision.lua", "return {mine = true}\n")
  write("torch/utils/options.lua", "return {mine = true}\n")
  write("torch/json.lua", "error 'not for lib'\n")

  it("is found before a library of that name", function()
    assert.equal("true\n", run 'print(require "torchvision".mine)')
    assert.equal("true\n", run 'print(require "torch.utils.options".mine)')
  end)
  it("is found when the script is run from another folder", function()
    write("script.lua", 'print(require "torchvision".mine, require "torch.utils.options".mine)')
    local pipe <close> = assert(io.popen(("%s %s/script.lua 2>&1"):format(hecate, folder)))
    assert.equal("true\ttrue\n", pipe:read "a")
  end)
  it("is found in the working folder where there is no script, and not in the folder of the program", function()
    local function output(command, ...)
      local pipe <close> = assert(io.popen(command:format(...) .. " 2>&1"))
      return pipe:read "a"
    end
    assert.equal("", output("cp %s %s/program && mkdir -p %s/working", hecate, folder, folder))
    local code = [[print(require "torchvision".mine or nil)]]
    assert.equal("nil\n", output("cd %s/working && %s/program -e '%s'", folder, folder, code))
    assert.equal("nil\n", output("cd %s/working && echo '%s' | %s/program", folder, code, folder))
    assert.equal("true\n", output("cd %s && ./program -e '%s'", folder, code))
    write("working/script.lua", code)
    write("working/torchvision.lua", "return {mine = 'the nearer'}")
    assert.equal("the nearer\n", output("%s/program -e 'x = 1' %s/working/script.lua", folder, folder))
  end)
  it("is not what the libraries require", function()
    assert.equal("{ 0.5 }\n", run [[
      local mine = require "torch.utils.options"
      local path = os.tmpname()
      torch.save({x = torch.tensor{0.5}}, path)
      assert(mine.mine)
      print("{ " .. torch.load(path).x:item() .. " }")]])
    assert.equal("function\n", run 'assert(require "torchvision".mine) print(type(torch.utils.data.DataLoader.__init))')
  end)
end)

describe("libraries", function()
  it("are one module for the program and for lib/", function()
    assert.equal(torch.nn, require "torch.nn")
    assert.equal(torch.nn.init, require "torch.nn.init")
    assert.equal(torch.utils.data, require "torch.utils.data")
    assert.equal(nn.functional, require "torch.nn.functional")
    assert.equal(gnuplot, require "gnuplot")
  end)
  it("have their public files as fields, and no others", function()
    local lazy = getmetatable(torch.utils).__lazy
    assert.equal("torch.utils.data", lazy.data)
    assert.is_nil(lazy.options)
    assert.equal("torch.nn.ModuleDict", getmetatable(nn).__lazy.ModuleDict)
    assert.is_nil(getmetatable(nn).__lazy.hooks)
    assert.equal("torch.nn", getmetatable(torch).__lazy.nn)
  end)
  it("that are not there are an error of require", function()
    local ok, message = pcall(require, "torch.no_such_library")
    assert.is_false(ok)
    assert.matches("no module 'torch.no_such_library' in Hecate", message)
  end)
end)
