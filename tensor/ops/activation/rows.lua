-- Activations with an argument.

op {"leaky_relu", "(input: Tensor, negative_slope: float = 0.01) -> Tensor", module = "nn.functional", method = false, inplace = true, types = "float",
  expr = "a > 0 ? a : (T)(a * negative_slope)", domain = "nonzero",
  backward = function(o) return {input = o.grad:leaky_relu_backward(o.input, o.negative_slope)} end,
  doc = "x where it is positive, else negative_slope x (Maas et al. 2013).", example = "nn.functional.leaky_relu(torch.tensor({-1.0, 2.0}), 0.2)"}
op {"leaky_relu_backward", "(g: Tensor, input: Tensor, negative_slope: float) -> Tensor", private = true, types = "float", domain = "nonzero",
  expr = "b > 0 ? a : (T)(a * negative_slope)", doc = "The gradient of leaky_relu.",
  backward = function(o) return {g = o.grad:leaky_relu_backward(o.input, o.negative_slope)} end}

op {"elu", "(input: Tensor, alpha: float = 1) -> Tensor", module = "nn.functional", method = false, inplace = true, types = "float", cost = true,
  expr = "choose(a > 0, a, (T)(alpha * expm1(a)))", domain = "nonzero",
  backward = function(o) return {input = o.grad:elu_backward(o.input, o.alpha)} end,
  doc = "x where it is positive, else alpha (eˣ - 1) (Clevert et al. 2016).", example = "nn.functional.elu(torch.tensor({-1.0, 2.0}))"}
op {"elu_backward", "(g: Tensor, input: Tensor, alpha: float) -> Tensor", private = true, types = "float", cost = true, domain = "nonzero",
  expr = "choose(b > 0, a, (T)(a * alpha * exp(b)))", doc = "The gradient of elu.",
  backward = function(o)
    return {g = o.grad:elu_backward(o.input, o.alpha), input = (o.grad * o.out):masked_fill(o.input:gt(0), 0)}
  end}
