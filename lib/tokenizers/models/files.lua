-- Files of vocabularies: vocab.json, merges.txt, vocab.txt. Ids of what is read count from 1.
local internal = torch._C
local json = require "torch.json"
local options = require "torch.utils.options"
local files = {}

-- The text of a file, which must be UTF-8.
function files.read(path, who)
  local file <close> = internal.open_file(path, who)
  local text = file:read(0, file:size())
  local at = require "tokenizers.core".valid(text)
  if at then
    internal.raise(("%s: %s: byte 0x%02X at offset %d is not UTF-8"):format(who, path, text:byte(at), at - 1))
  end
  return text
end

-- The value of a JSON text; 'path' is what messages say of it.
function files.decode(text, path, who)
  local ok, value = options.try(json.decode, text, json.null)
  if ok then return value end
  if type(value) ~= "table" then error(value, 0) end
  internal.raise(("%s: %s: %s (offset %d)"):format(who, path, value.what, value.offset))
end

-- A vocab.json: a table from tokens to ids.
function files.vocab(path, who)
  local value, vocab = files.decode(files.read(path, who), path, who), {}
  if type(value) ~= "table" then internal.raise(("%s: %s: expected an object from tokens to ids"):format(who, path)) end
  for token, id in pairs(value) do
    id = options.integer(id)
    if type(token) ~= "string" or not id or id < 0 then
      internal.raise(("%s: %s: '%s': expected an id"):format(who, path, tostring(token)))
    end
    vocab[token] = id + 1
  end
  return vocab
end

-- A merges.txt: two tokens a line, behind a line "#version".
function files.merges(path, who)
  local merges, number = {}, 0
  for line in files.read(path, who):gmatch "([^\n]*)\n?" do
    number = number + 1
    line = line:gsub("\r$", "")
    if line ~= "" and not line:find "^#version" then
      if not line:find "^[^ ]+ [^ ]+$" then
        internal.raise(("%s: %s: line %d: expected two tokens with a space between them"):format(who, path, number))
      end
      merges[#merges + 1] = line
    end
  end
  return merges
end

-- A vocab.txt: a token a line.
function files.lines(path, who)
  local vocab, id = {}, 0
  for line in files.read(path, who):gsub("\n$", ""):gmatch "([^\n]*)\n?" do
    id = id + 1
    local token = line:gsub("%s+$", "")
    if token ~= "" then vocab[token] = id end
  end
  return vocab
end

-- An object of a class from options of its own and those that are given.
function files.with(class, own, given)
  for key, value in pairs(given or {}) do own[key] = value end
  return class(own)
end

return files
