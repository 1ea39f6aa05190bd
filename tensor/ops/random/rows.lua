-- Random numbers, by Philox4x32-10: number n of a draw depends on the generator's seed
-- and place alone, not on the threads. generator = nil: the default one (torch.manual_seed).
local function zero(o) return {input = o.grad:zeros_like()} end

op {"uniform", "(input: Tensor, from: float = 0, to: float = 1, *, generator: generator = nil) -> Tensor",
  inplace = "only", complex = true, types = "float",
  infer = "same", check = "uniform", random = true, halves = true, backward = zero,
  doc = [[uniform_: filled with numbers of [from, to); both parts of complex ones.]],
  example = "torch.empty(2):uniform_(-1, 1)"}
op {"normal", "(input: Tensor, mean: float = 0, std: float = 1, *, generator: generator = nil) -> Tensor",
  inplace = "only", complex = true, types = "float",
  infer = "same", check = "normal", random = true, halves = true, backward = zero,
  doc = [[normal_: filled with numbers of the normal law (Box and Muller 1958).
The parts of complex ones have this mean each, and half of the variance.]],
  example = "torch.empty(2):normal_(0, 0.1)"}
op {"random", "(input: Tensor, from: int = 0, to: int = nil, *, generator: generator = nil) -> Tensor",
  inplace = "only",
  infer = "same", check = "random", random = true, halves = true,
  doc = [[random_: filled with integers from `from` to to - 1; without to, up to the largest the dtype holds
exactly. What lies between two numbers of a float dtype becomes the lower one.]],
  example = "torch.empty(2):random_(0, 10)"}
op {"bernoulli_fill", "(input: Tensor, p: float = 0.5, *, generator: generator = nil) -> Tensor", lua = "bernoulli",
  inplace = "only",
  infer = "same", check = "bernoulli_fill", random = true, halves = true,
  doc = [[bernoulli_: 1 with probability p, else 0.]], example = "torch.empty(4):bernoulli_(0.25)"}
op {"bernoulli", "(input: Tensor, *, generator: generator = nil) -> Tensor", types = "float", contiguous = true,
  infer = "same", random = true,
  doc = [[1 with the probability given by each element of input (from 0 to 1), else 0.]],
  example = "torch.bernoulli(torch.full({4}, 0.5))"}
op {"multinomial", "(input: Tensor, num_samples: int, replacement: bool = false, *, "
    .. "generator: generator = nil) -> Positions", types = "float",
  contiguous = true, infer = "multinomial", random = true,
  doc = [[Positions drawn with the weights of input (K) or of each row of input (N×K), which need not sum to 1.]],
  example = "torch.multinomial(torch.ones(5), 2)"}

op {"poisson", "(input: Tensor, *, generator: generator = nil) -> Tensor", types = "float", contiguous = true,
  halves = true, infer = "same", random = true,
  doc = [[Numbers of the law of Poisson with the mean given by each element of input.]],
  example = "torch.poisson(torch.full({3}, 4.5))"}

-- What torch.distributions draws with; count and prob have one shape, as have the inputs of the slopes.
op {"binomial_sample", "(count: Tensor, prob: Tensor, *, generator: generator = nil) -> Tensor", private = true,
  types = "float", contiguous = true, halves = true, infer = "draw", random = true,
  doc = [[Numbers of the binomial law.]]}
op {"gamma_sample", "(concentration: Tensor, log: bool = false, *, generator: generator = nil) -> Tensor",
  private = true, types = "float", contiguous = true, halves = true, infer = "same", random = true,
  doc = [[Numbers of the gamma law of rate 1, or their logarithms.]]}
op {"von_mises_sample", "(concentration: Tensor, *, generator: generator = nil) -> Tensor", private = true,
  types = "float", contiguous = true, halves = true, infer = "same", random = true,
  doc = [[Angles of the law of von Mises around 0.]]}
