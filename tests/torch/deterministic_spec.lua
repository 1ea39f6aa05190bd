describe("torch.use_deterministic_algorithms", function()
  after_each(function() torch.use_deterministic_algorithms(false) end)

  it("fills what nobody wrote", function()
    torch.use_deterministic_algorithms(true)
    assert.is_true(torch.are_deterministic_algorithms_enabled())
    assert.is_true(torch.empty(3):isnan():all():item())
    assert.is_true(torch.empty_like(torch.ones(2, {dtype = "bfloat16"})):isnan():all():item())
    assert.is_true(torch.empty(2, {requires_grad = true}):isnan():all():item())
    for dtype, largest in pairs {uint8 = 255, int8 = 127, int16 = 32767, int32 = 2147483647, int64 = math.maxinteger,
      uint16 = 65535, uint32 = 4294967295} do
      assert.equal(largest, torch.empty(2, {dtype = dtype})[2]:item())
    end
    assert.is_true(torch.empty(2, {dtype = "bool"}):all():item())
    assert.equal(2.0, torch.ones(2):sum():item())
    torch.use_deterministic_algorithms(false)
    assert.is_false(torch.are_deterministic_algorithms_enabled())
  end)

  it("is of the whole program", function()
    coroutine.wrap(function() torch.use_deterministic_algorithms(true, {warn_only = true}) end)()
    assert.is_true(torch.are_deterministic_algorithms_enabled())
    assert.is_true(torch.is_deterministic_algorithms_warn_only_enabled())
    assert.error_matches(function() torch.use_deterministic_algorithms(1) end, "use_deterministic_algorithms: 'mode'")
    assert.error_matches(function() torch.use_deterministic_algorithms(true, {warn = true}) end,
      "no argument 'warn'")
  end)
end)
