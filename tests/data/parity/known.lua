-- Cases of tests/data/parity that do not hold yet, by folder, file and number of the case
-- ("*": some case of the file), each with its reason. A case that holds must leave the list.
-- in_place: methods that are not there, though the file names them.
local numbers = "a number stands for a tensor of no dimensions"
return {
  ops = {
    ["nn.functional.avg_pool2d"] = {[5] = "floats only"},
    ["nn.functional.batch_norm"] = {[5] = "one dimension is no batch", [10] = "one dimension is no batch"},
    ["nn.functional.conv2d"] = {[8] = "floats only"},
    ["norm"] = {[1] = "the nuclear norm needs singular values"},
  },
  errors = {
    ["__radd__"] = {[1] = "both are Lua numbers: Lua's own arithmetic"},
    ["__rdiv__"] = {[1] = "both are Lua numbers: Lua's own arithmetic"},
    ["__rmul__"] = {[1] = "both are Lua numbers: Lua's own arithmetic"},
    ["__ror__"] = {[1] = "both are Lua numbers: Lua's own arithmetic"},
    ["__rpow__"] = {[1] = "both are Lua numbers: Lua's own arithmetic"},
    ["atan2"] = {[1] = numbers},
    ["bitwise_and"] = {[1] = numbers},
    ["bitwise_or"] = {[1] = numbers},
    ["bitwise_xor"] = {[1] = numbers},
    ["eq"] = {[1] = numbers},
    ["fmod"] = {[1] = numbers},
    ["ge"] = {[1] = numbers},
    ["le"] = {[1] = numbers},
    ["logical_and"] = {[1] = numbers},
    ["logical_or"] = {[1] = numbers},
    ["logical_xor"] = {[1] = numbers},
    ["lt"] = {[1] = numbers},
    ["maximum"] = {[1] = numbers},
    ["minimum"] = {[1] = numbers},
    ["ne"] = {[1] = numbers},
    ["pow"] = {[1] = numbers},
    ["remainder"] = {[1] = numbers},
  },
  in_place = {},
}
