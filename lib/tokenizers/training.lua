-- The methods of a Tokenizer that train its model.
local component = require "tokenizers.component"
local internal = torch._C
local options = require "torch.utils.options"

local FOR <const> = {BPE = "BpeTrainer", WordPiece = "WordPieceTrainer", Unigram = "UnigramTrainer",
  WordLevel = "WordLevelTrainer"}

-- The trainer, which must be one for the model.
local function check_trainer(self, who, trainer)
  local wanted = "tokenizers.trainers." .. FOR[self.model.type]
  if trainer == nil then return require(wanted)() end
  if torch.typename(trainer) ~= wanted then options.wrong(who, "trainer", 2, "a " .. wanted, trainer) end
  return trainer
end

-- Counts the words of one text.
local function count(counter, current, who, text)
  local _, why = require "tokenizers.core".count(counter, current, text)
  if why then options.raise(who .. ": " .. why) end
end

-- Sets the model that the words make, and adds the special tokens.
local function finish(self, who, trainer, counter)
  local name, description = trainer:_train(counter, self.model)
  if not name then options.raise(who .. ": " .. description) end
  local model = require("tokenizers.models." .. name)(false)
  model:_set(name, description, function(place, what) options.raise(who .. ": " .. (place or "") .. what) end)
  self.model = model
  self:add_special_tokens(trainer.special_tokens)
  self:_current()
end

-- Calls f for each text of an iterator: an array of texts or of arrays of them, or a function that gives one by one.
local function each_text(who, source, f)
  local function take(item, place)
    if type(item) == "table" then
      for i, text in ipairs(item) do f(component.text(who, ("%s[%d]"):format(place, i), 1, text)) end
    else f(component.text(who, place, 1, item)) end
  end
  if type(source) == "table" then
    for i, item in ipairs(source) do take(item, ("iterator[%d]"):format(i)) end
  elseif options.is_callable(source) then
    for item in source do take(item, "iterator") end
  else options.wrong(who, "iterator", 1, "an array of texts, or a function that gives one after another", source) end
end

return function(Tokenizer)
  --- tokenizer:train_from_iterator(iterator: any, trainer: any = nil): Trains the model with the texts of an array, or
  -- that a function gives one after another (`io.lines(path)`).
  function Tokenizer:train_from_iterator(...)
    local given = options.read("train_from_iterator", {{"iterator"}, {"trainer"}}, ...)
    local trainer = check_trainer(self, "train_from_iterator", given.trainer)
    local counter, current = require "tokenizers.core".counter(), self:_current()
    each_text("train_from_iterator", given.iterator, function(text)
      count(counter, current, "train_from_iterator", text)
    end)
    finish(self, "train_from_iterator", trainer, counter)
  end

  -- Counts the words of a file line by line; the ends of lines are parts of them.
  local function count_file(counter, current, path)
    local file <close> = internal.open_file(path, "train")
    local text, from = file:read(0, file:size()), 1
    local at = require "tokenizers.core".valid(text)
    if at then
      internal.raise(("train: %s: byte 0x%02X at offset %d is not UTF-8"):format(path, text:byte(at), at - 1))
    end
    while from <= #text do
      local stop = text:find("\n", from, true) or #text
      count(counter, current, "train: " .. path, text:sub(from, stop))
      from = stop + 1
    end
  end

  --- tokenizer:train(files: string[], trainer: any = nil): Trains the model with the lines of files.
  function Tokenizer:train(...)
    local given = options.read("train", {{"files"}, {"trainer"}}, ...)
    local files = type(given.files) == "string" and {given.files} or given.files
    if type(files) ~= "table" then options.wrong("train", "files", 1, "an array of names of files", files) end
    local trainer = check_trainer(self, "train", given.trainer)
    local counter, current = require "tokenizers.core".counter(), self:_current()
    for _, path in ipairs(files) do
      if type(path) ~= "string" then options.wrong("train", "files", 1, "an array of names of files", path) end
      count_file(counter, current, path)
    end
    finish(self, "train", trainer, counter)
  end
end
