-- Complex numbers: their parts, angle and size. complex64 has parts of float32, complex128 of float64.

op {"complex", "(real: Tensor, imag: Tensor) -> Tensor", composite = true, method = false,
  holomorphic = false, domain = "two_real",
  backward = function(o) return {real = o.grad:real(), imag = o.grad:imag()} end,
  doc = "real + i · imag, broadcast: complex64 of float32, complex128 of float64. Numbers count as the default dtype.",
  example = "torch.complex(torch.tensor({1.0, 2.0}), torch.tensor({3.0, 4.0})).imag", gives = "{3, 4}"}
op {"polar", "(abs: Tensor, angle: Tensor) -> Tensor", method = false, tensors = {"abs", "angle"}, domain = "two_real",
  amp = {cpu = "float"},
  composite = function(o) return torch.complex(o.abs * o.angle:cos(), o.abs * o.angle:sin()) end,
  doc = "abs · (cos angle + i sin angle), the number of this size and angle.",
  example = "torch.polar(torch.tensor({2.0}), torch.tensor({0.0})).real", gives = "{2}"}
op {"real", "(input: Tensor) -> Tensor", view = "real", method = false, complex = true, holomorphic = false,
  backward = function(o) return {input = o.grad:helper("pass")} end, -- the engine makes it complex
  doc = "The real parts, a view; a real tensor as it is. Also x.real.",
  example = "torch.real(torch.complex(1.0, 2.0))", gives = "1"}
op {"imag", "(input: Tensor) -> Tensor", view = "imag", method = false, domain = "complex", types = "complex",
  holomorphic = false,
  backward = function(o) return {input = o.grad:zeros_like():complex(o.grad)} end,
  doc = "The imaginary parts of complex numbers, a view. Also x.imag.",
  example = "torch.imag(torch.complex(1.0, 2.0))", gives = "2"}
op {"view_as_real", "(input: Tensor) -> Tensor", view = true, types = "complex", domain = "complex",
  holomorphic = false,
  backward = function(o) return {input = o.grad:contiguous():view_as_complex()} end,
  doc = "A view of complex numbers as real ones with a last dimension of 2: the parts.",
  example = "torch.view_as_real(torch.complex(1.0, 2.0))", gives = "{1, 2}"}
op {"view_as_complex", "(input: Tensor) -> Tensor", view = true, types = "float", holomorphic = false,
  amp = {cpu = "float"},
  backward = function(o) return {input = o.grad:contiguous():view_as_real()} end, domain = "pairs",
  doc = "A view of real numbers whose last dimension has 2, the parts, as complex ones.",
  example = "torch.view_as_complex(torch.tensor({{1.0, 2.0}})).imag", gives = "{2}"}
op {"conj_physical", "(input: Tensor) -> Tensor", expr = "a", complex = "conj_of(a)", inplace = true,
  holomorphic = false,
  backward = function(o) return {input = o.grad:conj_physical()} end,
  doc = "The imaginary parts negated; real numbers as they are, copied.",
  example = "torch.conj_physical(torch.complex(1.0, 2.0)).imag", gives = "-2"}
op {"conj", "(input: Tensor) -> Tensor", complex = true, domain = "complex", specialize = {"input.is_complex"},
  composite = function(o) return o.input.is_complex and o.input:conj_physical() or o.input:alias() end,
  doc = "The imaginary parts negated; a real tensor itself.", example = "torch.conj(torch.complex(1.0, 2.0)).imag",
  gives = "-2"}
op {"angle", "(input: Tensor) -> Tensor", types = "float", result = "float",
  expr = "a != a ? a : a < 0 ? K(3.14159265358979323846) : K(0)",
  complex = "carg(a)", complex_result = "real", holomorphic = false, cost = true, domain = "nonzero",
  backward = function(o) return {input = o.grad:helper("angle_gradient", o.input)} end,
  doc = "The angle in radians, from -π to π; of real numbers 0 or π.",
  example = "torch.angle(torch.complex(0.0, 2.0))", gives = "1.5708"}
op {"sgn", "(input: Tensor) -> Tensor", expr = "(a > 0) - (a < 0)", complex = "sgn_of(a)", inplace = true,
  holomorphic = false, domain = "nonzero",
  backward = function(o) return {input = o.grad:helper("sgn_gradient", o.input, o.out)} end,
  doc = "input / |input|, and 0 of 0: for real numbers the sign.", example = "torch.sgn(torch.tensor({-3.0, 0.0}))",
  gives = "{-1, 0}"}
op {"isreal", "(input: Tensor) -> Tensor", expr = "((void)a, true)", complex = "IM(a) == 0", result = "bool",
  doc = "Whether the imaginary part is 0.", example = "torch.isreal(torch.complex(1.0, 2.0))", gives = "false"}
