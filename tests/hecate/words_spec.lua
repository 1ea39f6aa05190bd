--- The words of Python, PyTorch, NumPy and Torch7 that have another form here: what is told of them is right.
local names = require "hecate.undefined.names"

local methods = getmetatable(torch.zeros(1)).__methods
local attributes = getmetatable(torch.zeros(1)).__attributes

--- What a path of a library leads to; nil: nothing.
local function resolve(path)
  local value = _G
  for part in path:gmatch "[%w_]+" do
    local ok, found = pcall(function() return value[part] end)
    if not ok or found == nil then return nil end
    value = found
  end
  return value
end

--- Calls check(holder, name, text) for all of them.
local function each(check)
  for _, file in ipairs {"python", "torch7"} do
    local words = require("hecate.undefined." .. file)
    for i = 1, 10 do
      local name, tables = debug.getupvalue(words, i)
      if name == "words" then
        for holder, list in pairs(tables) do
          for word, text in pairs(list) do check(holder, word, text) end
        end
      end
    end
  end
end

describe("a word of another language", function()
  it("names what is there", function()
    local count = 0
    each(function(holder, word, text)
      count = count + 1
      local told = names.other_word(holder, word)
      for method in text:gmatch "%f[%w]x:([%w_]+)" do assert.truthy(methods[method], text) end
      for field in text:gmatch "%f[%w]x%.([%w_]+)" do
        assert.truthy(methods[field] or attributes[field] or field == "name", text)
      end
      for path in told:gmatch "%f[%w_.](%l+%.[%w_.]*[%w_])" do
        local root = path:match "^%l+"
        local ours = root == "torch" or root == "nn" or root == "optim" or root == "gnuplot" or root == "torchvision"
        local missing = told:find "not in Hecate"
        if ours and not told:find 'require "' then assert.equal(not missing, resolve(path) ~= nil, told) end
      end
    end)
    assert.is_true(count > 350)
  end)

  it("is told once, and only where there is nothing of that name", function()
    local net, libraries = nn.Sequential(), {global = "_G", torch = "torch", ["torch.nn"] = "nn", string = "string"}
    local known = {}
    each(function(holder, word)
      local what = holder .. " " .. word
      assert.is_nil(known[what], what)
      known[what] = true
      if holder == "tensor" then assert.is_nil(methods[word] or attributes[word], what) end
      if holder == "module" and word ~= "training" then assert.is_nil(net[word], what) end
      if libraries[holder] then assert.is_nil(resolve(libraries[holder] .. "." .. word), what) end
    end)
  end)
end)

describe("the list of PyTorch's names", function()
  it("tells what is not here yet", function()
    local text = torch._C.embedded "hecate/undefined/pytorch.txt"
    assert.truthy(text:find "\ntorch.nn: [^\n]* LSTM " and text:find "\ntorch.Tensor: [^\n]* slogdet ")
    for holder, shown in pairs {["torch.nn"] = "nn", torch = "torch", ["torch.optim"] = "optim"} do
      for name in text:match("\n" .. holder .. ":([^\n]*)"):gmatch "%S+" do
        if resolve(holder .. "." .. name) == nil and not names.other_word(holder, name) then
          assert.equal(("%s.%s: not in Hecate yet"):format(shown, name), names.missing(holder, name))
        end
      end
    end
  end)
end)
