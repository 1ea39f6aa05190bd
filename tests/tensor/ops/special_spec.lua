-- Special functions against values that were computed with 50 digits (mpmath): on both sides of every place where a
-- series takes over from another, near zeros and poles, and far out.
local ONE = {
  {"erfinv", {1e-09, 0.3, -0.75, 0.999, 0.99999999}, {8.86226925452758e-10, 0.2724627147267543,
    -0.8134198475976185, 2.3267537655135246, 4.052237243268763}},
  {"erfcx", {-26.0, -1.5, 0.1, 3.75, 20.0}, {7.657724931490568e+293, 18.653886256262734, 0.8964569799691267,
    0.14558972127503855, 0.02817434874105132}},
  {"ndtri", {1e-20, 1e-05, 0.02425, 0.3, 0.97}, {-9.262340089798407, -4.264890793922825, -1.972961051311885,
    -0.5244005127080408, 1.8807936081512506}},
  {"log_ndtr", {-37.0, -5.0, -0.5, 0.3, 4.0}, {-689.0305855768906, -15.064998393988725, -1.1759117615936185,
    -0.4814101615884812, -3.167174337748927e-05}},
  {"ndtr", {-10.0, -1.0, 0.3, 3.0}, {7.619853024160525e-24, 0.15865525393145705, 0.6179114221889527,
    0.9986501019683699}},
  {"entr", {1e-05, 0.3, 2.0}, {0.00011512925464970229, 0.3611918412977808, -1.3862943611198906}},
  {"digamma", {-7.3, -0.4, 0.0001, 0.7, 1.46163, 1.9, 9.99, 1000000.0}, {4.33730730551005, 0.9593807861068093,
    -10000.577051183514, -1.2200235536979347, -2.0756283887224574e-06, 0.35618416116405965, 2.250700372831201,
    13.815510057964191}},
  {"lgamma", {-2.5, 0.1, 3.5, 100.0}, {-0.056243716497674054, 2.252712651734206, 1.2009736023470743,
    359.1342053695754}},
  {"i0", {0.001, 3.0, 7.9, 8.1, 50.0, 710.0}, {1.0000002500000156, 4.8807925858650245, 389.406283282158,
    469.5006067101215, 2.9325537838493362e+20, 3.345334558619656e+306}},
  {"i0e", {-3.0, 8.5, 10000.0}, {0.2430003541618254, 0.13900184305484758, 0.003989472674604732}},
  {"i1", {-0.001, 3.0, 7.9, 8.1, 50.0, 710.0}, {-0.0005000000625000026, 3.9533702174026093, 363.8539440845084,
    439.48430891035844, 2.903078590103557e+20, 3.3429778585097626e+306}},
  {"i1e", {-3.0, 8.5, 10000.0}, {-0.19682671329730086, 0.13054935509459586, 0.003989273195983662}},
  {"modified_bessel_k0", {1e-05, 0.5, 1.99, 2.01, 30.0}, {11.628856980944363, 0.9244190712276659,
    0.1153017675517768, 0.11250436099872804, 2.1324774964630563e-14}},
  {"modified_bessel_k1", {1e-05, 0.5, 1.99, 2.01, 30.0}, {99999.99993935571, 1.656441120003301,
    0.14171756162240132, 0.1380408773192077, 2.1677320018915495e-14}},
  {"scaled_modified_bessel_k0", {0.5, 5.0, 10000.0}, {1.5241093857739094, 0.547807564313519, 0.012532984717699286}},
  {"scaled_modified_bessel_k1", {0.5, 5.0, 10000.0}, {2.731009708211786, 0.6002738587883126, 0.012533611351270506}},
  {"bessel_j0", {0.1, 2.4, 5.5, 100.0}, {0.99750156206604, 0.002507683297243859, -0.006843869417819197,
    0.019985850304223122}},
  {"bessel_j1", {-0.1, 3.8, 5.5, 100.0}, {-0.049937526036242, 0.0128210029267317, -0.34143821542904335,
    -0.07714535201411216}},
  {"bessel_y0", {0.1, 0.89, 5.5, 100.0}, {-1.5342386513503667, -0.0031519646830523813, -0.339480592881911,
    -0.07724431336508315}},
  {"bessel_y1", {0.1, 2.2, 5.5, 100.0}, {-6.4589510947020266, 0.0014877892897633682, -0.023758238956389618,
    -0.020372312002759792}},
  {"spherical_bessel_j0", {0.0001, 0.09, 0.11, 20.0}, {0.9999999983333333, 0.9986505466445672,
    0.9979845530652255, 0.045647262536381385}},
  {"sinc", {0.1, 2.3}, {0.983631643083466, 0.11196439452184428}},
}
local TWO = {
  {"zeta", {1.0001, 2.0, 3.5, 60.0}, {2.0, 0.001, 0.5, 25.0}, {9999.577222947539, 1000001.6425331958,
    11.620804663441895, 1.4704009020029622e-84}},
  {"igamma", {0.1, 3.0, 5.0, 30.0, 250.0, 100000.0}, {1e-05, 0.4, 9.0, 29.0, 220.0, 100100.0},
    {0.3323984050405033, 0.007926331867253836, 0.9450363585048951, 0.4508291147181239, 0.025129154112226337,
    0.6244451307044055}},
  {"igammac", {0.001, 0.7, 5.0, 30.0, 250.0, 100000.0}, {0.3, 1.05, 9.0, 45.0, 280.0, 100900.0},
    {0.000905838088306647, 0.22509104312222775, 0.0549636414951049, 0.007337199297796504, 0.03235481928208544,
    0.0022655278205633736}},
  {"polygamma", {1.0, 1.0, 1.0, 2.0, 3.0, 5.0}, {-2.7, 0.3, 50.0, 1.5, -1.25, 20.0}, {14.769375845132314,
    12.245364546107732, 0.020201333226697125, -0.82879664423432, 1558.2209125348506, 8.48426620615823e-06}},
  {"hermite_polynomial_h", {0.7}, {9.0}, {902.0626979840017}},
  {"hermite_polynomial_he", {0.7}, {9.0}, {289.926058807}},
  {"laguerre_polynomial_l", {0.7}, {9.0}, {-0.1847982716776814}},
  {"legendre_polynomial_p", {0.7}, {9.0}, {0.2720599303515624}},
  {"chebyshev_polynomial_t", {0.7, -1.5}, {9.0, 4.0}, {0.6406865919999996, 23.5}},
  {"chebyshev_polynomial_u", {0.7}, {9.0}, {1.3932835839999997}},
  {"chebyshev_polynomial_v", {0.7}, {9.0}, {0.3181450239999994}},
  {"chebyshev_polynomial_w", {0.7}, {9.0}, {2.4684221440000003}},
  {"shifted_chebyshev_polynomial_u", {0.7}, {9.0}, {-0.9022238719999993}},
}

