--- tokenizers.DecodeStream(ids: table = {}, skip_special_tokens: bool = true): Texts of ids that come one after
-- another, as a model makes them. Characters that are not complete yet wait for the ids that follow. ids: those that
-- came before.
local options = require "torch.utils.options"

local DecodeStream = torch.class "tokenizers.DecodeStream"

function DecodeStream:__init(...)
  local given = options.read("tokenizers.DecodeStream", {{"ids", kind = "table", default = {}},
    {"skip_special_tokens", kind = "boolean", default = true}}, ...)
  self.ids = table.move(given.ids, 1, #given.ids, 1, {})
  self.skip_special_tokens, self._prefix, self._count = given.skip_special_tokens, "", 0
end

local function is_complete(text) return text:sub(-3) ~= "\u{FFFD}" end

--- stream:step(tokenizer: any, id: any) -> string: The text that an id adds, or an array of ids; nil: nothing yet.
function DecodeStream:step(tokenizer, id)
  if torch.typename(tokenizer) ~= "tokenizers.Tokenizer" then
    options.wrong("step", "tokenizer", 1, "a tokenizers.Tokenizer", tokenizer)
  end
  local function decode() return tokenizer:_decode("step", self.ids, self.skip_special_tokens) end
  if self._prefix == "" and #self.ids > 0 then
    local prefix = decode()
    if is_complete(prefix) then self._prefix, self._count = prefix, #self.ids end
  end
  for _, item in ipairs(type(id) == "table" and id or {id or false}) do
    local whole = options.integer(item)
    if not whole or whole < 1 then options.wrong("step", "id", 2, "an id from 1 on, or an array of them", item) end
    self.ids[#self.ids + 1] = whole
  end
  local text = decode()
  if #text <= #self._prefix or not is_complete(text) then return nil end
  if text:sub(1, #self._prefix) ~= self._prefix then
    options.raise("step: the new id changes the text of those before it")
  end
  local chunk, rest = text:sub(#self._prefix + 1), #self.ids - self._count
  self.ids = table.move(self.ids, self._count + 1, #self.ids, 1, {})
  self._prefix, self._count = decode(), rest
  return chunk
end

return DecodeStream
