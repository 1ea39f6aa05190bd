--- torch.vmap(func: function, in_dims: int = 1, out_dims: int = 1, randomness: string = "error",
-- chunk_size: int = nil) -> function: torch.func.vmap.
return require "torch.func.vmap"
