--- Words of MATLAB that have another form here. Called with where the word was looked up and the word; returns what to
-- write, or nil.
local words <const> = {
  disp = "write print(x)", fprintf = "write io.write((\"…\"):format(x))", length = "write #x",
  sprintf = "write (\"…\"):format(x)", numel = "write x:numel()", size = "write x.shape, or x:size(1)",
  ndims = "write x.ndim", find = "write x:nonzero() for tensors, s:find(pattern) for strings",
  tic = "write os.clock() before and behind", toc = "write os.clock() before and behind",
  num2str = "write tostring(x)", str2num = "write tonumber(s)", strcat = "write a .. b",
  isempty = "write #x == 0", mod = "write a % b", idivide = "write a // b", inv = "write torch.linalg.inv(x)",
  repmat = "write x:tile({m, n})", cell = "write {}", struct = "write {name = value}",
  csvread = "write torch.csv.read(path)", readtable = "write torch.frame.read_csv(path)",
  readmatrix = "write torch.csv.read(path)", dlmread = "write torch.csv.read(path)",
  imread = "write torchvision.io.read_image(path)", imshow = "write gnuplot.image(x)",
  fopen = "write io.open(path)", feval = "call the function: f(x)", clc = "Ctrl-L clears the window",
  clear = "write x = nil, or %reset at the prompt",
}

return function(holder, name) return holder == "global" and words[name] or nil end
