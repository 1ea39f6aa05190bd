--- The stems of English words (Porter 1980), with the later rules of its author and exceptions, as NLTK has them.
local IRREGULAR <const> = {sky = "sky", skies = "sky", dying = "die", lying = "lie", tying = "tie", news = "news",
  innings = "inning", inning = "inning", outings = "outing", outing = "outing", cannings = "canning",
  canning = "canning", howe = "howe", proceed = "proceed", exceed = "exceed", succeed = "succeed"}

local function is_consonant(word, i)
  local c = word:sub(i, i)
  if c:find "[aeiou]" then return false end
  if c == "y" then return i == 1 or not is_consonant(word, i - 1) end
  return true
end

--- How many sequences of vowels and then consonants are in the stem.
local function measure(stem)
  local n, vowel = 0, false
  for i = 1, #stem do
    local consonant = is_consonant(stem, i)
    if consonant and vowel then n = n + 1 end
    vowel = not consonant
  end
  return n
end

local function has_vowel(stem)
  for i = 1, #stem do if not is_consonant(stem, i) then return true end end
  return false
end

local function ends_double(word)
  return #word >= 2 and word:sub(-1) == word:sub(-2, -2) and is_consonant(word, #word)
end

--- Whether a word ends in consonant, vowel, consonant, the last of which is not w, x or y.
local function ends_short(word)
  local n = #word
  if n >= 3 then
    return is_consonant(word, n - 2) and not is_consonant(word, n - 1) and is_consonant(word, n)
      and not word:sub(-1):find "[wxy]"
  end
  return n == 2 and not is_consonant(word, 1) and is_consonant(word, 2)
end

--- The first rule {suffix, what takes its place, condition} whose suffix the word has; where its condition fails, the
-- word stays.
local function apply(word, list)
  for _, rule in ipairs(list) do
    local suffix = rule[1]
    if suffix == "*d" and ends_double(word) then
      local stem = word:sub(1, -3)
      if not rule[3] or rule[3](stem) then return stem .. rule[2], true end
      return word
    elseif suffix ~= "*d" and word:sub(-#suffix) == suffix and #word >= #suffix then
      local stem = word:sub(1, #word - #suffix)
      if not rule[3] or rule[3](stem) then return stem .. rule[2], true end
      return word
    end
  end
  return word
end

local function some(stem) return measure(stem) > 0 end
local function more(stem) return measure(stem) > 1 end

local function plural(word)
  if word:find "ies$" and #word == 4 then return word:sub(1, -2) end
  return (apply(word, {{"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}}))
end

local function past(word)
  if word:find "ied$" then return word:sub(1, #word == 4 and -2 or -3) end
  if word:find "eed$" then
    local stem = word:sub(1, -4)
    return some(stem) and stem .. "ee" or word
  end
  local stem
  for _, suffix in ipairs {"ed", "ing"} do
    if word:sub(-#suffix) == suffix and has_vowel(word:sub(1, #word - #suffix)) then
      stem = word:sub(1, #word - #suffix)
      break
    end
  end
  if not stem then return word end
  if stem:find "at$" or stem:find "bl$" or stem:find "iz$" then return stem .. "e" end
  if ends_double(stem) then return stem:find "[lsz]$" and stem or stem:sub(1, -2) end
  if measure(stem) == 1 and ends_short(stem) then return stem .. "e" end
  return stem
end

local function final_y(word)
  local stem = word:sub(1, -2)
  if word:find "y$" and #stem > 1 and is_consonant(stem, #stem) then return stem .. "i" end
  return word
end

local SECOND <const> = {{"ational", "ate", some}, {"tional", "tion", some}, {"enci", "ence", some},
  {"anci", "ance", some}, {"izer", "ize", some}, {"bli", "ble", some}, {"alli", "al", some}, {"entli", "ent", some},
  {"eli", "e", some}, {"ousli", "ous", some}, {"ization", "ize", some}, {"ation", "ate", some}, {"ator", "ate", some},
  {"alism", "al", some}, {"iveness", "ive", some}, {"fulness", "ful", some}, {"ousness", "ous", some},
  {"aliti", "al", some}, {"iviti", "ive", some}, {"biliti", "ble", some}, {"fulli", "ful", some},
  {"logi", "log", function(stem) return some(stem .. "l") end}}

local second
function second(word)
  if word:find "alli$" and some(word:sub(1, -5)) then return second(word:sub(1, -5) .. "al") end
  return (apply(word, SECOND))
end

local THIRD <const> = {{"icate", "ic", some}, {"ative", "", some}, {"alize", "al", some}, {"iciti", "ic", some},
  {"ical", "ic", some}, {"ful", "", some}, {"ness", "", some}}
local FOURTH <const> = {{"al", "", more}, {"ance", "", more}, {"ence", "", more}, {"er", "", more}, {"ic", "", more},
  {"able", "", more}, {"ible", "", more}, {"ant", "", more}, {"ement", "", more}, {"ment", "", more}, {"ent", "", more},
  {"ion", "", function(stem) return more(stem) and stem:find "[st]$" ~= nil end}, {"ou", "", more}, {"ism", "", more},
  {"ate", "", more}, {"iti", "", more}, {"ous", "", more}, {"ive", "", more}, {"ize", "", more}}

local function fifth(word)
  if word:find "e$" then
    local stem = word:sub(1, -2)
    if more(stem) or measure(stem) == 1 and not ends_short(stem) then word = stem end
  end
  if word:find "ll$" and more(word:sub(1, -2)) then return word:sub(1, -2) end
  return word
end

return function(word)
  if IRREGULAR[word] then return IRREGULAR[word] end
  if #word <= 2 then return word end
  word = final_y(past(plural(word)))
  word = apply(second(word), THIRD)
  return fifth((apply(word, FOURTH)))
end
