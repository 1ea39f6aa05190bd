-- Gradients of tiny and of huge numbers: where the result and the true gradient are finite, the gradient is. What is
-- true float64 says, whose range is wide enough for the formulas. The arguments are those of gradient checks, scaled.
package.path = "scripts/gen/?.lua;tests/?.lua;tests/tensor/?.lua;" .. package.path
local rows, domains = require "rows".read(), require "domains"

local SINGLE <const> = {[torch.float64] = torch.float32, [torch.complex128] = torch.complex64}

--- The arguments of a sample in single or double precision, its leaves times `scale`; the leaves. Both are the same
-- numbers.
local function arguments_of(sample, scale, double)
  local leaves = {}
  local args = domains.map(sample, function(v)
    local single, t = SINGLE[v.dtype], v:detach()
    if v.requires_grad then t = t * scale end
    if single then t = t:to(single) end
    if single and double then t = t:to(v.dtype) end
    if v.requires_grad then leaves[#leaves + 1] = t:requires_grad_(true) end
    return t
  end)
  return args, leaves
end

local function results_of(row, sample, args)
  torch.manual_seed(7)
  if row.inplace == "only" then
    return {(args[1] * 1)[row.lua .. "_"](args[1] * 1, table.unpack(args, 2, args.n))}
  end
  local out = table.pack(torch._C.call(row.name, table.unpack(args, 1, args.n)))
  if row.list_output then out = table.pack(table.unpack(out[1])) end
  return {table.unpack(out, 1, sample.results or out.n)}
end

local function parts(t) return t:is_complex() and torch.view_as_real(t) or t end

--- The gradients of the sum of all results, in float64; nil where there are none, or a result is not finite.
local function gradients(row, sample, scale, double)
  local args, leaves = arguments_of(sample, scale, double)
  local total
  for _, out in ipairs(results_of(row, sample, args)) do
    if torch.is_tensor(out) and out.requires_grad then
      if not torch.isfinite(parts(out:detach())):all():item() then return nil end
      local sum = parts(out):sum()
      total = total and total + sum or sum
    end
  end
  if not total then return nil end
  total:backward()
  local list = {}
  for i, leaf in ipairs(leaves) do list[i] = leaf.grad and parts(leaf.grad):double() or false end
  return list
end

--- The first gradient that is not finite where it should be, as words; nil: there is none.
local function first_wrong(row, sample, scale)
  local ok, found = pcall(gradients, row, sample, scale, false)
  local ok_true, expected = pcall(gradients, row, sample, scale, true)
  if not (ok and ok_true and found and expected) then return nil end
  for i, g in ipairs(expected) do
    local h = found[i]
    local wrong = g and h and (torch.isfinite(g) & g:abs():lt(1e37) & ~torch.isfinite(h))
    if wrong and wrong:any():item() then
      return ("leaf %d: expected %g, got %g"):format(i, g[wrong][1]:item(), h[wrong][1]:item())
    end
  end
end

-- Infinities inside, of sums and differences of huge numbers that are no probabilities.
local EXCEPT <const> = {ctc_loss = true, native_ctc_loss = true, gru_step = true}

describe("gradients of numbers of all magnitudes", function()
  for _, row in ipairs(rows) do
    if row.backward or domains.known(row) then
      it("are finite: " .. row.name, function()
        local wrong
        for i, sample in ipairs(domains.samples(row, 2026)) do
          for _, scale in ipairs {1e-30, 1e-21, 1e12, 1e21, 1e30} do
            local words = first_wrong(row, sample, scale)
            wrong = wrong or words and ("sample %d * %g: %s"):format(i, scale, words)
          end
        end
        if EXCEPT[row.name] then assert.is_string(wrong, "no exception any more")
        else assert.is_nil(wrong) end
      end)
    end
  end

  -- By mpmath.
  local function check(f, at, expected, tolerance)
    for _, dtype in ipairs {"float32", "float64"} do
      local x = torch.tensor(at, {dtype = dtype}):requires_grad_(true)
      f(x):sum():backward()
      local want = torch.tensor(expected, {dtype = "float64"})
      local off = ((x.grad:double() - want) / want):abs():max():item()
      assert.is_true(off < (dtype == "float32" and 1e-6 or tolerance), ("%s: %g"):format(dtype, off))
    end
  end
  it("keep their digits: sinc and j0 beside 0", function()
    check(torch.sinc, {2 ^ -100, 2 ^ -20, 0.125, 0.25}, {-2.5952483540055445e-30, -3.1374627434668539e-06,
      -0.40492660714516711, -0.77283813988223418}, 1e-14)
    check(torch.special.spherical_bessel_j0, {2 ^ -100, 2 ^ -20, 0.25}, {-2.629536350736706e-31,
      -3.1789143880205442e-07, -0.082813661229787737}, 1e-14)
  end)
  it("keep their digits: arcsine and artanh beside 1", function()
    check(torch.asin, {1 - 2 ^ -20}, {724.0775165685779}, 1e-14)
    check(torch.acos, {1 - 2 ^ -20}, {-724.0775165685779}, 1e-14)
    check(torch.atanh, {1 - 2 ^ -20}, {524288.25000011921}, 1e-14)
  end)
  it("keep their digits: products that become 0 or infinite on the way", function()
    for _, s in ipairs {1e-30, 1e30} do
      local x = torch.tensor({{s, 2 * s}, {1, 3}}):requires_grad_(true)
      x:prod(2):sum():backward()
      assert.same((torch.tensor({{2 * s, s}, {3, 1}})):tolist(), x.grad:tolist())
    end
    local x = torch.tensor({0, 1e30, 1e30, 0}):requires_grad_(true)
    x:prod():backward()
    assert.same({0, 0, 0, 0}, x.grad:tolist())
  end)
  it("cosines do not depend on lengths", function()
    for _, s in ipairs {1e20, 1e30} do
      local a = (torch.tensor({{1.0, 2}}) * s):requires_grad_(true)
      local loss = F.cosine_embedding_loss(a, torch.tensor({{2.0, 1}}) * s, torch.tensor({1}))
      loss:backward()
      assert.near(0.2, loss:item(), 1e-6)
      assert.near(-0.24, a.grad[{1, 1}]:item() * s, 1e-6)
    end
  end)
  it("exp(z) - 1 and log(1 + z) of small complex numbers", function()
    local z = torch.complex(1e-12, -3e-20)
    for _, f in ipairs {torch.expm1, torch.log1p} do
      assert.near(1, f(z).real:item() / 1e-12, 1e-6)
      assert.near(1, f(z).imag:item() / -3e-20, 1e-6)
    end
  end)
end)
