-- Filters of signals along the last dimension. lib/torchaudio/functional/ has the functions that programs call. The
-- first three are each other's gradients, and so are the last two, so all derivatives are there.
local function backwards(x) return x:flip({-1}) end

op {"lag_filter", "(input: Tensor, weight: Tensor) -> Tensor", private = true, types = "float", infer = "lag_filter",
  contiguous = true,
  backward = function(o)
    return {input = backwards(backwards(o.grad):lag_filter(o.weight)),
      weight = o.grad:lag_products(o.input, o.weight.shape[2])}
  end,
  doc = "y(t) = Σ weight(c, i) input(n, c, t - i): of signals (N×C×L) with the weights (C×lags) of their channels."}
op {"lag_products", "(input: Tensor, other: Tensor, lags: int) -> Tensor", private = true, types = "float",
  infer = "lag_products", contiguous = true,
  backward = function(o)
    return {input = o.other:lag_filter(o.grad), other = backwards(backwards(o.input):lag_filter(o.grad))}
  end,
  doc = "(C×lags): Σ input(n, c, t) other(n, c, t - i) over n and t, of signals (N×C×L)."}
op {"all_pole", "(input: Tensor, weight: Tensor) -> Tensor", private = true, types = "float", infer = "lag_filter",
  contiguous = true,
  backward = function(o)
    local back = backwards(backwards(o.grad):all_pole(o.weight))
    local products = back:lag_products(o.out, o.weight.shape[2] + 1)
    return {input = back, weight = -products:narrow(2, 2, o.weight.shape[2])}
  end,
  doc = "y(t) = input(n, c, t) - Σ weight(c, i) y(t - 1 - i): of signals (N×C×L) with the weights (C×lags)."}

op {"polyphase", "(input: Tensor, weight: Tensor, stride: int, length: int) -> Tensor", private = true, types = "float",
  infer = "polyphase", contiguous = true,
  backward = function(o)
    return {input = o.grad:polyphase_adjoint(o.weight, o.stride, o.shape_of.input[2])}
  end,
  doc = [[Signals (B×L) at another rate: result f P + j of `length` is Σ weight(j, k) input(f stride + j stride // P -
K / 2 + 1 + k), with a weight (P×K) for each of the P phases, and zeros beyond both ends.]]}
op {"polyphase_adjoint", "(input: Tensor, weight: Tensor, stride: int, length: int) -> Tensor", private = true,
  types = "float", infer = "polyphase", contiguous = true,
  backward = function(o) return {input = o.grad:polyphase(o.weight, o.stride, o.shape_of.input[2])} end,
  doc = "The transpose of polyphase: from its results to signals of `length`."}
