-- Every recorded case of the op data is traced, printed, parsed, and run again, as it was recorded, without changes in
-- place, with the passes, and decomposed: the same bits come out each time, and the parsed text prints as it was.
package.path = "tests/?.lua;" .. package.path
local parity = require "parity"
local calls = require "parity_calls"
local graphs = require "torch.jit.graph"

local function tensors_of(...)
  local out = {}
  for _, v in ipairs(calls.results(...)) do if torch.is_tensor(v) then out[#out + 1] = v end end
  return out
end

--- The tensor as what can be compared by eq.
local function plain(t)
  t = t:detach()
  if t:is_complex() then t = torch.view_as_real(t) end
  if t.dtype == torch.bool then return t end
  return t:to(t:is_floating_point() and "float64" or "int64")
end

local function same_bits(a, b)
  if a.dtype ~= b.dtype or not (a.shape == b.shape) then return false end
  local x, y = plain(a), plain(b)
  if x:numel() == 0 then return true end
  return x:eq(y):logical_or(x:ne(x):logical_and(y:ne(y))):all():item()
end

-- What a call that nothing records computes in another order: images without a gradient are resized by sums in C.
local REORDERED = {["nn.functional.interpolate"] = true}

local walks = 0 -- of groups that ran as one
local traced, nodes, decomposed, functional, fused = 0, 0, 0, 0, 0

--- What is done to a graph before it runs again. Each gives the same bits.
local ways = {
  {"as it was recorded", true, function() end},
  {"functional", false, function(g)
    for _, n in ipairs(g:nodes()) do functional = functional + (n.in_place and n.op ~= "copy" and 1 or 0) end
  end},
  {"with the passes", false, function(g)
    g:fold_constants()
    g:common_subexpressions()
    g:dead_code()
  end},
  {"fused", false, function(g)
    for _ = 1, 8 do if not g:decompose() then break end end
    if g:fuse() then fused = fused + 1 end
  end},
  {"decomposed", true, function(g)
    for _ = 1, 8 do if g:decompose() then decomposed = decomposed + 1 else break end end
  end}}

--- nil, or what is wrong with a case.
local function judge(doc, case, way)
  torch.manual_seed(3)
  local args = calls.arguments(case)
  local works, want = pcall(function() return tensors_of(calls.perform(doc.op, doc.kind, args)) end)
  if not works or #want == 0 then return nil end
  local inputs, _
  args, inputs = calls.arguments(case)
  torch.manual_seed(3)
  local graph = graphs.trace(function() return tensors_of(calls.perform(doc.op, doc.kind, args)) end, inputs, {}, {},
    {}, way[2])
  way[3](graph)
  local text = tostring(graph)
  local again = graphs.parse(text)
  if tostring(again) ~= text then return "prints otherwise after it was parsed:\n" .. text .. tostring(again) end
  for i, v in ipairs(graph:values()) do
    if v.kind == "constant" or v.kind == "parameter" then again:bind(i, v.tensor) end
  end
  _, inputs = calls.arguments(case)
  torch.manual_seed(3)
  torch._C.fused(1)
  local got = {again:run(inputs)}
  walks = torch._C.fused(2048)
  for i = 1, #want do
    local same = same_bits(want[i], got[i]) or REORDERED[doc.op] and torch.allclose(want[i], got[i], {rtol = 1e-5,
      atol = 1e-6})
    if not same then return ("result %d differs:\n%s"):format(i, text) end
  end
  traced, nodes = traced + 1, nodes + #graph:nodes()
end

describe("a trace of the recorded cases of", function()
  for _, name in ipairs(parity.names "ops") do
    it(name, function()
      local doc = parity.read("ops", name, calls.language)
      local wrong = {}
      for i = 1, #doc.cases do
        local case = doc.cases[i]
        local there = case and not calls.lacking(case) and (case.kind or doc.kind or pcall(calls.find, doc.op))
        for _, way in ipairs(there and ways or {}) do
          local ok, why = pcall(judge, doc, case, way)
          if not ok or why then wrong[#wrong + 1] = ("case %d, %s: %s"):format(i, way[1], why) end
        end
      end
      if #wrong > 0 then error(table.concat(wrong, "\n"), 0) end
    end)
  end
  it("all ops has many cases and nodes", function()
    if os.getenv "HECATE_PARITY" then return end
    assert.is_true(traced > 8000 and nodes >= traced, traced .. " traces")
    assert.is_true(decomposed > 300, decomposed .. " decomposed")
    assert.is_true(fused > 100 and walks > 90, ("%d fused, %d walks"):format(fused, walks))
    assert.is_true(functional < 20, functional .. " changes in place are left")
  end)
end)
