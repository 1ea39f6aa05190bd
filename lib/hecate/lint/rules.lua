--- What is surely not meant, for one chain of names, calls and indices of a program (scan.lua): each rule gives the
-- text of a warning, or nil.
local kinds = require "hecate.lint.kinds"

local SEVERAL <const> = {max = 1, min = 1, sort = 0, topk = 1, median = 1, mode = 0, kthvalue = 1, cummax = 1,
  cummin = 1}
local CONDITIONS <const> = {["if"] = true, ["elseif"] = true, ["while"] = true, ["until"] = true, ["not"] = true}
local BEHIND <const> = {["then"] = true, ["do"] = true, ["and"] = true, ["or"] = true}
local TRUTHS <const> = {any = true, all = true, eq = true, ne = true, gt = true, ge = true, lt = true, le = true,
  isnan = true, isinf = true, isfinite = true, logical_and = true, logical_or = true, logical_not = true}

--- The text of the tokens from `first` to `last`, on one line.
local function text_of(scan, first, last)
  local text = scan.text:sub(scan.tokens[first].start, scan.tokens[last].finish):gsub("%s+", " ")
  return #text <= 50 and text or text:sub(1, 47) .. "…"
end

--- Methods that give the same elements in another form, and have no form that works in place.
local CONVERSIONS <const> = {to = true, float = true, double = true, half = true, long = true, int = true, bool = true,
  bfloat16 = true, cuda = true, cpu = true, view = true, reshape = true, permute = true, flatten = true, expand = true,
  contiguous = true, repeatTensor = true, type_as = true}

