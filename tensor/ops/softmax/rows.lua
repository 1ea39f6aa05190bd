-- softmax and log_softmax, their gradients fused; the gradients' gradients are formulas.
local MODULES = {"torch", "nn.functional", "torch.special"}
op {"softmax", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor",
  amp = {cuda = "float"}, module = MODULES, infer = "softmax", contiguous = true,
  backward = function(o) return {input = o.grad:softmax_backward(o.out, o.dim)} end,
  doc = [[exp(input) / Σ exp(input) along dim, without overflow. Float tensors; dtype converts first.]],
  example = "torch.softmax(torch.zeros(2, 4), 2)"}
op {"log_softmax", "(input: Tensor, dim: dim, *, dtype: dtype = nil) -> Tensor",
  amp = {cuda = "float"}, module = MODULES, infer = "softmax", contiguous = true,
  backward = function(o) return {input = o.grad:log_softmax_backward(o.out, o.dim)} end,
  doc = [[input - log Σ exp(input) along dim, without overflow. Float tensors; dtype converts first.]],
  example = "torch.log_softmax(torch.zeros(2, 4), 2)"}
-- (the incoming gradient is called g here: o.grad is the gradient of the result)
op {"softmax_backward", "(g: Tensor, output: Tensor, dim: dim) -> Tensor", infer = "softmax_backward",
  contiguous = true,
  private = true, types = "float",
  backward = function(o)
    return {
      g = o.grad:softmax_backward(o.output, o.dim),
      output = o.grad * (o.g - (o.g * o.output):sum(o.dim, true)) - o.g * (o.grad * o.output):sum(o.dim, true)}
  end,
  doc = [[output (g - Σ g output), the gradient of softmax.]]}
op {"log_softmax_backward", "(g: Tensor, output: Tensor, dim: dim) -> Tensor", infer = "softmax_backward",
  contiguous = true,
  private = true, types = "float",
  backward = function(o)
    local p = o.output:exp()
    return {
      g = o.grad - (o.grad * p):sum(o.dim, true),
      output = -(o.grad * p * o.g:sum(o.dim, true))}
  end,
  doc = [[g - exp(output) Σ g, the gradient of log_softmax.]]}
