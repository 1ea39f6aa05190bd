--- Messages of ops and layers about a shape or a dtype that does not fit, with what is most likely to be written
-- instead. Called by slips.lua where nobody has caught the error; the message alone says what there was.

--- The sizes in "(32×1×28×28)", an array of integers.
local function sizes_of(text)
  local list = {}
  for size in text:gmatch "%d+" do list[#list + 1] = math.tointeger(size) end
  return list
end

--- A module, "nn.Linear", keeps its weight; a function has two operands.
local function is_module(message) return message:find "^nn%." ~= nil end

--- "nn.Linear: 'weight' (argument 2): expected uint8 as 'input' is, got float32".
local function dtypes(message)
  local wanted, got = message:match "expected (%l+%d+) as .- is, got (%l+%d+)$"
  if not wanted then return nil end
  if not is_module(message) then return ("write y:to(x.dtype), or x:to(torch.%s)"):format(got) end
  if wanted == "uint8" then
    return ("the module computes in %s: write x:to(torch.%s) / 255 for bytes of images"):format(got, got)
  end
  return ("the module computes in %s: write x:to(torch.%s)"):format(got, got)
end

--- "linear: 'input' (argument 1): expected a last dimension of size 784 as 'weight' has, got float32 (32×1×28×28)".
local function rows(message)
  local wanted, got = message:match "expected a last dimension of size (%d+) as 'weight' has, got %w+ (%b())$"
  if not wanted then return nil end
  local sizes, behind = sizes_of(got), 1
  for i = 2, #sizes do behind = behind * sizes[i] end
  if #sizes > 2 and behind == math.tointeger(wanted) then
    return ("write x:flatten(2), or nn.Flatten() in front, for %d × %d"):format(sizes[1], behind)
  end
  if #sizes == 4 then
    return ("nn.Flatten() in front gives %d × %d, for nn.Linear(%d, …)"):format(sizes[1], behind, behind)
  end
  return #sizes == 2 and sizes[1] == math.tointeger(wanted) and "write x:t()" or nil
end

--- "nn.BCELoss: 'target' (argument 2): expected the shape of 'input' (8×1), got float32 (8)".
local function as_many(message)
  local wanted, got = message:match "'target' .*expected the shape of 'input' (%b()), got %w+ (%b())$"
  local there, here = 1, 1
  for _, size in ipairs(sizes_of(wanted or "")) do there = there * size end
  for _, size in ipairs(sizes_of(got or "")) do here = here * size end
  if not wanted or there ~= here then return nil end
  return ("write target:reshape(%s)"):format(table.concat(sizes_of(wanted), ", "))
end

--- "linalg.inv: 'A' (argument 1): expected float32, float64, complex64 or complex128, got int64 (2×2)".
local function integers(message)
  local wanted, got = message:match "expected (.-), got (u?int%d+)%f[^%w]"
  if wanted and wanted:find "float32" and not wanted:find "int64" then return ("write x:float() for %s"):format(got) end
end

--- "mm: 'mat2' (argument 2): inner dimensions differ: (2×3) × (4×3)".
local function inner(message)
  local a, b = message:match "inner dimensions differ: (%b()) × (%b())$"
  local x, y = sizes_of(a or ""), sizes_of(b or "")
  if #x ~= 2 or #y ~= 2 then return nil end
  if x[2] == y[2] then return ("write x:mm(y:t()) for %d × %d"):format(x[1], y[1]) end
  if x[1] == y[1] then return ("write x:t():mm(y) for %d × %d"):format(x[2], y[2]) end
  return x[1] == y[2] and ("write y:mm(x) for %d × %d"):format(y[1], x[2]) or nil
end

--- "mv: 'vec' (argument 2): inner dimensions differ: (3×4) × (3)".
local function vector(message)
  local a, b = message:match "^mv: .*inner dimensions differ: (%b()) × (%b())$"
  local x, y = sizes_of(a or ""), sizes_of(b or "")
  return #x == 2 and #y == 1 and x[1] == y[1] and ("write x:t():mv(y) for %d × %d"):format(x[2], x[1]) or nil
end

--- "view: shape (32×700) does not hold 25088 elements".
local function sizes(message)
  local shape, n = message:match "^%l+: shape (%b()) does not hold (%d+) elements$"
  local list, others = sizes_of(shape or ""), 1
  for i = 1, #list - 1 do others = others * list[i] end
  if #list < 2 or others < 1 or tonumber(n) % others ~= 0 then return nil end
  return ("write -1 for the last size, which is then %d"):format(tonumber(n) // others)
end

--- "conv2d: 'input' (argument 1): expected 3 channels as 'weight' (8×3×3×3) has, got 32".
local MOST_COLOURS <const> = 4
local function channels(message)
  local wanted, weight, got = message:match "expected (%d+) channels as 'weight' (%b()).- has, got (%d+)$"
  if not wanted or tonumber(wanted) > MOST_COLOURS or tonumber(got) <= MOST_COLOURS then return nil end
  if wanted == "1" and #sizes_of(weight) == 4 then
    return "write x:unsqueeze(2) for images without a channel, x:permute(1, 4, 2, 3) where channels come last"
  end
  local how = {[3] = "x:permute(1, 3, 2)", [4] = "x:permute(1, 4, 2, 3)", [5] = "x:permute(1, 5, 2, 3, 4)"}
  local order = how[#sizes_of(weight)]
  return order and ("channels stand in front of the sizes of an image: write %s where they come last"):format(order)
end

local FIXED <const> = {
  {"^nn%.CrossEntropyLoss: 'target' .*expected the shape of 'input' .*, got %l+%d+ %(%d+%)$",
    "classes are integers: write target:long()"},
  {"^cross_entropy: 'target' .*expected the shape of 'input' .*, got %l+%d+ %(%d+%)$",
    "classes are integers: write target:long()"},
  {"^tensor: 'options' %(argument 2%): .*got the number", "several numbers stand in braces: torch.tensor({1, 2})"},
  {"^backward: 'gradient' %(argument 1%): needed unless", "write x:sum():backward() or x:mean():backward()"},
  {"^backward: the tensor does not require a gradient", "a parameter is made with {requires_grad = true}; "
    .. "detach() and no_grad() cut the history"},
  {"^default_collate: cannot stack", "make the items of one size, or write DataLoader(dataset, {collate_fn = …})"},
  {"^torch%.save: .*cannot save a function$", "files hold data only: net:state_dict() gives that of a module"},
  {"^optim%.%w+: 'params'.*the list of parameters is empty",
    "modules in a table of Lua are not found: write nn.ModuleList({…})"},
  {"^nn%.%w+: 'input' .*expected a tensor of positions", "write x:long()"},
  {"^nn%.BCELoss: 'input' .*expected numbers from 0 to 1",
    "write nn.BCEWithLogitsLoss(), or torch.sigmoid(x) in front"},
  {"^binary_cross_entropy: 'input' .*expected numbers from 0 to 1",
    "write F.binary_cross_entropy_with_logits(x, y), or torch.sigmoid(x) in front"},
  {"^nn%.%w+: at most 1 arguments are expected, got", "of a call that gives several results (f(x)) is the first"},
  {"^DataLoader: 'dataset' .*, got %u%w*$",
    "its class has the methods __len and __getitem: function D:__len() … end"},
  {"^sub: at most 2 arguments", "that is x - y; write x[{{first, last}}] for a part"},
  {"^DataLoader: 'batch_size' .*, got %l+%d+ %(", "several tensors stand in one data set: TensorDataset(x, y)"},
  {"^curve:add: 'name' .*, got number", "write curve:add(\"train\", step, value)"},
  {"^gnuplot%.[%w_]+: .* value %d+ is %l+%d+ %(%)$", "a list of numbers is needed: write loss:item()"},
}

local RULES <const> = {dtypes, rows, as_many, integers, inner, vector, sizes, channels}

return function(message)
  for _, rule in ipairs(RULES) do
    local hint = rule(message)
    if hint then return hint end
  end
  for _, fixed in ipairs(FIXED) do
    if message:find(fixed[1]) then return fixed[2] end
  end
end
