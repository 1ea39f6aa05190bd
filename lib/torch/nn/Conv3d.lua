--- nn.Conv3d(in_channels: int, out_channels: int, kernel_size: ints, stride: ints = 1, padding: any = 0,
-- dilation: ints = 1, groups: int = 1, bias: bool = true, padding_mode: zeros|reflect|replicate|circular = zeros,
-- device: device = nil, dtype: dtype = nil): nn.functional.conv3d with out_channels filters, as nn.Conv2d.
return require "torch.nn.convolutions".plain(3)
