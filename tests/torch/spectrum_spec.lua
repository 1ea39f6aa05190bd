-- torch.stft and torch.istft.
local F64 <const> = {dtype = "float64"}

local function back(x, options, more)
  local spectra = torch.stft(x, options)
  for key, value in pairs(more or {}) do options[key] = value end
  return torch.istft(spectra, options)
end

describe("torch.stft", function()
  it("is the transform of each frame", function()
    local x = torch.randn({2, 20}, F64)
    local window = torch.hann_window(8, F64)
    local out = torch.stft(x, 8, 3, {window = window, center = false})
    assert.same({2, 5, 5}, {table.unpack(out.shape)})
    assert.is_true(torch.allclose(out[{{}, {}, 2}], torch.fft.rfft(x[{{}, {4, 11}}] * window)))
    local whole = torch.stft(x, 8, 3, {window = window, center = false, onesided = false, normalized = true})
    assert.is_true(torch.allclose(whole[{{}, {1, 5}}], out / 8 ^ 0.5))
  end)

  it("centres frames and puts windows in their middle", function()
    local x = torch.randn({12}, F64)
    local padded = nn.functional.pad(x:reshape(1, 1, 12), {4, 4}, "reflect"):reshape(20)
    assert.is_true(torch.allclose(torch.stft(x, 8), torch.stft(padded, 8, {center = false})))
    local short = torch.hann_window(4, F64)
    assert.is_true(torch.allclose(torch.stft(x, 8, {win_length = 4, window = short}),
      torch.stft(x, 8, {window = nn.functional.pad(short, {2, 2})})))
    assert.equal(2, torch.stft(x, 8, {return_complex = false}):size(-1))
  end)

  it("is undone by istft", function()
    local x = torch.randn({2, 40}, F64)
    local window = torch.hann_window(8, F64)
    assert.is_true(torch.allclose(back(x, {n_fft = 8, hop_length = 2, window = window}, {length = 40}), x))
    assert.is_true(torch.allclose(back(x, {n_fft = 8, onesided = false, normalized = true}), x))
    local z = torch.complex(x, x:flip(2))
    assert.is_true(torch.allclose(back(z, {n_fft = 8}, {return_complex = true}), z))
  end)

  it("has gradients", function()
    local x = torch.randn({10}, {dtype = "float64", requires_grad = true})
    local window = (torch.rand({4}, F64) + 0.5):requires_grad_(true)
    local function there(t, w) return torch.view_as_real(torch.stft(t, 4, 2, {window = w})) end
    local function again(t, w) return torch.istft(torch.stft(t, 4, 2), 4, 2, {window = w}) end
    for _, f in ipairs {there, again} do
      assert.is_true(torch.autograd.gradcheck(f, {x, window}))
      assert.is_true(torch.autograd.gradgradcheck(f, {x, window}))
    end
  end)

  it("says what is wrong", function()
    local x = torch.randn(10)
    assert.error_matches(function() torch.stft(x, 40, {center = false}) end,
      "stft: 'n_fft' %(argument 2%): expected at most 10")
    assert.error_matches(function() torch.stft(x, 4, {window = torch.ones(3)}) end,
      "'window' %(argument 5%): expected a vector")
    assert.error_matches(function() torch.istft(torch.stft(x, 4), 6) end,
      "istft: 'input' %(argument 1%): expected 4 freq")
    assert.error_matches(function() torch.istft(torch.stft(x, 4), 4, {window = torch.zeros(4)}) end, "add up to 0")
  end)
end)
