--- nn.ConvTranspose3d(in_channels: int, out_channels: int, kernel_size: ints, stride: ints = 1, padding: ints = 0,
-- output_padding: ints = 0, groups: int = 1, bias: bool = true, dilation: ints = 1, padding_mode: string = "zeros",
-- device: device = nil, dtype: dtype = nil): nn.functional.conv_transpose3d; a second argument of the call is the
-- wanted output_size.
return require "torch.nn.convolutions".transposed(3)
