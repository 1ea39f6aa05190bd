--- nn.utils.clip_grad_norm(parameters: Tensor|Tensor[], max_norm: float, norm_type: float = 2,
-- error_if_nonfinite: bool = false) -> Tensor: The older name of nn.utils.clip_grad_norm_.
-- Example: nn.utils.clip_grad_norm(nn.Linear(2, 1):parameters(), 1.0)
return torch.nn.utils.clip_grad_norm_
