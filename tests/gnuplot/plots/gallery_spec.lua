--- The gallery of the guide.
local drawing = dofile "tests/gnuplot/drawing.lua"
local picture = dofile "tests/picture.lua"
local screen = dofile "tests/screen.lua"
local sh = screen.sh
local folder = drawing.folder

teardown(drawing.remove)
after_each(drawing.reset)

describe("the gallery", function()
  it("draws every picture of its document", function()
    local out = folder .. "/gallery"
    os.execute("mkdir " .. out)
    assert.equal("", sh("%s scripts/docs/gallery.lua docs/guide/plots.md %s 2>&1", screen.hecate, out))
    assert.equal(sh("ls docs/guide/plots"), sh("ls %s", out))
    for name in sh("ls %s", out):gmatch("%S+") do
      if name:find("%.png$") then
        assert.is_true(picture.png(out .. "/" .. name).width >= 400, name)
      end
    end
  end)
end)
