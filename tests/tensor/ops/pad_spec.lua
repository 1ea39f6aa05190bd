-- Padding at the limits of 64 bits: sizes that leave them are refused, they do not come back at the other end.
local pad = torch.nn.functional.pad
local most, least = math.maxinteger, math.mininteger

local function message(...)
  local ok, text = pcall(pad, ...)
  assert.is_false(ok)
  return (text:gsub("^.-: pad: ", "pad: "))
end

local function too_large(by, size, mode)
  return ("pad: padding %d is too large for a dimension of size %d under mode '%s'"):format(by, size, mode)
end
local function takes(size)
  return ("pad: 'pad' (argument 2): it takes more than the %d elements of dimension 1"):format(size)
end

describe("nn.functional.pad", function()
  local x = torch.tensor {1, 2, 3}

  it("refuses a size beyond 64 bits", function()
    for _, by in ipairs {{most, 0}, {0, most}, {most, most}} do -- 2 * most + 3 is 1 in 64 bits
      assert.are.equal(too_large(most, 3, "replicate"), message(x, by, "replicate"))
      assert.are.equal(too_large(most, 3, "constant"), message(x, by))
    end
    assert.are.equal(too_large(most, 3, "reflect"), message(x, {most, most}, "reflect"))
    assert.are.equal(too_large(most, 3, "circular"), message(x, {most, most}, "circular"))
  end)

  it("refuses it for a tensor without elements, too", function()
    local text = message(torch.zeros(0, 3), {most, most})
    assert.are.equal(too_large(most, 3, "constant"), text)
  end)

  it("refuses to take away more than there is", function()
    for _, by in ipairs {{least, 0}, {0, least}, {least, least}, {least, most}, {most, least}, {-4, 5}, {-2, -2}} do
      assert.are.equal(takes(3), message(x, by))
    end
    for _, mode in ipairs {"reflect", "replicate", "circular"} do
      for _, by in ipairs {{least, 0}, {0, least}, {least, least}} do
        assert.are.equal(takes(3), message(x, by, mode))
      end
    end
  end)

  it("repeats the edge where it leaves the tensor behind", function()
    assert.are.same({3, 3, 3, 3}, pad(x, {-4, 5}, "replicate"):tolist())
    assert.are.same({3, 3}, pad(x, {least, most}, "replicate"):tolist())
    assert.are.same({1, 1}, pad(x, {most, least}, "replicate"):tolist())
  end)
end)
