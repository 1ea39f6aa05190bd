--- Names of Torch7 and what they are called here. Called with where the name was looked up ("torch", "torch.nn",
-- "tensor", "module" …) and the name; returns what to write, or nil.
local words = {}

words.torch = {
  Tensor = "torch.tensor({1, 2}) makes one of numbers, torch.zeros(2, 3) one of a shape",
  FloatTensor = "write torch.zeros(2, 3), or torch.tensor({1, 2}) for numbers",
  DoubleTensor = "write torch.zeros(2, 3, {dtype = \"float64\"})",
  IntTensor = "write torch.zeros(2, 3, {dtype = \"int32\"})",
  LongTensor = "write torch.zeros(2, 3, {dtype = \"int64\"})",
  ShortTensor = "write torch.zeros(2, 3, {dtype = \"int16\"})",
  ByteTensor = "write torch.zeros(2, 3, {dtype = \"uint8\"})",
  CharTensor = "write torch.zeros(2, 3, {dtype = \"int8\"})",
  CudaTensor = "write torch.zeros(2, 3, {device = \"cuda\"})",
  setdefaulttensortype = "write torch.set_default_dtype(\"float64\")", manualSeed = "write torch.manual_seed(1)",
  getdefaulttensortype = "write torch.get_default_dtype()",
  cmul = "write a * b", cdiv = "write a / b", cpow = "write a ^ b", csub = "write a - b", cadd = "write a + b",
  setnumthreads = "write torch.set_num_threads(n)", getnumthreads = "write torch.get_num_threads()",
  isTensor = "write torch.is_tensor(x)", tic = "write os.clock()",
  Timer = "write os.clock() before and after", toc = "write os.clock()",
  CmdLine = "the words behind the script are in arg", DiskFile = "write io.open(path), or torch.save(x, path)",
  MemoryFile = "write a string", Storage = "write torch.zeros(n)",
  serialize = "write torch.save(x, path)", deserialize = "write torch.load(path)",
  initialSeed = "write torch.initial_seed()", potrf = "write torch.linalg.cholesky(…)",
  gesv = "write torch.linalg.solve(…)", symeig = "write torch.linalg.eigh(…)",
  isTypeOf = "write torch.isinstance(x, class)", uniform = "write torch.rand(n)",
}

words["torch.nn"] = {
  SpatialConvolution = "write nn.Conv2d(in, out, size)", SpatialConvolutionMM = "write nn.Conv2d(in, out, size)",
  TemporalConvolution = "write nn.Conv1d(…)", VolumetricConvolution = "write nn.Conv3d(…)",
  SpatialMaxPooling = "write nn.MaxPool2d(size)", SpatialAveragePooling = "write nn.AvgPool2d(size)",
  SpatialAdaptiveMaxPooling = "write nn.AdaptiveMaxPool2d(…)", TemporalMaxPooling = "write nn.MaxPool1d(…)",
  SpatialBatchNormalization = "write nn.BatchNorm2d(channels)", BatchNormalization = "write nn.BatchNorm1d(features)",
  SpatialDropout = "write nn.Dropout2d(…)", SpatialFullConvolution = "write nn.ConvTranspose2d(…)",
  SpatialZeroPadding = "write F.pad(x, {left, right, top, bottom})",
  SpatialUpSamplingNearest = "write nn.Upsample(…)", View = "write nn.Flatten(), or x:view(…) in a forward",
  Reshape = "write nn.Flatten(), or x:reshape(…) in a forward", LogSoftMax = "write nn.LogSoftmax(dim)",
  SoftMax = "write nn.Softmax(dim)", HardTanh = "write nn.Hardtanh()", SoftPlus = "write nn.Softplus()",
  LookupTable = "write nn.Embedding(n, size)", ClassNLLCriterion = "write nn.NLLLoss()",
  CrossEntropyCriterion = "write nn.CrossEntropyLoss()", MSECriterion = "write nn.MSELoss()",
  BCECriterion = "write nn.BCELoss()", AbsCriterion = "write nn.L1Loss()",
  SmoothL1Criterion = "write nn.SmoothL1Loss()", DistKLDivCriterion = "write nn.KLDivLoss()",
  MarginCriterion = "write F.relu(1 - x * y):mean()", Criterion = "write a class of nn.Module with a forward",
  CAddTable = "write x + y in a forward", CMulTable = "write x * y in a forward",
  CSubTable = "write x - y in a forward", JoinTable = "write torch.cat({x, y}, dim) in a forward",
  SplitTable = "write x:unbind(dim) in a forward", SelectTable = "write list[i] in a forward",
  NarrowTable = "write list[i] in a forward", ConcatTable = "write {a(x), b(x)} in a forward",
  ParallelTable = "write {a(x), b(y)} in a forward", Concat = "write torch.cat({a(x), b(x)}, dim) in a forward",
  Parallel = "write a loop over parts in a forward", FlattenTable = "write the list in a forward",
  CMul = "write a class with an nn.Parameter", Copy = "write x:clone()",
  MulConstant = "write x * number in a forward", AddConstant = "write x + number in a forward",
  Mean = "write x:mean(dim) in a forward", Sum = "write x:sum(dim) in a forward",
  Max = "write x:max(dim) in a forward", Min = "write x:min(dim) in a forward",
  Select = "write x:select(dim, i) in a forward", Narrow = "write x:narrow(dim, first, n) in a forward",
  Transpose = "write x:transpose(a, b) in a forward", Unsqueeze = "write x:unsqueeze(dim) in a forward",
  Squeeze = "write x:squeeze(dim) in a forward", Power = "write x ^ n in a forward",
  Square = "write x ^ 2 in a forward", Sqrt = "write x:sqrt() in a forward", Exp = "write x:exp() in a forward",
  Log = "write x:log() in a forward", Abs = "write x:abs() in a forward",
  DotProduct = "write (x * y):sum(dim) in a forward", MM = "write x:mm(y) in a forward",
  Container = "write nn.ModuleList()", gModule = "write a class with a forward",
  Contiguous = "write x:contiguous() in a forward", StochasticGradient = "write the loop with optim.SGD",
  Sequencer = "write a loop over the steps in a forward",
}

