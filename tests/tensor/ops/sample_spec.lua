-- Sampling at the places of a grid, beside the recorded cases: what is no number, and wrong arguments.
local F = nn.functional
local nan <const> = 0 / 0

describe("grid_sample", function()
  local x = torch.arange(1, 13):reshape(1, 1, 3, 4):float()
  local grid = torch.tensor({nan, 0, math.huge, 0, 0, nan, -math.huge, 0}):float():reshape(1, 1, 4, 2)

  it("reads nothing at places that are no numbers", function()
    assert.same({0, 0, 0, 0}, F.grid_sample(x, grid, "nearest"):reshape(-1):tolist())
    assert.is_true(F.grid_sample(x, grid, "bilinear"):isnan():all():item())
    assert.same({5, 8, 2.5, 5}, F.grid_sample(x, grid, "bilinear", "border"):reshape(-1):tolist())
  end)

  it("leaves out what lies beyond the edge, whatever stands at it", function()
    local infinite = torch.full({1, 1, 2, 2}, math.huge)
    local out = F.grid_sample(infinite, torch.full({1, 1, 1, 2}, -2.5), "bilinear")
    assert.equal(0, out:item())
  end)

  it("takes the last element of a volume for NaN", function()
    local volume = torch.arange(1, 5):reshape(1, 1, 1, 1, 4):float()
    local out = F.grid_sample(volume, torch.tensor({nan, 0, 0}):float():reshape(1, 1, 1, 1, 3), "nearest", "border")
    assert.equal(4, out:item())
  end)

  it("says what is wrong", function()
    local ok, message = pcall(F.grid_sample, x, torch.zeros(1, 2, 2, 3))
    assert.is_false(ok)
    assert.matches("'grid' %(argument 2%): expected float32 of 4 dimensions", message)
    ok, message = pcall(F.grid_sample, torch.ones(1, 1, 2, 2, 2), torch.zeros(1, 1, 1, 1, 3), "bicubic")
    assert.is_false(ok)
    assert.matches("bicubic needs planes", message)
  end)
end)
