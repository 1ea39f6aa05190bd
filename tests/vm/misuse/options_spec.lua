-- Every option that a Lua file of the libraries declares is read in that file: none is taken and ignored.

-- What has no effect by its meaning.
local KEPT = {["torch/isin.lua assume_unique"] = "a hint that makes PyTorch faster, and gives the same",
  ["torch/batch_norm.lua cudnn_enabled"] = "which library computes it",
  ["torch/autograd/functional/hessian.lua vectorize"] = "how PyTorch computes it",
  ["torch/autograd/functional/jacobian.lua vectorize"] = "how PyTorch computes it",
  ["torch/nn/functional/gumbel_softmax.lua eps"] = "PyTorch keeps it without effect",
  ["torch/nn/modules/module.lua with_kwargs"] = "Lua has no keywords: named arguments are among the others",
  ["torchvision/models/build.lua num_classes"] = "what the files of the families read",
  ["torch/unique.lua sorted"] = "the order may be any with false, so that of true is right"}

--- The file without comments.
local function code_of(file) return (torch._C.embedded(file):gsub("%-%-[^\n]*", "")) end

describe("the options of Lua functions", function()
  local count, kept = 0, {}
  for _, file in ipairs(torch._C.files()) do
    local code = file:find "%.lua$" and not file:find "rows%.lua$" and code_of(file) or ""
    if code:find "options%.read%(" or code:find "options%.check" then
      it("are read: " .. file, function()
        for name in code:gmatch '{"([%a_][%w_]*)", [krd]%a+ = ' do
          local declared = '{"' .. name .. '"'
          local uses = 0
          for before in code:gmatch("(.?.?)%f[%w_]" .. name .. "%f[^%w_]") do
            if before ~= '{"' then uses = uses + 1 end
          end
          count = count + 1
          if uses == 0 then kept[file .. " " .. name] = true end
          assert.truthy(uses > 0 or KEPT[file .. " " .. name], declared)
        end
      end)
    end
  end

  it("are many, and all that are kept without effect are there", function()
    assert.is_true(count > 100)
    for name in pairs(KEPT) do assert.is_true(kept[name] or false, name) end
  end)

  it("are checked: GradScaler has a device", function()
    for _, device in ipairs {"cuda", "cpu", "cuda:1"} do assert.truthy(torch.amp.GradScaler(device)) end
    local ok, message = pcall(torch.amp.GradScaler, "tpu")
    assert.is_false(ok)
    assert.matches("GradScaler: 'device' %(argument 1%): expected 'cuda', 'cpu' or 'meta', got string 'tpu'", message)
  end)
end)
