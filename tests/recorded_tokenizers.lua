--- Recorded cases of tokenizers: tests/data/tokenizers.gz. It holds files, each after a line "--- NAME": tokenizer.json
-- files, texts, and Lua tables of cases. Ids and words in them count from 1; spans are characters from 0, bytes are
-- first and last byte from 1.
local recorded = {}
local files

local function read()
  files = {}
  local pipe = assert(io.popen "gzip -dc tests/data/tokenizers.gz")
  local text = pipe:read "a"
  assert(pipe:close())
  local name, from
  for at, line, next_line in text:gmatch "()([^\n]*)\n?()" do
    local found = line:match "^%-%-%- ([%w_]+%.%w+)$"
    if found then
      if name then files[name] = text:sub(from, at - 2) end
      name, from = found, next_line
    end
  end
  files[name] = text:sub(from)
end

--- The text of a file.
function recorded.text(name)
  if not files then read() end
  return (assert(files[name], name))
end

--- The table of a file of cases.
function recorded.load(name) return assert(load(recorded.text(name .. ".lua"), "=" .. name, "t", {}))() end

local FIELDS <const> = {ids = "ids", tokens = "tokens", spans = "spans", bytes = "bytes",
  special = "special_tokens_mask", words = "word_ids", types = "type_ids", sequences = "sequence_ids",
  mask = "attention_mask"}

--- Whether an encoding has the values of a record; else which field, what it has and what it should.
function recorded.difference(encoding, record)
  local function shown(list)
    local texts = {}
    for i, value in ipairs(list) do texts[i] = tostring(value) end
    return table.concat(texts, " ")
  end
  for key, field in pairs(FIELDS) do
    if record[key] and shown(record[key]) ~= shown(encoding[field]) then
      return ("%s: %s; expected %s"):format(field, shown(encoding[field]), shown(record[key]))
    end
  end
  for i, part in ipairs(record.overflowing or {}) do
    local other = encoding.overflowing[i]
    local why = other == nil and "missing" or recorded.difference(other, part)
    if why then return ("overflowing[%d].%s"):format(i, why) end
  end
  if record.overflowing and #record.overflowing ~= #encoding.overflowing then return "overflowing: too many" end
end

return recorded
