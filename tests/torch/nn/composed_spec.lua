-- Layers and functions of nn.functional that are composed in Lua: wrong calls, print, what the recorded cases do not
-- reach. Their values and gradients are those of tests/tensor/parity_spec.lua and gradients_spec.lua.
local F = torch.nn.functional
local nn = torch.nn
local F64 = {dtype = "float64"}

local function message(f)
  local ok, text = pcall(f)
  assert.is_false(ok)
  return (tostring(text):gsub("^[^:]+:%d+: ", ""))
end

describe("wrong calls of composed layers are one clear line:", function()
  local cases = {
    {function() F.conv1d(torch.zeros(2, 3, 4, 5), torch.zeros(2, 3, 2)) end,
      "conv1d: 'input' (argument 1): expected 3 dimensions, or 2 without a batch, got float32 (2×3×4×5)"},
    {function() F.conv1d(torch.zeros(3, 5), torch.zeros(2, 3, 2), {stride = 0}) end,
      "conv1d: 'stride' (argument 4): expected an integer, 1 or more, got number 0"},
    {function() F.conv_transpose2d(torch.zeros(3, 5, 5), torch.zeros(2, 3, 2, 2)) end,
      "conv_transpose2d: 'input' (argument 1): expected 2 channels that groups = 1 divides, got 3"},
    {function() F.conv_transpose1d(torch.zeros(2, 5), torch.zeros(2, 3, 2), {output_padding = 1}) end,
      "conv_transpose1d: 'output_padding' (argument 6): expected less than stride or dilation, got 1"},
    {function() F.conv3d(torch.zeros(3, 1, 5, 5), torch.zeros(2, 3, 2, 2, 2)) end,
      "conv3d: 'weight' (argument 2): a depth of 2 does not fit into 1"},
    {function() nn.MaxPool1d() end, "nn.MaxPool1d: 'kernel_size' (argument 1): expected a value, got nothing"},
    {function() nn.MaxPool1d(0) end, "nn.MaxPool1d: 'kernel_size': expected an integer, 1 or more, got number 0"},
    {function() nn.Conv3d(3, 4, 2, {groups = 2}) end,
      "nn.Conv3d: groups = 2 does not divide in_channels = 3 and out_channels = 4"},
    {function() nn.Conv1d(3, 4, 2, {stride = 2, padding = "same"}) end,
      "nn.Conv1d: padding = 'same' needs stride 1"},
    {function() nn.ConvTranspose1d(3, 4, 2, {padding_mode = "reflect"}) end,
      "nn.ConvTranspose1d: 'padding_mode' (argument 10): expected zeros, the only one it has, got string 'reflect'"},
    {function() nn.GroupNorm(2, 3) end,
      "nn.GroupNorm: 'num_groups' (argument 1): expected a divisor of num_channels = 3, got number 2"},
    {function() F.group_norm(torch.zeros(2, 4), 3) end,
      "group_norm: 'num_groups' (argument 2): expected a divisor of 4 channels, got number 3"},
    {function() F.interpolate(torch.zeros(1, 1, 2)) end, "interpolate: expected one of 'size' and 'scale_factor'"},
    {function() F.interpolate(torch.zeros(1, 1, 2), {scale_factor = 2, mode = "bilinear"}) end,
      "interpolate: 'input' (argument 1): expected 4 dimensions for mode 'bilinear', got float32 (1×1×2)"},
    {function() F.interpolate(torch.zeros(1, 1, 2), {scale_factor = 2, align_corners = true}) end,
      "interpolate: 'align_corners' (argument 5): mode 'nearest' has none"},
    {function() F.max_unpool1d(torch.ones(1, 1, 1), torch.ones(1, 1, 2):long(), 2) end,
      "max_unpool1d: 'indices' (argument 2): expected the shape of 'input', got int64 (1×1×2)"},
    {function() F.fold(torch.ones(1, 4, 3), 3, 2) end,
      "fold: 'input' (argument 1): expected columns of a multiple of 4 elements for 4 windows, got float32 (1×4×3)"},
    {function() nn.ReflectionPad2d({1, 2}) end,
      "nn.ReflectionPad2d: 'padding' (argument 1): expected an integer or an array of 4 of them, got an array of 2"},
    {function() nn.Dropout1d(2) end,
      "nn.Dropout1d: 'p' (argument 1): expected a probability from 0 to 1, got number 2"},
    {function() F.adaptive_avg_pool2d(torch.zeros(1, 2, 2)) end,
      "adaptive_avg_pool2d: 'output_size' (argument 2): expected a value, got nothing"},
    {function() F.pixel_shuffle(torch.zeros(1, 3, 2, 2), 2) end,
      "pixel_shuffle: 'input' (argument 1): expected a number of channels that 4 divides, got float32 (1×3×2×2)"},
    {function() F.adaptive_avg_pool2d(torch.zeros(1, 2, 2), {2, 2, 2}) end,
      "adaptive_avg_pool2d: 'output_size' (argument 2): expected a positive integer or an array of 2 of them, got an "
        .. "array of 3"},
    {function() F.max_unpool1d(torch.ones(1, 1, 1), torch.ones(1, 1, 1):long(), 2, {output_size = {2.5}}) end,
      "max_unpool1d: 'output_size' (argument 6): expected sizes nearer than the stride to 2, got number 2.5"},
    {function() F.rms_norm(torch.zeros(2, 3), 3, torch.ones(1)) end,
      "rms_norm: 'weight' (argument 3): expected the shape normalized_shape, got float32 (1)"},
    {function() nn.GRU(2, 3)() end, "nn.GRU: 'input' (argument 1): expected a tensor, got nothing"},
    {function() nn.InstanceNorm1d(2)(5) end,
      "nn.InstanceNorm1d: 'input' (argument 1): expected a tensor, got number 5"},
    {function() nn.Conv1d(1, 1, 1)(torch.ones(1, 1, 1), 5) end, "nn.Conv1d: at most 1 arguments are expected, got 2"},
    {function() nn.TransformerEncoder(nil, 1) end,
      "nn.TransformerEncoder: 'layer' (argument 1): expected a value, got nothing"},
    {function() F.rms_norm(torch.zeros(2, 3), 2) end,
      "rms_norm: 'normalized_shape' (argument 2): expected the last sizes of 'input', which is float32 (2×3), got "
        .. "number 2"},
    {function() F.rms_norm(torch.zeros(2, 3), torch.tensor(3)) end,
      "rms_norm: 'normalized_shape' (argument 2): expected an integer or an array of them, got int64 ()"},
    {function() F.affine_grid(torch.zeros(1, 2, 2), {1, 1, 2, 2}) end,
      "affine_grid: 'theta' (argument 1): expected a floating-point tensor (1×2×3), got float32 (1×2×2)"},
    {function() F.embedding_bag(torch.tensor {1, 2}, torch.eye(2), torch.tensor {2}) end,
      "embedding_bag: 'offsets' (argument 3): expected rising positions from 1 to 3, got int64 (1)"},
    {function() nn.EmbeddingBag(3, 2, {padding_idx = 4}) end,
      "nn.EmbeddingBag: 'padding_idx' (argument 8): expected a position from 1 to 3 (or -1 to -3), got number 4"},
    {function() F.instance_norm(torch.zeros(2, 3, 4), {use_input_stats = false}) end,
      "instance_norm: without use_input_stats expected 'running_mean' and 'running_var'"},
    {function() F.bilinear(torch.ones(1, 2), torch.ones(2, 3), torch.ones(1, 2, 3)) end,
      "bilinear: 'input2' (argument 2): expected the sizes of 'input1' and a last dimension of size 3, got float32 "
        .. "(2×3)"},
  }
  for _, case in ipairs(cases) do
    it(case[2], function() assert.equal(case[2], message(case[1])) end)
  end
end)

