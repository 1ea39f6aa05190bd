-- torch.sqlite: queries to frames and tensors.
local sqlite = torch.sqlite
local capture = dofile("tests/files.lua").capture

local folder
setup(function() folder = capture "mktemp -d":gsub("\n", "") end)
teardown(function() os.execute("rm -rf '" .. folder .. "'") end)

local function fails(text, f, ...)
  local ok, message = pcall(f, ...)
  assert.is_false(ok)
  assert.matches(text, message, 1, true)
end

local function cities()
  local db = sqlite.open(":memory:", "w")
  db:execute "CREATE TABLE city (name TEXT, size INTEGER, warm REAL)"
  for _, row in ipairs {{"Bern", 134, 9.1}, {"Rome", 2749, 16.3}, {"O'slo", 709}} do
    assert.equal(1, db:execute("INSERT INTO city VALUES (?, ?, ?)", row))
  end
  return db
end

describe("a data base", function()
  it("is asked", function()
    local f = cities():query "SELECT * FROM city ORDER BY size"
    assert.same({"name", "size", "warm"}, f:names())
    assert.same({"Bern", "O'slo", "Rome"}, f.name)
    assert.same({134, 709, 2749}, f.size:tolist())
    assert.equal("torch.int64", tostring(f.size.dtype))
    assert.is_true(f.warm[2]:isnan():item())
    local x = cities():tensor "SELECT size, warm FROM city WHERE warm IS NOT NULL"
    assert.is_true(torch.allclose(x, torch.tensor({{134, 9.1}, {2749, 16.3}})))
    assert.equal(0, #cities():query "SELECT * FROM city WHERE size < 0")
    assert.same({"a", "a.1"}, cities():query("SELECT 1 AS a, 2 AS a"):names())
  end)

  it("binds parameters, by place and by name", function()
    local db = cities()
    assert.same({"Rome"}, db:query("SELECT name FROM city WHERE size > ?", {1000}).name)
    assert.same({"O'slo"}, db:query("SELECT name FROM city WHERE name = :who", {who = "O'slo"}).name)
    assert.equal(0, #db:query("SELECT * FROM city WHERE name = ?", {"x' OR '1' = '1"}))
    assert.equal(2, db:execute("UPDATE city SET warm = ? WHERE size < ?", {0, 1000}))
    fails("query: :memory:: the statement has 1 parameters, and none is given", db.query, db, "SELECT ?")
    fails("the parameter :who is not given", db.query, db, "SELECT :who", {what = 1})
    fails("the statement has 1 parameters, and 2 are given", db.query, db, "SELECT ?", {1, 2})
    fails("parameter 1: expected a number, a string, a boolean or nothing", db.query, db, "SELECT ?", {print})
  end)

  it("takes columns of mixed values as texts", function()
    local f = cities():query "SELECT 1 AS v UNION ALL SELECT 2.5 UNION ALL SELECT NULL UNION ALL SELECT 'x'"
    assert.same({"1", "2.5", "", "x"}, f.v)
    assert.same({"\1\0\2"}, cities():query("SELECT x'010002' AS b").b)
    assert.equal(math.maxinteger, cities():query("SELECT 9223372036854775807 AS n").n[1]:item())
  end)

  it("takes frames, and keeps them in a file", function()
    local path = folder .. "/a.db"
    do
      local db <close> = sqlite.open(path, "w")
      db:write("iris", torch.frame.datasets.iris())
      fails("write: ", db.write, db, "iris", torch.frame.datasets.iris())
    end
    local db <close> = sqlite.open(path)
    assert.same({"iris"}, db:tables())
    local f = db:query "SELECT species, avg(petal_length) AS length, count(*) AS n FROM iris GROUP BY species"
    assert.same({"setosa", "versicolor", "virginica"}, f.species)
    assert.same({50, 50, 50}, f.n:tolist())
    fails("attempt to write a readonly database", db.execute, db, "DROP TABLE iris")
  end)

  it("says what is wrong", function()
    local db = cities()
    fails("query: :memory:: no such column: sise", db.query, db, "SELECT sise FROM city")
    fails('near "SELEC": syntax error', db.query, db, "SELEC 1")
    fails("more than one statement: 'SELECT 2'", db.query, db, "SELECT 1; SELECT 2")
    fails("there is no statement", db.query, db, "  ")
    fails("query: 'statement' (argument 1): expected a string, got number 5", db.query, db, 5)
    fails("sqlite.open: ", sqlite.open, folder .. "/nothing.db")
    fails("sqlite.open: 'mode' (argument 2): expected \"r\" or \"w\", got string 'rw'", sqlite.open, "x", "rw")
    local file <close> = assert(io.open(folder .. "/no.db", "w"))
    file:write(("no data base "):rep(100))
    file:flush()
    local other = sqlite.open(folder .. "/no.db")
    fails("file is not a database", other.tables, other)
    db:close()
    fails("the data base is closed", db.query, db, "SELECT 1")
  end)

  it("that is damaged anywhere gives rows or an error", function()
    local path = folder .. "/whole.db"
    do
      local db <close> = sqlite.open(path, "w")
      db:write("iris", torch.frame.datasets.iris():head(60))
    end
    local file <close> = assert(io.open(path, "rb"))
    local bytes = file:read "a"
    local random = torch.Generator():manual_seed(5)
    for _ = 1, 60 do
      local at = torch.randint(1, #bytes + 1, {1}, {generator = random}):item()
      local value = torch.randint(0, 256, {1}, {generator = random}):item()
      local out = assert(io.open(folder .. "/hurt.db", "wb"))
      out:write(bytes:sub(1, at - 1), string.char(value), bytes:sub(at + 1))
      out:close()
      local ok, message = pcall(function()
        local db <close> = sqlite.open(folder .. "/hurt.db")
        return db:query "SELECT * FROM iris"
      end)
      assert.is_true(ok or type(message) == "string" and not message:find "\n" and not message:find "attempt to")
    end
  end)
end)
