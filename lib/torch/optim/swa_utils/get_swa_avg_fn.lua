--- optim.swa_utils.get_swa_avg_fn() -> function: What AveragedModel does without avg_fn: the plain mean.
-- Example: optim.swa_utils.get_swa_avg_fn()(torch.tensor(1.0), torch.tensor(3.0), 1)
return function()
  return function(averaged, current, n_averaged) return averaged + (current - averaged) / (n_averaged + 1) end
end
