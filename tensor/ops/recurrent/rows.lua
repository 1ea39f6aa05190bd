-- Recurrent layers: a whole sequence as one op, and single steps as formulas. (Positions that a formula computes count
-- from 0: the gates behind the first n begin at n.)

--- The gates that the state gives.
local function of_state(o) return torch.linear(o.h, o.as_given.weight, o.as_given.bias) end

op {"lstm_step", "(gates: Tensor, h: Tensor, c: Tensor, weight: Tensor, bias: Tensor = nil) -> Tensor, Tensor",
  private = true, types = "float",
  composite = function(o)
    local n, sum = o.c.shape[2], o.gates + of_state(o)
    local input, forget = sum:narrow(2, 1, n):sigmoid(), sum:narrow(2, n, n):sigmoid()
    local new, output = sum:narrow(2, 2 * n, n):tanh(), sum:narrow(2, 3 * n, n):sigmoid()
    local c = forget * o.c + input * new
    return output * c:tanh(), c
  end,
  doc = "One step of an LSTM: gates (B×4H) is what its input gives to them; the next state and cells."}
op {"gru_step", "(gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor = nil) -> Tensor",
  private = true, types = "float",
  composite = function(o)
    local n, state = o.h.shape[2], of_state(o)
    local both = (o.gates:narrow(2, 1, 2 * n) + state:narrow(2, 1, 2 * n)):sigmoid()
    local reset, keep = both:narrow(2, 1, n), both:narrow(2, n, n)
    local new = (o.gates:narrow(2, 2 * n, n) + reset * state:narrow(2, 2 * n, n)):tanh()
    return new + keep * (o.h - new)
  end,
  doc = "One step of a GRU: gates (B×3H) is what its input gives to them; the next state."}
op {"rnn_step", "(gates: Tensor, h: Tensor, weight: Tensor, bias: Tensor = nil, relu: bool) -> Tensor",
  private = true, types = "float", specialize = {"relu"},
  composite = function(o)
    local sum = o.gates + of_state(o)
    return o.relu and sum:relu() or sum:tanh()
  end,
  doc = "One step of a plain recurrent layer: gates (B×H) is what its input gives; the next state."}

op {"recurrent", "(input: Tensor, h: Tensor, c: Tensor = nil, weight: Tensor, recurrent: Tensor, bias: Tensor = nil, "
    .. "recurrent_bias: Tensor = nil, kind: lstm|gru|tanh|relu, backwards: bool = false) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "recurrent", contiguous = true,
  amp = {cpu = "half", cuda = "half", when = {kind = {"lstm", "tanh", "relu"}}},
  backward = "recurrent", grad_inputs = {"input", "h", "c", "weight", "recurrent", "bias", "recurrent_bias"},
  save = {"input", "h", "c", "weight", "recurrent", "bias", "recurrent_bias", "out1", "out2", "out3"},
  doc = [[A layer over a sequence (T×B×I), from the state h (B×H), of an LSTM also the cells c: the states of all
steps (T×B×H); the cells, or what the states add to the new states of a GRU; the gates (T×B×4H or 3H). The rows of
weight and recurrent are the gates in PyTorch's order. backwards: the last step comes first.]]}
op {"recurrent_backward", "(g: Tensor = nil, cell_g: Tensor = nil, output: Tensor, cells: Tensor, gates: Tensor, "
    .. "h: Tensor, c: Tensor = nil, recurrent: Tensor, kind: lstm|gru|tanh|relu, backwards: bool) "
    .. "-> Tensor, Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "recurrent_backward", contiguous = true,
  doc = [[The gradients of recurrent for what its input and (of a GRU, where they differ) its state give to the gates of
all steps, for h and for c.]]}
