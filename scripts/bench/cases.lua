--- The cases of ops.lua, written once for both sides: a call is Lua that is Python too but for a few
-- signs, which `python` changes. `$1` is the first position (1 here, 0 there).
--
-- A case is {family, call, setup, sizes}: the time of `call` is measured after `setup` and the
-- operands of its size below. Names of the operands: a, b, d are float32 matrices of n × n, p is positive,
-- D, E float64, I, J int64, m a mask, row, col and v vectors, i positions in 1..n, T = a transposed.
local cases = {}

--- n × n is the size of a case: 16 elements measure the overhead, 10 thousand the
-- cache, a million the memory.
cases.sizes = {4, 100, 1024}

cases.operands = [[
a = torch.randn(n, n); b = torch.randn(n, n); d = torch.randn(n, n); p = torch.rand(n, n) + 0.5
D = torch.randn(n, n, {dtype = torch.float64}); E = torch.randn(n, n, {dtype = torch.float64})
I = torch.randint(1, 100, {n, n}); J = torch.randint(1, 100, {n, n}); K = torch.randint(0, 100, {n, n})
m = a:gt(0); T = a:t(); row = torch.randn(1, n); col = torch.randn(n, 1); v = torch.randn(n)
i = torch.randint($1, n + $1, {n}); g = torch.randint($1, n + $1, {n, n})
x = torch.randn(n, n, {requires_grad = true})
]]

