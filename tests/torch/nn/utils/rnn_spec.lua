-- nn.utils.rnn, and layers over packed sequences.
local F64 = {dtype = "float64"}
local rnn = nn.utils.rnn

local function message(f, ...)
  local ok, reason = pcall(f, ...)
  assert.is_false(ok)
  return (tostring(reason):gsub("^[^ ]*:%d+: ", ""))
end

local a, b, c = torch.tensor({1, 2}), torch.tensor({3, 4, 5}), torch.tensor({6})

describe("nn.utils.rnn", function()
  it("pads and unpads", function()
    assert.are.same({{1, 3, 6}, {2, 4, 0}, {0, 5, 0}}, rnn.pad_sequence({a, b, c}):tolist())
    assert.are.same({{1, 2, -1}, {3, 4, 5}, {6, -1, -1}}, rnn.pad_sequence({a, b, c}, true, -1):tolist())
    assert.are.same({{0, 1, 2}, {3, 4, 5}, {0, 0, 6}},
      rnn.pad_sequence({a, b, c}, {batch_first = true, padding_side = "left"}):tolist())
    local back = rnn.unpad_sequence(rnn.pad_sequence({a, b, c}), {2, 3, 1})
    for i, x in ipairs {a, b, c} do assert.is_true(torch.equal(x, back[i])) end
  end)
  it("packs and unpacks, sorted or not", function()
    local packed = rnn.pack_sequence({b, a, c})
    assert.are.same({3, 1, 6, 4, 2, 5}, packed.data:tolist())
    assert.are.same({3, 2, 1}, packed.batch_sizes:tolist())
    assert.is_nil(packed.sorted_indices)
    packed = rnn.pack_sequence({a, b, c}, false)
    assert.are.same({3, 1, 6, 4, 2, 5}, packed.data:tolist())
    assert.are.same({2, 1, 3}, packed.sorted_indices:tolist())
    assert.are.same({2, 1, 3}, packed.unsorted_indices:tolist())
    for i, x in ipairs(rnn.unpack_sequence(packed)) do assert.is_true(torch.equal(({a, b, c})[i], x)) end
    local padded, lengths = rnn.pad_packed_sequence(packed, {batch_first = true, padding_value = 9, total_length = 4})
    assert.are.same({{1, 2, 9, 9}, {3, 4, 5, 9}, {6, 9, 9, 9}}, padded:tolist())
    assert.are.same({2, 3, 1}, lengths:tolist())
    assert.are.same({3, 1, 2}, rnn.invert_permutation(torch.tensor({2, 3, 1})):tolist())
    assert.equal(torch.float64, packed:double().data.dtype)
  end)
  it("passes gradients", function()
    local x = torch.rand(3, 2, 2, F64):requires_grad_()
    assert.is_true(torch.autograd.gradcheck(function(t)
      return (rnn.pad_packed_sequence(rnn.pack_padded_sequence(t, {2, 3}, {enforce_sorted = false})))
    end, {x}))
  end)
  it("says what is wrong", function()
    local x = torch.zeros(3, 2, 1)
    assert.equal("pack_padded_sequence: 'lengths' (argument 2): expected the longest first; enforce_sorted = false "
      .. "sorts them", message(rnn.pack_padded_sequence, x, {1, 3}))
    assert.equal("pack_padded_sequence: 'lengths' (argument 2): expected 2 lengths, one for each sequence, got 1",
      message(rnn.pack_padded_sequence, x, {3}))
    assert.equal("pack_padded_sequence: 'lengths' (argument 2): expected lengths from 1 to 3, got number 4",
      message(rnn.pack_padded_sequence, x, {4, 1}))
    assert.equal("pad_packed_sequence: 'sequence' (argument 1): expected a PackedSequence, got float32 (3×2×1)",
      message(rnn.pad_packed_sequence, x))
    assert.equal("pad_packed_sequence: 'total_length' (argument 4): expected at least 3, the longest sequence, got 2",
      message(rnn.pad_packed_sequence, rnn.pack_sequence({b, a}), {total_length = 2}))
    assert.equal("pad_sequence: 'padding_side' (argument 4): expected right or left, got string 'up'",
      message(rnn.pad_sequence, {a}, {padding_side = "up"}))
  end)
end)

describe("layers over packed sequences give what they give for each sequence alone:", function()
  local lengths = {3, 5, 1, 3}
  local function sequences(size)
    local list = {}
    for i, n in ipairs(lengths) do list[i] = torch.randn(n, size, F64) end
    return list
  end

  local function check(kind, how)
    torch.manual_seed(5)
    local layer = nn[kind](3, 4, how)
    local directions = how.bidirectional and 2 or 1
    local list = sequences(3)
    local size = how.proj_size or 4
    local function state(n)
      local h = torch.arange(2 * directions * n * size):double():view(2 * directions, n, size) / 50
      if kind ~= "LSTM" then return h end
      return {h, torch.arange(2 * directions * n * 4):double():view(2 * directions, n, 4) / 40}
    end
    local whole = state(#lengths)
    local packed, last = layer(rnn.pack_sequence(list, false), whole)
    local outputs = rnn.unpack_sequence(packed)
    for i, x in ipairs(list) do
      local own = kind == "LSTM" and {whole[1]:select(2, i), whole[2]:select(2, i)} or whole:select(2, i)
      local out, after = layer(x, own)
      assert.is_true(torch.allclose(out, outputs[i]), kind .. " " .. i)
      if kind == "LSTM" then
        assert.is_true(torch.allclose(after[1], last[1]:select(2, i)))
        assert.is_true(torch.allclose(after[2], last[2]:select(2, i)))
      else
        assert.is_true(torch.allclose(after, last:select(2, i)))
      end
    end
    local without = layer(rnn.pack_sequence(list, false))
    without.data:sum():backward()
    assert.is_not_nil(layer.weight_ih_l0.grad)
  end

  for _, kind in ipairs {"RNN", "LSTM", "GRU"} do
    for _, bidirectional in ipairs {false, true} do
      for _, batch_first in ipairs {false, true} do
        it(("%s%s%s"):format(kind, bidirectional and ", both ways" or "", batch_first and ", batch_first" or ""),
          function()
            check(kind, {num_layers = 2, bidirectional = bidirectional, batch_first = batch_first, dtype = "float64"})
          end)
      end
    end
  end
  it("LSTM with proj_size", function() check("LSTM", {num_layers = 2, proj_size = 2, dtype = "float64"}) end)
  it("and refuse others", function()
    assert.matches("^nn.GRU: 'input' %(argument 1%): expected a PackedSequence of rows",
      message(nn.GRU(1, 2), rnn.pack_sequence({torch.ones(3)})))
  end)
end)
