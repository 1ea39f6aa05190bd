--- torch.distributions.kl: Kullback and Leibler's divergence of pairs of distributions.
local options = require "torch.utils.options"
local values = require "torch.distributions.values"
local Distribution = require "torch.distributions.Distribution"
local kl = {}

-- registered[p][q] is the function of a pair of classes.
local registered = {}

local function check_class(what, name, position, class)
  local parent = class
  while type(parent) == "table" and parent ~= Distribution do parent = parent.super end
  if parent ~= Distribution then options.wrong(what, name, position, "a class of distributions", class) end
end

--- torch.distributions.kl.register_kl(type_p: table, type_q: table, f: callable): f(p, q) computes the divergence of
-- distributions of these classes, and of those derived from them where no nearer pair is registered.
function kl.register_kl(type_p, type_q, f)
  check_class("register_kl", "type_p", 1, type_p)
  check_class("register_kl", "type_q", 2, type_q)
  if not options.is_callable(f) then options.wrong("register_kl", "f", 3, "a function", f) end
  registered[type_p] = registered[type_p] or {}
  registered[type_p][type_q] = f
  return f
end

--- The function of the nearest pair of classes, the class of p counting first.
local function find(p, q)
  local class_p = values.class_of(p)
  while class_p do
    local row, class_q = registered[class_p], values.class_of(q)
    while row and class_q do
      if row[class_q] then return row[class_q] end
      class_q = class_q.super
    end
    class_p = class_p.super
  end
end

--- torch.distributions.kl.kl_divergence(p: table, q: table) -> Tensor: How far q is from p, in nats:
-- E[log p(x) - log q(x)] over samples x of p.
-- Example: torch.distributions.kl.kl_divergence(torch.distributions.Normal(0, 1), torch.distributions.Normal(1, 1))
function kl.kl_divergence(p, q)
  for i, d in ipairs {p or false, q or false} do
    if not torch.isinstance(d, Distribution) then
      options.wrong("kl_divergence", i == 1 and "p" or "q", i, "a distribution", d or nil)
    end
  end
  if not next(registered) then
    for _, file in ipairs {"continuous", "discrete", "vectors", "combined"} do
      require("torch.distributions.kl." .. file)(kl.register_kl, kl.kl_divergence)
    end
  end
  local f = find(p, q)
  if not f then
    options.raise(("kl_divergence: none is registered for %s and %s; register_kl adds one"):format(p:_name(),
      q:_name()))
  end
  return f(p, q)
end

return kl
