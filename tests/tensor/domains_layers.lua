-- Sampled arguments of what layers and filters of signals are made of, for domains.lua.
return function(by_name, _, make)
  local pack, x, constant, nonzero, leaf = make.pack, make.x, make.constant, make.nonzero, make.leaf
  local positions, F64 = make.positions, make.F64
  function by_name.lag_filter() return {pack(x(2, 3, 6), x(3, 3)), pack(x(1, 1, 2), x(1, 4))} end
  function by_name.lag_products() return {pack(x(2, 3, 6), x(2, 3, 6), 3), pack(x(1, 1, 2), x(1, 1, 2), 4)} end
  function by_name.all_pole()
    local function poles(...) return leaf(constant(...) * 0.3) end
    return {pack(x(2, 3, 6), poles(3, 3)), pack(x(1, 1, 4), poles(1, 5)), pack(x(1, 1, 3), poles(1, 2))}
  end
  function by_name.polyphase()
    return {pack(x(2, 9), constant(2, 4), 3, 6), pack(x(1, 5), constant(3, 10), 2, 9),
      pack(x(1, 7), constant(1, 6), 2, 3)}
  end
  function by_name.polyphase_adjoint()
    return {pack(x(2, 6), constant(2, 4), 3, 9), pack(x(1, 9), constant(3, 10), 2, 5)}
  end
  function by_name.nll_loss_backward()
    local t, w = positions {1, 4, 2}, torch.tensor({0.5, 0.75, 2, 1.25}, F64)
    local all, some = torch.tensor(2.5, F64), torch.tensor(1.25, F64) -- the weights that count
    return {pack(x(3), t, nil, nil, {3, 4}, -100, "none"), pack(x(), t, w, all, {3, 4}, -100, "mean"),
      pack(x(), t, w, some, {3, 4}, 4, "mean"), pack(x(), t, w, some, {3, 4}, 4, "sum")}
  end
  function by_name.native_batch_norm()
    local m, v = torch.randn({3}, F64), torch.rand({3}, F64) + 0.5
    local list = {pack(x(4, 3), nil, nil, x(3), x(3), true, 0.1, 1e-5),
      pack(x(4, 3), m, v, x(3), x(3), false, 0.1, 1e-5), pack(x(2, 3, 2), nil, nil, nil, nil, true, 0.1, 1e-3)}
    for _, sample in ipairs(list) do sample.results = 1 end -- the statistics carry no gradient
    return list
  end
  function by_name.native_layer_norm()
    local list = {pack(x(4, 3), x(3), x(3), 1e-5), pack(x(2, 20), nil, nil, 1e-3), pack(x(2, 3), nil, x(3), 1e-5)}
    for _, sample in ipairs(list) do sample.results = 1 end
    return list
  end
  function by_name.native_group_norm()
    local list = {pack(x(2, 4, 3), x(4), x(4), 2, 1e-5), pack(x(2, 6), nil, nil, 2, 1e-3),
      pack(x(1, 2, 3, 6), nil, x(2), 1, 1e-5), pack(x(2, 3, 17), x(3), nil, 3, 1e-5),
      pack(x(2, 6), x(6), x(6), 3, 1e-5)}
    for _, sample in ipairs(list) do sample.results = 1 end
    return list
  end
  function by_name.lstm_step()
    return {pack(x(2, 12), x(2, 3), x(2, 3), x(12, 3), x(12)), pack(x(2, 8), x(2, 3), x(2, 2), x(8, 3))}
  end
  function by_name.gru_step() return {pack(x(2, 9), x(2, 3), x(9, 3), x(9)), pack(x(2, 3), x(2, 1), x(3, 1))} end
  function by_name.rnn_step()
    return {pack(x(2, 3), x(2, 3), x(3, 3), x(3), false), pack(nonzero(2, 3), x(2, 3), leaf(x(3, 3) * 0.01), nil, true)}
  end
  function by_name.recurrent()
    local list = {}
    for _, kind in ipairs {"lstm", "gru", "tanh"} do -- in one order, so that random programs are the same
      local gates = ({lstm = 4, gru = 3, tanh = 1})[kind]
      for _, backwards in ipairs {false, true} do
        local bias = not backwards and x(2 * gates) or nil
        local sample = pack(x(3, 2, 3), x(2, 2), kind == "lstm" and x(2, 2) or nil, x(2 * gates, 3), x(2 * gates, 2),
          bias, bias and x(2 * gates), kind, backwards)
        sample.results = kind == "lstm" and 2 or 1 -- what is kept for the gradient carries none
        list[#list + 1] = sample
      end
    end
    return list
  end
  function by_name.attention()
    local mask = torch.tensor({{true, false, true}, {false, false, false}}):reshape(1, 1, 2, 3)
    local list = {pack(x(1, 2, 3, 2), x(1, 2, 3, 2), x(1, 2, 3, 1), nil, true, 0.7),
      pack(x(2, 2, 2, 2), x(2, 1, 3, 2), x(2, 1, 3, 3), mask:expand(2, 2, 2, 3), false, 0.5),
      pack(x(1, 2, 2, 2), x(1, 2, 3, 2), x(1, 2, 3, 2), constant(1, 2, 2, 3), false, 1)}
    for _, sample in ipairs(list) do sample.results = 1 end -- the sums of exponentials carry no gradient
    return list
  end
end
