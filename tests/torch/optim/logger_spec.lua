--- optim.Logger: a table of text that grows, and its plot.
local gnuplot = require "gnuplot"

local folder, path

local function read(name)
  local file = io.open(name, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

setup(function()
  folder = os.tmpname()
  os.remove(folder)
  os.execute("mkdir " .. folder)
  path = folder .. "/train.log"
  gnuplot.setterm("none")
end)
teardown(function()
  gnuplot.setterm(nil)
  gnuplot.closeall()
  os.execute("rm -r " .. folder)
end)

describe("optim.Logger", function()
  it("writes a line a row, at once", function()
    local logger = optim.Logger(path)
    logger:setNames{"loss", "accuracy"}
    assert.equal("loss\taccuracy\n", read(path))
    logger:add{0.5, torch.tensor(0.25)}
    logger:add{false, 1}
    assert.equal("loss\taccuracy\n0.5\t0.25\n\t1\n", read(path))
    logger:add{accuracy = 2, loss = 3}
    assert.equal("3\t2\n", read(path):match("\n([^\n]*\n)$"))
    assert.equal(("optim.Logger(%s, 3 rows)"):format(path), tostring(logger))
  end)

  it("takes names from the first row", function()
    local logger = optim.Logger(path)
    logger:add{["% mean accuracy (train set)"] = 12, ["b"] = 1}
    assert.equal("% mean accuracy (train set)\tb\n12\t1\n", read(path))
    logger = optim.Logger(path)
    logger:add{1, 2}
    assert.equal("column 1\tcolumn 2\n1\t2\n", read(path))
  end)

  it("has the time in its name if told", function()
    local logger = optim.Logger(path, true)
    assert.truthy(logger.path:find("train%-%d%d%d%d%-%d%d%-%d%d%-[%d-]+%.log$"))
    assert.equal("", read(logger.path))
  end)

  it("draws its file and, unless told not to, a figure", function()
    local logger = optim.Logger(path)
    logger:setNames{"loss", "accuracy"}
    logger:style{"-", "+-"}
    logger:style{accuracy = "+"}
    logger:setlogscale()
    logger:plot()
    assert.is_nil(read(path .. ".eps"))
    for i = 1, 5 do logger:add{1 / i, i} end
    logger:plot()
    local first = logger.figure
    logger:plot()
    assert.equal(first, logger.figure)
    assert.truthy(read(path .. ".eps"):find("^%%!PS"))
    logger:display(false)
    os.remove(path .. ".eps")
    logger:plot()
    assert.truthy(read(path .. ".eps"):find("^%%!PS"))
  end)

  it("goes on when the disk is full, with one warning", function()
    local real, lines = io.stderr, {}
    local logger = optim.Logger("/dev/full")
    io.stderr = {write = function(_, ...) lines[#lines + 1] = table.concat{...} end}
    local ok, err = pcall(function() for i = 1, 5 do logger:add{loss = i} end end)
    io.stderr = real
    assert(ok, err)
    assert.same({"warning: optim.Logger: cannot write '/dev/full': No space left on device\n"}, lines)
    assert.equal(5, logger.rows)
  end)

  it("refuses what is wrong in one line", function()
    assert.has_error(function() optim.Logger(folder .. "/none/a.log") end, ("optim.Logger: 'filename' "
      .. "(argument 1): cannot write '%s/none/a.log': No such file or directory"):format(folder))
    assert.has_error(function() optim.Logger(7) end,
      "optim.Logger: 'filename' (argument 1): expected a string, got number 7")
    local logger = optim.Logger(path)
    assert.has_error(function() logger:setNames("loss") end,
      "logger:setNames: 'names' (argument 1): expected an array, got string 'loss'")
    logger:setNames{"loss", "accuracy"}
    assert.has_error(function() logger:add(3) end,
      "logger:add: 'row' (argument 1): expected a table, got number 3")
    assert.has_error(function() logger:add{1} end,
      "logger:add: 'row' (argument 1): expected 2 values, got 1")
    assert.has_error(function() logger:add{1, "x"} end,
      "logger:add: 'row[2]': expected a number or a tensor of one element, got string 'x'")
    assert.has_error(function() logger:add{lost = 1} end,
      "logger:add: 'row' (argument 1): a name is not one of loss, accuracy")
    logger:add{1, 2}
    assert.has_error(function() logger:setNames{"a"} end, "logger:setNames: there are rows already")
    assert.has_error(function() logger:style(1) end,
      "logger:style: 'styles' (argument 1): expected a string or a table, got number 1")
  end)
end)
