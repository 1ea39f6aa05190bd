--- torch.profiler: What the time and the memory of a program go to.
local profiler = torch._C.lazy({}, "torch.profiler")

--- torch.profiler.ProfilerActivity: What can be measured: CPU, CUDA.
profiler.ProfilerActivity = {CPU = "CPU", CUDA = "CUDA"}

--- torch.profiler.ProfilerAction: What a schedule says of a step: NONE, WARMUP, RECORD, RECORD_AND_SAVE.
profiler.ProfilerAction = {NONE = "NONE", WARMUP = "WARMUP", RECORD = "RECORD", RECORD_AND_SAVE = "RECORD_AND_SAVE"}

return profiler
