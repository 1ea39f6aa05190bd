-- Names of classes that several data sets share.
local names = {digits = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}}
for i, name in ipairs(names.digits) do names.digits[i] = ("%d - %s"):format(i - 1, name) end
return names