describe("composed layers", function()
  it("print their options", function()
    assert.equal("Conv1d(3, 4, kernel_size=(2,), stride=(1,))", tostring(nn.Conv1d(3, 4, 2))) -- as Conv2d
    assert.equal("Conv3d(2, 4, kernel_size=(1, 2, 3), stride=(1, 1, 1), padding=(0, 1, 0), groups=2, bias=false)",
      tostring(nn.Conv3d(2, 4, {1, 2, 3}, {padding = {0, 1, 0}, groups = 2, bias = false})))
    assert.equal("ConvTranspose2d(2, 4, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1))",
      tostring(nn.ConvTranspose2d(2, 4, 3, {stride = 2, output_padding = 1})))
    assert.equal("AdaptiveAvgPool2d(output_size=(2, 3))", tostring(nn.AdaptiveAvgPool2d({2, 3})))
    assert.equal("ConstantPad1d(padding=(1, 1), value=2)", tostring(nn.ConstantPad1d(1, 2)))
  end)

  it("transposed convolutions are the adjoints of convolutions", function()
    local x, w = torch.randn({1, 2, 7, 6}, F64), torch.randn({4, 1, 3, 2}, F64)
    x:requires_grad_(true)
    local how = {stride = {2, 1}, padding = {1, 0}, dilation = {1, 2}, groups = 2}
    local y = F.conv2d(x, w, nil, how)
    local g = torch.randn(y.shape, F64)
    local want = torch.autograd.grad({y}, {x}, {g})
    how.output_padding = 0
    assert.is_true(F.conv_transpose2d(g, w, nil, how):allclose(want))
  end)

  it("transposed convolutions give the size that is asked for", function()
    local m = nn.ConvTranspose2d(1, 1, 3, {stride = 2, padding = 1})
    assert.same({1, 1, 10, 9}, {table.unpack(m(torch.ones(1, 1, 5, 5), {10, 9}).shape)})
    assert.equal("nn.ConvTranspose2d: 'output_size' (argument 2): expected 9 to 10, got 11",
      message(function() m(torch.ones(1, 1, 5, 5), {11, 9}) end))
  end)

  it("have gradients as finite differences have them", function()
    local function grad(f, ...)
      local inputs = {...}
      for i, shape in ipairs(inputs) do inputs[i] = torch.randn(shape, F64):requires_grad_(true) end
      torch.autograd.gradcheck(f, inputs)
    end
    grad(function(x, w, b) return F.conv3d(x, w, b, {1, 2, 1}, 1, {2, 1, 1}) end, {1, 2, 3, 3, 2}, {2, 2, 2, 2, 1}, {2})
    grad(function(x, w) return F.conv_transpose3d(x, w, nil, 2, 1, 1) end, {1, 2, 2, 2, 2}, {2, 1, 2, 2, 3})
    grad(function(x) return F.fold(F.unfold(x, 2, 1, 1, 2), {3, 4}, 2, 1, 1, 2) end, {1, 2, 3, 4})
    grad(function(x) return F.interpolate(x, {size = {5, 2}, mode = "bicubic", antialias = true}) end, {1, 1, 3, 4})
    grad(function(x) return F.avg_pool3d(x, 2, 1, 1, true, false) end, {1, 1, 2, 3, 2})
    grad(function(x) return (F.max_pool3d(x, 2, 1)) end, {1, 1, 3, 2, 3})
    grad(function(x, w, b) return F.group_norm(x, 2, w, b) end, {2, 4, 3}, {4}, {4})
    grad(function(x) return F.rms_norm(x, 3) end, {2, 3})
    for _, mode in ipairs {"sum", "mean", "max"} do
      grad(function(w)
        return F.embedding_bag(torch.tensor {1, 3, 3, 2}, w, torch.tensor {1, 3, 3}, {mode = mode, padding_idx = 2})
      end, {3, 2})
    end
    grad(function(x) return nn.ChannelShuffle(2)(x) end, {1, 4, 2})
  end)

  it("dropouts of channels drop whole channels and keep their mean", function()
    torch.manual_seed(1)
    local y = F.dropout2d(torch.ones(50, 40, 2, 2), 0.25)
    local each = y:flatten(3):amax(3)
    assert.is_true(torch.equal(each, y:flatten(3):amin(3)))
    assert.is_true(math.abs(y:mean():item() - 1) < 0.05)
    assert.is_true(torch.equal(torch.ones(2, 3, 4), nn.Dropout1d(0.5):eval()(torch.ones(2, 3, 4))))
  end)

  it("alpha dropout keeps mean and variance", function()
    torch.manual_seed(1)
    local y = F.alpha_dropout(torch.randn(200, 200), 0.3, true)
    assert.is_true(math.abs(y:mean():item()) < 0.02)
    assert.is_true(math.abs(y:var():item() - 1) < 0.03)
  end)
end)

