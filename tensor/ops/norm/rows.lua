-- Normalisation.
op {"batch_norm", "(input: Tensor, running_mean: Tensor = nil, running_var: Tensor = nil, weight: Tensor = nil, bias: Tensor = nil, training: bool = false, momentum: float = 0.1, eps: float = 1e-5) -> Tensor",
  module = "nn.functional", method = false, composite = true, types = "float", domain = "batch_norm",
  doc = [[(input - mean) / √(variance + eps) · weight + bias for each channel of (N×C), (N×C×L), (N×C×H×W)… (Ioffe and Szegedy 2015). In training mean and variance are the batch's, and running_mean and running_var move towards them by momentum (the variance with n - 1); otherwise they are the running ones.]],
  example = "nn.functional.batch_norm(torch.randn(4, 3), nil, nil, nil, nil, true)"}
op {"batch_norm_of", "(input: Tensor, running_mean: Tensor = nil, running_var: Tensor = nil, weight: Tensor = nil, bias: Tensor = nil, training: bool, momentum: float, eps: float) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "batch_norm_of", contiguous = true,
  backward = "batch_norm_of", grad_inputs = {"input", "weight", "bias"}, save = {"input", "weight", "out2", "out3"},
  doc = [[batch_norm; also the mean and 1 / √(variance + eps) that it used.]]}
op {"batch_norm_backward", "(g: Tensor, input: Tensor, weight: Tensor = nil, mean: Tensor, invstd: Tensor, training: bool) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "batch_norm_backward", contiguous = true,
  doc = [[The gradients of batch_norm for input, weight and bias.]]}
op {"layer_norm", "(input: Tensor, normalized_shape: shape, weight: Tensor = nil, bias: Tensor = nil, eps: float = 1e-5) -> Tensor",
  module = "nn.functional", method = false, composite = true, types = "float", domain = "layer_norm",
  doc = [[(input - mean) / √(variance + eps) · weight + bias over the last dimensions, whose sizes are normalized_shape (Ba et al. 2016).]],
  example = "nn.functional.layer_norm(torch.randn(2, 3), {3})"}
op {"layer_norm_of", "(input: Tensor, weight: Tensor = nil, bias: Tensor = nil, eps: float) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "layer_norm_of", contiguous = true,
  backward = "layer_norm_of", grad_inputs = {"input", "weight", "bias"}, save = {"input", "weight", "out2", "out3"},
  doc = [[layer_norm of the rows of a matrix; also the mean and 1 / √(variance + eps) of each row.]]}
op {"layer_norm_backward", "(g: Tensor, input: Tensor, weight: Tensor = nil, mean: Tensor, invstd: Tensor) -> Tensor, Tensor, Tensor",
  private = true, types = "float", infer = "layer_norm_backward", contiguous = true,
  doc = [[The gradients of layer_norm for input, weight and bias.]]}
