local options = require "torch.utils.options"

--- nn.functional.gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = false, eps: float = 1e-10, dim: int = -1)
-- -> Tensor: A random choice along dim that gradients pass: softmax((logits + Gumbel noise) / tau). hard: the largest
-- becomes 1, the others 0, with the gradient of the soft one. eps is taken for the sake of PyTorch's calls (E. Jang and
-- others, "Categorical reparameterization with Gumbel-softmax", 2017).
-- Example: F.gumbel_softmax(torch.zeros(2, 3), 1, true):sum(2)
return function(...)
  local given = options.read("nn.functional.gumbel_softmax", {{"logits", kind = "tensor", required = true},
    {"tau", kind = "number", default = 1}, {"hard", kind = "boolean", default = false},
    {"eps", kind = "number", default = 1e-10}, {"dim", kind = "integer", default = -1}}, ...)
  local x = given.logits
  if not torch.is_floating_point(x) then options.wrong("nn.functional.gumbel_softmax", "logits", 1, "floats", x) end
  if not (given.tau > 0) then options.wrong("nn.functional.gumbel_softmax", "tau", 2, "a number above 0", given.tau) end
  local noise = torch.empty_like(x):detach():exponential_():log():neg()
  local soft = ((x + noise) / given.tau):softmax(given.dim)
  if not given.hard then return soft end
  local at = soft:argmax(given.dim, true)
  return torch.zeros_like(soft):detach():scatter_(given.dim, at, 1.0) - soft:detach() + soft
end
