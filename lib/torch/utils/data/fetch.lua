--- How items are read of a data set, and made a batch.
local torch = require "torch"
local options = require "torch.utils.options"
local collate = require "torch.utils.data.collate"

local fetch = {}

--- torch.utils.data.default_collate(items: table) -> any: Tensors are stacked, numbers and
-- booleans become a tensor, strings stay an array, tables are batched part by part.
-- Items that are arrays {x, y} give several results: the batched x, the batched y.
-- Example: torch.utils.data.default_collate({{torch.ones(2), 1}, {torch.zeros(2), 2}})
function fetch.default_collate(items)
  if type(items) ~= "table" or #items == 0 then
    options.wrong("default_collate", "items", 1, "an array of items", items)
  end
  return fetch.parts(collate(items), items[1])
end

--- Whether fields of the data set may be asked for.
local function is_object(dataset)
  if torch.is_tensor(dataset) then return false end
  return type(dataset) == "userdata" or type(dataset) == "table"
end

--- Whether the data set has `__getitems`.
function fetch.can_gather(dataset) return is_object(dataset) and dataset.__getitems ~= nil end

--- Whether a value is an item of several parts: a plain array.
local function is_parts(value) return type(value) == "table" and #value > 0 and getmetatable(value) == nil end

--- The parts of an item as several results; what is no array is one. `like`: decides in place of the item.
function fetch.parts(item, like)
  if is_parts(like == nil and item or like) then return table.unpack(item) end
  return item
end

--- Several results as one item.
function fetch.packed(first, ...)
  if select("#", ...) > 0 then return {first, ...} end
  return first
end

--- Item i of the data set; nil where it has none.
function fetch.item(dataset, i)
  local getitem = is_object(dataset) and dataset.__getitem
  if getitem then return fetch.packed(getitem(dataset, i)) end
  return dataset[i]
end

--- Item i, which must be there; errors begin with `who`.
function fetch.existing(who, dataset, i)
  local item = fetch.item(dataset, i)
  if item == nil then options.raise(("%s: the dataset has no item %s"):format(who, tostring(i))) end
  return item
end

--- The batch, as several results, of the items at `positions`, an int64 tensor or an array.
function fetch.batch(dataset, positions, collate_fn)
  if collate_fn == nil and fetch.can_gather(dataset) then
    local gathered = torch.is_tensor(positions) and positions or torch.tensor(positions, {dtype = "int64"})
    local parts = table.pack(dataset:__getitems(gathered))
    if parts[1] ~= nil then return table.unpack(parts, 1, parts.n) end
  end
  if torch.is_tensor(positions) then positions = positions:tolist() end
  local items = {}
  for k, i in ipairs(positions) do items[k] = fetch.existing("DataLoader", dataset, i) end
  return (collate_fn or fetch.default_collate)(items)
end

--- An iterator over items, each as one value, that is not asked again after its end.
function fetch.ending(iterator)
  local ended = false
  return function()
    if ended then return nil end
    local item = fetch.packed(iterator())
    ended = item == nil
    return item
  end
end

--- At most n next items of such an iterator; nil at its end, and instead of the last few ones where drop_last says so.
function fetch.next_items(iterator, n, drop_last)
  local items = {}
  while #items < n do
    local item = iterator()
    if item == nil then break end
    items[#items + 1] = item
  end
  if #items == 0 or drop_last and #items < n then return nil end
  return items
end

return fetch
