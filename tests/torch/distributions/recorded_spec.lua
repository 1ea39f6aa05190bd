-- torch.distributions beside values recorded from PyTorch: every distribution, transform, constraint and divergence.
package.path = "tests/?.lua;" .. package.path
local recorded = require "recorded_distributions"
local all = recorded.load()

--- Notes what differs; one error names all of a case.
local function collector(case)
  local found = {}
  local function compare(what, x, want)
    local ok, got = pcall(x)
    local problem = not ok and tostring(got) or recorded.differs(got, want, case)
    if problem then found[#found + 1] = what .. ": " .. problem end
  end
  local function note(what, problem)
    if problem then found[#found + 1] = what .. ": " .. problem end
  end
  return compare, note, function()
    if #found > 0 then error(table.concat(found, "\n"), 0) end
  end
end

local function same(got, want)
  got, want = table.concat(got, ","), table.concat(want, ",")
  return got ~= want and ("{%s}, expected {%s}"):format(got, want) or nil
end

local function compare_gradients(compare, what, f, leaves, want)
  if want == nil or #leaves == 0 then return end
  local ok, grads = pcall(function()
    return table.pack(torch.autograd.grad(f(), leaves, {allow_unused = true, retain_graph = true}))
  end)
  for i = 1, #leaves do
    if want[i] then
      compare(("%s %d"):format(what, i), function() return assert(ok and grads[i], grads or "none") end, want[i])
    end
  end
end

local function check_support(d, want, note)
  local support = d.support
  note("support", support.name ~= want.name and ("%s, expected %s"):format(support.name, want.name) or nil)
  note("event_dim", support.event_dim ~= want.event_dim and tostring(support.event_dim) or nil)
  note("discrete", support.is_discrete ~= want.discrete and tostring(support.is_discrete) or nil)
end

local function check_distribution(name, case)
  local compare, note, finish = collector(case)
  local leaves = {}
  local d = recorded.make(case, leaves, name)
  note("batch_shape", same(d.batch_shape, case.batch_shape))
  note("event_shape", same(d.event_shape, case.event_shape))
  note("has_rsample", d.has_rsample ~= case.has_rsample and tostring(d.has_rsample) or nil)
  if case.support then check_support(d, case.support, note) end
  for _, what in ipairs {"mean", "variance", "stddev", "mode"} do
    if case[what] then compare(what, function() return d[what] end, case[what]) end
  end
  for _, what in ipairs {"entropy", "enumerate_support"} do
    if case[what] then compare(what, function() return d[what](d) end, case[what]) end
  end
  for what, want in pairs(case.attributes or {}) do compare(what, function() return d[what] end, want) end
  if case.q and case.icdf then
    compare("icdf", function() return d:icdf(recorded.tensor(case.q)) end, case.icdf)
  end
  if case.value then
    local x = recorded.tensor(case.value)
    if case.grad_value then x:requires_grad_(true) end
    compare("log_prob", function() return d:log_prob(x) end, case.log_prob)
    if case.cdf then compare("cdf", function() return d:cdf(x) end, case.cdf) end
    compare_gradients(compare, "gradient", function() return d:log_prob(x):sum() end, leaves, case.grads)
    if case.grad_value then
      compare_gradients(compare, "gradient of the value", function() return d:log_prob(x):sum() end, {x},
        {case.grad_value})
    end
  end
  compare_gradients(compare, "gradient of the entropy", function() return d:entropy():sum() end, leaves,
    case.entropy_grads)
  if case.expanded then
    local e = d:expand(case.expanded)
    note("expanded", same(e.batch_shape, case.expanded))
    local x = d:sample()
    local one, more = d:log_prob(x), e:log_prob(x)
    note("log_prob of the expanded", same(more.shape, case.expanded))
    note("log_prob of the expanded", not torch.allclose(more, one:expand_as(more)) and "other numbers" or nil)
  end
  if case.sample_shape then note("sample_shape", same(d:sample(5).shape, case.sample_shape)) end
  for _, x in ipairs(case.outside or {}) do
    local value = recorded.tensor(x)
    note("outside", pcall(d.log_prob, d, value) and "a value outside of the support is taken" or nil)
  end
  for _, wrong in ipairs(case.invalid or {}) do
    note("invalid", pcall(recorded.make, wrong, {}, name) and "wrong parameters are taken" or nil)
  end
  finish()
end

describe("distributions as recorded:", function()
  local names = {}
  for name in pairs(all) do names[#names + 1] = name end
  table.sort(names)
  for _, name in ipairs(names) do
    local file = all[name]
    if file.distribution then
      for i, case in ipairs(file.cases) do
        it(("%s, case %d"):format(name, i), function() check_distribution(name, case) end)
      end
    end
  end
end)

local function check_transform(case)
  local compare, note, finish = collector(case)
  local leaves = {}
  local t = recorded.make(case, leaves)
  local x = recorded.tensor(case.x):requires_grad_(true)
  local y = t(x)
  compare("y", function() return y end, case.y)
  note("bijective", t.bijective ~= case.bijective and tostring(t.bijective) or nil)
  note("domain", t.domain.event_dim ~= case.domain_event_dim and tostring(t.domain.event_dim) or nil)
  note("codomain", t.codomain.event_dim ~= case.codomain_event_dim and tostring(t.codomain.event_dim) or nil)
  if case.forward_shape then note("forward_shape", same(t:forward_shape(x.shape), case.forward_shape)) end
  if case.inverse_shape then note("inverse_shape", same(t:inverse_shape(y.shape), case.inverse_shape)) end
  if type(case.sign) == "table" then compare("sign", function() return t.sign end, case.sign)
  elseif case.sign then note("sign", t.sign ~= case.sign and tostring(t.sign) or nil) end
  if case.inverse then compare("inverse", function() return t.inv(y) end, case.inverse) end
  local objective = (torch.linspace(0.5, 1.5, y:numel(), {dtype = y.dtype}):view(y.shape) * y):sum()
  if case.log_abs_det_jacobian then
    compare("log_abs_det_jacobian", function() return t:log_abs_det_jacobian(x, y) end, case.log_abs_det_jacobian)
    objective = objective + t:log_abs_det_jacobian(x, y):sum()
  end
  if case.objective then
    note("objective", math.abs(objective:item() - case.objective) > 1e-8 and tostring(objective) or nil)
    compare_gradients(compare, "gradient of x", function() return objective end, {x}, {case.grad_x})
    compare_gradients(compare, "gradient", function() return objective end, leaves, case.grads)
  end
  finish()
end

describe("transforms as recorded:", function()
  for i, case in ipairs(all.transforms.cases) do
    it(("%s, case %d"):format(case.transform, i), function() check_transform(case) end)
  end
end)

describe("constraints as recorded:", function()
  for i, case in ipairs(all.constraints.cases) do
    it(("%s, case %d"):format(case.constraint, i), function()
      local compare, note, finish = collector(case)
      local constraint = torch.distributions.constraints[case.constraint]
      if #case.args > 0 then constraint = constraint(table.unpack(case.args)) end
      compare("check", function() return constraint:check(recorded.tensor(case.value)) end, case.check)
      note("event_dim", constraint.event_dim ~= case.event_dim and tostring(constraint.event_dim) or nil)
      note("discrete", constraint.is_discrete ~= case.discrete and tostring(constraint.is_discrete) or nil)
      for _, way in ipairs {"biject_to", "transform_to"} do
        if case[way] then
          local ok, t = pcall(torch.distributions[way], constraint)
          compare(way, function() return assert(ok and t, t)(recorded.tensor(case[way].x)) end, case[way].y)
        end
      end
      finish()
    end)
  end
end)

describe("divergences as recorded:", function()
  for i, case in ipairs(all.kl_divergence.cases) do
    it(("%s from %s, case %d"):format(case.p.distribution, case.q.distribution, i), function()
      local compare, _, finish = collector(case)
      local leaves = {}
      local p = recorded.make(case.p, leaves)
      local q = recorded.make(case.q, leaves)
      local kl = torch.distributions.kl_divergence(p, q)
      compare("kl", function() return kl end, case.kl)
      compare_gradients(compare, "gradient", function() return kl:sum() end, leaves, case.grads)
      finish()
    end)
  end
  it("none where none is registered", function()
    for _, case in ipairs(all.kl_divergence.unregistered) do
      assert.is_false(pcall(torch.distributions.kl_divergence, recorded.make(case.p), recorded.make(case.q)))
    end
  end)
end)

describe("implicit gradients as recorded:", function()
  it("of Gamma and Dirichlet", function()
    local gamma, dirichlet = table.unpack(all.implicit_gradients.cases)
    local problem = recorded.differs(torch._standard_gamma_grad(recorded.tensor(gamma.concentration),
      recorded.tensor(gamma.sample)), gamma.grad_concentration, gamma)
    assert.is_nil(problem)
    local c, x = recorded.tensor(dirichlet.concentration), recorded.tensor(dirichlet.sample)
    problem = recorded.differs(torch._dirichlet_grad(x, c, c:sum(-1, true):expand_as(c)), dirichlet.diagonal, dirichlet)
    assert.is_nil(problem)
  end)
end)