describe("recurrent layers and attention", function()
  it("name wrong calls", function()
    local cases = {
      {function() nn.LSTM(3, 4, {proj_size = 4}) end,
        "nn.LSTM: 'proj_size': expected less than hidden_size = 4, got number 4"},
      {function() nn.RNN(3, 4, {nonlinearity = "sigmoid"}) end,
        "nn.RNN: 'nonlinearity' (argument 4): expected tanh or relu, got string 'sigmoid'"},
      {function() nn.GRU(3, 4)(torch.zeros(5, 2, 4)) end,
        "nn.GRU: 'input' (argument 1): expected 2 or 3 dimensions, the last of size 3, got float32 (5×2×4)"},
      {function() nn.LSTM(3, 4)(torch.zeros(5, 2, 3), torch.zeros(1, 2, 4)) end,
        "nn.LSTM: 'hx' (argument 2): expected an array of two tensors: {h, c}, got float32 (1×2×4)"},
      {function() nn.GRUCell(3, 4)(torch.zeros(2, 3), torch.zeros(2, 3)) end,
        "nn.GRUCell: 'hx' (argument 2): expected a tensor (2×4), got float32 (2×3)"},
      {function() nn.MultiheadAttention(4, 3) end,
        "nn.MultiheadAttention: 'num_heads' (argument 2): expected a divisor of embed_dim = 4, got number 3"},
      {function()
        local x = torch.zeros(2, 1, 4)
        nn.MultiheadAttention(4, 2)(x, x, x, {attn_mask = torch.ones(3, 2)})
      end,
        "nn.MultiheadAttention: 'attn_mask' (argument 6): expected a tensor (2×2) or (2×2×2), got float32 (3×2)"},
      {function() nn.TransformerEncoderLayer(4, 2, {activation = "tan"}) end,
        "nn.TransformerEncoderLayer: 'activation': expected relu, gelu or a function, got string 'tan'"},
      {function() nn.TransformerEncoder(nn.Linear(1, 1), 2) end,
        "nn.TransformerEncoder: 'layer' (argument 1): expected a Transformer layer, or a module with a method 'copy', "
          .. "got nn.Linear"},
      {function()
        local x = torch.zeros(1, 2, 2)
        F.scaled_dot_product_attention(x, x, x, torch.ones(2, 2), 0, true)
      end, "scaled_dot_product_attention: expected one of 'attn_mask' and 'is_causal'"},
    }
    for _, case in ipairs(cases) do assert.equal(case[2], message(case[1])) end
  end)

  it("the state of a call continues the sequence", function()
    for _, kind in ipairs {"RNN", "GRU", "LSTM"} do
      local m, x = nn[kind](2, 3, {num_layers = 2}), torch.randn(6, 1, 2)
      local whole = m(x)
      local first, state = m(x[{{1, 4}}])
      assert.is_true(torch.cat({first, (m(x[{{5, 6}}], state))}):allclose(whole))
    end
  end)

  it("rows that are masked as a whole give zeros, and gradients without nan", function()
    local q = torch.randn(2, 3):requires_grad_(true)
    local out = F.scaled_dot_product_attention(q, q, q, torch.tensor {{false, false}, {true, true}})
    assert.is_true(torch.equal(out[1]:detach(), torch.zeros(3)))
    out:sum():backward()
    assert.is_false(q.grad:isnan():any():item())
  end)

  it("a stack of Transformer's layers keeps the dtype of the layer, and what is frozen", function()
    local layer = nn.TransformerEncoderLayer(4, 2, 8, 0):double()
    layer.linear1.weight:requires_grad_(false)
    local stack = nn.TransformerEncoder(layer, 2)
    for _, p in ipairs(stack:parameters()) do assert.equal(torch.float64, p.dtype) end
    assert.is_false(stack.layers[2].linear1.weight.requires_grad)
    assert.is_true(stack.layers[2].linear2.weight.requires_grad)
    assert.is_true(torch.equal(layer.linear1.weight, stack.layers[1].linear1.weight))
  end)

  it("floats of 16 bits are computed in float32 and rounded once", function()
    local x = (torch.arange(5) * 0.37):sin():reshape(1, 1, 5):half()
    local how = {scale_factor = 1.7, mode = "linear"}
    assert.is_true(torch.equal(F.interpolate(x:float(), how):half(), F.interpolate(x, how)))
    local small = torch.tensor({0.0, 3.616e-3, 6.742e-3}):half() -- the default eps is that of float32
    assert.is_true(torch.equal(F.rms_norm(small:float(), 3):half(), F.rms_norm(small, 3)))
  end)

  it("a Transformer's layers have their own parameters; its mask is causal", function()
    local encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, 0), 2)
    assert.equal(24, #encoder:parameters())
    local mask = nn.Transformer.generate_square_subsequent_mask(3)
    local x = torch.randn(3, 1, 4)
    local y = x:clone()
    y[3] = 0
    assert.is_true(encoder(x, mask)[{{1, 2}}]:allclose(encoder(y, mask)[{{1, 2}}]))
  end)
end)
