-- The discrete Fourier transform along one dimension; lib/torch/fft/ has the functions that programs call.
op {"fourier", "(input: Tensor, dim: dim, inverse: bool = false) -> Tensor", complex = true, types = "complex",
  infer = "fourier", contiguous = true, private = true,
  backward = function(o) return {input = o.grad:fourier(o.dim, o.inverse)} end, -- the matrix of it is symmetric
  doc = [[y(k) = Σ x(j) exp(∓ 2π i j k / n) along dim; the exponent of the inverse, which is not divided by n, has a
plus.]]}

-- Transforms of frames of signals in one pass, without the frames in memory: for calls that want no gradient.
op {"frames_spectrum", "(input: Tensor, window: Tensor, hop: int) -> Tensor", private = true, types = "float",
  infer = "frames_spectrum", contiguous = true,
  doc = [[The first n // 2 + 1 frequencies of the transform of each frame of real signals (B×L): complex
(B×frequencies×frames). A frame has n numbers, as the window has, times the window, and begins `hop` after the one
before.]]}
op {"frames_power", "(input: Tensor, window: Tensor, hop: int, power: float = 2, filters: Tensor = nil) -> Tensor",
  private = true, types = "float", infer = "frames_power", contiguous = true,
  doc = [[The absolute values of frames_spectrum to a power. With filters (frequencies×bands): their sums with these
weights (B×bands×frames).]]}