--- "x:add(1)" as a statement, whose result nobody takes. Programs that measure do so on purpose.
local function dropped(scan, chain)
  local part = chain.parts[#chain.parts]
  if not part or not part.name or part.call ~= chain.stop or not scan:begins_statement(chain.start) then return nil end
  local is_function = part.before == "torch" and #chain.parts == 1
  if chain.kind ~= "tensor" or not (part.method or is_function) or scan.measures then return nil end
  local name = part.name
  local in_place = not name:find "_$" and kinds.is_method(name .. "_")
  if not in_place and not (part.method and CONVERSIONS[name]) or scan:inside(part.arguments).out then return nil end
  local root = text_of(scan, chain.start, part.at - 1)
  local what = (is_function and "torch." or root .. ":") .. name
  local dropped = what .. " gives a new tensor, which is dropped: write "
  if is_function then return dropped .. ("x = torch.%s(…)"):format(name) end
  local options = {in_place and ("%s:%s_(…)"):format(root, name) or nil}
  if #chain.parts == 1 or not in_place then options[#options + 1] = ("%s = %s:%s(…)"):format(root, root, name) end
  return dropped .. table.concat(options, ", or ")
end

--- "labels[i] == 1": values of different types are never equal.
local function compared(scan, chain)
  local sign, value = scan:word(chain.stop + 1), scan.tokens[chain.stop + 2]
  if chain.kind ~= "tensor" or (sign ~= "==" and sign ~= "~=") or not value then return nil end
  local number = value.kind == "number" or value.text == "-" and scan.tokens[chain.stop + 3].kind == "number"
  if not number and value.text ~= "true" and value.text ~= "false" then return nil end
  local what = text_of(scan, chain.start, chain.stop)
  return ("%s is a tensor, which no %s equals: write %s:item() %s …, or %s:%s(…) for each element"):format(what,
    number and "number" or "boolean", what, sign, what, sign == "==" and "eq" or "ne")
end

--- "if mask:any() then": a tensor is true, whatever it holds.
local function truth(scan, chain)
  local part = chain.parts[#chain.parts]
  if not part or not TRUTHS[part.name] or not part.call or chain.kind ~= "tensor" then return nil end
  local before, behind = scan:word(chain.start - 1), scan:word(chain.stop + 1)
  local chosen = before == "and" or before == "or" -- "x and x:ne(1) or y" gives a value
  local is_condition = CONDITIONS[before] and (BEHIND[behind] or before == "not" or before == "until")
  if not is_condition and not (chosen and (behind == "then" or behind == "do")) then return nil end
  return ("a tensor is true in a condition, whatever it holds: write %s:item()"):format(text_of(scan, chain.start,
    chain.stop))
end

--- How many arguments there are between the brackets at i, as far as commas tell.
local function count(scan, i)
  local last, n, k = scan.pair[i] or i, 0, i + 1
  if scan:word(i) ~= "(" or last == i + 1 then return 0 end
  while k < last do
    if scan:word(k) == "," then n = n + 1 end
    k = (scan.pair[k] or k) + 1
  end
  return n + 1
end

--- "x:max(2)[1]", "torch.sort(x)[2]": the first of several results is indexed, not the results.
local function several(scan, chain)
  for k, part in ipairs(chain.parts) do
    local least, following = SEVERAL[part.name], chain.parts[k + 1]
    local index = following and following.index
    local number = index and scan.pair[index] == index + 2 and scan.tokens[index + 1].text
    if least and part.call and (number == "1" or number == "2") and (part.method or part.before == "torch") then
      local n = count(scan, part.arguments)
      if n >= least + (part.method and 0 or 1) and (n > 0 or part.before == "tensor") then
        return ("%s has two results: write local values, positions = %s"):format(part.name,
          text_of(scan, chain.start, part.call))
      end
    end
  end
end

--- "loss.item", "torch.cuda.is_available" without a call.
local function uncalled(scan, chain)
  local part = chain.parts[#chain.parts]
  if not part or part.call or part.index then return nil end
  local before, behind = scan:word(chain.start - 1), scan:word(chain.stop + 1)
  if part.name == "is_available" and chain.name == "torch"
    and (BEHIND[behind] or before == "not" or before == "if") then
    return ("%s is a function, which is true: write %s()"):format(text_of(scan, chain.start, chain.stop),
      text_of(scan, chain.start, chain.stop))
  end
  if part.before ~= "tensor" or not kinds.is_method(part.name) or behind == "=" or before == "=" then return nil end
  if (BEHIND[before] or BEHIND[behind]) and part.name ~= "item" then return nil end
  local passed = behind == "," and scan:word(chain.stop + 2) == chain.name -- pcall(x.sum, x)
  local object = text_of(scan, chain.start, part.at - 1)
  return not passed and ("%s is a method, which is not called here: write %s:%s()"):format(part.name, object, part.name)
    or nil
end

--- The value of "gnuplot.title" or "torch.nn.Linear".
local function library_value(scan, chain)
  local value = require(({nn = "torch.nn", F = "torch.nn.functional", optim = "torch.optim"})[chain.name] or chain.name)
  for _, part in ipairs(chain.parts) do
    if not part.name or part.call or type(value) ~= "table" then return nil end
    value = value[part.name]
  end
  return value
end

--- "gnuplot.title = 'loss'", "net.train = true": the function is lost, and nothing else happens.
local function overwritten(scan, chain)
  local part, value = chain.parts[#chain.parts], scan.tokens[chain.stop + 2]
  if not part or not part.name or part.call or scan:word(chain.stop + 1) ~= "=" or not value then return nil end
  if not scan:begins_statement(chain.start) then return nil end
  local what, word = text_of(scan, chain.start, chain.stop), value.text
  if (chain.parts[1].before == "layer" or chain.parts[1].before == "module") and #chain.parts == 1 then
    local is_mode = (part.name == "train" or part.name == "eval") and (word == "true" or word == "false")
    return is_mode and ("%s is a method: write %s:%s()"):format(what, chain.name, part.name) or nil
  end
  local literal = value.kind == "string" or value.kind == "number" or word == "{" or word == "true" or word == "false"
  if not literal or chain.variable or not kinds.libraries[chain.name] then return nil end
  local ok, old = pcall(library_value, scan, chain)
  return ok and type(old) == "function" and ("%s is a function, which is lost here: write %s(…)"):format(what, what)
    or nil
end

local rules = {}
local CHAIN_RULES <const> = {dropped, compared, truth, several, uncalled, overwritten}

function rules.chain(scan, chain)
  for _, rule in ipairs(CHAIN_RULES) do
    local message = rule(scan, chain)
    if message then scan:tell(chain, message) end
  end
end

--- "local h, w = x.shape": one value for several names.
function rules.unpacked(scan, chain, names)
  local part = chain.parts[#chain.parts]
  local is_size = part and part.name == "size" and part.before == "tensor" and part.call == part.arguments + 1
  if not part or not (part.name == "shape" and not part.call or is_size) then return end
  local what = text_of(scan, chain.start, chain.stop)
  scan:tell(chain, ("%s is one value, not %d: write local %s = table.unpack(%s)"):format(what, #names,
    table.concat(names, ", "), what))
end

return rules
