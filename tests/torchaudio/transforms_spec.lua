-- torchaudio.transforms and torchaudio.compliance.kaldi: values recorded from torchaudio.
local recorded = dofile "tests/recorded_audio.lua"
local all = recorded.load()

local function named(v)
  local options = recorded.value(v or {})
  return next(options) and options or nil
end

local function run(case)
  local x = recorded.value(case.input)
  if case.op then return torchaudio.compliance.kaldi[case.op:match "[%w_]+$"](x, named(case.kwargs)) end
  local options = named(case.kwargs)
  local class = torchaudio.transforms[case.transform]
  local module = options and class(options) or class()
  return module(x, table.unpack(case.call and recorded.value(case.call) or {}))
end

describe("torchaudio.transforms", function()
  for i, case in ipairs(all.transforms) do
    it(("%s: case %d is torchaudio's"):format(case.op or case.transform, i), function()
      local why = recorded.differs(run(case), case.out[1], case)
      if why then error(why, 0) end
    end)
  end
end)
