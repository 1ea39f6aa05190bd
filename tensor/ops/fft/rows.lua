-- The discrete Fourier transform along one dimension; lib/torch/fft/ has the functions that programs call.
op {"fourier", "(input: Tensor, dim: dim, inverse: bool = false) -> Tensor", complex = true, types = "complex",
  infer = "fourier", contiguous = true, private = true,
  backward = function(o) return {input = o.grad:fourier(o.dim, o.inverse)} end, -- the matrix of it is symmetric
  doc = [[y(k) = Σ x(j) exp(∓ 2π i j k / n) along dim; the exponent of the inverse, which is not divided by n, has a
plus.]]}
