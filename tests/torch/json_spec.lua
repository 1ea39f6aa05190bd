-- torch.json: strict reading, and where a text is wrong.
local json = require "torch.json"

local function refused(text, what, offset)
  local ok, wrong = pcall(json.decode, text)
  assert.is_false(ok)
  assert.same({what = what, offset = offset}, wrong, text)
end

describe("JSON", function()
  it("is read: all kinds of values", function()
    local value = json.decode(' {"a" : [1, -2, 2.5, -3e2, true, false, []], "b": {"c": {}}, "d": ""}\n')
    assert.same({a = {1, -2, 2.5, -300.0, true, false, {}}, b = {c = {}}, d = ""}, value)
    assert.equal("integer", math.type(value.a[1]))
    assert.equal("float", math.type(value.a[4]))
    assert.equal(json.null, json.decode("[null]", json.null)[1])
  end)

  it("has strings with every escape", function()
    assert.equal('"\\/\b\f\n\r\t', json.decode [["\"\\\/\b\f\n\r\t"]])
    assert.equal("Aé€😀\0x", json.decode [["\u0041\u00e9\u20AC\ud83d\ude00\u0000x"]])
    assert.equal("é😀", json.decode '"é😀"')
  end)

  it("has integers as long as they fit, then floats", function()
    assert.equal(math.maxinteger, json.decode "9223372036854775807")
    assert.equal(math.mininteger, json.decode "-9223372036854775808")
    assert.equal(2.0 ^ 63, json.decode "9223372036854775808")
    assert.equal(123456789012345678, json.decode "123456789012345678")
    assert.equal(1e-7, json.decode "0.1e-6")
  end)

  it("that is wrong is refused with its place", function()
    for _, row in ipairs {{"", "expected a value", 0}, {"[1,]", "expected a value", 3}, {"01", "expected a value", 0},
      {"1.", "expected a value", 0}, {"1e+", "expected a value", 0}, {"-", "expected a value", 0},
      {" nul", "expected a value", 1}, {"null", "expected a value", 0}, {"[1 2]", "expected ',' or ']'", 3},
      {'{"a":1 2}', "expected ',' or '}'", 7}, {'{"a" 1}', "expected ':'", 5}, {"{a}", "expected a key", 1},
      {'{"a":1,"a":2}', "the key 'a' twice", 7}, {"1 2", "more text after the value", 2},
      {'["a', "a string without end", 1}, {'"a\1"', "a control character in a string", 2},
      {[["\x"]], "a bad escape in a string", 1}, {[["a\u12g4"]], "a bad escape in a string", 2},
      {[["\ud800"]], "half of a surrogate pair", 1}, {[["\ud800\u0041"]], "half of a surrogate pair", 1},
      {[["\udc00"]], "half of a surrogate pair", 1}, {"[\0]", "expected a value", 1},
      {("["):rep(1000), "nested too deep", 501}, {("1"):rep(300), "a number that is too long", 0}} do
      refused(table.unpack(row))
    end
  end)

  it("comes back as it was written", function()
    local value = {a = json.array {1, 2.5, "x\n\"é"}, b = {c = true}, d = json.array {}}
    assert.same(value, json.decode(json.encode(value)))
  end)
end)
