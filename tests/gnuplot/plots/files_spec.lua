--- Files of pictures and of animations: whole, or not there.
local gnuplot = require "gnuplot"
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local screen = dofile "tests/screen.lua"
local sh, read = screen.sh, screen.read
local folder, fake, svg, refusal = drawing.folder, drawing.fake, drawing.svg, drawing.refusal

teardown(drawing.remove)
after_each(drawing.reset)

describe("animations", function()
  --- Size and number of frames of a GIF, from its blocks.
  local function gif(path)
    local text = read(path)
    assert.equal("GIF89a", text:sub(1, 6))
    local width, height, flags = string.unpack("<I2I2B", text, 7)
    local at, frames = 14, 0
    local function skip_table(bits) if bits & 128 ~= 0 then at = at + 3 * (2 << (bits & 7)) end end
    local function skip_blocks()
      while text:byte(at) ~= 0 do at = at + 1 + text:byte(at) end
      at = at + 1
    end
    skip_table(flags)
    while text:byte(at) ~= 0x3b do
      if text:byte(at) == 0x21 then
        at = at + 2
      else
        frames = frames + 1
        local bits = text:byte(at + 9)
        at = at + 10
        skip_table(bits)
        at = at + 1
      end
      skip_blocks()
    end
    return {width, height, frames}
  end

  it("have all their frames", function()
    local path = folder .. "/a.gif"
    local before = gnuplot.figure()
    gnuplot.animate(path, 4, function(i)
      gnuplot.plot({0, i, 1})
      gnuplot.axis{1, 3, 0, 4}
    end, {delay = 0.05, size = {120, 90}})
    assert.same({120, 90, 4}, gif(path))
    assert.equal(before, gnuplot.figure(before))
  end)

  it("leave nothing behind when a frame fails", function()
    local path = folder .. "/b.gif"
    local ok, err = pcall(gnuplot.animate, path, 3, function(i)
      if i == 2 then error("frame two", 0) end
      gnuplot.plot({1, 2})
    end)
    assert.is_false(ok)
    assert.equal("frame two", err)
    assert.is_nil(read(path))
    assert.equal("gnuplot.animate: nothing was plotted", refusal(gnuplot.animate, path, 1, function() end))
    assert.equal("", sh("ls -A %s | grep b.gif", folder))
  end)
end)

describe("files", function()
  it("are replaced in one piece, through links", function()
    os.execute(("cd %s && echo old > real.svg && ln -s real.svg link.svg"):format(folder))
    gnuplot.svgfigure(folder .. "/link.svg")
    gnuplot.plot({1, 2, 3})
    assert.equal("old\n", read(folder .. "/real.svg"))
    gnuplot.close()
    picture.svg(folder .. "/real.svg")
    assert.equal("real.svg", sh("readlink %s/link.svg", folder))
    assert.equal("", sh("ls -A %s | grep '^[.]'", folder))
  end)

  it("may be pipes and devices, which stay what they are", function()
    gnuplot.figure()
    gnuplot.setterm("none")
    gnuplot.svgfigure("/dev/null")
    gnuplot.plot({1, 2, 3})
    gnuplot.close()
    assert.equal("character special file", sh("stat -c %%F /dev/null"))
    gnuplot.pngfigure("/dev/full")
    gnuplot.plot({1, 2, 3})
    assert.equal("gnuplot.plotflush: cannot write '/dev/full': No space left on device", refusal(gnuplot.plotflush))
    gnuplot.close()
    gnuplot.setterm(nil)
    local text = sh("%s -e 'gnuplot.svgfigure[[/dev/stdout]] gnuplot.plot{1,2} gnuplot.close()' | tail -c 8",
      screen.hecate)
    assert.truthy(text:find("</svg>", 1, true))
  end)

  it("that cannot be written are refused at once", function()
    assert.equal(("gnuplot.svgfigure: 'path' (argument 1): cannot write '%s': Is a directory"):format(folder),
      refusal(gnuplot.svgfigure, folder))
    assert.equal("gnuplot.animate: cannot write '/no/where.gif': No such file or directory",
      refusal(gnuplot.animate, "/no/where.gif", 1, print))
  end)

  it("are not half written on a full disk", function()
    -- The limit on the size of files, which a child inherits, stands for the disk's.
    local script = folder .. "/full.lua"
    local file = assert(io.open(script, "w"))
    file:write(("local ok, err = pcall(function()\n gnuplot.svgfigure(%q)\n gnuplot.plot(torch.rand(50), '-')\n"
      .. " gnuplot.plotflush()\nend)\nprint(ok, err)\ngnuplot.closeall()"):format(folder .. "/full.svg"))
    file:close()
    local text = sh("trap '' XFSZ; ulimit -f 16; %s %s 2>&1", screen.hecate, script)
    assert.is_nil(read(folder .. "/full.svg"))
    assert.equal("", sh("ls -A %s | grep full.svg", folder))
    assert.truthy(text:find("full.svg", 1, true), text)
  end)

  it("that come out incomplete are not kept", function()
    gnuplot.setgnuplotexe(fake([[
      while IFS= read -r line; do
        case $line in
          "set output '"*) path=${line#*\'}; path=${path%\'*}; printf '<svg' > "$path" ;;
          "print sprintf("*frame*) n=${line#*frame }; printf '\nhecate frame %s 0.1\n' "${n%% *}" ;;
        esac
      done]]))
    gnuplot.svgfigure(folder .. "/part.svg")
    gnuplot.plot({1, 2})
    assert.equal(("gnuplot.close: cannot write '%s/part.svg': the picture is not whole; is the disk full?")
      :format(folder), refusal(gnuplot.close))
    assert.is_nil(read(folder .. "/part.svg"))
  end)
end)
