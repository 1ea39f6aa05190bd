--- k-means on handwritten digits, without their labels: Lloyd's rounds from starts by k-means++.
--
--     hecate scripts/examples/kmeans.lua [--clusters N] [--out FILE.png] [--small]
local command_line = dofile((arg[0]:match "^.*/" or "") .. "command_line.lua")
local options = command_line("Finds groups of digits that look alike.", {
  {"clusters", 10, "groups"},
  {"rounds", 50, "rounds at most"},
  {"out", false, "a picture of the centres (.png)"},
}, {rounds = 5})

torch.manual_seed(1)
local digits = torchvision.datasets.Digits{train = true}
local x = digits.data:to("float32"):flatten(2)
local labels = digits.targets

--- The squared distances of all points from all centres.
local function distances(centres)
  return (x ^ 2):sum(2, {keepdim = true}) - 2 * x:mm(centres:t()) + (centres ^ 2):sum(2):unsqueeze(1)
end

--- Centres far from each other: each is drawn with a chance that grows with its distance from those before.
local function first_centres(k)
  local centres = x[{{torch.randint(1, #x + 1, {1}):item()}}]
  while #centres < k do
    local chance = distances(centres):min(2):clamp(0, math.huge)
    local at = torch.multinomial(chance / chance:sum(), 1):item()
    centres = torch.cat({centres, x[{{at}}]}, 1)
  end
  return centres
end

local centres, nearest, before = first_centres(options.clusters), nil, nil
for round = 1, options.rounds do
  nearest = distances(centres):argmin(2)
  if before and nearest:eq(before):all():item() then
    print(("nothing moves after %d rounds"):format(round - 1))
    break
  end
  local sums = torch.zeros_like(centres):index_add(1, nearest, x)
  local counts = torch.zeros(options.clusters):index_add(1, nearest, torch.ones(#x))
  centres, before = sums / counts:clamp(1, math.huge):unsqueeze(2), nearest
end

--- The share of pictures whose label is the most frequent one of their group.
local right = 0
for cluster = 1, options.clusters do
  local inside = labels:masked_select(nearest:eq(cluster))
  local most = 0
  for label = 1, 10 do most = math.max(most, inside:eq(label):sum():item()) end
  right = right + most
end
print(("%d groups, each named by its most frequent digit: %.1f %% right"):format(options.clusters, 100 * right / #x))

if options.out then
  gnuplot.pngfigure(options.out)
  gnuplot.images(centres:reshape(options.clusters, 1, 8, 8), {nrow = 5, normalize = true})
  gnuplot.close()
end
