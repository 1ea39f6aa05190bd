--- torchvision.datasets: image data sets that are read from files as they are
-- published. Class labels count from 1 here; the files' 0 is converted on reading.
local datasets = {}
for _, family in ipairs {"mnist", "digits", "cifar", "svhn", "folder", "coco", "voc", "fake", "table"} do
  for name, class in pairs(require("torchvision.datasets." .. family)) do datasets[name] = class end
end
return datasets
