--- One walk over the tokens of a program: what its variables hold (kinds.lua), and each chain of names, calls and
-- indices, "x:sum(1)[2]", which is given to the rules of hecate.lint.
local kinds = require "hecate.lint.kinds"
local read = require "hecate.session.tokens".read

local OPEN <const> = {["("] = ")", ["["] = "]", ["{"] = "}"}
local CLOSE <const> = {[")"] = true, ["]"] = true, ["}"] = true}
local ARITHMETIC <const> = {["+"] = true, ["-"] = true, ["*"] = true, ["/"] = true, ["%"] = true, ["^"] = true}
local OTHER_OPERATORS <const> = {["=="] = true, ["~="] = true, ["<"] = true, [">"] = true, ["<="] = true,
  [">="] = true, [".."] = true, ["&"] = true, ["|"] = true, ["~"] = true, ["and"] = true, ["or"] = true}
--- Words behind which a statement begins, and those that end a value.
local BEFORE_STATEMENT <const> = {["then"] = true, ["do"] = true, ["else"] = true, ["repeat"] = true, [";"] = true}
local ENDS_VALUE <const> = {["end"] = true, ["nil"] = true, ["true"] = true, ["false"] = true, ["..."] = true,
  [")"] = true, ["]"] = true, ["}"] = true}

local Scan = {}
Scan.__index = Scan

