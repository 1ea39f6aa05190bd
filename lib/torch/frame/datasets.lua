--- torch.frame.datasets: Tables that are ready by name, and readers of tables that are published as files.
local options = require "torch.utils.options"
local Frame = require "torch.frame.Frame"

local datasets = {}

--- A Frame of an embedded table whose last column is the number of a class, from 0.
local function embedded(name, columns, target, classes)
  local lists, labels = {}, {}
  for i = 1, #columns do lists[i] = {} end
  for line in torch._C.embedded("torch/frame/data/" .. name .. ".txt"):gmatch "[^\n]+" do
    local i = 0
    for text in line:gmatch "[^,]+" do
      i = i + 1
      if i <= #columns then table.insert(lists[i], tonumber(text))
      else labels[#labels + 1] = classes[math.tointeger(tonumber(text)) + 1] end
    end
  end
  local names, values = {}, {[target] = labels}
  for i, column in ipairs(columns) do
    names[i], values[column] = column, torch.tensor(lists[i], {dtype = "float64"})
  end
  names[#names + 1] = target
  return Frame(values, {names = names})
end

local function words(text)
  local list = {}
  for word in text:gmatch "%S+" do list[#list + 1] = word end
  return list
end

--- torch.frame.datasets.iris() -> any: 150 flowers of three species (Fisher 1936; UCI, CC BY 4.0): four lengths in cm,
-- and the species.
-- Example: torch.frame.datasets.iris():group("species", {length = {"petal_length", "mean"}})
function datasets.iris()
  return embedded("iris", words "sepal_length sepal_width petal_length petal_width", "species",
    words "setosa versicolor virginica")
end

--- torch.frame.datasets.wine() -> any: 178 wines of three cultivars (UCI, CC BY 4.0): 13 measurements, and the
-- cultivar.
-- Example: torch.frame.datasets.wine():describe()
function datasets.wine()
  return embedded("wine", words("alcohol malic_acid ash alcalinity_of_ash magnesium total_phenols flavanoids "
    .. "nonflavanoid_phenols proanthocyanins color_intensity hue od280_od315 proline"), "cultivar",
    words "class_0 class_1 class_2")
end

--- torch.frame.datasets.breast_cancer() -> any: 569 tumours (Wisconsin; UCI, CC BY 4.0): mean, error and worst value
-- of ten measurements, and the diagnosis.
-- Example: torch.frame.datasets.breast_cancer():value_counts("diagnosis")
function datasets.breast_cancer()
  local columns = {}
  for _, kind in ipairs {"mean", "error", "worst"} do
    for _, word in ipairs(words("radius texture perimeter area smoothness compactness concavity concave_points "
      .. "symmetry fractal_dimension")) do columns[#columns + 1] = kind .. "_" .. word end
  end
  return embedded("breast_cancer", columns, "diagnosis", words "malignant benign")
end

--- torch.frame.datasets.digits() -> any: 1797 handwritten digits (UCI, CC BY 4.0): 64 pixels from 0 to 16, and the
-- digit.
function datasets.digits()
  local all = {}
  for _, train in ipairs {true, false} do
    local set = require "torchvision.datasets".Digits({train = train})
    local names, columns = {}, {}
    local pixels = set.data:reshape(#set, -1)
    for i = 1, pixels:size(2) do
      names[i] = ("pixel_%d_%d"):format((i - 1) // 8 + 1, (i - 1) % 8 + 1)
      columns[names[i]] = pixels:select(2, i):long()
    end
    names[#names + 1], columns.digit = "digit", set.targets - 1
    all[#all + 1] = Frame(columns, {names = names})
  end
  return all[1]:concat(all[2])
end

-- ---- files ---------------------------------------------------------------------------------------

local PATH <const> = {{"path", kind = "string", required = true}}

--- Texts without space around them and, with `point`, without the point at their end.
local function trimmed(frame, point)
  for _, name in ipairs(frame:names()) do
    local column = frame:column(name)
    if not torch.is_tensor(column) then
      local texts = {}
      for i, text in ipairs(column) do
        text = text:match "^%s*(.-)%s*$"
        if point == name then text = text:gsub("%.$", "") end
        texts[i] = text == "?" and "" or text
      end
      frame = frame:with(name, texts)
    end
  end
  return frame
end

local ADULT <const> = words("age workclass fnlwgt education education_num marital_status occupation relationship race "
  .. "sex capital_gain capital_loss hours_per_week native_country income")

--- torch.frame.datasets.adult(path: path) -> any: The census of UCI's "Adult", adult.data or adult.test: 14 attributes
-- and the income, <=50K or >50K. What is unknown is missing.
function datasets.adult(...)
  local path = options.read("adult", PATH, ...).path
  local file = torch._C.open_file(path, "adult")
  local first = file:read(0, math.min(file:size(), 64))
  local skip = first:find "^|" and 1 or 0 -- the first line of adult.test
  return trimmed(torch.frame.read_csv(path, {names = ADULT, header = false, skip = skip, delimiter = ","}), "income")
end

local GERMAN <const> = words("status duration credit_history purpose credit_amount savings employment installment_rate "
  .. "personal_status other_debtors residence_since property age other_plans housing existing_credits job dependents "
  .. "telephone foreign_worker credit")

--- torch.frame.datasets.german(path: path) -> any: UCI's "German Credit", german.data: 20 attributes in their codes,
-- and whether the credit is good (1) or bad (2).
function datasets.german(...)
  local path = options.read("german", PATH, ...).path
  return trimmed(torch.frame.read_csv(path, {names = GERMAN, header = false, delimiter = " "}))
end

--- The fields of the first line of a file of comma-separated values.
local function header_of(path)
  local file = torch._C.open_file(path, "compas")
  local size, parser = file:size(), require "torch.csv.parser"
  local from = size >= 3 and file:read(0, 3) == "\xef\xbb\xbf" and 3 or 0
  local text = parser.open(file:tensor(0, "uint8", {size}), {delimiter = ",", quote = '"', decimal = ".",
    missing = {""}})
  return parser.record(text, from) or {}
end

--- torch.frame.datasets.compas(path: path) -> any: ProPublica's COMPAS scores, compas-scores-two-years.csv. A name
-- that is there twice has .1 behind the second.
function datasets.compas(...)
  local path = options.read("compas", PATH, ...).path
  local names, seen = {}, {}
  for _, name in ipairs(header_of(path)) do
    local k = 0
    while seen[name .. (k > 0 and "." .. k or "")] do k = k + 1 end
    name = name .. (k > 0 and "." .. k or "")
    seen[name], names[#names + 1] = true, name
  end
  for _, name in ipairs {"sex", "race", "two_year_recid"} do
    if not seen[name] then options.raise(("compas: %s: there is no column '%s'"):format(path, name)) end
  end
  return torch.frame.read_csv(path, {names = names, header = true, delimiter = ","})
end

return datasets
