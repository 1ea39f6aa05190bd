-- torch.fft and windows: what the recorded cases of PyTorch leave out.
local torch = require "torch"

--- The transform by its definition, of n numbers in the last dimension.
local function slow(x)
  local n = x:size(-1)
  local k = torch.arange(n):double()
  local angle = -2 * math.pi * torch.remainder(torch.outer(k, k), n) / n
  return x:matmul(torch.complex(angle:cos(), angle:sin()))
end

describe("torch.fft", function()
  it("transforms numbers of any length, and back", function()
    torch.manual_seed(1)
    for _, n in ipairs {1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 30, 31, 37, 49, 64, 74, 97, 128, 243, 1009, 1024} do
      local x = torch.complex(torch.randn(2, n, {dtype = "float64"}), torch.randn(2, n, {dtype = "float64"}))
      local y = torch.fft.fft(x)
      assert.is_true((y - slow(x)):abs():max():item() < 1e-14 * n + 1e-13, "length " .. n)
      assert.is_true((torch.fft.ifft(y) - x):abs():max():item() < 1e-13, "back, length " .. n)
      local single = torch.fft.fft(x:to(torch.complex64))
      assert.equal(torch.complex64, single.dtype)
      assert.is_true((single - slow(x)):abs():max():item() < 2e-6 * n + 1e-5, "float32, length " .. n)
    end
  end)

  it("transforms along any dimension of any layout", function()
    local x = torch.complex(torch.randn(3, 4, 5, {dtype = "float64"}), torch.randn(3, 4, 5, {dtype = "float64"}))
    local want = slow(x:movedim(2, -1)):movedim(-1, 2)
    assert.is_true(torch.allclose(torch.fft.fft(x, {dim = 2}), want))
    assert.is_true(torch.allclose(torch.fft.fft(x:transpose(1, 2), {dim = 1}), want:transpose(1, 2)))
  end)

  it("gives back real numbers from half a spectrum, of even and odd length", function()
    for _, n in ipairs {1, 2, 5, 8, 37} do
      local x = torch.randn(n, {dtype = "float64"})
      local half = torch.fft.rfft(x)
      assert.equal(n // 2 + 1, half:size(1))
      assert.is_true(torch.allclose(torch.fft.irfft(half, n), x))
      assert.is_true(torch.allclose(torch.fft.hfft(torch.fft.ihfft(x), n), x))
    end
    local image = torch.randn(4, 6, {dtype = "float64"})
    assert.is_true(torch.allclose(torch.fft.irfft2(torch.fft.rfft2(image)), image))
    assert.is_true(torch.allclose(torch.fft.irfftn(torch.fft.rfftn(image, {norm = "ortho"}), {norm = "ortho"}), image))
  end)

  it("has gradients of both orders", function()
    local x = torch.randn(2, 5, {dtype = "float64"}):requires_grad_(true)
    for _, f in ipairs {"rfft", "fft2", "ihfft"} do
      local function real(t) return torch.view_as_real(torch.fft[f](t)) end
      assert.is_true(torch.autograd.gradcheck(real, {x}))
      assert.is_true(torch.autograd.gradgradcheck(real, {x}))
    end
    local z = torch.complex(torch.randn(3, {dtype = "float64"}), torch.randn(3, {dtype = "float64"}))
    z:requires_grad_(true)
    assert.is_true(torch.autograd.gradcheck(function(t) return torch.fft.irfft(t, 4) end, {z}))
  end)

  it("says what is wrong with a call", function()
    local wrong = {
      {"fft: 'input' (argument 1): expected a tensor, got number 3", function() torch.fft.fft(3) end},
      {"fft: 'norm': expected 'backward', 'ortho' or 'forward', got string 'none'",
        function() torch.fft.fft(torch.ones(3), {norm = "none"}) end},
      {"fft: 'n', 's': expected sizes of 1 or more, got 0", function() torch.fft.fft(torch.ones(3), 0) end},
      {"rfft: 'input' (argument 1): expected real numbers, got complex64 (2)",
        function() torch.fft.rfft(torch.complex(torch.ones(2), torch.ones(2))) end},
      {"fftn: 'dim': dimension 1 is there twice", function() torch.fft.fftn(torch.ones(2, 2), {dim = {1, -2}}) end},
      {"fft2: 's': expected 2, one for each dimension, got 1", function() torch.fft.fft2(torch.ones(2, 2), {3}) end},
    }
    for _, case in ipairs(wrong) do assert.has_error(case[2], case[1]) end
  end)
end)

describe("windows", function()
  it("are symmetric, or periods of one that goes on", function()
    local hann = torch.signal.windows.hann(5, {dtype = "float64"})
    for i, want in ipairs {0, 0.5, 1, 0.5, 0} do assert.is_true(math.abs(hann[i]:item() - want) < 1e-15) end
    assert.is_true(torch.allclose(torch.hann_window(4), torch.signal.windows.hann(4, {sym = false})))
    assert.is_true(torch.allclose(torch.signal.windows.hann(4, {sym = false}), hann[{{1, 4}}]:float()))
    assert.same({1}, torch.signal.windows.kaiser(1):tolist())
    local one = torch.signal.windows.exponential(1, 1.5, 0.5, {sym = false})
    assert.is_true(torch.allclose(one, torch.tensor {math.exp(-3)}))
    assert.same({0}, torch.hamming_window(0).shape and {torch.hamming_window(0):numel()})
  end)
end)
