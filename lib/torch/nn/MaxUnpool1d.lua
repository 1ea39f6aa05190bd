--- nn.MaxUnpool1d(kernel_size: ints, stride: ints = nil, padding: ints = 0): nn.functional.max_unpool1d as a layer,
-- called with the results of a pooling: input, indices and, where that is not clear, output_size.
return require "torch.nn.pools".unpool(1)
