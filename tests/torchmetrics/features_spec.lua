-- Distances of sets of images by features: known distributions and networks of one's own.
local torchmetrics = require "torchmetrics"

local function near(want, got, within)
  assert.is_true(math.abs(want - got:item()) <= within, ("%s, expected %s"):format(got:item(), want))
end

describe("by features", function()
  local random = torch.Generator():manual_seed(4)
  local function normal(n, d) return torch.randn(n, d, {generator = random, dtype = "float64"}) end

  it("Fréchet's distance is that of the normal laws", function()
    local fid = torchmetrics.FrechetInceptionDistance()
    local x, y = normal(400, 3), normal(300, 3) * 2 + 1
    fid:update(x:narrow(1, 1, 150), true)
    fid:update(x:narrow(1, 151, 250), true)
    fid:update(y, false)
    local c1, c2 = torch.cov(x:t()), torch.cov(y:t())
    local root = torch.linalg.eigvals(c1:mm(c2)):sqrt().real:sum()
    local want = (x:mean(1) - y:mean(1)):square():sum() + c1:diagonal():sum() + c2:diagonal():sum() - root * 2
    near(want:item(), fid:compute(), 1e-5)
    near(6, fid:compute(), 1.5) -- 3 · (1 + (2 - 1)²) for the laws themselves
    local same = torchmetrics.FrechetInceptionDistance({feature = function(images) return images:flatten(2) end})
    same:update(x:reshape(400, 1, 3), true)
    same:update(x:reshape(400, 1, 3), false)
    near(0, same:compute(), 1e-4)
    assert.error_matches(function()
      local one = torchmetrics.FrechetInceptionDistance()
      one:update(x, true)
      one:compute()
    end, "FrechetInceptionDistance: compute%(%) with 0 made images")
    assert.error_matches(function() fid:update(torch.ones(2, 3, 4, 4), true) end, "expected features %(N, D%)")
  end)

  it("the kernel distance is 0 for one law and not for two", function()
    local function distance(shift)
      local kid = torchmetrics.KernelInceptionDistance({subsets = 20, subset_size = 60})
      kid:update(normal(150, 4), true)
      kid:update(normal(150, 4) + shift, false)
      return (kid:compute())
    end
    near(0, distance(0), 0.2)
    assert.is_true(distance(2):item() > 5)
    local kid = torchmetrics.KernelInceptionDistance()
    kid:update(normal(5, 2), true)
    assert.error_matches(function() kid:compute() end, "'subset_size' is 1000, and there are 5 real and 0 made")
  end)

  it("the inception score is the number of classes that are told with certainty", function()
    local score = torchmetrics.InceptionScore({splits = 1})
    score:update(torch.eye(5):repeatTensor(20, 1) * 100)
    near(5, (score:compute()), 1e-3)
    score:reset()
    score:update(torch.zeros(40, 5))
    near(1, (score:compute()), 1e-5)
  end)

  it("perceptual similarity takes a network", function()
    local function net(x) return {x, x * 2} end
    local a, b = torch.rand(2, 3, 4, 4, {generator = random}), torch.rand(2, 3, 4, 4, {generator = random})
    near(0, torchmetrics.functional.learned_perceptual_image_patch_similarity(a, a, net), 1e-6)
    local function unit(x) return x / x:norm(2, 2, true) end
    local want = (unit(a) - unit(b)):square():sum(2):mean() * 2
    near(want:item(), torchmetrics.LearnedPerceptualImagePatchSimilarity(net)(a, b), 1e-5)
    assert.error_matches(function()
      torchmetrics.functional.learned_perceptual_image_patch_similarity(a, b, function(x) return x end)
    end, "'net': expected a network that gives an array of feature maps")
  end)
end)
