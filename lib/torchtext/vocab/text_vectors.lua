-- Text files of vectors: a word and its numbers a line.
local internal = torch._C

local MAX_DIM <const> = 65536

-- A word as messages show it, in one line.
local function shown(word) return (word:sub(1, 40):gsub("%c", "?")) end

local function wrong(who, path, line, what)
  internal.raise(("%s: %s: line %d: %s"):format(who, path, line, what))
end

-- The numbers behind the word of a line, at the end of 'list'; how many they are, or nil where one is none.
local function read_numbers(line, from, list)
  local n, k = #list, 0
  for text in line:gmatch("[^ \t]+", from) do
    local x = tonumber(text)
    if not x then return nil end
    k = k + 1
    list[n + k] = x
  end
  return k
end

local ROWS <const> = 4096 -- that become a tensor at once

return function(path, who, max)
  local file <close> = internal.open_file(path, who)
  local text = file:read(0, file:size())
  local itos, stoi, parts, numbers, dim, number = {}, {}, {}, {}, nil, 0
  local rows, lines, promised = 0, 0, nil
  local function flush()
    if rows > 0 then parts[#parts + 1] = torch.tensor(numbers, {dtype = "float32"}):reshape(rows, dim) end
    numbers, rows = {}, 0
  end
  for line in text:gmatch "([^\n]*)\n?" do
    if max and #itos >= max then break end
    number = number + 1
    line = line:gsub("[ \t\r]+$", "")
    local word, from = line:match "^([^ \t]+)[ \t]+()"
    local is_head = number == 1 and line:find "^%d+ %d+$"
    if is_head then promised = math.tointeger(tonumber(word)) end
    if line ~= "" and not is_head then
      lines = lines + 1
      if not word then wrong(who, path, number, "expected a word and its numbers") end
      local before = #numbers
      local k = read_numbers(line, from, numbers)
      if not k then wrong(who, path, number, ("expected numbers behind '%s'"):format(shown(word))) end
      dim = dim or k
      if k ~= dim or dim > MAX_DIM then
        wrong(who, path, number, ("expected %d numbers behind '%s', got %d"):format(dim, shown(word), k))
      end
      if stoi[word] then for i = #numbers, before + 1, -1 do numbers[i] = nil end -- the first one counts
      else
        itos[#itos + 1], rows = word, rows + 1
        stoi[word] = #itos
        if rows == ROWS then flush() end
      end
    end
  end
  flush()
  if promised and lines < math.min(promised, max or promised) then
    wrong(who, path, 1, ("%d vectors; the file has %d"):format(promised, lines))
  end
  if #itos == 0 then internal.raise(("%s: %s: no vectors"):format(who, path)) end
  return {itos = itos, stoi = stoi, vectors = #parts == 1 and parts[1] or torch.cat(parts, 1), dim = dim}
end
