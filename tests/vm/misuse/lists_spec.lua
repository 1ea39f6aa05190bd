--- A name in a table that is read as a list would be passed over silently, so it is refused.
describe("lists with names in them are refused by", function()
  local x = torch.ones(2, 3)
  local calls = {
    ["tensor: 'data' (argument 1): expected arrays without names in them"] = {
      function() return torch.tensor {1, 2, dtype = "int32"} end, function() return torch.tensor {{1, a = 2}} end,
      function() return torch.tensor {dtype = "int32"} end},
    ["index: expected a list of items without names in it"] = {function() return x[{1, dim = 2}] end,
      function() x[{1, dim = 2}] = 0 end},
    ["index: expected a range {first, last, step} and nothing else in its table"] = {
      function() return x[{{1, 2, step = 2}}] end, function() return x[{{1, 2, 1, 4}}] end},
    ["zeros: 'size' (argument 1): expected a list without names in it, got a table"] = {
      function() return torch.zeros {2, dtype = "int32"} end},
    ["sum: 'dim' (argument 2): expected a list without names in it, got a table"] =
      {function() return x:sum {1, keepdim = true} end},
    ["stack: 'tensors' (argument 1): expected an array of tensors without names in it, got a table"] = {
      function() return torch.stack {x, x, dim = 2} end},
    ["autograd.grad: 'inputs' (argument 2): expected an array of tensors without names in it, got a table"] = {
      function() return torch.autograd.grad(x, {x, create_graph = true}) end},
    ["nn.Conv2d: 'kernel_size' (argument 3): expected an integer or an array of two, got a table"] = {
      function() return torch.nn.Conv2d(1, 2, {3, 3, stride = 1}) end},
    ["split: no argument 'dims'; the arguments are input, size, dim (did you mean 'dim'?)"] = {
      function() return x:split(1, {dims = 2}) end},
    ["to: no argument 'dtyp'; the table may hold dtype, device"] = {function() return x:to {dtyp = "int32"} end},
  }
  for message, list in pairs(calls) do
    it(message:match "^[^:]*", function()
      for _, call in ipairs(list) do
        local ok, got = pcall(call)
        assert.is_false(ok)
        assert.equal(message, (got:gsub("^[^:\n]-:%d+: ", "")))
      end
    end)
  end
  it("a list that says it is longer than any", function()
    local list = {}
    for k = 0, 62 do list[1 << k] = x end
    for _, call in ipairs {
      function() return torch.cat(list) end, function() return torch.autograd.grad(x, list) end,
      function() return x[list] end, function() torch.autograd.backward(list) end,
      function() return torch.zeros(list) end, function() return torch.tensor(list) end,
    } do
      local ok, got = pcall(call)
      assert.is_false(ok)
      assert.matches("expected", got)
    end
  end)
  it("none where table.pack has counted", function()
    assert.same({2, 2, 3}, {table.unpack(torch.stack(table.pack(x, x)).shape)})
    assert.same({1, 2}, torch.tensor(table.pack(1, 2)):tolist())
  end)
end)
