-- Golden values of PyTorch 1.13 and 2.15: results and gradients of ops, and calls that must raise. tests/parity.lua
-- says where they come from and how they are written. No case is passed over silently: a dtype or an op that is
-- not there yet, and each case that does not hold, stands in tests/data/parity/known.lua, and what stands there without
-- need fails the test. With HECATE_PARITY=FOLDER the cases of that folder are run, and of these what is not there is
-- only counted.
package.path = "tests/?.lua;" .. package.path
local parity = require "parity"
local known = dofile "tests/data/parity/known.lua"
local strict = not os.getenv "HECATE_PARITY"

local calls = require "parity_calls"
local Golden, Type, language, is, lacking = calls.Golden, calls.Type, calls.language, calls.is, calls.lacking
local find, tensor_of, arguments, perform, results = calls.find, calls.tensor_of, calls.arguments, calls.perform,
  calls.results

-- ---- comparing ---------------------------------------------------------------------------

local function contains(list, i)
  for _, v in ipairs(list or {}) do if v == i then return true end end
  return false
end

local function close(got, want, rtol, atol)
  if want ~= want then return got ~= got end
  if got == want then return true end
  if want == math.huge or want == -math.huge then return false end
  return math.abs(got - want) <= atol + rtol * math.abs(want)
end

local function shape_text(shape)
  local out = {}
  for i = 1, #shape do out[i] = tostring(shape[i]) end
  return "(" .. table.concat(out, "×") .. ")"
end

