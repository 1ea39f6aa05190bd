--- torch.UntypedStorage(size: int = 0, {device: any = nil}) -> any: The memory that tensors share, as bytes:
-- x:untyped_storage(), or `size` new ones. s[i] reads and writes the byte at position i; #s, s:nbytes() and
-- s:data_ptr() tell about it; s:tolist(), s:fill_(v), s:copy_(other) and s:clone() do what they do with tensors;
-- s:tensor() is a tensor of all of it. s:resize_(n) makes it larger for all that share it. x:set_(s, …) lets a tensor
-- show it. a == b: whether both are the same memory.
-- Example: #torch.zeros(3):untyped_storage()
return require "torch.storage.classes".Untyped
