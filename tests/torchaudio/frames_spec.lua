-- Transforms of frames in one pass are those of the way that has gradients; lines beside each other are those alone.
local function near(a, b, what)
  assert.same({table.unpack(a.shape)}, {table.unpack(b.shape)}, what)
  local scale = a:abs():max():item() + 1e-30
  local most = (a.dtype == torch.float32 or a.dtype == torch.complex64) and 2e-5 or 1e-12
  assert.is_true((a - b):abs():max():item() <= most * scale, what)
end

describe("frames in one pass", function()
  for _, case in ipairs {{16, 4, 100}, {15, 7, 200}, {37, 5, 120}, {400, 160, 9000}, {1, 1, 5}, {2, 3, 9},
    {63, 63, 700}, {256, 64, 3000}} do
    local n, hop, length = table.unpack(case)
    it(("n = %d, hop = %d"):format(n, hop), function()
      for _, dtype in ipairs {"float32", "float64"} do
        local x, window = torch.randn(2, length, {dtype = dtype}), torch.rand(n, {dtype = dtype})
        local slow = torch.fft.rfft(x:unfold(2, n, hop) * window):transpose(2, 3)
        near(slow, torch._C.call("frames_spectrum", x, window, hop), dtype)
        for _, power in ipairs {2, 1, 0.5} do
          near(slow:abs():pow(power), torch._C.call("frames_power", x, window, hop, power), dtype .. power)
        end
        local filters = torch.rand(n // 2 + 1, 3, {dtype = dtype}):triu(-1)
        local summed = slow:abs():square():transpose(2, 3):matmul(filters):transpose(2, 3)
        near(summed, torch._C.call("frames_power", x, window, hop, 2, filters), dtype)
      end
    end)
  end

  it("are taken by stft where no gradient is wanted, and give the same", function()
    local x, window = torch.randn(300), torch.hann_window(20)
    local with = torch.stft(x:clone():requires_grad_(), 20, 5, {window = window, normalized = true})
    assert.is_true(with.requires_grad)
    near(with:detach(), torch.stft(x, 20, 5, {window = window, normalized = true}), "stft")
  end)

  it("have gradients where they are wanted", function()
    local mel = torchaudio.transforms.MelSpectrogram {sample_rate = 8000, n_fft = 64, n_mels = 6}
    local x = torch.randn(1, 500)
    local plain = mel(x)
    local y = mel(x:clone():requires_grad_())
    near(y:detach(), plain, "mel")
    assert.is_true(y.requires_grad)
    assert.is_false(plain.requires_grad)
  end)
end)

describe("Fourier transforms of lines", function()
  it("are bit by bit those of each line alone", function()
    for _, n in ipairs {1, 2, 3, 4, 5, 6, 8, 12, 15, 16, 25, 60, 64, 81, 125, 128, 97, 210} do
      local x = torch.randn(37, n, {dtype = "complex64"})
      local all = torch.fft.fft(x)
      for _, i in ipairs {1, 17, 37} do
        assert.is_true(torch.equal(all[i], torch.fft.fft(x[i])), ("n = %d, line %d"):format(n, i))
      end
      local first = torch.fft.fft(x:t(), nil, 1)
      assert.is_true(torch.equal(all:t(), first), ("n = %d, along the first dimension"):format(n))
      near(x, torch.fft.ifft(all), ("n = %d and back"):format(n))
    end
  end)
end)

describe("wrong calls of torchaudio", function()
  local F, T = torchaudio.functional, torchaudio.transforms
  local x = torch.ones(1, 100)
  local function fails(text, f, ...)
    local ok, message = pcall(f, ...)
    assert.is_false(ok)
    assert.matches(text, message, 1, true)
  end

  it("say what is wrong in one line", function()
    fails("spectrogram: 'window' (argument 3): expected a vector of 4 elements, got float32 (5)", F.spectrogram, x, 0,
      torch.ones(5), 4, 2, 4, 2)
    fails("spectrogram: 'win_length' (argument 6): expected at most n_fft = 4, got number 5", F.spectrogram, x, 0,
      torch.ones(5), 4, 2, 5, 2)
    fails("resample: 'orig_freq' (argument 2): expected a positive integer, got number 0", F.resample, x, 0, 5)
    fails("resample: 'waveform' (argument 1): expected floats (…×time), got int64 (3)", F.resample,
      torch.arange(3), 2, 1)
    fails("lfilter: 'b_coeffs' (argument 3): expected the shape of 'a_coeffs'", F.lfilter, x, torch.ones(3),
      torch.ones(2))
    fails("mask_along_axis: 'axis' (argument 4): expected 1 (frequencies) or 2 (time), got number 3", F.mask_along_axis,
      x, 2, 0, 3)
    fails("rnnt_loss: 'targets': class 9 is not from 1 to 3", F.rnnt_loss, torch.zeros(1, 2, 2, 3),
      torch.tensor({{9}}), torch.tensor({2}), torch.tensor({1}))
    fails("forced_align: 'targets': 2 classes need 3 steps, and there are 2", F.forced_align, torch.zeros(1, 2, 3),
      torch.tensor({{2, 2}}))
    fails("MFCC: 'n_mfcc' (argument 2): expected at most n_mels = 8, got number 40", T.MFCC,
      {melkwargs = {n_mels = 8, n_fft = 64}})
    fails("MelScale: unknown option 'mels'", T.MelScale, {mels = 3})
    fails("overdrive: 'waveform' (argument 1): has no gradient", F.overdrive, x:clone():requires_grad_())
    fails("kaldi.fbank: 'frame_length'", torchaudio.compliance.kaldi.fbank, x)
  end)

  it("of every function are refused in one line about the call, or are right", function()
    local wrong = {{}, {5}, {"x"}, {{}}, {true}, {print}, {x, "x"}, {x, {}}, {x, x, "y"}, {x, 1, "x"}, {x, x, x, x},
      {x, 0.5}, {x, -100}, {x, 1e18}, {x, {foo = 1}}, {torch.tensor(1)}, {torch.ones(0)}, {torch.ones(1, 0)},
      {x, 8000, 0}, {x, 8000, -1e30}, {x, 8000, 0 / 0}, {torch.ones(2, 2, {dtype = "complex64"}), x, x}}
    for _, library in ipairs {F, torchaudio.compliance.kaldi, T} do
      for name, f in pairs(library) do
        for i, args in ipairs(wrong) do
          local ok, message = pcall(f, table.unpack(args))
          message = not ok and tostring(message) or ""
          assert.is_nil(message:find "attempt to" or message:find "bad argument" or message:find "bad 'for'"
            or message:find "^lib/" or message:find "\n", ("%s, call %d: %s"):format(name, i, message))
        end
      end
    end
  end)
end)
