--- nn.utils.prune: Parameters whose elements are partly 0: by size, at random or by a mask. The parameter is
-- name_orig then, the buffer name_mask says what is left, and module[name] is their product before every forward.
return torch._C.lazy({}, "torch.nn.utils.prune")
