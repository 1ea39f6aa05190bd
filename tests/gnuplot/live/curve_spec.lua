--- Live curves: pictures that grow, and calls that are refused.
local gnuplot = require "gnuplot"
local now = require "torch.utils.terminal".now
local drawing = dofile "tests/gnuplot/drawing.lua"
local screen = dofile "tests/screen.lua"
local sh, read, warnings_of, png_size = screen.sh, screen.read, screen.warnings_of, screen.png_size
local folder, work = drawing.folder, drawing.work

teardown(drawing.remove)
after_each(drawing.reset)

describe("live curve", function()
  local file

  before_each(function()
    file = folder .. "/loss.png"
    os.remove(file)
  end)

  it("leaves a picture", function()
    local curve = gnuplot.live{title = "it's a `loss`_1", file = file, terminal = "file"}
    for i = 1, 300 do
      curve:add("train", i, 1 / i)
      if i % 100 == 0 then
        curve:add("test", i, 2 / i)
        curve:mark(i, "epoch " .. i // 100)
      end
    end
    assert.is_nil(read(file))
    curve:close()
    curve:close()
    assert.same({960, 540}, png_size(file))
    assert.equal("loss.png", sh("ls -A %s", folder))
  end)

  it("is redrawn while the work goes on, and the file is always whole", function()
    local curve = gnuplot.live{file = file, terminal = "file", interval = 0.05}
    local step, drawn, stop = 0, {}, now() + 60
    repeat -- until there have been three pictures
      step = step + 1
      curve:add("train", step, math.sin(step / 100))
      work(0.001)
      local picture = step % 10 == 0 and read(file)
      if picture and picture ~= drawn[#drawn] then
        png_size(file)
        drawn[#drawn + 1] = picture
      end
    until #drawn == 3 or now() > stop
    assert.equal(3, #drawn)
    curve:close()
    assert.equal("loss.png", sh("ls -A %s", folder))
  end)

  for _, format in ipairs{"svg", "pdf", "eps"} do
    it("is drawn as " .. format, function()
      local path = folder .. "/loss." .. format
      local curve = gnuplot.live{file = path, terminal = "file", logy = true}
      for i = 1, 10 do curve:add("a", i, i - 3) end
      curve:close()
      assert.truthy(read(path):find(({svg = "<svg", pdf = "^%%PDF", eps = "^%%!PS"})[format]))
      os.remove(path)
    end)
  end

  it("takes numbers and tensors of one element, and refuses anything else", function()
    local curve = gnuplot.live{terminal = "none"}
    curve:add("a", 1, 0.5)
    curve:add("a", torch.tensor(2), torch.tensor({0.25}))
    curve:add("a", 3, 1)
    assert.same({{1, 2, 3}, {0.5, 0.25, 1}}, {curve:picture().curves[1].x, curve:picture().curves[1].y})
    assert.has_error(function() curve:add(1, 1, 1) end,
      "curve:add: 'name' (argument 1): expected a string, got number 1")
    assert.has_error(function() curve:add("a", nil, 1) end,
      "curve:add: 'step' (argument 2): expected a number, got nothing")
    assert.has_error(function() curve:add("a", 1, "0.5") end, "curve:add: 'value' (argument 3): "
      .. "expected a number or a tensor of one element, got string '0.5'")
    curve:close()
    assert.has_error(function() curve:add("a", 1, 1) end, "curve:add: the curve is closed")
  end)

  it("keeps links, and draws files with names of 255 bytes; pipes would hold it up", function()
    local name = ("n"):rep(251) .. ".svg"
    os.execute(("cd %s && ln -sf %s link.svg && mkfifo pipe.svg"):format(folder, name))
    assert.has_error(function() gnuplot.live{file = folder .. "/pipe.svg", terminal = "file"} end,
      ("gnuplot.live: 'file': cannot write '%s/pipe.svg': not a regular file"):format(folder))
    local curve = gnuplot.live{file = folder .. "/link.svg", terminal = "file"}
    curve:add("a", 1, 1)
    curve:close()
    assert.equal("symbolic link", sh("stat -c %%F %s/link.svg", folder))
    assert.truthy(read(folder .. "/" .. name):find("</svg>", 1, true))
    assert.equal("", sh("ls -A %s | grep -F .hecate", folder))
  end)

  it("refuses wrong options before the training begins", function()
    assert.has_error(function() gnuplot.live{file = folder .. "/none/loss.png"} end,
      ("gnuplot.live: 'file': cannot write '%s/none/loss.png': No such file or directory")
        :format(folder))
    assert.has_error(function() gnuplot.live{file = "loss.txt"} end, "gnuplot.live: 'file': "
      .. "expected a name that ends in one of png, svg, pdf, eps, got 'loss.txt'")
    assert.has_error(function() gnuplot.live{terminal = "windo"} end, "gnuplot.live: 'terminal': "
      .. "unknown terminal 'windo', did you mean 'window'? "
      .. "(known: window, terminal, kitty, sixel, braille, ascii, file, none, dumb, qt, wxt, x11)")
    assert.has_error(function() gnuplot.live{logx = true} end, "gnuplot.live: unknown option "
      .. "'logx', did you mean 'logy'? (known: title, file, csv, logy, smooth, best, terminal, "
      .. "resume, interval, timeout)")
    assert.has_error(function() gnuplot.live{smooth = 1, terminal = "none"} end,
      "gnuplot.live: 'smooth': expected 0 or more and less than 1, got 1")
    assert.has_error(function() gnuplot.live{best = "most", terminal = "none"} end,
      "gnuplot.live: 'best': expected 'min', 'max' or false, got 'most'")
    assert.has_error(function() gnuplot.live{csv = folder .. "/none/a.csv", terminal = "none"} end,
      ("gnuplot.live: 'csv': cannot write '%s/none/a.csv': No such file or directory"):format(folder))
    assert.has_error(function() gnuplot.live{resume = true, terminal = "none"} end,
      "gnuplot.live: 'resume': needs 'csv', the file to go on with")
    assert.has_error(function() gnuplot.live(7) end,
      "gnuplot.live: 'title' (argument 1): expected a string, got number 7")
  end)

  it("survives values that cannot be drawn", function()
    local curve = gnuplot.live{file = file, terminal = "file", logy = true, timeout = 5}
    local lines = warnings_of(function()
      for i = 1, 5 do curve:add("nan", i, 0 / 0) end
      curve:add("zero", 1, 0)
      curve:close()
    end)
    assert.same({}, lines)
    assert.is_nil(read(file))
    for _, value in ipairs{1, -1, 1e299, 1e-320} do
      lines = warnings_of(function()
        local one = gnuplot.live{file = file, terminal = "file", timeout = 5}
        one:add("one", 1, value)
        one:close()
      end)
      assert.same({}, lines)
      png_size(file)
    end
  end)

  it("costs a step next to nothing", function()
    local curve = gnuplot.live{terminal = "none"}
    local before = os.clock()
    for i = 1, 20000 do curve:add("a", i, i) end
    assert.is_true((os.clock() - before) / 20000 < 1e-4) -- 2 µs as a rule
    curve:close()
  end)
end)

describe("the axes of a live curve", function()
  it("have whole steps, and powers of ten in one style", function()
    local picture = dofile "tests/picture.lua"
    local path = folder .. "/axes.svg"
    local curve = gnuplot.live{title = "loss", file = path, terminal = "file"}
    for epoch = 1, 4 do curve:add("train", epoch, 1 / epoch) end
    curve:close()
    local s = picture.svg(path)
    assert.is_true(picture.says(s, "2") and picture.says(s, "3"))
    assert.is_false(picture.says(s, "1.5") or picture.says(s, "2.5"))
    curve = gnuplot.live{title = "loss", file = path, terminal = "file", logy = true}
    for step = 1, 7 do curve:add("train", step, 10.0 ^ -step) end
    curve:close()
    s = picture.svg(path)
    assert.is_true(picture.says(s, "10⁻⁶") or picture.says(s, "10⁻⁵"), table.concat(s.texts, " "))
    assert.is_false(picture.says(s, "0.1") or picture.says(s, "0.01"))
  end)
end)
