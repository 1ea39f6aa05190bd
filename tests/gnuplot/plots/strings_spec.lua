--- Strings in plots: they show as they are, whatever signs are in them, and none runs a shell.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local screen = dofile "tests/screen.lua"
local folder, svg, refusal, sh = drawing.folder, drawing.svg, drawing.refusal, screen.sh

teardown(drawing.remove)
after_each(drawing.reset)

local ran = folder .. "/ran" -- a file that is there when a shell was run
local touch = "touch " .. ran

local function check_no_shell(text)
  local file = io.open(ran)
  if file then
    file:close()
    os.remove(ran)
    error("a shell was run by " .. text)
  end
end

--- What the text of an SVG means.
local function plain(text)
  return (text:gsub("&lt;", "<"):gsub("&gt;", ">"):gsub("&quot;", '"'):gsub("&apos;", "'"):gsub("&amp;", "&"))
end

local x, z = torch.rand(5), torch.rand(3, 3)

--- Every function that shows a text; one picture each.
local shows = {
  title = function(s) gnuplot.plot(x) gnuplot.title(s) end,
  xlabel = function(s) gnuplot.plot(x) gnuplot.xlabel(s) end,
  ylabel = function(s) gnuplot.plot(x) gnuplot.ylabel(s) end,
  zlabel = function(s) gnuplot.splot(z) gnuplot.zlabel(s) end,
  y2label = function(s) gnuplot.plot({x, axis = 2}) gnuplot.y2label(s) end,
  suptitle = function(s) gnuplot.plot(x) gnuplot.suptitle(s) end,
  name = function(s) gnuplot.plot(s, x) end,
  label = function(s) gnuplot.plot(x, {label = s}) end,
  surface = function(s) gnuplot.splot(s, z) end,
  points = function(s) gnuplot.scatter3(s, x, x, x) end,
  histogram = function(s) gnuplot.hist(s, x, 3) end,
  band = function(s) gnuplot.fill(s, x, x, x) end,
  text = function(s) gnuplot.plot(x) gnuplot.text(2, 0.5, s) end,
  annotation = function(s) gnuplot.plot(x) gnuplot.annotate(s, {2, 0.5}, {3, 0.6}) end,
  vertical = function(s) gnuplot.plot(x) gnuplot.vline(2, {label = s}) end,
  horizontal = function(s) gnuplot.plot(x) gnuplot.hline(0.5, {label = s}) end,
  scatter = function(s) gnuplot.scatter(s, x, x) end,
  stairs = function(s) gnuplot.step(s, x, x) end,
  stems = function(s) gnuplot.stem(s, x) end,
  arrows = function(s) gnuplot.quiver(s, x, x, x, x) end,
  violin = function(s) gnuplot.violin {{s, x}} end,
  errors = function(s) gnuplot.errorbars(s, x, x, x) end,
  xticks = function(s) gnuplot.plot(x) gnuplot.xticks({2}, {s}) end,
  yticks = function(s) gnuplot.plot({1, 2, 3}) gnuplot.yticks({2}, {s}) end,
  bars = function(s) gnuplot.bar({1, 2}, {labels = {s, "b"}}) end,
  names = function(s) gnuplot.bar(torch.rand(3, 3), {names = {s, "b"}}) end,
  boxplot = function(s) gnuplot.boxplot {{s, x}} end,
  rows = function(s) gnuplot.heatmap(z, {rows = {s, "b", "c"}}) end,
  classes = function(s) gnuplot.confusion(z, {labels = {s, "b", "c"}}) end,
  images = function(s) gnuplot.images(torch.rand(2, 1, 4, 4), {labels = {s, "b"}}) end,
  live = function(s)
    local curve <close> = gnuplot.live {title = "t", terminal = "file", file = folder .. "/p.svg"}
    curve:add(s, 1, 1)
    curve:mark(1, s)
  end,
  live_title = function(s)
    local curve <close> = gnuplot.live {title = s, terminal = "file", file = folder .. "/p.svg"}
    curve:add("s", 1, 1)
  end,
}

local texts = {
  "a_1 x^2 {y} @z &{w} ~v{.5-}",
  "'80s and '90s", "{", "''' \\ \\n", '"# @foo $bar !ls ; %d 50% %s', "`" .. touch .. "`",
  "'`" .. touch .. "`'", "\".system('" .. touch .. "').\"", "< " .. touch, "|" .. touch .. " 日本語 ü",
}

