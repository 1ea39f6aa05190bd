--- The local names that are visible at the end of a text.
local M = {}

local function is(t, text) return t ~= nil and (t.kind == "symbol" or t.kind == "keyword") and t.text == text end

--- Adds the names at `i`, "a, b <const>, ...", to the block; returns the token behind them.
local function names(list, i, block)
  local first = #block + 1
  while list[i] and (list[i].kind == "name" or is(list[i], "...")) do
    if list[i].kind == "name" then block[#block + 1] = {name = list[i].text, declared = i} end
    i = i + 1
    if is(list[i], "<") then i = i + 3 end
    if not is(list[i], ",") then break end
    i = i + 1
  end
  return i, block[first]
end

local openers = {["do"] = true, ["then"] = true, ["else"] = true, ["repeat"] = true}
local closers = {["end"] = true, ["until"] = true, ["else"] = true, ["elseif"] = true}

--- "function" at `i`: its name, if it is local, belongs outside and its parameters inside.
local function open_function(list, i, blocks, is_local)
  local k = i + 1
  if is_local and list[k] then blocks[#blocks][#blocks[#blocks] + 1] = {name = list[k].text, declared = k} end
  local method = false
  while list[k] and not is(list[k], "(") do
    method = method or is(list[k], ":")
    k = k + 1
  end
  local block = method and {{name = "self", declared = k}} or {}
  blocks[#blocks + 1] = block
  return list[k] and (names(list, k + 1, block)) or k
end

--- scope.locals(list): an array of {name, value = the token where the expression of its value
-- begins, if it is told}, inner ones last.
function M.locals(list)
  local blocks, loop, i = {{}}, nil, 1 -- `loop`: the names of a "for" whose "do" is to come
  while list[i] do
    local t = list[i]
    local following = i + 1
    if t.kind == "keyword" then
      if closers[t.text] and #blocks > 1 then blocks[#blocks] = nil end
      if openers[t.text] then
        blocks[#blocks + 1] = t.text == "do" and loop or {}
        if t.text == "do" then loop = nil end
      elseif t.text == "function" then
        following = open_function(list, i, blocks, is(list[i - 1], "local"))
      elseif t.text == "for" then
        loop = {}
        following = names(list, i + 1, loop)
      elseif t.text == "local" and not is(list[i + 1], "function") then
        local behind, first = names(list, i + 1, blocks[#blocks])
        if first and is(list[behind], "=") then first.value = behind + 1 end
        following = behind
      end
    end
    i = following
  end
  local visible = {}
  for _, block in ipairs(blocks) do table.move(block, 1, #block, #visible + 1, visible) end
  return visible
end

return M
