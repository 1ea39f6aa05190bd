-- Attention in blocks: the same numbers as all scores at once give, at lengths around the sizes of blocks.
local torch = require "torch"
local F = nn.functional

--- All scores at once, in float64.
local function reference(q, k, v, how)
  local scores = (q * (how.scale or 1 / math.sqrt(q:size(-1)))):matmul(k:transpose(-2, -1))
  local counts = how.is_causal and torch.ones(q:size(-2), k:size(-2)):tril():gt(0)
  if how.attn_mask and how.attn_mask.dtype == torch.bool then counts = how.attn_mask end
  if counts then scores = scores:masked_fill(counts:logical_not(), -math.huge)
  elseif how.attn_mask then scores = scores + how.attn_mask end
  local empty = scores:eq(-math.huge):all(-1, true)
  return scores:masked_fill(empty, 0):softmax(-1):masked_fill(empty, 0):matmul(v)
end

--- The result and the gradients of f(q, k, v, how), in float64.
local function all_of(f, inputs, how, dtype)
  local leaves = {}
  for i, x in ipairs(inputs) do leaves[i] = x:to(dtype):detach():clone():requires_grad_(true) end
  local out = f(leaves[1], leaves[2], leaves[3], how)
  local weights = (torch.arange(out:numel()):double() * 0.7):sin():reshape(out.shape):to(out.dtype)
  out:backward(weights)
  return {out:detach():double(), leaves[1].grad:double(), leaves[2].grad:double(), leaves[3].grad:double()}
end

local function close(expected, got, tolerance)
  for i, name in ipairs {"result", "query", "key", "value"} do
    local difference = (expected[i] - got[i]):abs():max():item()
    assert.is_true(difference < tolerance, ("%s: %g"):format(name, difference))
  end
end