op {"gamma_slope", "(concentration: Tensor, sample: Tensor) -> Tensor", private = true, types = "float",
  contiguous = true, infer = "draw",
  doc = [[The derivative of a gamma sample by its concentration, at the same quantile.]]}
op {"dirichlet_slope", "(sample: Tensor, concentration: Tensor, total: Tensor) -> Tensor", private = true,
  types = "float", contiguous = true, infer = "draw",
  doc = [[The derivative of a component of a Dirichlet sample by its concentration, at the same quantile of the
component's own law, over 1 - sample.]]}

op {"rand", "(size: shape) -> Tensor", complex = true, creation = true, types = "float", random = true,
  doc = [[Uniform numbers of [0, 1).]], example = "torch.rand(2, 3)"}
op {"randn", "(size: shape) -> Tensor", complex = true, creation = true, types = "float", random = true,
  doc = [[Numbers of the standard normal law.]], example = "torch.randn(2, 3)"}
op {"normal_new", "(mean: float, std: float, size: shape) -> Tensor", lua = "normal", creation = true, types = "float",
  complex = true, random = true,
  doc = [[Numbers of the normal law with this mean and standard deviation; see also normal_.]],
  example = "torch.normal(0, 0.1, {2, 3})"}
op {"rand_like", "(input: Tensor) -> Tensor", complex = true, creation = true, types = "float", method = false,
  random = true, doc = [[rand in the shape and dtype of input.]], example = "torch.rand_like(torch.zeros(2))"}
op {"randn_like", "(input: Tensor) -> Tensor", complex = true, creation = true, types = "float", method = false,
  random = true, doc = [[randn in the shape and dtype of input.]], example = "torch.randn_like(torch.zeros(2))"}
op {"randint", "(low: int, high: int, size: shape) -> Tensor", creation = true,
  random = true, doc = [[Integers from low to high - 1 (values, not positions); int64 unless dtype says otherwise.]],
  example = "torch.randint(0, 10, {3})"}
op {"randint_below", "(high: int, size: shape) -> Tensor", lua = "randint",
  creation = true, random = true, doc = [[Integers from 0 to high - 1.]], example = "torch.randint(10, {3})"}
op {"randperm", "(n: int) -> Positions", creation = true, random = true,
  doc = [[The positions 1 to n in random order (Fisher and Yates 1938).]], example = "torch.randperm(5)"}

op {"dropout", "(input: Tensor, p: float = 0.5, training: bool = true) -> Tensor",
  module = {"torch", "nn.functional"}, method = false,
  random = true, specialize = {"training", p = {0, 1}},
  check = {{"p", "p >= 0 and p <= 1", "a number from 0 to 1"}, {"input", "input.is_float", "a float tensor"}},
  composite = function(o)
    if not o.training or o.p == 0 then return o.input end
    if o.p == 1 then return o.input * 0 end
    return (o.input:native_dropout(o.p, 1 / (1 - o.p)))
  end,
  doc = [[In training each element is 0 with probability p, else divided by 1 - p (Srivastava et al. 2014); otherwise
input itself.]],
  example = "nn.functional.dropout(torch.ones(4), 0.5)"}
op {"native_dropout", "(input: Tensor, p: float, scale: float, generator: generator = nil) -> Tensor, Tensor",
  private = true, types = "float",
  contiguous = true, infer = "native_dropout", random = true,
  backward = function(o) return {input = o.grad:dropout_apply(o.outs[2], o.scale)} end,
  doc = [[input times scale where a drawn mask holds; the mask.]]}
op {"dropout_apply", "(g: Tensor, mask: Tensor, scale: float) -> Tensor", private = true, types = "float",
  operand = {"mask"}, domain = "mask",
  expr = "b ? a * scale : K(0)", doc = [[g times scale where mask holds.]],
  backward = function(o) return {g = o.grad:dropout_apply(o.mask, o.scale)} end}