--- The tokens without comments; `pair[i]`: the place of the bracket that closes the one at i.
local function prepare(text)
  local tokens, pair, open = {}, {}, {}
  for _, token in ipairs(read(text)) do
    if token.kind ~= "comment" then
      local i = #tokens + 1
      tokens[i] = token
      if token.kind ~= "symbol" then -- a string may hold a bracket
      elseif OPEN[token.text] then open[#open + 1] = i
      elseif CLOSE[token.text] then pair[table.remove(open) or 0] = i end
    end
  end
  return tokens, pair
end

--- The word at i: of a name, a keyword or a sign; nil for strings and numbers, and behind the end.
function Scan:word(i)
  local token = self.tokens[i]
  return token and token.kind ~= "string" and token.kind ~= "number" and token.text or nil
end

function Scan:is_name(i) return self.tokens[i] ~= nil and self.tokens[i].kind == "name" end

--- Whether a value ends with the token at i.
function Scan:ends_value(i)
  local token = self.tokens[i]
  if not token then return false end
  return token.kind == "name" or token.kind == "string" or token.kind == "number" or ENDS_VALUE[token.text] or false
end

--- Whether the name at i begins a statement: a name cannot follow a value.
function Scan:begins_statement(i)
  return i == 1 or BEFORE_STATEMENT[self:word(i - 1)] or self:ends_value(i - 1)
end

-- ---- variables -------------------------------------------------------------------------------------

function Scan:variable(name)
  for i = #self.scopes, 1, -1 do
    if self.scopes[i][name] then return self.scopes[i][name] end
  end
end

function Scan:declare(name, kind) self.scopes[#self.scopes][name] = {kind = kind} end

--- What is assigned to a variable: of another kind than before, it is not known what the variable holds.
function Scan:assign(name, kind)
  local variable = self:variable(name)
  if not variable then
    self.scopes[1][name] = {kind = kind}
  elseif variable.kind ~= kind then
    variable.mixed = true
  end
end

-- ---- values ------------------------------------------------------------------------------------------

--- The words between the brackets at i, as a set.
function Scan:inside(i)
  local words = {}
  for k = i + 1, (self.pair[i] or i) - 1 do words[self.tokens[k].text] = true end
  return words
end

--- Where the arguments at i end, or nil: they are brackets, a table or a string.
function Scan:arguments(i)
  local word = self:word(i)
  if word == "(" or word == "{" then return self.pair[i] end
  return self.tokens[i] and self.tokens[i].kind == "string" and i or nil
end

--- One more part behind a chain, `.name`, `:name(…)`, `(…)` or `[…]`: whether there is one.
function Scan:part(chain)
  local i, word = chain.stop + 1, self:word(chain.stop + 1)
  local part = {before = chain.kind, at = i}
  if word == "." or word == ":" then
    if not self:is_name(i + 1) then return false end
    part.name, part.call = self.tokens[i + 1].text, self:arguments(i + 2)
    if word == ":" and not part.call then return false end
    part.method = word == ":"
    local give = part.method and kinds.call_method or part.call and kinds.call_field or kinds.field
    chain.kind = give(chain.kind, part.name, chain.kind == "torch" and part.call and (self:inside(i + 2)) or nil)
    chain.stop = part.call or i + 1
    part.arguments = part.call and i + 2
  elseif self:arguments(i) then
    local argument = self.tokens[word == "(" and i + 1 or i]
    chain.kind = kinds.call(chain.kind, #chain.parts == 0 and chain.name, argument and argument.text)
    part.call, part.arguments, chain.stop = self:arguments(i), i, self:arguments(i)
  elseif word == "[" and self.pair[i] then
    part.index, chain.stop = i, self.pair[i]
    chain.kind = chain.kind == "tensor" and "tensor" or nil
  else
    return false
  end
  chain.parts[#chain.parts + 1] = part
  return true
end

--- The chain that begins at i with a name or a value in parentheses:
-- {start =, stop =, name = of the root, variable =, kind =, parts = {…}}.
function Scan:chain(i)
  local chain = {start = i, stop = i, parts = {}}
  if self:is_name(i) then
    chain.name = self.tokens[i].text
    chain.variable = self:variable(chain.name)
    if chain.variable then chain.kind = not chain.variable.mixed and chain.variable.kind or nil
    else chain.kind = kinds.libraries[chain.name] or self.env and kinds.of(rawget(self.env, chain.name)) end
  else
    local kind, variable = self:expression(i + 1)
    chain.kind, chain.variable, chain.stop = kind, variable, self.pair[i] or i
  end
  while self:part(chain) do end
  return chain
end

--- The kind of one operand at i, the variable that tells it, and where it ends.
function Scan:operand(i)
  local word = self:word(i)
  if word == "-" then return self:operand(i + 1) end
  if word == "not" or word == "#" or word == "~" then return nil, nil, select(3, self:operand(i + 1)) end
  if self:is_name(i) or word == "(" then
    local chain = self:chain(i)
    return chain.kind, chain.variable, chain.stop
  end
  if word == "{" then return nil, nil, self.pair[i] or i end
  if word == "function" then return nil, nil, nil end
  return nil, nil, i
end

--- The kind of the expression at i, the variable that tells it, and where it ends; no end: it holds a function.
function Scan:expression(i)
  local kind, variable, stop = self:operand(i)
  while stop do
    local word = self:word(stop + 1)
    local arithmetic = ARITHMETIC[word]
    if not arithmetic and not OTHER_OPERATORS[word] then break end
    local next_kind, next_variable
    local from = word == "/" and self:word(stop + 2) == "/" and stop + 3 or stop + 2
    next_kind, next_variable, stop = self:operand(from)
    if not arithmetic then kind, variable = nil, nil
    elseif next_kind == "tensor" then kind, variable = next_kind, next_variable or variable
    elseif kind ~= "tensor" then kind = nil end
  end
  return kind, variable, stop
end

-- ---- statements ----------------------------------------------------------------------------------------

--- The names at i, "a, b, c", and the place behind them. Attributes, "<const>", are passed over.
function Scan:names(i)
  local list = {}
  while self:is_name(i) do
    list[#list + 1] = self.tokens[i].text
    i = i + 1
    if self:word(i) == "<" and self:word(i + 2) == ">" then i = i + 3 end
    if self:word(i) ~= "," then break end
    i = i + 1
  end
  return list, i
end

--- The kinds of the values at i, "1, x:sum()", for n names; and the first chain, where there is one value alone.
function Scan:values(i, n)
  local list, first = {}, (self:is_name(i) or self:word(i) == "(") and self:chain(i) or nil
  for k = 1, n do
    local kind, _, stop = self:expression(i)
    list[k] = kind
    if not stop or self:word(stop + 1) ~= "," then
      return list, k == 1 and first and first.stop == stop and first or nil
    end
    i = stop + 2
  end
  return list
end

--- "local a, b = …" (`is_local`) or "a, b = …" at i, the place of the first name.
function Scan:assignment(i, is_local)
  local names, after = self:names(i)
  local assigned = self:word(after) == "="
  if not assigned and not is_local then return end
  local values, only = {}, nil
  if assigned then values, only = self:values(after + 1, #names) end
  if only and #names > 1 then self.rules.unpacked(self, only, names) end
  for k, name in ipairs(names) do
    if is_local then self:declare(name, values[k]) else self:assign(name, values[k]) end
  end
end

--- The variables of "for a, b in loader:iter() do" at i, behind `for`: they are declared by the next do.
function Scan:loop(i)
  local names, after = self:names(i)
  self.pending = {}
  local chain = self:word(after) == "in" and self:is_name(after + 1) and self:chain(after + 1)
  local kind, part = chain and chain.kind, chain and chain.parts[#chain.parts]
  local rows = part and part.before == "tensor" and part.name == "iter"
  for k, name in ipairs(names) do
    local is_tensor = rows and k == 2 or kind == "iter" or kind == "enumerate" and k > 1
    self.pending[#self.pending + 1] = {name, is_tensor and "tensor" or nil}
  end
end

--- The parameters of the function at i: a forward gets a tensor.
function Scan:parameters(i)
  if self:word(i - 1) == "local" then self:declare(self.tokens[i + 1].text) end
  local is_forward = false
  while self:word(i) ~= "(" and self.tokens[i] do
    is_forward = self:word(i) == ":" and self:word(i + 1) == "forward"
      and self:word(i + 2) == "(" or is_forward
    i = i + 1
  end
  self:open()
  for k, name in ipairs((self:names(i + 1))) do self:declare(name, is_forward and k == 1 and "tensor" or nil) end
end

function Scan:open()
  self.scopes[#self.scopes + 1] = {}
  for _, variable in ipairs(self.pending or {}) do self:declare(variable[1], variable[2]) end
  self.pending = nil
end

function Scan:close()
  if #self.scopes > 1 then self.scopes[#self.scopes] = nil end
end

local KEYWORDS <const> = {
  ["do"] = Scan.open, ["then"] = Scan.open, ["repeat"] = Scan.open,
  ["end"] = Scan.close, ["until"] = Scan.close, ["elseif"] = Scan.close,
  ["else"] = function(self) self:close() self:open() end,
  ["function"] = Scan.parameters,
  ["for"] = function(self, i) self:loop(i + 1) end,
  ["local"] = function(self, i)
    if self:is_name(i + 1) then self:assignment(i + 1, true) end
  end,
}

--- scan(about, rules): walks over the program about.text. `rules.chain(scan, chain)` is called for each chain,
-- `rules.unpacked(scan, chain, names)` for "local a, b = chain"; scan has the fields of `about` too.
return function(about, rules)
  local tokens, pair = prepare(about.text)
  local self = setmetatable({tokens = tokens, pair = pair, rules = rules, scopes = {{}}}, Scan)
  for key, value in pairs(about) do self[key] = value end
  for i, token in ipairs(tokens) do
    local before = self:word(i - 1)
    if token.kind == "keyword" then
      local act = KEYWORDS[token.text]
      if act then act(self, i) end
    elseif token.kind == "name" and before ~= "." and before ~= ":" and before ~= "function" then
      local chain = self:chain(i)
      if chain.parts[1] or chain.kind then rules.chain(self, chain) end
      if before ~= "local" and self:begins_statement(i) then self:assignment(i) end
    elseif token.text == "(" and self:word(i) and not self:ends_value(i - 1) then
      rules.chain(self, self:chain(i))
    end
  end
end
