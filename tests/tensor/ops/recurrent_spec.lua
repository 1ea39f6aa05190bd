-- Recurrent layers over whole sequences: what their single steps give, at sizes around those of vectors and panels.
local torch = require "torch"
local GATES = {lstm = 4, gru = 3, tanh = 1, relu = 1}

--- The result of a layer, its last cells (of an LSTM), and the gradients of all its inputs, in float64.
local function all_of(layer, kind, inputs, dtype, backwards)
  local leaves = {}
  for i, x in pairs(inputs) do leaves[i] = x:to(dtype):detach():clone():requires_grad_(true) end
  local out, cells = layer(kind, leaves, backwards)
  local weights = (torch.arange(out:numel()):double() * 0.7):sin():reshape(out.shape):to(out.dtype)
  local total = (out * weights):sum()
  if cells then total = total + (cells * weights[1]):sum() end
  total:backward()
  local list = {out:detach():double(), cells and cells:detach():double()}
  for i = 1, 7 do list[2 + i] = leaves[i] and leaves[i].grad:double() end
  return list
end

local function whole(kind, x, backwards)
  local out, cells = torch._C.call("recurrent", x[1], x[2], x[3], x[4], x[5], x[6], x[7], kind, backwards)
  return out, kind == "lstm" and cells[backwards and 1 or -1] or nil
end

local function by_steps(kind, x, backwards)
  local gates, h, c, outputs = nn.functional.linear(x[1], x[4], x[6]), x[2], x[3], {}
  local steps = gates:size(1)
  for i = 1, steps do
    local at = backwards and steps + 1 - i or i
    if kind == "lstm" then h, c = torch._C.call("lstm_step", gates[at], h, c, x[5], x[7])
    elseif kind == "gru" then h = torch._C.call("gru_step", gates[at], h, x[5], x[7])
    else h = torch._C.call("rnn_step", gates[at], h, x[5], x[7], kind == "relu") end
    outputs[at] = h
  end
  return torch.stack(outputs, 1), c
end

local function sample(kind, steps, batch, inputs, size, bias)
  local n = GATES[kind] * size
  local function some(...) return torch.randn({...}, {dtype = torch.float64}) * 0.5 end
  return {[1] = some(steps, batch, inputs), [2] = some(batch, size), [3] = kind == "lstm" and some(batch, size) or nil,
    [4] = some(n, inputs), [5] = some(n, size) * (1 / math.sqrt(size)), [6] = bias and some(n) or nil,
    [7] = bias and some(n) or nil}
end

describe("recurrent, beside its steps", function()
  for kind in pairs(GATES) do
    for _, size in ipairs {{1, 1, 1, 1}, {4, 3, 5, 7}, {3, 7, 2, 33}, {2, 13, 3, 70}, {5, 2, 1, 130}} do
      it(("%s of %d steps, batch %d, %d -> %d"):format(kind, table.unpack(size)), function()
        torch.manual_seed(2)
        for _, backwards in ipairs {false, true} do
          local inputs = sample(kind, size[1], size[2], size[3], size[4], not backwards)
          local expected = all_of(by_steps, kind, inputs, torch.float64, backwards)
          for dtype, tolerance in pairs {float64 = 1e-12, float32 = 1e-4} do
            local got = all_of(whole, kind, inputs, torch[dtype], backwards)
            for i = 1, 9 do
              assert.equal(expected[i] == nil, got[i] == nil)
              if expected[i] then
                local difference = (expected[i] - got[i]):abs():max():item()
                assert.is_true(difference < tolerance, ("%s, number %d: %g"):format(dtype, i, difference))
              end
            end
          end
        end
      end)
    end
  end

  it("no samples give nothing, and gradients of 0", function()
    local inputs = sample("lstm", 2, 0, 3, 4, true)
    local got = all_of(whole, "lstm", inputs, torch.float32, false)
    assert.same({2, 0, 4}, {got[1]:size(1), got[1]:size(2), got[1]:size(3)})
    assert.is_true(torch.equal(got[6], torch.zeros(16, 3, {dtype = torch.float64})))
  end)

  it("second derivatives, also where the state is made from the input", function()
    for kind in pairs(GATES) do
      if kind ~= "relu" then
        local x = sample(kind, 3, 2, 3, 3, true)
        local function loss(input, layer)
          local given = table.move(x, 1, 7, 1, {})
          given[1], given[2] = input, input[1] * 0.5
          local out, cells = layer(kind, given, false)
          return (out * out):sum() + (cells and cells:sum() or 0)
        end
        local results = {}
        for i, layer in ipairs {whole, by_steps} do
          local input = x[1]:clone():requires_grad_(true)
          local first = torch.autograd.grad(loss(input, layer), input, {create_graph = true})
          first = torch.is_tensor(first) and first or first[1]
          local second = torch.autograd.grad((first * first):sum(), input)
          results[i] = {first, torch.is_tensor(second) and second or second[1]}
        end
        for i = 1, 2 do assert.is_true(results[1][i]:allclose(results[2][i], 1e-9, 1e-10), kind) end
      end
    end
  end)

  it("what does not fit is named", function()
    local x = sample("lstm", 2, 2, 3, 4, true)
    local function call(i, value)
      local given = table.move(x, 1, 7, 1, {})
      given[i] = value
      local ok, message = pcall(whole, "lstm", given, false)
      assert.is_false(ok)
      return tostring(message)
    end
    for i, expected in pairs {
      [1] = "'input' (argument 1): expected (T×B×I) with at least one step, got float64 (2×3)",
      [2] = "'h' (argument 2): expected a state (B×H) of the dtype of 'input', got float64 (2×2×3)",
      [4] = "'weight' (argument 4): expected float64 (16×3), got float64 (2×3)",
      [5] = "'recurrent' (argument 5): expected float64 (16×4), got float64 (2×3)",
      [6] = "'bias' (argument 6): expected float64 (16), got float64 (2×3)"} do
      local message = call(i, i == 2 and x[1] or x[1][1])
      assert.is_truthy(message:find("recurrent: " .. expected, 1, true), message)
    end
    assert.is_truthy(call(3, nil):find("'c' (argument 3): expected float64 (2×4), got nothing", 1, true))
    assert.is_truthy(call(7, nil):find("'recurrent_bias' (argument 7): expected both biases or none, got nothing", 1,
      true))
  end)
end)