describe("scaled_dot_product_attention in blocks", function()
  --- Widths of whole vectors and others have loops of their own.
  local function sample(length, positions, width, depth)
    return {torch.randn(2, 2, length, width), torch.randn(2, 2, positions, width),
      torch.randn(2, 2, positions, depth)}
  end
  local function masks(length, positions)
    local rows = torch.arange(length):reshape(-1, 1) * positions + torch.arange(positions)
    local some = rows:remainder(3):gt(0)
    some[1] = false -- sees nothing
    return {none = {}, causal = {is_causal = true}, scale = {scale = 0.3}, bools = {attn_mask = some},
      ["bools of samples"] = {attn_mask = torch.arange(2 * positions):remainder(5):gt(0):reshape(2, 1, 1, positions)},
      numbers = {attn_mask = (rows * 0.1):sin()}}
  end
  for _, size in ipairs {{1, 1, 4, 3}, {3, 5, 4, 3}, {5, 3, 16, 16}, {9, 20, 4, 16}, {95, 129, 16, 48},
    {130, 513, 4, 3}, {97, 385, 32, 112}, {1, 700, 4, 3}, {8, 385, 64, 16}} do
    it(("of lengths %d and %d, widths %d and %d"):format(table.unpack(size)), function()
      torch.manual_seed(3)
      local inputs = sample(table.unpack(size))
      for name, how in pairs(masks(size[1], size[2])) do
        local of_64 = {is_causal = how.is_causal, scale = how.scale, attn_mask = how.attn_mask}
        if name == "numbers" then of_64.attn_mask = how.attn_mask:double() end
        local expected = all_of(reference, inputs, of_64, torch.float64)
        close(expected, all_of(F.scaled_dot_product_attention, inputs, of_64, torch.float64), 1e-12)
        close(expected, all_of(F.scaled_dot_product_attention, inputs, how, torch.float32), 3e-5)
      end
    end)
  end

  it("heads of keys serve several heads of queries", function()
    local q, k, v = torch.randn(2, 6, 5, 4), torch.randn(2, 2, 7, 4), torch.randn(2, 2, 7, 3)
    local function repeated(x, keys, values, how)
      return reference(x, keys:repeat_interleave(3, 2), values:repeat_interleave(3, 2), how)
    end
    local how = {enable_gqa = true}
    close(all_of(repeated, {q, k, v}, {}, torch.float64),
      all_of(F.scaled_dot_product_attention, {q, k, v}, how, torch.float64), 1e-12)
  end)

  it("tensors of any layout and number of dimensions", function()
    local packed = torch.randn(2, 6, 3, 2, 4, {dtype = torch.float64})
    local q, k, v = table.unpack(packed:permute(3, 1, 4, 2, 5):unbind(1))
    local expected = reference(q, k, v, {})
    assert.is_true(F.scaled_dot_product_attention(q, k, v):allclose(expected))
    assert.is_true(F.scaled_dot_product_attention(q[1], k[1], v[1]):allclose(expected[1]))
    assert.is_true(F.scaled_dot_product_attention(q[1][2], k[1][2], v[1][2]):allclose(expected[1][2]))
    local five = F.scaled_dot_product_attention(q:unsqueeze(1), k:unsqueeze(1), v:unsqueeze(1))
    assert.is_true(five:allclose(expected:unsqueeze(1)))
    local turned = k:transpose(-2, -1):contiguous():transpose(-2, -1)
    assert.is_true(F.scaled_dot_product_attention(q, turned, v:expand(2, 2, 6, 4)):allclose(expected))
    local one = k[{{}, {}, {1, 1}}]:expand(2, 2, 6, 4) -- rows that share their elements
    assert.is_true(F.scaled_dot_product_attention(q, one, v):allclose(reference(q, one, v, {})))
  end)

  it("NaN is not lost, no positions give zeros", function()
    local x = torch.randn(1, 1, 3, 2)
    local broken = x:clone()
    broken[1][1][2][1] = 0 / 0
    assert.is_true(F.scaled_dot_product_attention(broken, x, x)[1][1][2]:isnan():all():item())
    assert.is_false(F.scaled_dot_product_attention(broken, x, x)[1][1][1]:isnan():any():item())
    local none = torch.zeros(1, 1, 0, 2)
    assert.is_true(torch.equal(torch.zeros(1, 1, 3, 2), F.scaled_dot_product_attention(x, none, none)))
  end)

  it("a mask that wants a gradient gets it", function()
    local q = torch.randn(2, 3, 4, {dtype = torch.float64})
    local mask = torch.randn(3, 3, {dtype = torch.float64}):requires_grad_(true)
    F.scaled_dot_product_attention(q, q, q, mask):square():sum():backward()
    assert.is_true(mask.grad:abs():sum():item() > 0)
  end)

  it("memory does not grow with the square of the length", function()
    local file = io.open "/proc/self/status"
    if not file then return end -- no Linux
    file:close()
    local function peak()
      for line in io.lines "/proc/self/status" do
        local kib = line:match "^VmHWM:%s*(%d+)"
        if kib then return tonumber(kib) / 1024 end
      end
    end
    local length = 8192 -- all scores would be 256 MiB
    local x = torch.randn(1, 1, length, 2):requires_grad_(true)
    local before = peak()
    F.scaled_dot_product_attention(x, x, x, {is_causal = true}):sum():backward()
    assert.is_true(peak() - before < 64)
  end)

  it("what does not fit is named", function()
    local x, mask = torch.randn(1, 2, 3, 4), torch.zeros(1, 2, 3, 3)
    for message, call in pairs {
      ["attention: 'query' (argument 1): expected (N×H×L×E) with at least one head, got float32 (3×4)"] =
        function() torch._C.call("attention", x[1][1], x, x, nil, false, 1) end,
      ["attention: 'key' (argument 2): expected the dtype of 'query' and (N×G×S×E), where G divides H, "
        .. "got float32 (1×3×3×4)"] =
        function() torch._C.call("attention", x, torch.randn(1, 3, 3, 4), x, nil, false, 1) end,
      ["attention: 'value' (argument 3): expected the dtype of 'query' and (N×G×S×V) as 'key', "
        .. "got float32 (1×2×2×4)"] =
        function() torch._C.call("attention", x, x, torch.randn(1, 2, 2, 4), nil, false, 1) end,
      ["attention: 'mask' (argument 4): expected bools or the dtype of 'query' of shape (N×H×L×S), "
        .. "got float64 (1×2×3×3)"] =
        function() torch._C.call("attention", x, x, x, mask:double(), false, 1) end} do
      local ok, got = pcall(call)
      assert.is_false(ok)
      assert.is_truthy(tostring(got):find(message, 1, true), tostring(got))
    end
  end)
end)
