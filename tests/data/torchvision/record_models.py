"""Records from torchvision what tests/torchvision/models_spec.lua compares: names and shapes of all models, and
outputs of some, with parameters filled by formula. usage: record_models.py > models.lua"""
import builtins, math, textwrap, warnings
warnings.filterwarnings("ignore")
import torch, torchvision
from torchvision import models
import numpy as np

def print(text):
    for line in text.split("\n"):
        inner = " " * (len(line) - len(line.lstrip()) + 2)
        for part in textwrap.wrap(line, 116, subsequent_indent=inner, break_long_words=False,
                                  break_on_hyphens=False) if len(line) > 118 else [line]:
            builtins.print(part)

def fnv(text):
    h = 0x811C9DC5
    for b in text.encode():
        h = ((h ^ b) * 0x01000193) & 0xFFFFFFFF
    return h

def u(n, seed):
    x = (np.arange(n, dtype=np.uint64) + np.uint64((seed * 0x9E3779B9) & 0xFFFFFFFF)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    x = (x * np.uint64(0x85EBCA6B)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(13)
    x = (x * np.uint64(0xC2B2AE35)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(16)
    return x.astype(np.float64) / 4294967296.0

def fill(model):
    for name, t in model.state_dict().items():
        if not t.is_floating_point(): continue
        v = u(t.numel(), fnv(name))
        if name.endswith("running_var"): v = 0.5 + v
        elif t.dim() >= 2:
            b = math.sqrt(3.0 / max(1, t.numel() // t.shape[0])); v = -b + 2 * b * v
        elif t.dim() == 1 and name.endswith(("weight", "gamma", "scale")): v = 0.75 + 0.5 * v
        else: v = (2 * v - 1) * 0.1
        t.copy_(torch.from_numpy(v).reshape(t.shape))

def compact(model):
    out = []
    for name, t in model.state_dict().items():
        d = str(t.dtype).replace("torch.", "")
        out.append(name + ": " + "x".join(map(str, t.shape)) + ("" if d == "float32" else " " + d))
    return out

def build(name, **kw):
    if name in ("googlenet", "inception_v3"): kw["init_weights"] = False
    return models.get_model(name, weights=None, **({"weights_backbone": None} if name in SEG else {}), **kw)

SEG = set(models.list_models(module=models.segmentation))
names = [n for n in models.list_models(module=models)] + sorted(SEG)
print("-- Recorded from torchvision %s by record_models.py." % torchvision.__version__)
print("return {\n-- {name, number of parameters, hash of the names, shapes and dtypes of the state}\nstates = {")
line = ""
for name in names:
    with torch.device("meta"):
        kw = {"aux_loss": True} if name in SEG and "lraspp" not in name else {}
        try: m = build(name, **kw)
        except Exception as e:
            m = None
    if m is None: m = build(name, **kw)
    text = "\n".join(compact(m))
    print('  {"%s", %d, %d},' % (name, sum(p.numel() for p in m.parameters()), fnv(text)))
print("},\n-- Outputs in evaluation mode, float64.\nforward = {")
CASES = [("squeezenet1_0", {}, 48), ("squeezenet1_1", {}, 48), ("resnet18", {}, 32), ("densenet121", {}, 32),
  ("googlenet", {}, 48),
  ("inception_v3", {"aux_logits": False}, 80), ("mobilenet_v2", {}, 33), ("mobilenet_v2", {"width_mult": 0.5}, 32),
  ("mobilenet_v3_small", {}, 32),
  ("mobilenet_v3_large", {"reduced_tail": True, "dilated": True}, 32), ("shufflenet_v2_x0_5", {}, 32),
  ("mnasnet0_5", {}, 32),
  ("mnasnet0_75", {}, 32), ("efficientnet_b0", {}, 32), ("efficientnet_v2_s", {}, 32), ("regnet_x_400mf", {}, 32),
  ("regnet_y_400mf", {}, 32), ("lraspp_mobilenet_v3_large", {}, 33),
  ("deeplabv3_mobilenet_v3_large", {"aux_loss": True}, 32)]
from torchvision.models.swin_transformer import SwinTransformerBlockV2, PatchMergingV2
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.resnet import Bottleneck
CLASSES = [
  ("ResNet", "models.resnet.Bottleneck, {1, 2, 1, 1}, {num_classes = 10, groups = 4, width_per_group = 32, "
   "replace_stride_with_dilation = {false, true, true}}", 33,
   lambda: models.ResNet(Bottleneck, [1, 2, 1, 1], num_classes=10, groups=4, width_per_group=32,
     replace_stride_with_dilation=[False, True, True])),
  ("VisionTransformer", "32, 8, 2, 4, 32, 64, {num_classes = 10, representation_size = 24}", 32,
   lambda: models.VisionTransformer(32, 8, 2, 4, 32, 64, num_classes=10, representation_size=24)),
  ("SwinTransformer", "{4, 4}, 16, {2, 2}, {2, 4}, {4, 4}, {num_classes = 10}", 45,
   lambda: models.SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=10)),
  ("SwinTransformer", "{4, 4}, 16, {2, 2}, {2, 4}, {4, 4}, {num_classes = 10, version = 2}", 45,
   lambda: models.SwinTransformer([4, 4], 16, [2, 2], [2, 4], [4, 4], num_classes=10, block=SwinTransformerBlockV2,
     downsample_layer=PatchMergingV2)),
  ("ConvNeXt", "{{16, 32, 1}, {32, nil, 2}}, {num_classes = 10, layer_scale = 0.5}", 33,
   lambda: models.ConvNeXt([CNBlockConfig(16, 32, 1), CNBlockConfig(32, None, 2)], num_classes=10, layer_scale=0.5)),
  ("MaxVit", "{input_size = 64, stem_channels = 16, partition_size = 2, block_channels = {16, 32, 32, 64}, "
   "block_layers = {1, 2, 1, 1}, head_dim = 16, num_classes = 10}", 64,
   lambda: models.MaxVit(input_size=(64, 64), stem_channels=16, partition_size=2, block_channels=[16, 32, 32, 64],
     block_layers=[1, 2, 1, 1], head_dim=16, stochastic_depth_prob=0.2, num_classes=10)),
]
def shown(out):
    outs = out if isinstance(out, dict) else {"out": out}
    def few(v):
        v = v.flatten()
        return v if v.numel() <= 10 else v[:: v.numel() // 10][:10]
    return "{" + ", ".join("%s = {%s}" % (k, ", ".join("%.12g" % e for e in few(v))) for k, v in outs.items()) + "}"
def run(i, m, size):
    m = m.double().eval(); fill(m)
    x = torch.from_numpy(u(3 * size * size, 7000 + i) * 2 - 1).reshape(1, 3, size, size)
    with torch.no_grad(): return shown(m(x))
for i, (name, kw, size) in enumerate(CASES):
    opts = "".join("%s = %s, " % (k, str(v).lower()) for k, v in kw.items())
    init = ", init_weights = false" if name in ("googlenet", "inception_v3") else ""
    out = run(i, build(name, num_classes=10, **kw), size)
    print('  {"%s", [[{%snum_classes = 10%s}]], %d,\n    %s},' % (name, opts, init, size, out))
for i, (name, text, size, make) in enumerate(CLASSES):
    print('  {"%s", [[%s]], %d,\n    %s},' % (name, text, size, run(len(CASES) + i, make(), size)))
print("},\n}")