describe("strings", function()
  it("show as they are, everywhere", function()
    for where, show in pairs(shows) do
      for k, text in ipairs(texts) do
        if not where:find "^live" then gnuplot.svgfigure(folder .. "/p.svg", {size = {2000, 1000}}) end
        show(text)
        gnuplot.close()
        local said = screen.read(folder .. "/p.svg")
        check_no_shell(where .. " of " .. text)
        assert.truthy(plain(said):find(text, 1, true), ("%s does not show text %d: %s"):format(where, k, text))
      end
    end
  end)

  it("show where gnuplot measures nothing", function()
    for _, text in ipairs {"}", "{}", "&{", "~", "@", "'", '"', "^"} do
      local s = svg(function() gnuplot.plot(x) gnuplot.xlabel(text) gnuplot.title(text) end)
      local n = 0
      for _, said in ipairs(s.texts) do n = n + (said == text and 1 or 0) end
      assert.equal(2, n, text)
    end
  end)

  it("may have lines, control characters, bytes that are no UTF-8, and any length", function()
    local s = svg(function()
      gnuplot.plot("c\r\n'd'", x)
      gnuplot.title("a\n'b'\0\27[31m")
      gnuplot.xlabel("bad \xff\xc3 bytes")
      gnuplot.ylabel(("'"):rep(50000))
    end)
    for _, words in ipairs {"a", "'b'  [31m", "c", "'d'", "bad \u{FFFD}\u{FFFD} bytes"} do
      assert.is_true(picture.says(s, words), words)
    end
    for where, show in pairs(shows) do -- a live curve needs a name
      if where ~= "live" then svg(function() show("") end) end
    end
  end)

  it("around numbers are refused where they would be markup", function()
    local s = svg(function() gnuplot.heatmap(torch.zeros(2, 2), {format = "<'%.1f'> `" .. touch .. "`"}) end)
    assert.is_true(picture.says(s, "<'0.0'> `" .. touch .. "`"))
    check_no_shell("a format")
    for _, sign in ipairs {"_", "^", "{", "}", "@", "&", "~", "\\"} do
      assert.equal("gnuplot.heatmap: 'format': the signs _ ^ { } @ & ~ \\ cannot show here, got '%.1f" .. sign .. "'",
        refusal(gnuplot.heatmap, z, {format = "%.1f" .. sign}))
    end
  end)

  it("are gnuplot's markup if that is asked for", function()
    local s = svg(function()
      gnuplot.plot(x)
      gnuplot.title("up^2", {markup = true})
      gnuplot.xlabel("`" .. touch .. "`", {markup = true})
    end)
    check_no_shell("markup")
    assert.truthy(s.text:find(">up</tspan>", 1, true))
    assert.is_false(picture.says(s, "up^2"))
    assert.equal("gnuplot.title: 'markup': expected a boolean, got number 1",
      refusal(gnuplot.title, "a", {markup = 1}))
  end)

  it("of gnuplot's language stay in their command and run no shell", function()
    local styles = {
      ["has no backquote, which runs a shell"] = {"lines lw `" .. touch .. "`", "lines title '`" .. touch .. "`'"},
      ["does not call system(), which runs a shell"] = {"points lc rgb system ('" .. touch .. "')",
        "using (system(\"" .. touch .. "\"))", "lines title ''' . system('" .. touch .. "') . '''"},
      ["has no ';' and no line break"] = {"lines; !" .. touch, "lines\n!" .. touch, "lines\r!" .. touch},
      ["is that of one curve: it has a ',' only before a number"] = {"with lines, '< " .. touch .. "'",
        "lines, sprintf('%c" .. touch .. "', 60)", "lines, 0, 1?'< " .. touch .. "':''", "lines,0 .'a'"},
      ["has no '\\' outside of quotes"] = {"lines \\"}, ["has no '#' outside of quotes"] = {"lines # hidden"},
      ["has no '@' outside of quotes"] = {"lines @name"},
      ["has an open quote"] = {"lines title 'a", 'lines title "a\\"'},
      ["has an open or a wrong bracket"] = {"lines lc {", "boxes fs (1", "using ($1))", "using (1]"},
    }
    for reason, list in pairs(styles) do
      for _, style in ipairs(list) do
        local said = "gnuplot.plot: 'style': a style " .. reason
        assert.equal(said, refusal(function() gnuplot.plot(x, style) end))
        assert.equal(said, refusal(function() gnuplot.plot(x, {style = style}) end))
        assert.equal((said:gsub("plot:", "errorbars:", 1)),
          refusal(function() gnuplot.errorbars(x, x, x, style) end))
      end
    end
    local file = "takes its file by a plain name"
    for palette, reason in pairs {
      ["`" .. touch .. "`"] = "has no backquote, which runs a shell", ["file '< " .. touch .. "'"] = file,
      ["file \"\\074" .. touch .. "\""] = file, ["file 'a< " .. touch .. "'[2:99]"] = file, ["file '-'"] = file,
      ["fil sprintf('%c" .. touch .. "', 60)"] = file, ["file 'a'.'b'"] = file,
      ["gray {"] = "has an open or a wrong bracket",
      ["model RGB file system('" .. touch .. "')"] = "does not call system(), which runs a shell",
    } do
      for name, draw in pairs {imagesc = gnuplot.imagesc, surf = gnuplot.surf, contour = gnuplot.contour,
        heatmap = gnuplot.heatmap, confusion = gnuplot.confusion} do
        assert.equal(("gnuplot.%s: 'palette': a palette %s"):format(name, reason),
          refusal(function() draw(z, {palette = palette}) end))
      end
    end
    check_no_shell("a style or a palette")
  end)

  it("of gnuplot's language have their commas, brackets and quotes", function()
    for _, style in ipairs {"using 1:2 with lines lw 3", "points pt 7 lc rgb '#112233'", "lines dt (2,4)",
      "steps title 'a, b # @c'", "using 1:2:2 with labels offset 1,-0.5 font ',8'"} do
      svg(function() gnuplot.plot(x, style) end)
    end
    for _, palette in ipairs {"rgbformulae 7,5,15", "defined (0 'blue', 1 'red')", "model HSV functions gray,1,1"} do
      svg(function() gnuplot.imagesc(z, palette) end)
    end
    local file = assert(io.open(folder .. "/colours", "w"))
    file:write("0 0 0 1\n1 1 0 0\n")
    file:close()
    svg(function() gnuplot.imagesc(z, ("file '%s/colours' using 2:3:4"):format(folder)) end)
  end)

  it("are shortened where they have no room", function()
    local long = ("wörter "):rep(30)
    for _, place in ipairs {"best", "upper left", "outside top", "outside right", "outside bottom"} do
      local s = svg(function()
        gnuplot.plot({"short", {1, 2}}, {long, {2, 1}})
        gnuplot.legend(place)
      end)
      local shown
      for _, text in ipairs(s.texts) do shown = text:match "^wörter .*…$" or shown end
      assert.is_true(picture.says(s, "short"), place)
      assert.truthy(shown, place)
      assert.truthy(utf8.len(shown) < 30, place)
    end
    for _, key in ipairs {"title", "xlabel", "ylabel", "suptitle"} do
      local s = svg(function()
        gnuplot.plot {1, 2}
        gnuplot[key](long .. "\n" .. "second")
      end)
      local shown
      for _, text in ipairs(s.texts) do shown = text:match "^wörter .*…" or shown end
      assert.truthy(shown, key)
      assert.truthy(utf8.len(shown) < 50, key)
      assert.truthy(s.text:find "second", key)
    end
    assert.is_true(picture.says(svg(function() gnuplot.plot("a name that fits", {1, 2}) end), "a name that fits"))
  end)

  it("name files of any name", function()
    local names = {"|touch ran;a.svg", "<a.svg", "~a.svg", "`touch ran`.svg", "it's.svg", "{a.svg", "日.svg",
      "a\nb.svg"}
    local script = assert(io.open(folder .. "/names.lua", "w"))
    script:write [[
      for _, name in ipairs(arg) do
        gnuplot.plot {1, 2}
        gnuplot.figprint(name)
        local curve <close> = gnuplot.live {title = "t", terminal = "file", file = "live" .. name}
        curve:add("s", 1, 1)
        local again <close> = gnuplot.live {title = "t", terminal = "file", file = name}
        again:add("s", 1, 1)
      end
    ]]
    script:close()
    local words = {}
    for i, name in ipairs(names) do words[i] = "'" .. name:gsub("'", "'\\''") .. "'" end
    sh("cd %s && %s names.lua %s 2>&1", folder, screen.hecate, table.concat(words, " "))
    check_no_shell("the name of a file")
    for _, name in ipairs(names) do
      for _, path in ipairs {"/" .. name, "/live" .. name} do
        assert.truthy(screen.read(folder .. path), path)
        os.remove(folder .. path)
      end
    end
  end)
end)
