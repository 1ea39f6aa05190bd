-- What all recorded cases share: numbers and parameters by formula, so that inputs and weights need not be recorded,
-- and files that are packed as one.
local recorded = {}

local M <const> = 0xFFFFFFFF

--- n numbers in [0, 1) that only depend on their position and on the seed: float64.
function recorded.uniform(n, seed)
  local x = (torch.arange(n, {dtype = "int64"}) + (seed * 0x9E3779B9 & M)):bitwise_and(M)
  for _, step in ipairs {{16, 0x85EBCA6B}, {13, 0xC2B2AE35}, {16}} do
    x = x:bitwise_xor(x:bitwise_right_shift(step[1]))
    if step[2] then x = (x * step[2]):bitwise_and(M) end
  end
  return x:to("float64") / 4294967296.0
end

--- FNV-1a of a text, 32 bits.
function recorded.hash(text)
  local h = 0x811C9DC5
  for i = 1, #text do h = ((h ~ text:byte(i)) * 0x01000193) & M end
  return h
end

--- The first value of an entry of a state, by its name: float64, flat.
function recorded.value(name, t)
  local u = recorded.uniform(t:numel(), recorded.hash(name))
  if name:find "running_var$" then return u + 0.5 end
  if t.ndim >= 2 then
    local bound = math.sqrt(3 / math.max(1, t:numel() // t:size(1)))
    return u * (2 * bound) - bound
  end
  local is_scale = name:find "weight$" or name:find "gamma$" or name:find "scale$"
  return t.ndim == 1 and is_scale and u * 0.5 + 0.75 or (u * 2 - 1) * 0.1
end

--- Fills each floating entry of the state by its name.
function recorded.fill(model)
  for name, t in pairs(model:state_dict()) do
    if t:is_floating_point() then t:copy_(recorded.value(name, t):reshape(t.shape)) end
  end
end

--- The numbers of R{shape =, dtype =, seed =, lo =, hi =}, an array; those of a complex dtype stand in pairs.
function recorded.numbers(r)
  local n = r.dtype:find "complex" and 2 or 1
  for _, size in ipairs(r.shape) do n = n * size end
  local u, data = recorded.uniform(n, r.seed):tolist(), {}
  for k = 1, n do
    if r.dtype == "bool" then data[k] = u[k] >= 0.5
    elseif r.dtype:find "int" then data[k] = r.lo + math.floor((r.hi - r.lo + 1) * u[k])
    else data[k] = r.lo + (r.hi - r.lo) * u[k] end
  end
  return data
end

--- The texts of a packed file by their names, and the names in their order. Each text stands behind a line "--- NAME".
function recorded.texts(path)
  local list = {}
  local pipe = assert(io.popen("gzip -dc " .. path))
  local name, lines
  for line in pipe:lines() do
    local next_name = line:match "^%-%-%- (.*)$"
    if next_name then
      if name then list[name] = table.concat(lines, "\n") end
      name, lines = next_name, {}
      list[#list + 1] = name
    else lines[#lines + 1] = line end
  end
  if name then list[name] = table.concat(lines, "\n") end
  assert(pipe:close(), path .. ": gzip failed")
  assert(#list > 0, path .. ": there are no cases")
  return list
end

--- What the texts of a packed file return, by their names; `env`: what the forms in them are.
function recorded.tables(path, env)
  local all, texts = {}, recorded.texts(path)
  for _, name in ipairs(texts) do all[name] = assert(load(texts[name], "=" .. name, "t", env))() end
  return all
end

return recorded