local function find(name)
  return torch.special[name] or torch[name]
end

-- Within 1e-13 of float64, 1e-6 of float32: of the value itself, or of what an error of the input makes of it.
local function check(name, got, want, dtype)
  local tolerance = dtype == "float64" and 1e-13 or 1e-6
  for i = 1, #want do
    local distance = math.abs(got[i] - want[i]) / math.abs(want[i])
    if not (distance <= tolerance) then
      error(("%s, %s, number %d: %.17g, expected %.17g"):format(name, dtype, i, got[i], want[i]), 0)
    end
  end
end

describe("digamma", function()
  it("has all digits beside its zeros left of 0", function()
    local x = torch.tensor({-0.5040830082644554, -0.50408300776037, -0.5040834123467, -1.5734984731623904, -1.5735,
      -9.7026725400018634, -9.7026725, -0.5}, {dtype = "float64"})
    local want = {7.289763902976894944e-17, 4.506422363214508572e-9, -3.612413999577639539e-6, 1.564978848183845337e-16,
      -0.00001517909507335986527, 4.939256869086382197e-15, 6.067572951046373417e-7, 0.03648997397857652056}
    for i, y in ipairs(torch.digamma(x):tolist()) do
      assert.is_true(math.abs(y / want[i] - 1) < 1e-13, ("digamma(%.17g): %.17g"):format(x[i]:item(), y))
    end
  end)
end)

describe("logit", function()
  it("has a slope at its bounds, and none beyond", function()
    local x = torch.tensor({0.25, 0.5, 0.75, -1, 2}, {dtype = "float64", requires_grad = true})
    torch.logit(x, 0.25):sum():backward()
    assert.is_true(torch.allclose(x.grad, torch.tensor({16 / 3, 4, 16 / 3, 0, 0}, {dtype = "float64"})))
  end)
end)

describe("a special function has all digits of float64:", function()
  for _, row in ipairs(ONE) do
    it(row[1], function()
      check(row[1], find(row[1])(torch.tensor(row[2], {dtype = "float64"})):tolist(), row[3], "float64")
    end)
  end
  for _, row in ipairs(TWO) do
    it(row[1], function()
      local a, b = torch.tensor(row[2], {dtype = "float64"}), torch.tensor(row[3], {dtype = "float64"})
      local got = {}
      for i = 1, #row[2] do
        got[i] = row[1] == "polygamma" and torch.polygamma(row[2][i], b[i]):item() or find(row[1])(a[i], b[i]):item()
      end
      check(row[1], got, row[4], "float64")
    end)
  end
end)

