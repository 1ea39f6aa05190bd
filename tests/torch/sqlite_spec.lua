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

  it("writes numbers beside texts as SQLite reads them, in every locale", function()
    local f = cities():query "SELECT 2.0 AS v UNION ALL SELECT 0.1 UNION ALL SELECT 1e300 UNION ALL SELECT 0.1 + 0.2 \z
      UNION ALL SELECT 0.0 UNION ALL SELECT 7 UNION ALL SELECT 9223372036854775807 UNION ALL SELECT 'x' \z
      UNION ALL SELECT 2.0 UNION ALL SELECT 0.1 + 0.2 UNION ALL SELECT 9e999"
    assert.same({"2.0", "0.1", "1e+300", "0.30000000000000004", "0.0", "7", "9223372036854775807", "x", "2.0",
      "0.30000000000000004", "inf"}, f.v)
  end)

  it("may be closed while a statement gets its parameters", function()
    local db = cities()
    local parameters = setmetatable({}, {__index = function()
      db:close()
      return 5
    end})
    assert.same({5}, db:query("SELECT ? AS v", parameters).v:tolist())
    fails("the data base is closed", db.query, db, "SELECT 1")
    db = cities()
    fails("no such column", db.query, db, "SELECT ?, missing FROM city", parameters)
    for _ = 1, 50 do -- the collector may close it, too, while rows are taken
      local other = cities()
      setmetatable({}, {__gc = function() other:close() end})
      local _ <close> = setmetatable({}, {__close = function() collectgarbage "incremental" end})
      collectgarbage "generational"
      local ok, message = pcall(other.query, other,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT 'a' || i AS t FROM n")
      assert.is_true(ok or message:find "closed" ~= nil)
    end
  end)

  it("tells what a statement changed, not the one before", function()
    local db = cities()
    assert.equal(3, db:execute "UPDATE city SET warm = 1")
    assert.equal(0, db:execute "CREATE TABLE other (x)")
    assert.equal(0, db:execute "SELECT * FROM city")
    assert.equal(0, db:execute "UPDATE city SET warm = 1 WHERE size < 0")
    assert.equal(0, db:execute "DROP TABLE other")
    assert.equal(1, db:execute "DELETE FROM city WHERE name = 'Bern'")
  end)

  it("has columns without values as they are declared", function()
    assert.same({}, sqlite.open(":memory:", "w"):tables())
    local db = cities()
    local f = db:query "SELECT name, size, warm FROM city WHERE size < 0"
    assert.same({}, f.name)
    assert.equal(torch.int64, f.size.dtype)
    assert.equal(torch.float64, f.warm.dtype)
    db:execute "UPDATE city SET name = NULL"
    assert.same({"", "", ""}, db:query "SELECT name FROM city".name)
  end)

  it("takes comments, and parameters with and without names", function()
    local db = cities()
    assert.equal(1, #db:query "SELECT 1; -- done")
    assert.equal(1, #db:query "SELECT 1 /* one */ ; ; /* no more */\n-- done\n")
    fails("more than one statement: '-- two", db.query, db, "SELECT 1; -- two\nSELECT 2")
    fails("more than one statement", db.query, db, "SELECT 1; SELEC")
    local mixed = db:query("SELECT :a AS a, ? AS b, ? AS c", {10, 20, a = 1})
    assert.same({1, 10, 20}, {mixed.a[1]:item(), mixed.b[1]:item(), mixed.c[1]:item()})
    fails("the statement has 1 parameters without a name, and 2 are given", db.query, db, "SELECT :a, ?",
      {1, 2, a = 1})
    fails("the statement has 0 parameters without a name, and 1 are given", db.query, db, "SELECT :a", {1, a = 1})
    assert.same({7}, db:query("SELECT ?2 AS b", {[2] = 7}).b:tolist())
  end)

  it("is not left in the middle of a frame that was not written", function()
    local db = sqlite.open(":memory:", "w")
    local f = torch.frame.datasets.iris()
    local execute = db._library.query
    local n = 0
    local library = setmetatable({query = function(...)
      n = n + 1
      if n == 20 then error("interrupted", 0) end
      return execute(...)
    end}, {__index = db._library})
    db._library = library
    local ok, message = pcall(db.write, db, "iris", f)
    assert.same({false, "interrupted"}, {ok, message})
    db._library = getmetatable(library).__index
    assert.same({}, db:tables())
    db:write("iris", f)
    assert.equal(150, #db:query "SELECT * FROM iris")
  end)

  it("says what is wrong", function()
    local db = cities()
    fails("tensor: unknown option 'dtyp', did you mean 'dtype'?", db.tensor, db, "SELECT 1", nil, {dtyp = "int64"})
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
