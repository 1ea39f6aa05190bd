--- Words of Python, NumPy and PyTorch that have another form here. Called with where the word was looked up
-- ("global", "tensor", "torch", "torch.nn" …) and the word; returns what to write, or nil.
local words = {}

words.global = {
  cuda = "write \"cuda\", a text", cpu = "write \"cpu\", a text",
  True = "Lua's word is true", False = "Lua's word is false", None = "Lua's word is nil", null = "Lua's word is nil",
  nullptr = "Lua's word is nil", undefined = "Lua's word is nil", NULL = "Lua's word is nil", len = "write #x",
  range = "write for i = 1, n do … end", enumerate = "write for i, x in ipairs(list) do … end",
  zip = "write for i = 1, #a do … a[i], b[i] … end", xrange = "write for i = 1, n do … end",
  str = "write tostring(x)", int = "write math.tointeger(x), or x // 1 to round down", float = "write x + 0.0",
  bool = "write not not x", list = "write {1, 2, 3}", dict = "write {name = value}", tuple = "write {1, 2, 3}",
  set = "write {[value] = true}", isinstance = "write torch.isinstance(x, class), or type(x) == \"number\"",
  sorted = "write table.sort(list)", reversed = "write for i = #list, 1, -1 do … end",
  map = "write a loop: for i, x in ipairs(list) do … end",
  filter = "write a loop: for i, x in ipairs(list) do … end", sum = "write x:sum() for tensors",
  any = "write x:any() for tensors", all = "write x:all() for tensors",
  abs = "write math.abs(x), or x:abs() for tensors", max = "write math.max(a, b), or x:max() for tensors",
  min = "write math.min(a, b), or x:min() for tensors", round = "write math.floor(x + 0.5), or x:round() for tensors",
  pow = "write a ^ b", open = "write io.open(path)", input = "write io.read()", exit = "write os.exit()",
  quit = "write os.exit()",
  super = "write Net.super.__init(self, …), or Net.super.forward(self, x)", hasattr = "write x.name ~= nil",
  getattr = "write x[name]", setattr = "write x[name] = value", callable = "write type(x) == \"function\"",
  sys = "write arg for sys.argv, os.exit() for sys.exit()", time = "write os.time() or os.clock()",
  random = "write math.random(), torch.rand()", datetime = "write os.date()", json = "write require \"torch.json\"",
  raise = "write error(\"message\")", ValueError = "write error(\"message\")",
  RuntimeError = "write error(\"message\")", TypeError = "write error(\"message\")",
  Exception = "write error(\"message\")", KeyError = "write error(\"message\")",
  NotImplementedError = "write error(\"message\")",
  __name__ = "a script has no such test: write its calls at its end", __file__ = "write arg[0]",
  cls = "write the name of the class", this = "the word is self, in function Net:forward(x) … end",
  pass = "an empty block needs no word",
  continue = "write goto continue, and ::continue:: before the end of the loop",
  np = "tensors do what NumPy does: torch.zeros(2, 3)", numpy = "tensors do what NumPy does: torch.zeros(2, 3)",
  plt = "write gnuplot.plot(y)", matplotlib = "write gnuplot.plot(y)",
  pd = "write torch.frame.read_csv(path), or torch.csv.read(path)",
  tqdm = "write for x, y in torch.utils.progress(loader) do … end", f = "for f\"…\" write (\"…\"):format(x)",
  printf = "write print((\"…\"):format(x)) or io.write(x)", console = "write print(x)", echo = "write print(x)",
  import = "write require \"name\"", argparse = "the words behind the script are in the table arg: arg[1]",
  copy = "write x:clone() for tensors", inf = "write math.huge", nan = "write 0 / 0", NaN = "write 0 / 0",
  slice = "write x[{{a, b}}]", lambda = "write function(x) return x + 1 end", elif = "Lua's word is elseif",
  def = "write function f(x) … end", Dataset = "write torch.class(\"Name\", torch.utils.data.Dataset)",
  Variable = "a tensor is enough: no Variable is needed", device = "write torch.device(\"cpu\")",
  transforms = "write torchvision.transforms", models = "write torchvision.models",
  datasets = "write torchvision.datasets", Module = "write torch.class(\"Net\", nn.Module)",
  logging = "write print(x) or io.stderr:write(x)",
  iter = "write for x, y in loader:iter() do; loader:iter()() is the first batch",
  pandas = "write torch.frame.read_csv(path), or torch.csv.read(path)",
  sklearn = "torch.frame has tables and splits, torchmetrics the metrics, torch.linalg and nn the models",
  scipy = "write torch.linalg, torch.special, torch.signal, torch.distributions",
  PIL = "write torchvision.io.read_image(path)", Image = "write torchvision.io.read_image(path)",
  cv2 = "write torchvision.io.read_image(path)",
}

