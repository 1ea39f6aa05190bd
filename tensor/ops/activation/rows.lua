-- Activations with an argument.

op {"leaky_relu", "(input: Tensor, negative_slope: float = 0.01) -> Tensor",
  onnx = "LeakyRelu", module = "nn.functional", method = false, inplace = true, types = "float",
  expr = "a > 0 ? a : (T)(a * negative_slope)", domain = "nonzero",
  backward = function(o) return {input = o.grad:leaky_relu_backward(o.input, o.negative_slope)} end,
  doc = "x where it is positive, else negative_slope x (Maas et al. 2013).",
  example = "nn.functional.leaky_relu(torch.tensor({-1.0, 2.0}), 0.2)"}
op {"leaky_relu_backward", "(g: Tensor, input: Tensor, negative_slope: float) -> Tensor", private = true,
  types = "float", domain = "nonzero",
  expr = "b > 0 ? a : (T)(a * negative_slope)", doc = "The gradient of leaky_relu.",
  backward = function(o) return {g = o.grad:leaky_relu_backward(o.input, o.negative_slope)} end}

op {"elu", "(input: Tensor, alpha: float = 1) -> Tensor",
  onnx = "Elu", module = "nn.functional", method = false, inplace = true, types = "float", cost = true,
  expr = "choose(a > 0, a, (T)(alpha * expm1(a)))", domain = "nonzero",
  backward = function(o) return {input = o.grad:elu_backward(o.input, o.alpha)} end,
  doc = "x where it is positive, else alpha (eˣ - 1) (Clevert et al. 2016).",
  example = "nn.functional.elu(torch.tensor({-1.0, 2.0}))"}
op {"elu_backward", "(g: Tensor, input: Tensor, alpha: float) -> Tensor", private = true, types = "float",
  cost = true, domain = "nonzero",
  expr = "choose(b > 0, a, (T)(a * alpha * exp(b)))", doc = "The gradient of elu.",
  backward = function(o)
    return {g = o.grad:elu_backward(o.input, o.alpha), input = (o.grad * o.out):masked_fill(o.input:gt(0), 0)}
  end}

op {"hardtanh", "(input: Tensor, min_val: number = -1, max_val: number = 1) -> Tensor", module = "nn.functional",
  method = false, inplace = true,
  types = "number", bounds = true, expr = "a < min_val ? min_val : a > max_val ? max_val : a", domain = "nonzero",
  backward = function(o) return {input = o.grad:hardtanh_backward(o.input, o.min_val, o.max_val)} end,
  doc = "x between min_val and max_val, and the nearer of the two elsewhere.",
  example = "nn.functional.hardtanh(torch.tensor({-2.0, 0.5, 2.0}))", gives = "{-1, 0.5, 1}"}
op {"hardtanh_backward", "(g: Tensor, input: Tensor, min_val: number, max_val: number) -> Tensor", private = true,
  types = "number", domain = "nonzero",
  expr = "b <= min_val || b >= max_val ? K(0) : a", doc = "The gradient of hardtanh.",
  backward = function(o) return {g = o.grad:hardtanh_backward(o.input, o.min_val, o.max_val)} end}
op {"relu6", "(input: Tensor) -> Tensor", module = "nn.functional", method = false, inplace = true, types = "number",
  expr = "a < 0 ? K(0) : a > 6 ? K(6) : a", domain = "nonzero",
  backward = function(o) return {input = o.grad:hardtanh_backward(o.input, 0, 6)} end,
  doc = "min(max(0, x), 6).", example = "nn.functional.relu6(torch.tensor({-1.0, 2.0, 8.0}))", gives = "{0, 2, 6}"}
