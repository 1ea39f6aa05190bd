--- Products of float32 of a middle size, which oneDNN computes where it is installed, beside those of float64.

--- A matrix that lies as its columns where `across` is true.
local function matrix(rows, columns, across, seed)
  local rng = torch.Generator() rng:manual_seed(seed)
  if across then return torch.randn(columns, rows, {generator = rng}):t() end
  return torch.randn(rows, columns, {generator = rng})
end

describe("matmul of a middle size", function()
  local threads = torch.get_num_threads()
  after_each(function() torch.set_num_threads(threads) end)

  it("has the digits of float32, however its operands lie", function()
    for _, size in ipairs {{130, 140, 150}, {64, 784, 128}, {700, 33, 260}, {50, 900, 1000}} do
      for _, across in ipairs {{false, false}, {true, false}, {false, true}, {true, true}} do
        local m, k, n = table.unpack(size)
        local a, b = matrix(m, k, across[1], 1), matrix(k, n, across[2], 2)
        local exact = a:double():matmul(b:double())
        local off = (a:matmul(b):double() - exact):abs():max():item()
        assert.is_true(off <= 1e-6 * k, ("%d×%d×%d is off by %g"):format(m, k, n, off))
        local rest = matrix(m, n, false, 3)
        local added = torch.addmm(rest, a, b, {beta = 0.5, alpha = 2})
        off = (added:double() - (exact * 2 + rest:double() * 0.5)):abs():max():item()
        assert.is_true(off <= 2e-6 * k, ("addmm of %d×%d×%d is off by %g"):format(m, k, n, off))
      end
    end
  end)

  it("reads only what belongs to the operands", function()
    local wide = torch.full({150, 400}, 0 / 0)
    wide:narrow(2, 1, 140):fill_(1)
    local product = wide:narrow(2, 1, 140):matmul(torch.ones(140, 150))
    assert.is_true(product:eq(140):all():item())
  end)

  it("gives the same bits for any number of threads", function()
    local binary = os.getenv "HECATE_BIN" or "build/hecate"
    if not os.execute(("grep -q libdnnl '%s'"):format(binary)) then return pending "this build has no oneDNN" end
    local runs = {}
    for i, n in ipairs {1, 2, 3} do
      torch.set_num_threads(n)
      runs[i] = {matrix(1000, 300, false, 1):matmul(matrix(300, 200, true, 2)),
        matrix(90, 1500, true, 3):matmul(matrix(1500, 1100, false, 4))}
    end
    for k = 1, 2 do assert.is_true(runs[1][k]:equal(runs[2][k]) and runs[1][k]:equal(runs[3][k])) end
  end)
end)
