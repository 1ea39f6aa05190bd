--- Figures and windows whose gnuplot fails them.
local gnuplot = require "gnuplot"
local Figure = require "gnuplot.figure"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local screen = dofile "tests/screen.lua"
local sh, read, warnings_of = screen.sh, screen.read, screen.warnings_of
local folder, fake, refusal = drawing.folder, drawing.fake, drawing.refusal

teardown(drawing.remove)
after_each(drawing.reset)

describe("a gnuplot that", function()
  local function fails(how, script, expected)
    it(how .. " costs one warning, and no file", function()
      Figure.timeout = 0.5
      gnuplot.setgnuplotexe(script:find("^/") and script or fake(script))
      local path = ("%s/%s.png"):format(folder, how:gsub("%W", ""))
      local lines = warnings_of(function()
        for _ = 1, 2 do
          gnuplot.pngfigure(path)
          gnuplot.plot(torch.rand(100000), "+")
          gnuplot.close()
        end
      end)
      assert.equal(1, #lines, table.concat(lines))
      assert.truthy(lines[1]:find(expected, 1, true), lines[1])
      assert.truthy(lines[1]:find(("; '%s' is not written\n"):format(path), 1, true), lines[1])
      assert.is_nil(read(path))
      assert.equal("", sh("ls -A %s | grep '^[.]'", folder))
    end)
  end
  fails("is missing", "/no/gnuplot", "cannot run '/no/gnuplot': No such file or directory")
  fails("ends at once", "exit 3", "gnuplot ")
  fails("is killed", "kill -9 $$", "gnuplot ")
  fails("closes its input", "exec <&- >&- 2>&-; sleep 60", "gnuplot closed its input")
  fails("never reads", "exec sleep 60", "has not answered for ")
  fails("reads and is silent", "exec cat >/dev/null", "has not answered for ")
  fails("is too old", [[while read -r line; do
    case $line in *"GPVAL_VERSION < 5"*) echo "version 4.6 is too old, 5 is needed"; exit 0 ;; esac
  done]], "version 4.6 is too old, 5 is needed")

  it("does not know a command is the caller's error", function()
    gnuplot.svgfigure(folder .. "/x.svg")
    gnuplot.plot({1, 2, 3})
    gnuplot.raw("set nonsense")
    assert.truthy(refusal(gnuplot.plotflush):find("gnuplot.plotflush: gnuplot: unrecognized option", 1, true))
    gnuplot.title("still here")
    gnuplot.close()
    assert.is_true(picture.says(picture.svg(folder .. "/x.svg"), "still here"))
  end)

  it("gets no bytes of data as commands", function()
    -- pixels that spell a shell command, and a palette that makes gnuplot refuse the plot
    local word = ("\n!touch %s/pwned\n"):format(folder)
    word = word .. (" "):rep(-#word % 3)
    local pixels = torch.tensor({word:byte(1, -1)}, {dtype = "uint8"}):reshape(1, #word // 3, 3)
    gnuplot.svgfigure(folder .. "/x.svg")
    gnuplot.image(pixels)
    gnuplot.raw("set xrange [1:")
    pcall(gnuplot.close)
    assert.equal("", sh("ls -A %s | grep pwned", folder))
  end)
end)

describe("a window", function()
  it("is redrawn by the same gnuplot, and closes with the figure", function()
    -- A gnuplot that has a window: it answers and keeps what it was told.
    gnuplot.setgnuplotexe(fake(([[
      while IFS= read -r line; do
        printf '%%s\n' "$line" >> %s/said
        case $line in
          "print sprintf("*frame*) n=${line#*frame }; printf '\nhecate frame %%s 0.1\n' "${n%%%% *}" ;;
        esac
      done]]):format(folder)))
    gnuplot.setterm("x11")
    gnuplot.figure()
    gnuplot.plot("curve", {1, 2, 3})
    gnuplot.title("a title")
    gnuplot.plot({3, 2, 1})
    gnuplot.close()
    gnuplot.setterm(nil)
    local said = read(folder .. "/said")
    assert.equal(1, select(2, said:gsub("set terminal x11", "")))
    assert.equal(3, select(2, said:gsub("\nplot hecate_data", "")))
    assert.equal(2, select(2, said:gsub("set title \"a title\"", "")))
    assert.equal(1, select(2, said:gsub("set terminal '%.GPVAL_TERM%.' 1 nopersist", "")))
  end)

  it("that cannot be opened is a warning, and the work goes on", function()
    gnuplot.setgnuplotexe(fake([[while IFS= read -r line; do
      case $line in *"set terminal"*) echo "cannot open display" >&2; exit 1 ;; esac; done]]))
    gnuplot.setterm("x11")
    gnuplot.figure()
    local lines = warnings_of(function() gnuplot.plot({1, 2}) gnuplot.plot({1, 2}) end)
    gnuplot.close()
    gnuplot.setterm(nil)
    assert.truthy(lines[1]:find("gnuplot: no window: gnuplot: cannot open display", 1, true), lines[1])
    assert.is_true(#lines <= 2)
  end)
end)
