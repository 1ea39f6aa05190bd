-- Every recorded case of PyTorch's ops that holds on the CPU, on the meta device: results and gradients have the shape,
-- the dtype and the strides of those of the CPU. Of ops whose shape or result depends on data it says so.
package.path = "tests/?.lua;" .. package.path
local parity = require "parity"
local golden = require "parity_calls"
local known = dofile "tests/data/parity/known.lua"

-- Results that are made of data: their calls must say that there is none.
local OF_DATA = {
  argwhere = true, nonzero = true, masked_select = true, equal = true, allclose = true, item = true, tolist = true,
  unique = true, ["nn.functional.one_hot"] = true, ["nn.functional.ctc_loss"] = true, is_nonzero = true,
  bincount = true, histc = true, histogram = true, masked_scatter = true, repeat_interleave = true, tensor_split = true,
  nonzero_static = true, unique_consecutive = true, index_put = true, logspace = true,
  ["linalg.lstsq"] = true, ["linalg.matrix_exp"] = true, matrix_exp = true, ["nn.functional.embedding_bag"] = true,
  istft = true, segment_reduce = true, histogramdd = true, __getitem__ = true, narrow = true, linspace = true}

local function lists(shape)
  return table.concat(table.move(shape, 1, #shape, 1, {}), ",")
end

-- What the two tensors must have in common.
local function layout(t)
  return ("%s (%s) strides (%s)"):format(tostring(t.dtype), lists(t.shape), lists(t:stride()))
end

local function compare(here, there, what)
  if torch.is_tensor(here) ~= torch.is_tensor(there) then return what .. " is of another type" end
  if not torch.is_tensor(here) then
    if type(here) == "table" or type(here) == "userdata" then return nil end
    if type(there) == "string" then there = there:gsub("%.meta%.", ".") end -- torch.meta.FloatTensor
    return here ~= there and ("%s is %s, on the CPU %s"):format(what, tostring(there), tostring(here)) or nil
  end
  if tostring(there.device) ~= "meta" then return what .. " is on " .. tostring(there.device) end
  if layout(here) ~= layout(there) then
    return ("%s is %s, on the CPU %s"):format(what, layout(there), layout(here))
  end
end

-- The gradients of the case, for results of that device.
local function gradients(case, met, out, device)
  local outs, cotangents, inputs = {}, {}, {}
  for i = 1, #out do
    local g = case.grad_out and case.grad_out[i]
    if g and torch.is_tensor(out[i]) and out[i].requires_grad then
      outs[#outs + 1], cotangents[#cotangents + 1] = out[i], golden.tensor_of(g, device)
    end
  end
  for i, t in ipairs(met) do if case.grads[i] then inputs[#inputs + 1] = t end end
  if #outs == 0 or #inputs == 0 then return {n = 0} end
  return table.pack(torch.autograd.grad(outs, inputs, cotangents, {allow_unused = true}))
end

-- Makes the case on a device; nil and the message where it raises.
local function made(doc, case, device)
  local args, met = golden.arguments(case, device)
  if #met == 0 and device then -- what makes tensors of nothing is told where
    local options = type(args[args.n]) == "table" and next(case.kwargs or {}) and args[args.n]
    if options then options.device = device
    else
      args.n = args.n + 1
      args[args.n] = {device = device}
    end
  end
  local ok, out = pcall(function() return golden.results(golden.perform(doc.op, doc.kind, args)) end)
  if not ok then return nil, tostring(out) end
  local grads = {n = 0}
  if case.grads and next(case.grads) then
    ok, grads = pcall(gradients, case, met, out, device)
    if not ok then return nil, "backward: " .. tostring(grads) end
  end
  return out, grads
end

local compared, of_data = 0, 0
local function verdict(doc, case)
  local out, grads = made(doc, case)
  if not out then return nil end -- does not hold on the CPU either: the parity spec's business
  local other, why = made(doc, case, "meta")
  if not other then
    local as_number = why:find "expected a position, got a tensor int64 %(%) on meta"
      or why:find "expected a number, got a tensor [%w]+ %(%) on meta"
    if OF_DATA[doc.op] and (why:find "depends on data" or why:find "needs data" or as_number) then
      of_data = of_data + 1
      return nil
    end
    return why:match "[^\n]*"
  end
  compared = compared + 1
  for i = 1, math.max(#out, #other) do
    local wrong = compare(out[i], other[i], "result " .. i)
    if wrong then return wrong end
  end
  for i = 1, grads.n do
    local wrong = compare(grads[i], why[i], "gradient " .. i)
    if wrong then return wrong end
  end
end

describe("the meta device: recorded cases of", function()
  for _, name in ipairs(parity.names "ops") do
    it(name, function()
      local doc = parity.read("ops", name, golden.language)
      local exceptions, wrong = known.ops[name] or {}, {}
      for i = 1, #doc.cases do
        local case = doc.cases[i]
        if case and not exceptions[i] and not golden.lacking(case) then
          local why = verdict(doc, case)
          if why then wrong[#wrong + 1] = ("case %d: %s"):format(i, why) end
        end
      end
      if #wrong > 0 then error(table.concat(wrong, "\n"), 0) end
    end)
  end
  if not os.getenv "HECATE_PARITY" then
    it("all: how many were compared", function() assert.is_true(compared > 2600, compared .. " cases compared") end)
  end
  teardown(function() io.write(("meta: %d cases compared, %d depend on data\n"):format(compared, of_data)) end)
end)
