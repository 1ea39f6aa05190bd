--- Draws the pictures of docs/guide/plots.md from the code blocks above them:
--     hecate scripts/docs/gallery.lua [document [folder]]
-- A block that is followed by ![…](plots/NAME.png) draws NAME.png; the folder is the
-- document's by default.
local document = arg[1] or "docs/guide/plots.md"
local folder = arg[2] or document:match("^(.*)/[^/]*$") .. "/plots"
local SIZE = {400, 290}
local sizes = {["panels.png"] = {520, 400}, ["shared.png"] = {520, 400}}

--- The blocks with pictures: {line = of the code, code =, name =}.
local function blocks_of(path)
  local list, open, last, number = {}, nil, nil, 0
  for line in io.lines(path) do
    number = number + 1
    if line:find("^```lua") then
      open = {line = number + 1}
    elseif open and line:find("^```") then
      open.code, last, open = table.concat(open, "\n"), open, nil
    elseif open then
      open[#open + 1] = line
    else
      local name = line:match("^!%[.-%]%(plots/([%w_]+%.%w+)%)")
      if name then
        last.name, list[#list + 1] = name, last
      end
    end
  end
  return list
end

--- Runs a block whose figure, or whose animation, becomes the file.
local function draw(block)
  local path = folder .. "/" .. block.name
  local plots = setmetatable({animate = function(_, ...) gnuplot.animate(path, ...) end},
    {__index = gnuplot})
  local env = setmetatable({gnuplot = plots, print = function() end}, {__index = _G})
  local code = ("\n"):rep(block.line - 1) .. block.code
  torch.manual_seed(1)
  gnuplot.style(block.code:match '^gnuplot%.style%("(%l+)"%)' or "default") -- a figure takes it from the beginning
  if not block.name:find("%.gif$") then gnuplot.pngfigure(path, {size = sizes[block.name] or SIZE}) end
  assert(load(code, "@" .. document, "t", env))()
  gnuplot.close()
end

for _, block in ipairs(blocks_of(document)) do draw(block) end
