--- The names of the libraries right under lib/, an array: "gnuplot", "torch", "torchvision" and so on. Nothing lists
-- them: they are the files that were built in.
local names = {}
for _, file in ipairs(torch._C.files()) do names[#names + 1] = file:match "^(%w+)%.lua$" end
table.sort(names)
return names
