-- torchaudio.functional: values and gradients recorded from torchaudio.
local recorded = dofile "tests/recorded_audio.lua"
local F = torchaudio.functional
local all = recorded.load()

--- Calls f while torch.rand gives the recorded numbers.
local function with_uniform(numbers, f)
  local rand, i = torch.rand, 0
  torch.rand = function(...)
    i = i + 1
    return rand(...):fill_(numbers[i])
  end
  local results = table.pack(pcall(f))
  torch.rand = rand
  assert(results[1], results[2])
  return table.unpack(results, 2, results.n)
end

local special = {}

--- An alignment and what it is merged to.
function special.forced_align(case)
  local x, y = recorded.value(case.log_probs), recorded.value(case.targets)
  local path, scores = F.forced_align(x, y, {blank = case.blank})
  local spans = F.merge_tokens(path[1], scores[1]:exp(), {blank = case.blank})
  assert.equal(#case.merge_tokens, #spans)
  for i, span in ipairs(case.merge_tokens) do
    for key, value in pairs(span) do assert.near(value, spans[i][key], 1e-6, key) end
  end
  return {path, scores}
end

--- A beam from the densities with a mask and with what it leaves.
function special.mvdr_weights_souden(case)
  local x, mask = recorded.value(case.args[1]), recorded.value(case.args[2])
  local weights = F.mvdr_weights_souden(F.psd(x, mask), F.psd(x, 1 - mask), case.reference_channel)
  assert.is_nil(recorded.differs(F.apply_beamforming(weights, x), case.beamformed, case))
  return {weights}
end

local function run(case, leaves)
  if special[case.op] then return special[case.op](case) end
  local args = {}
  for i = 1, case.n do args[i] = recorded.value(case.args[i]) end
  for i = 1, leaves do args[i]:requires_grad_() end
  local n = case.n
  if case.kwargs and next(case.kwargs) then
    n = n + 1
    args[n] = recorded.value(case.kwargs)
    if next(args[n]) == nil then n = n - 1 end
  end
  local function call() return F[case.op](table.unpack(args, 1, n)) end
  local results = case.uniform and {with_uniform(case.uniform, call)} or {call()}
  return results, args
end

local function check(case)
  local results, args = run(case, case.grads and #case.grads or 0)
  for i, want in ipairs(case.out) do
    local why = recorded.differs(results[i], want, case)
    if why then error(("result %d: %s"):format(i, why), 0) end
  end
  if not case.grads then return end
  results[1]:backward(recorded.value(case.grad_out))
  for i, want in ipairs(case.grads) do
    local why = recorded.differs(args[i].grad, want, case)
    if why then error(("gradient %d: %s"):format(i, why), 0) end
  end
end

-- PyTorch's i0 of a float32 number is up to three units in the last place off; Kaiser's window is divided by it.
local rounded = {["resample sinc_interp_kaiser 8.0"] = 1e-6}

describe("torchaudio.functional", function()
  for i, case in ipairs(all.functional) do
    local options = case.kwargs or {}
    case.rtol = rounded[("%s %s %s"):format(case.op, options.resampling_method, options.beta)] or case.rtol
    it(("%s: case %d is torchaudio's"):format(case.op, i), function() check(case) end)
  end
end)