for _, name in ipairs {"exp", "log", "sqrt", "sin", "cos", "tan", "floor", "ceil"} do
  words.global[name] = ("write math.%s(x), or x:%s() for tensors"):format(name, name)
end
words.global.pi = "write math.pi"

words.tensor = {
  float64 = "write x:double(), or x:to(\"float64\")", float32 = "write x:float(), or x:to(\"float32\")",
  float16 = "write x:half(), or x:to(\"float16\")", int64 = "write x:long(), or x:to(\"int64\")",
  int32 = "write x:int(), or x:to(\"int32\")", uint8 = "write x:byte(), or x:to(\"uint8\")",
  append = "tensors do not grow: torch.cat({x, y}), or keep a list and torch.stack(list)",
  extend = "tensors do not grow: torch.cat({x, y})", len = "write #x", length = "write #x",
  numpy = "write x:tolist() for an array of Lua, or stay with the tensor", astype = "write x:to(\"float32\")",
  copy = "write x:clone(), or x:copy_(y) to write y into x", tofile = "write torch.save(x, path)",
  items = "write for i, row in x:iter() do … end", fillna = "write x:masked_fill(x:isnan(), 0)",
  ["end"] = "write x[-1]", concat = "write torch.cat({x, y})", get_shape = "write x.shape",
  pairs = "write for i, row in x:iter() do … end", ipairs = "write for i, row in x:iter() do … end",
  tostring = "write tostring(x)", value = "write x:item()", format = "write (\"%.3f\"):format(x:item())",
  dims = "write x.ndim", rank = "write x.ndim", sizes = "write x.shape",
  zero_grad = "write x.grad = nil, or optimizer:zero_grad()", step = "that is of an optimizer: opt:step()",
  parameters = "that is of modules: net:parameters()", plot = "write gnuplot.plot(x)",
  imshow = "write gnuplot.imagesc(x)", show = "write print(x)",
}

words.torch = {
  array = "write torch.tensor({1, 2})",
  from_numpy = "write torch.tensor({1, 2})", backward = "write loss:backward()", shape = "write x.shape",
  size = "write x.shape", len = "write #x", print = "write print(x)",
  Variable = "a tensor is enough: no Variable is needed", version = "write torch.__version__",
  functional = "write nn.functional, or F", data = "write torch.utils.data", Module = "write nn.Module",
  polyfit = "write torch.linalg.lstsq(torch.vander(x, {N = 2}), y:unsqueeze(2))",
  to = "write x:to(\"cuda\")", item = "write x:item()",
  loadtxt = "write torch.csv.read(path)", genfromtxt = "write torch.csv.read(path)",
  read_csv = "write torch.frame.read_csv(path), or torch.csv.read(path)",
}

words["torch.nn"] = {
  Relu = "write nn.ReLU", Dense = "write nn.Linear(in_features, out_features)",
  Input = "no layer is needed for inputs", softmax = "write F.softmax(x, 1)", Add = "write x + y",
  Lambda = "write a class with a forward, or call the function", MaxPool = "write nn.MaxPool2d",
  Conv = "write nn.Conv2d", BatchNorm = "write nn.BatchNorm1d or nn.BatchNorm2d",
  CrossEntropy = "write nn.CrossEntropyLoss", MSE = "write nn.MSELoss",
}

