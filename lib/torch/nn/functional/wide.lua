-- wide(x): floats of 16 bits as float32: what has several steps is computed in it, and rounded once at the end by
-- `:to(x.dtype)`.
return function(x)
  local half = x.dtype == torch.float16 or x.dtype == torch.bfloat16
  return half and x:float() or x
end
