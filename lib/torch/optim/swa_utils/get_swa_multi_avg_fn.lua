--- optim.swa_utils.get_swa_multi_avg_fn() -> function: The plain mean for AveragedModel's multi_avg_fn.
-- Example: optim.swa_utils.get_swa_multi_avg_fn()({torch.tensor(1.0)}, {torch.tensor(3.0)}, 1)
return function()
  return function(averaged, current, n_averaged)
    for i, mean in ipairs(averaged) do mean:lerp_(current[i]:to(mean.dtype), 1 / (n_averaged + 1)) end
  end
end