words.gnuplot = {
  show = "nothing is needed: a plot is drawn when its function is called; gnuplot.savefig(path) keeps it in a file",
  pyplot = "write gnuplot.plot(y)", imshow = "write gnuplot.imagesc(x), or gnuplot.image(x) for pictures",
  subplots = "write gnuplot.subplot(rows, columns, i)", semilogy = "write gnuplot.logscale(\"y\")",
  semilogx = "write gnuplot.logscale(\"x\")", loglog = "write gnuplot.logscale(\"xy\")",
  axhline = "write gnuplot.hline(y)", axvline = "write gnuplot.vline(x)", clf = "write gnuplot.close()",
  cla = "write gnuplot.close()", ion = "nothing is needed: plots never wait",
  pause = "nothing is needed: plots never wait",
  draw = "write gnuplot.plotflush()", fill_between = "write gnuplot.fill(x, low, high)",
  pcolormesh = "write gnuplot.imagesc(x)", matshow = "write gnuplot.imagesc(x)",
  colorbar = "images have one already",
  tight_layout = "nothing is needed: what is written has its room", plot3d = "write gnuplot.scatter3(x, y, z)",
  histogram = "write gnuplot.hist(x)", legends = "write gnuplot.legend(\"right top\")",
  plot_surface = "write gnuplot.surf(z)",
}

words["torch.optim"] = {
  zero_grad = "write opt:zero_grad()", step = "write opt:step()",
}

words.module = {
  fit = "write the loop: for x, y in loader:iter() do … end", predict = "write net(x)",
  compile = "write the loop by hand", summary = "write print(net)",
  save = "write torch.save(net:state_dict(), path)", load = "write net:load_state_dict(torch.load(path))",
  step = "that is of an optimizer: opt:step()",
  numel = "write the sum of p:numel() over net:parameters()", push = "write net:append(module)",
  insert = "write net:append(module)", call = "write net(x)",
}

words.optimizer = {
  zeroGrad = "write opt:zero_grad()", parameters = "write opt.param_groups[1].params",
  backward = "write loss:backward()", lr = "write opt.param_groups[1].lr",
  learning_rate = "write opt.param_groups[1].lr", update = "write opt:step()",
  minimize = "write loss:backward() and opt:step()", set_lr = "write opt.param_groups[1].lr = 0.01",
}

words.string = {
  split = "write for word in s:gmatch \"%S+\" do … end", strip = "write s:match \"^%s*(.-)%s*$\"",
  join = "write table.concat(list, \", \")", startswith = "write s:find \"^text\"",
  endswith = "write s:find \"text$\"", replace = "write s:gsub(\"old\", \"new\")",
  trim = "write s:match \"^%s*(.-)%s*$\"", append = "write s .. \"text\"",
  contains = "write s:find(\"text\", 1, true)", index = "write s:find(\"text\", 1, true)",
  isdigit = "write s:find \"^%d+$\"", count = "write select(2, s:gsub(\"text\", \"\"))", title = "write s:upper()",
  encode = "strings are bytes already",
}

words.list = {
  append = "write list[#list + 1] = value, or table.insert(list, value)", push = "write list[#list + 1] = value",
  pop = "write table.remove(list)", insert = "write table.insert(list, i, value)", sort = "write table.sort(list)",
  extend = "write table.move(other, 1, #other, #list + 1, list)", remove = "write table.remove(list, i)",
  keys = "write for key in pairs(t) do … end", values = "write for _, value in pairs(t) do … end",
  items = "write for key, value in pairs(t) do … end", get = "write t.name or default", length = "write #t",
  len = "write #t", index = "write a loop: for i, x in ipairs(list) do … end",
  join = "write table.concat(list, \", \")", concat = "write table.concat(list, \", \")",
  update = "write for k, v in pairs(other) do t[k] = v end",
  map = "write a loop: for i, x in ipairs(list) do … end", unpack = "write table.unpack(list)",
  shape = "that is of tensors: torch.tensor(list).shape", copy = "write table.move(list, 1, #list, 1, {})",
  sum = "that is of tensors: torch.tensor(list):sum()", mean = "that is of tensors: torch.tensor(list):mean()",
  size = "write #t, or t[1]:size() for a tensor in it",
  push_back = "write list[#list + 1] = value", backward = "that is of tensors: loss:backward()",
  item = "that is of tensors: x:item()",
}

return function(holder, name) return words[holder] and words[holder][name] end