local OPTIMISERS <const> = {sgd = "SGD", adam = "Adam", adagrad = "Adagrad", rmsprop = "RMSprop",
  adadelta = "Adadelta", adamax = "Adamax", nag = "SGD", asgd = "ASGD", rprop = "Rprop", lbfgs = "LBFGS"}
local HOW <const> = "write opt = optim.%s(net:parameters(), {lr = 0.01}), then opt:step() after loss:backward()"
words["torch.optim"] = {}
for old, new in pairs(OPTIMISERS) do words["torch.optim"][old] = HOW:format(new) end
for _, old in ipairs {"cg", "cmaes", "de", "fista"} do
  words["torch.optim"][old] = "write optim.LBFGS, which comes near"
end
words["torch.optim"].ConfusionMatrix = "write gnuplot.confusion(counts)"

words.tensor = {
  cmul = "write x * y, in place x:mul_(y)", cdiv = "write x / y, in place x:div_(y)", cpow = "write x ^ y",
  csub = "write x - y", cadd = "write x + y", cmax = "write torch.maximum(x, y)", cmin = "write torch.minimum(x, y)",
  cinv = "write x:reciprocal()", nElement = "write x:numel()", nDimension = "write x:dim()",
  zero = "write x:zero_()", resize = "write x:reshape(…)",
  resizeAs = "write x:reshape(y.shape)", isContiguous = "write x:is_contiguous()",
  isSameSizeAs = "write x.shape == y.shape", isSize = "write x.shape == {2, 3}",
  isTensor = "write torch.is_tensor(x)", index = "write x:index_select(dim, positions)",
  indexCopy = "write x[{…}] = y", indexFill = "write x[{{}, positions}] = value",
  indexAdd = "write x:index_add_(dim, positions, y)", maskedFill = "write x:masked_fill_(mask, value)",
  maskedSelect = "write x:masked_select(mask), or x[mask]", maskedCopy = "write x[mask] = y",
  expandAs = "write x:expand_as(y)", typeAs = "write x:type_as(y)", 
  storageOffset = "write x:storage_offset()", elementSize = "write x:element_size()",
  uniform = "write x:uniform_(a, b)", normal = "write x:normal_(mean, std)",
  apply = "write the formula over the whole tensor: (x * 2):exp()", map = "write the formula over the whole tensors",
  totable = "write x:tolist()", set = "write x.data = y", clampMin = "write x:clamp({min = value})",
  random = "write x:random_(first, last)", cauchy = "not in Hecate yet", exponential = "not in Hecate yet",
  isSetTo = "write x:data_ptr() == y:data_ptr()",
  newTensor = "write x:new_tensor(…)", cumSum = "write x:cumsum(dim)",
}

words.module = {
  training = "write net:train(); net.training tells which it is", evaluate = "write net:eval()",
  zeroGradParameters = "write net:zero_grad()", updateParameters = "write opt:step() of an optimizer",
  getParameters = "write net:parameters()", updateOutput = "write net(x)", updateGradInput = "write loss:backward()",
  accGradParameters = "write loss:backward()", backward = "write loss:backward()", get = "write net[i]",
  add = "write net:append(module)", clearState = "nothing is kept between calls",
  cudnn = "nothing is to be converted", listModules = "write net:modules()",
  findModules = "write for name, m in net:named_modules() do … end", size = "write #net",
  reset = "write a new one",
  gradInput = "write x.grad", applyToModules = "write net:apply(f)",
}

--- Modules that programs of Torch7 require.
words.require = {
  image = "Torch7's 'image' is not here; show pictures with gnuplot.imagesc(x)", paths = "write io.open(path)",
  xlua = "write torch.utils.progress(loader)", cutorch = "write torch.cuda; x:to(\"cuda\")",
  cunn = "nothing is needed: net:to(\"cuda\")", cudnn = "nothing is needed: net:to(\"cuda\")",
  nngraph = "write a class with a forward", dpnn = "write a class with a forward", rnn = "write nn.LSTM(…)",
  trepl = "the session is there already", env = "nothing is needed", torchx = "nothing is needed",
  loadcaffe = "not in Hecate", totem = "write a spec of your own", itorch = "write hecate notebook",
  display = "write gnuplot.live()", threads = "write torch.set_num_threads(n)",
  sys = "write os.clock() and os.execute()", class = "write torch.class(\"Name\")",
  ["torch-nn"] = "nn is there already", dataset = "write torchvision.datasets.MNIST",
  mnist = "write torchvision.datasets.MNIST", numpy = "tensors do what NumPy does: torch.zeros(2, 3)",
  matplotlib = "write gnuplot.plot(y)", pandas = "not in Hecate", ["matplotlib.pyplot"] = "write gnuplot.plot(y)",
  tqdm = "write torch.utils.progress(loader)", PIL = "not in Hecate yet", sklearn = "not in Hecate",
  scipy = "not in Hecate", ["torch.functional"] = "write torch.nn.functional",
}
words.global = {
  image = words.require.image, paths = words.require.paths, xlua = words.require.xlua,
  cutorch = words.require.cutorch,
}

return function(holder, name) return words[holder] and words[holder][name] end
