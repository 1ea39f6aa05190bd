--- tokenizers.AddedToken(content: string, single_word: bool = false, lstrip: bool = false, rstrip: bool = false,
-- normalized: bool = nil, special: bool = false): A token that is found before the model sees a text. single_word:
-- not inside of a word; lstrip, rstrip: with the spaces before, behind; normalized: it is looked for behind the
-- normalizer (nil: unless it is special); special: decode can leave it out.
local options = require "torch.utils.options"

local AddedToken = torch.class "tokenizers.AddedToken"

local PARAMETERS <const> = {{"content", kind = "string", required = true},
  {"single_word", kind = "boolean", default = false}, {"lstrip", kind = "boolean", default = false},
  {"rstrip", kind = "boolean", default = false}, {"normalized", kind = "boolean"},
  {"special", kind = "boolean", default = false}}

function AddedToken:__init(...)
  local given = options.read("tokenizers.AddedToken", PARAMETERS, ...)
  if not utf8.len(given.content) then
    options.wrong("tokenizers.AddedToken", "content", 1, "UTF-8", given.content)
  end
  for key, value in pairs(given) do self[key] = value end
  if self.normalized == nil then self.normalized = not self.special end
end

function AddedToken:__tostring()
  return ("AddedToken(%q, single_word = %s, lstrip = %s, rstrip = %s, normalized = %s, special = %s)"):format(
    self.content, self.single_word, self.lstrip, self.rstrip, self.normalized, self.special)
end

return AddedToken