local function add(family, calls, setup, sizes)
  for call in calls:gmatch("[^\n;]+") do
    call = call:match("^%s*(.-)%s*$")
    if call ~= "" then cases[#cases + 1] = {family = family, call = call, setup = setup or "", sizes = sizes} end
  end
end

add("binary", [[
a:add(b); a:sub(b); a:mul(b); a:div(b); a:add(2); a:mul(0.5); a:div(3); a:pow(2); a:pow(3); a:pow(0.5); a:pow(b)
torch.maximum(a, b); torch.minimum(a, b); torch.atan2(a, b); torch.fmod(a, b); torch.remainder(a, b)
a:add(b, {alpha = 2})
D:add(E); D:mul(E); D:div(E); I:add(J); I:mul(J); I:div(J); I:add(2); I:bitwise_and(J); I:remainder(J)
torch.floor_divide(I, J); a:add(I); D:add(a); m:logical_and(m); a:add(D); torch.lerp(a, b, 0.3)
torch.addcmul(a, b, d)
torch.addcdiv(a, b, p); I:float(); a:double(); a:long(); m:float(); D:float(); m:long(); I:int()
]])
add("operand", [[
T:add(b); a:add(row); a:add(col); row:add(col); T:mul(T); T:exp(); T:add(2); a:add(v); D:t():add(E); I:t():add(J)
T:gt(b)
torch.where(m, a, row); torch.where(m:t(), a, b); a[{{}, 2}]:add(1); T:contiguous():add(b)
]], nil)
add("unary", [[
a:neg(); a:abs(); a:exp(); a:tanh(); a:sigmoid(); p:log(); p:sqrt(); p:rsqrt(); a:sin(); a:cos(); a:relu()
a:floor(); a:round()
a:sign(); a:square(); a:reciprocal(); a:erf(); a:expm1(); p:log1p(); p:log2(); a:tan(); a:atan(); a:sinh()
a:clamp(-1, 1)
a:clamp({min = 0}); a:exp2(); a:trunc(); a:frac(); F.gelu(a); F.silu(a); F.elu(a); F.softplus(a); F.leaky_relu(a)
F.hardtanh(a); F.logsigmoid(a); F.mish(a)
D:neg(); D:exp(); D:tanh(); D:sigmoid(); D:abs():log(); D:sin(); D:sqrt(); I:neg(); I:abs(); a:isnan()
m:logical_not()
]])
add("in place", [[
a:add_(b); a:mul_(1); a:zero_(); a:fill_(2); a:copy_(b); T:copy_(b); a:add_(b, {alpha = 0.1}); a:clamp_(-1, 1)
I:add_(1); a:addcmul_(b, d, {value = 0.1})
]], "a = a:clone(); I = I:clone()")
add("compare", [[
a:gt(b); a:eq(b); a:lt(0); I:eq(J); I:gt(5); D:le(E); torch.where(m, a, b); m:logical_or(m); torch.isclose(a, b)
torch.allclose(a, a); torch.equal(a, a); torch.where(m, I, J)
]])
add("reduce", [[
a:sum(); a:sum($1); a:sum(-1); a:mean(); a:mean($1); a:mean(-1); a:prod(); a:max(); a:min(); a:max($1); a:max(-1)
a:amax($1); a:amax(-1)
a:std(); a:var(); a:var($1); a:var(-1); a:norm(); a:norm(2, $1); a:norm(2, -1); a:norm(1); T:sum(); T:sum($1)
T:sum(-1)
D:sum(); D:sum($1); D:sum(-1); D:mean(); I:sum(); I:sum($1); I:sum(-1); I:max(); m:sum(); m:any(); m:all()
m:any($1); m:sum(-1)
a:argmax(); a:argmax($1); a:argmax(-1); a:argmin(-1); a:logsumexp($1); a:logsumexp(-1)
a:softmax($1); a:softmax(-1); a:log_softmax($1); a:log_softmax(-1); D:softmax(-1)
a:cumsum($1); a:cumsum(-1); I:cumsum(-1); a:reshape(-1):cumsum(-1); torch.cumprod(a, -1); torch.count_nonzero(a)
]])
add("middle", "y:sum($1 + 1); y:mean($1 + 1); y:max($1 + 1); y:softmax($1 + 1); y:var($1 + 1); y:argmax($1 + 1); " ..
  "y:cumsum($1 + 1)",
  "y = torch.randn(16, n, 64)", {4, 16, 1024})
add("order", [[
a:sort(-1); a:sort($1); a:topk(k, -1); a:reshape(-1):sort(); a:median(); a:argsort(-1); I:sort(-1)
a:kthvalue(2, -1); I:unique(); torch.bincount(K:reshape(-1))
torch.searchsorted(s, a); a:nonzero(); a:reshape(-1):topk(10); D:sort(-1); a:median(-1)
]], "s = torch.linspace(-2, 2, 100); k = 3")
add("shape", [[
T:contiguous(); D:t():contiguous(); I:t():contiguous(); q:contiguous(); torch.cat({a, b}, $1); torch.cat({a, b}, -1)
torch.stack({a, b}, $1); torch.stack({a, b}, -1)
a:repeatTensor(2, 2); a:clone(); a:flip(-1); a:flip($1); a:roll(1, -1); row:expand(n, n):contiguous()
col:expand(n, n):contiguous()
a:tril(); a:triu(); F.pad(a, {1, 1}); a:reshape(-1); a:t(); a[$1]; a:view(-1); a:unsqueeze($1); a[{{}, 2}]
a:narrow($1, $1, 2); a:chunk(2, $1); a:split(2, $1)
torch.zeros(n, n); torch.ones(n, n); torch.full({n, n}, 3); torch.arange(n * n); torch.eye(n)
torch.linspace(0, 1, n * n); torch.empty(n, n); torch.zeros_like(a); torch.ones_like(a); torch.tensor({1, 2, 3})
a:diag(); torch.repeat_interleave(a, 2, $1); F.one_hot(i, n); torch.meshgrid(v, v)
]], "q = torch.randn(n, 16, n):permute(2 + $1, 0 + $1, 1 + $1)", {4, 24, 256})
add("index", [[
a:gather(-1, g); a:gather($1, g); a:index_select($1, i); a:index_select(-1, i); a:masked_fill(m, 0)
a:masked_select(m); a:scatter(-1, g, b)
a:scatter_add(-1, g, b); a:index_add($1, i, b); a:take(g); a:index_fill($1, i, 0); a[i]; a[m]; F.embedding(i, a)
a:clone():index_put_({i}, b); torch.where(m); a:masked_fill_(m, 0)
a:index_copy($1, i, b); a:scatter_(-1, g, b)
]])
add("product", [[
a:mm(b); a:matmul(b); T:mm(b); a:mm(T); a:mv(v); T:mv(v); v:dot(v); torch.outer(v, v); v:matmul(a); D:mm(E)
a:mm(b[{{}, 2}]:unsqueeze(-1)); torch.addmm(a, a, b); F.linear(a, b, v)
torch.einsum("ij,jk->ik", a, b); row:mm(a); F.linear(row, b, v)
]])
add("batches", [[
B:bmm(C); B:matmul(C); B:matmul(b); B:transpose(-1, -2):matmul(C); B:matmul(w); B4:matmul(C4); F.linear(B, b)
torch.einsum("bij,bjk->bik", B, C)
]], "B = torch.randn(16, n, n); C = torch.randn(16, n, n); w = torch.randn(n); B4 = torch.randn(2, 8, n, n); " ..
  "C4 = torch.randn(1, 8, n, n)", {4, 24, 256})
local images = "y = torch.randn(%d, %d, n, n); w = torch.randn(%d, %d, %d, %d); c = torch.randn(%d); " ..
  "yg = torch.randn(%d, %d, n, n, {requires_grad = true}); wg = torch.randn(%d, %d, %d, %d, {requires_grad = true})"
local function conv(batch, channels, outputs, kernel, groups, calls, sizes)
  local w = channels // groups
  add(("conv %d×%d→%d, %d×%d"):format(batch, channels, outputs, kernel, kernel), calls,
    images:format(batch, channels, outputs, w, kernel, kernel, outputs, batch, channels, outputs, w, kernel, kernel),
      sizes)
end
local both = "F.conv2d(y, w, c, {padding = 1}); torch.autograd.grad(F.conv2d(yg, wg, c, {padding = 1}):sum(), {yg, wg})"
conv(1, 3, 16, 3, 1, both, {8, 32, 224})
conv(64, 3, 16, 3, 1, both, {8, 32})
conv(64, 1, 32, 3, 1, both, {8, 28})
conv(64, 16, 32, 5, 1, both, {8, 14})
conv(1, 64, 64, 3, 1, both, {7, 14, 56})
conv(64, 64, 64, 3, 1, both, {7, 14})
conv(8, 64, 64, 3, 1, both .. "; F.conv2d(y, w, c, {stride = 2, padding = 1})", {28})
conv(1, 64, 64, 1, 1, "F.conv2d(y, w, c)", {7, 14, 56})
conv(64, 64, 128, 1, 1, "F.conv2d(y, w, c); F.conv2d(y, w, c, {stride = 2})", {7, 14})
conv(1, 64, 64, 3, 64, "F.conv2d(y, w, c, {padding = 1, groups = 64})", {7, 14, 56})
conv(64, 64, 64, 3, 64,
  "F.conv2d(y, w, c, {padding = 1, groups = 64}); " ..
  "torch.autograd.grad(F.conv2d(yg, wg, c, {padding = 1, groups = 64}):sum(), {yg, wg})", {7, 14})
conv(16, 32, 64, 3, 4, "F.conv2d(y, w, c, {padding = 1, groups = 4}); F.conv2d(y, w, c, {dilation = 2, groups = 4})",
  {8, 28})
add("conv1d", "F.conv1d(y, w, c, {padding = 1}); F.conv_transpose2d(z, u, {stride = 2})",
  "y = torch.randn(16, 16, n * 16); w = torch.randn(32, 16, 3); c = torch.randn(32); z = torch.randn(8, 16, n, n); " ..
  "u = torch.randn(16, 8, 2, 2)", {4, 28})
add("pool", [[
F.max_pool2d(y, 2); F.avg_pool2d(y, 2); F.max_pool2d(y, 3, {stride = 2, padding = 1}); F.adaptive_avg_pool2d(y, 1)
F.adaptive_avg_pool2d(y, 4)
torch.autograd.grad(F.max_pool2d(yg, 2):sum(), {yg}); torch.autograd.grad(F.avg_pool2d(yg, 2):sum(), {yg})
F.interpolate(y, {scale_factor = 2})
]], images:format(16, 16, 1, 1, 1, 1, 1, 16, 16, 1, 1, 1, 1), {4, 16, 64})
add("norm", [[
F.batch_norm(y, r, s); F.batch_norm(y, r, s, w, c); F.batch_norm(y, r, s, w, c, {training = true})
torch.autograd.grad(F.batch_norm(yg, r, s, w, c, {training = true}):sum(), {yg})
F.layer_norm(h, {n}, lw, lb); torch.autograd.grad(F.layer_norm(hg, {n}, lw, lb):sum(), {hg})
F.group_norm(y, 4, w, c); F.batch_norm(h2, r, s, w, c, {training = true})
]], "y = torch.randn(16, 16, n, n); yg = torch.randn(16, 16, n, n, {requires_grad = true}); r = torch.zeros(16); " ..
  "s = torch.ones(16); w = torch.ones(16); c = torch.zeros(16); h = torch.randn(64, n, n); " ..
  "hg = torch.randn(64, n, n, {requires_grad = true}); lw = torch.ones(n); lb = torch.zeros(n); " ..
  "h2 = torch.randn(n * 8, 16)", {4, 16, 64})
add("random", [[
torch.rand(n, n); torch.randn(n, n); torch.randint(0, 10, {n, n}); torch.randperm(n * n)
F.dropout(a, 0.5, {training = true}); torch.bernoulli(u); a:uniform_(); a:normal_(); torch.multinomial(u[$1], 2)
torch.rand_like(a); torch.randn_like(a); torch.rand(n, n, {dtype = torch.float64})
torch.autograd.grad(F.dropout(x, 0.5, {training = true}):sum(), {x})
]], "u = torch.rand(n, n)")
add("loss", [[
F.mse_loss(a, b); F.l1_loss(a, b); F.cross_entropy(a, i); F.nll_loss(a, i); F.binary_cross_entropy(z, t)
F.binary_cross_entropy_with_logits(a, t); F.smooth_l1_loss(a, b); F.kl_div(a, t); F.huber_loss(a, b)
F.cosine_similarity(a, b, -1); F.normalize(a, {dim = -1}); torch.cdist(a, b)
]], "z = torch.rand(n, n); t = torch.rand(n, n)", {4, 100, 1000})
add("backward", [[
torch.autograd.grad(x:sum(), {x}); torch.autograd.grad(x:exp():sum(), {x}); torch.autograd.grad(x:mul(b):sum(), {x})
torch.autograd.grad(x:add(row):mean(), {x}); torch.autograd.grad(b:add(vg):sum(), {vg})
torch.autograd.grad(x:tanh():sum(), {x}); torch.autograd.grad(x:relu():sum(), {x})
torch.autograd.grad(x:sigmoid():sum(), {x}); torch.autograd.grad(x:mm(b):sum(), {x})
torch.autograd.grad(F.linear(a, x, vg):sum(), {x, vg})
torch.autograd.grad(x:softmax(-1):mul(b):sum(), {x}); torch.autograd.grad(F.cross_entropy(x, i), {x})
torch.autograd.grad(F.mse_loss(x, b), {x}); torch.autograd.grad(x:gather(-1, g):sum(), {x})
torch.autograd.grad(x:index_select($1, i):sum(), {x})
torch.autograd.grad(F.embedding(i, x):sum(), {x}); torch.autograd.grad(x:amax(-1):sum(), {x})
torch.autograd.grad(torch.cat({x, x}, -1):sum(), {x}); torch.autograd.grad(F.gelu(x):sum(), {x})
torch.autograd.grad(x:var(), {x}); torch.autograd.grad(x:t():contiguous():sum(), {x})
torch.autograd.grad(x:div(b):sum(), {x}); torch.autograd.grad(x:pow(2):sum(), {x})
torch.autograd.grad(x:logsumexp(-1):sum(), {x}); torch.autograd.grad(x:log_softmax(-1):mul(b):sum(), {x})
torch.autograd.grad(x:cumsum(-1):sum(), {x}); torch.autograd.grad(x:norm(), {x})
torch.autograd.grad(torch.where(m, x, b):sum(), {x})
]], "vg = torch.randn(n, {requires_grad = true})")
local optimizer = "w = torch.randn(n, n, {requires_grad = true}); c = torch.randn(n, {requires_grad = true}); " ..
  "w:sum():add(c:sum()):backward(); "
for _, new in ipairs{"SGD({w, c}, {lr = 1e-9})", "SGD({w, c}, {lr = 1e-9, momentum = 0.9})",
  "Adam({w, c}, {lr = 1e-9})", "AdamW({w, c}, {lr = 1e-9})", "RMSprop({w, c}, {lr = 1e-9})",
    "Adagrad({w, c}, {lr = 1e-9})"} do
  add("optim." .. new:match("^%w+") .. (new:find("momentum") and " momentum" or ""), "o:step()",
    optimizer .. "o = optim." .. new)
end
add("optim", "o:zero_grad(); torch.nn.utils.clip_grad_norm_({w, c}, 1)",
  optimizer .. "o = optim.SGD({w, c}, {lr = 1e-9})")
add("recurrent", "cell(y); F.scaled_dot_product_attention(q, q, q);",
  "cell = torch.nn.LSTM(n, n); y = torch.randn(8, 4, n); q = torch.randn(4, 4, 32, n)", {4, 64})

--- The Lua of a case, with positions from 1.
function cases.lua(text) return (text:gsub("%$1", "1")) end

--- The same in Python.
function cases.python(text)
  text = text:gsub("%$1", "0"):gsub("repeatTensor", "repeat"):gsub("%[{{}, 2}%]", "[:, 1]")
  text = text:gsub("{(%a[%w_]* = [^{}]*)}", function(options) -- a trailing table of names
    return options:gsub("true", "True"):gsub("false", "False")
  end)
  return (text:gsub("{", "["):gsub("}", "]"):gsub("([%w%])\"]):(%a)", "%1.%2"))
end

return cases