-- nil, or what is different. how: "loose" (shape and dtype only), "unordered" or nil.
local function differs(got, want, rtol, atol, how)
  if is(want, Type) then
    if got ~= torch[want.name] then return ("is %s, want torch.%s"):format(tostring(got), want.name) end
    return nil
  end
  if not is(want, Golden) then
    if torch.is_tensor(got) and type(want) ~= "table" then got = got:item() end
    if type(want) == "table" then
      if type(got) ~= "table" and type(got) ~= "userdata" then return "is " .. tostring(got) end
      for i = 1, math.max(#want, #got) do
        if got[i] ~= want[i] then return ("has %s at %d, want %s"):format(tostring(got[i]), i, tostring(want[i])) end
      end
      return nil
    end
    if got == want or type(got) == "number" and type(want) == "number" and close(got, want, rtol, atol) then
      return nil
    end
    return ("is %s, want %s"):format(tostring(got), tostring(want))
  end
  if not torch.is_tensor(got) then return "is a " .. type(got) .. ", want a tensor" end
  if got.dtype ~= torch[want.dtype] then return ("is %s, want %s"):format(tostring(got.dtype), want.dtype) end
  if shape_text(got.shape) ~= shape_text(want.shape) then
    return ("is %s, want %s"):format(shape_text(got.shape), shape_text(want.shape))
  end
  if how == "loose" or #want.data == 0 then return nil end
  got = got:detach()
  if got:is_complex() then got = torch.view_as_real(got) end
  local g, w = got:reshape({-1}):tolist(), want.data
  if how == "unordered" then
    w = table.move(w, 1, #w, 1, {})
    table.sort(g)
    table.sort(w)
  end
  local real = want.dtype:find "float" ~= nil or want.dtype:find "complex" ~= nil
  if want.dtype == "float32" or want.dtype == "complex64" then rtol = math.max(rtol, 1e-8) end -- 9 digits are written
  for i = 1, #w do
    local same
    if real then same = close(g[i], w[i], rtol, atol) else same = g[i] == w[i] end
    if not same then return ("element %d is %s, want %s"):format(i, tostring(g[i]), tostring(w[i])) end
  end
end

local function tolerances(case)
  local wide = true
  for _, want in ipairs(case.out) do
    if is(want, Golden) and (want.dtype:find "float" or want.dtype:find "complex") and want.dtype ~= "float64"
      and want.dtype ~= "complex128" then wide = false end
  end
  return case.rtol or (wide and 1e-9 or 1e-4), case.atol or (wide and 1e-9 or 1e-5)
end

local function gradients(case, met, out, rtol, atol)
  local outs, cotangents, inputs, wanted, places = {}, {}, {}, {}, {}
  for i = 1, #out do
    local g = case.grad_out and case.grad_out[i]
    if g and torch.is_tensor(out[i]) then
      if contains(case.loose, i) then return nil end
      outs[#outs + 1], cotangents[#cotangents + 1] = out[i], tensor_of(g)
    end
  end
  for i, t in ipairs(met) do
    if case.grads[i] then inputs[#inputs + 1], wanted[#wanted + 1], places[#places + 1] = t, case.grads[i], i end
  end
  if #outs == 0 or #inputs == 0 then return nil end
  local grads = table.pack(torch.autograd.grad(outs, inputs, cotangents, {allow_unused = true}))
  for k, want in ipairs(wanted) do
    local why
    if grads[k] == nil then
      for _, v in ipairs(want.data) do if v ~= 0 then why = "is missing" end end
    else why = differs(grads[k], want, rtol, atol) end
    if why then return ("the gradient of tensor %d %s"):format(places[k], why) end
  end
end

local function holds(doc, case)
  local args, met = arguments(case)
  local out = results(perform(doc.op, doc.kind, args))
  local rtol, atol = tolerances(case)
  local function how(i)
    return contains(case.loose, i) and "loose" or contains(case.unordered, i) and "unordered" or nil
  end
  for i, want in ipairs(case.out) do
    local why = differs(out[i], want, rtol, atol, how(i))
    if why then return ("result %d %s"):format(i, why) end
  end
  if #out > #case.out then return ("%d results, want %d"):format(#out, #case.out) end
  if case.grads and next(case.grads) then
    local why = gradients(case, met, out, rtol, atol)
    if why then return why end
  end
  if doc.method and case.method ~= false and torch.is_tensor(args[1]) then
    local again = arguments(case)
    local of_method = results(again[1][doc.method](table.unpack(again, 1, again.n)))
    for i, want in ipairs(case.out) do
      local why = differs(of_method[i], want, rtol, atol, how(i))
      if why then return ("method: result %d %s"):format(i, why) end
    end
  end
  if doc.inplace and case.inplace ~= false and torch.is_tensor(args[1]) and not known.in_place[doc.inplace] then
    local again = arguments(case)
    local target = again[1]:detach():clone()
    local back = target[doc.inplace](target, table.unpack(again, 2, again.n))
    local why = differs(target, case.out[1], rtol, atol, how(1))
    if why then return ("in place: %s"):format(why) end
    if not rawequal(back, target) and not (torch.is_tensor(back) and back:data_ptr() == target:data_ptr()) then
      return "in place: another tensor came back"
    end
  end
  for _, alias in ipairs(doc.aliases or {}) do
    local there, f = pcall(find, alias)
    if there then
      local again = arguments(case)
      local why = differs(results(f(table.unpack(again, 1, again.n)))[1], case.out[1], rtol, atol, how(1))
      if why then return ("alias %s: %s"):format(alias, why) end
    end
  end
end

-- nil if the call raises as it should.
local function raises(doc, case)
  local op = case.op or doc.op
  local kind = case.kind or doc.kind
  local args = arguments(case)
  local ok, message = pcall(perform, op, kind, args)
  if ok then return "raises nothing; PyTorch: " .. tostring(case.message) end
  if type(message) ~= "string" then return "raises a " .. type(message) end
  if message:find "there is no torch%." or message:find "attempt to " then
    return "raises for another reason: " .. message
  end
end

-- ---- the tests ---------------------------------------------------------------------------

local executed, skipped, listed = 0, 0, 0
local met = {dtypes = {}, ops = {}} -- what was lacking somewhere
local verbose = os.getenv "HECATE_PARITY_LIST" -- prints "folder file case reason" for each failure

-- Why a case cannot be run: a dtype or an op that is not there, as "dtypes" or "ops" and its name.
local function obstacle(folder, doc, case)
  local dtype = lacking(case)
  if dtype then return "dtypes", dtype end
  local op, kind = case.op or doc.op, case.kind or doc.kind
  if not kind and not pcall(find, op) and (folder == "errors" or not strict) then return "ops", op end
end

-- Runs a case: nil, or what is wrong with it.
local function run(verdict, doc, case)
  executed = executed + 1
  local ok, why = pcall(verdict, doc, case)
  return ok and why or not ok and "raises: " .. tostring(why):match "[^\n]*" or nil
end

-- The verdict on one case of a file, as a message or nil.
local function judge(folder, verdict, doc, i, exceptions)
  local case = doc.cases[i]
  if not case then return nil end -- a later PyTorch answers otherwise (scripts/pack_parity.lua)
  local what, name = obstacle(folder, doc, case)
  if what then
    skipped = skipped + 1
    met[what][name] = true
    return strict and not known.missing[what][name]
      and ("case %d: there is no %s, and known.lua does not say so"):format(i, name) or nil
  end
  local why, reason = run(verdict, doc, case), exceptions[i]
  if reason then
    listed = listed + 1
    return not why and ("case %d holds now: take it from known.lua (%s)"):format(i, reason) or nil
  end
  return why and ("case %d: %s"):format(i, why) or nil
end

local function suite(folder, verdict)
  local seen = {}
  for _, name in ipairs(parity.names(folder)) do
    seen[name] = true
    it(folder .. "/" .. name, function()
      local doc = parity.read(folder, name, language)
      local exceptions, wrong = known[folder][name] or {}, {}
      for i = 1, #doc.cases do
        local why = judge(folder, verdict, doc, i, exceptions)
        if why then
          wrong[#wrong + 1] = why
          if verbose then io.write(folder, "\t", name, "\t", why, "\n") end
        end
      end
      for i in pairs(exceptions) do
        if not doc.cases[i] then
          wrong[#wrong + 1] = ("there is no case %s, which known.lua names"):format(tostring(i))
        end
      end
      if #wrong > 0 then error(table.concat(wrong, "\n"), 0) end
    end)
  end
  it(folder .. ": every file that known.lua names is there", function()
    for name in pairs(known[folder]) do assert.is_true(seen[name] or not strict, name) end
  end)
end

describe("parity with PyTorch:", function()
  teardown(function()
    local text = "parity: %d cases run, %d skipped (dtypes or ops that are not there), %d known not to hold\n"
    io.write(text:format(executed, skipped, listed))
  end)
  it("known.lua lists in-place methods that are not there", function()
    for name in pairs(known.in_place) do
      local there, method = pcall(function() return torch.zeros(1)[name] end)
      assert.is_true(not there or method == nil, name .. " is there now: take it from known.lua")
    end
  end)
  suite("ops", holds)
  suite("errors", raises)
  if strict then
    it("known.lua names the dtypes and ops that are not there, and no others", function()
      for what, names in pairs(met) do
        for name in pairs(known.missing[what]) do
          assert.is_true(names[name],
            ("%s is there now, or no case needs it: take it from the missing %s of known.lua"):format(name, what))
        end
      end
    end)
    it("most cases were run", function() assert.is_true(executed >= known.executed, executed .. " cases run") end)
  end
end)
