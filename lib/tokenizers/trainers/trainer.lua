-- What trainers share: their special tokens and their alphabet.
local options = require "torch.utils.options"

local Trainer = torch.class "tokenizers.trainers.Trainer"

-- The options by their names; 'special_tokens' become AddedTokens.
function Trainer:_construct(name, parameters, ...)
  local full = "tokenizers.trainers." .. name
  local given = options.read(full, parameters, ...)
  for key, value in pairs(given) do self[key] = value end
  local AddedToken, special = require "tokenizers.AddedToken", {}
  for i, token in ipairs(given.special_tokens) do
    if type(token) == "string" then token = AddedToken(token, {special = true}) end
    if torch.typename(token) ~= "tokenizers.AddedToken" then
      options.wrong(full, "special_tokens", nil, "an array of strings or AddedTokens", token)
    end
    special[i] = token
  end
  self.special_tokens = special
  for _, c in ipairs(given.initial_alphabet or {}) do
    if type(c) ~= "string" or c == "" or not utf8.len(c) then
      options.wrong(full, "initial_alphabet", nil, "an array of characters", c)
    end
  end
end

-- The texts of the special tokens.
function Trainer:_special()
  local list = {}
  for i, token in ipairs(self.special_tokens) do list[i] = token.content end
  return list
end

return Trainer