describe("float32 is float64, rounded:", function()
  -- Where an error of 1e-7 of the input is multiplied by no more than 5 and the result is a float32.
  for _, name in ipairs {"i0e", "i1e", "erfcx", "digamma", "modified_bessel_k0", "scaled_modified_bessel_k1",
    "bessel_j0", "ndtri", "log_ndtr"} do
    it(name, function()
      local x = torch.linspace(0.05, 0.95, 200, {dtype = "float32"})
      local got, want = find(name)(x), find(name)(x:double())
      assert.equal(torch.float32, got.dtype)
      assert.is_true(torch.equal(got, want:float()))
    end)
  end
end)

local inf, nan = math.huge, 0 / 0
local function values(name, ...)
  local arguments = {...}
  for i, list in ipairs(arguments) do arguments[i] = torch.tensor(list, {dtype = "float64"}) end
  local out = find(name)(table.unpack(arguments)):tolist()
  for i, v in ipairs(out) do if v ~= v then out[i] = "nan" end end
  return out
end

describe("the edges of special functions", function()
  it("are as PyTorch has them", function()
    assert.same({"nan", "nan", inf, -inf, 0}, values("erfinv", {2, nan, 1, -1, 0}))
    assert.same({-inf, inf, 0, "nan"}, values("ndtri", {0, 1, 0.5, 1.5}))
    assert.same({inf, 0, "nan"}, values("erfcx", {-30, inf, nan}))
    assert.same({-inf, inf, "nan", inf}, values("digamma", {0, -0.0, -1, inf}))
    assert.same({inf, "nan", inf, 0}, values("zeta", {1, 0.5, 2, 2}, {3, 3, -1, inf}))
    assert.same({1, 0, "nan", "nan", 1}, values("igamma", {0, 1, 0, -1, 2}, {1, 0, 0, 1, inf}))
    assert.same({0, 1, "nan", "nan", 0}, values("igammac", {0, 1, 0, -1, 2}, {1, 0, 0, 1, inf}))
    assert.same({inf, "nan"}, values("modified_bessel_k0", {0, -1}))
    assert.same({-inf, "nan"}, values("bessel_y1", {0, -1}))
    assert.same({0, -inf, 0, "nan"}, values("entr", {0, -1, 1, nan}))
    assert.same({0, "nan", -inf}, values("xlogy", {0, 0, 1}, {0, nan, 0}))
    assert.same({0, 1, 0.5}, values("legendre_polynomial_p", {0.5, 0.5, 0.5}, {-1, 0.9, 1.2}))
    assert.same({"nan"}, values("hermite_polynomial_h", {0.5}, {1e18}))
  end)

  it("tell what is wrong", function()
    local function refuses(words, f, ...)
      local ok, message = pcall(f, ...)
      assert.is_false(ok)
      assert.matches(words, message)
    end
    refuses("^polygamma: 'n' %(argument 1%): expected a number of at least 0, got %-1", torch.polygamma, -1,
      torch.ones(1))
    refuses("^mvlgamma: 'p' %(argument 2%): expected a number from 1 to 1000000, got 0", torch.mvlgamma,
      torch.ones(1), 0)
    local a = torch.ones(2, {requires_grad = true})
    refuses("igamma: 'input' %(argument 1%): it has no gradient by this argument", function()
      torch.igamma(a, torch.ones(2)):sum():backward()
    end)
    refuses("chebyshev_polynomial_t: 'n' %(argument 2%): it has no gradient", function()
      torch.special.chebyshev_polynomial_t(torch.ones(2), a):sum():backward()
    end)
  end)

  it("have slopes at 0", function()
    for name, slopes in pairs {sinc = {0, -math.pi ^ 2 / 3}, spherical_bessel_j0 = {0, -1 / 3}, i1 = {0.5, 0},
      bessel_j1 = {0.5, 0}} do
      local x = torch.zeros(1, {dtype = "float64", requires_grad = true})
      local g = torch.autograd.grad({find(name)(x):sum()}, {x}, nil, {create_graph = true})
      local second = torch.autograd.grad({g:sum()}, {x}, nil, {allow_unused = true})
      assert.is_true(math.abs(g:item() - slopes[1]) < 1e-12, name)
      if name == "sinc" or name == "spherical_bessel_j0" then
        assert.is_true(math.abs(second:item() - slopes[2]) < 1e-12, name .. " twice")
      end
    end
  end)
end)
