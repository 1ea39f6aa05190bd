--- torch.TypedStorage(size: int = 0, {dtype: any = nil, device: any = nil}) -> any: As torch.UntypedStorage, with
-- elements of a dtype: x:storage(), or `size` new ones. s:untyped() is the same memory as bytes.
-- Example: torch.arange(4):storage()[2]
return require "torch.storage.classes".Typed
