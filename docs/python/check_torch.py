#!/usr/bin/env python3
"""Computes a model's logits with PyTorch from the folder that `./logah predict --out DIR/` or `./logah export` wrote.

    /usr/bin/python3 docs/python/check_torch.py DIR LOGITS

DIR holds model.safetensors and config.json; LOGITS is a safetensors file with the tensors `input` and `logits`. GPT-2 is built
here from torch.nn under the names that transformers gives its parts, ViT is torchvision's own. Every tensor has to be used. It
prints the largest difference from `logits`, and fails where that is more than 1e-4 of the largest logit.

It needs Debian's python3-torch and python3-torchvision (PyTorch 1.13 or newer) and nothing else.
"""
import json
import pathlib
import struct
import sys

import numpy
import torch
from torch import nn

MOST = 1e-4
TYPES = {"F32": numpy.float32, "F16": numpy.float16, "F64": numpy.float64, "I32": numpy.int32, "I64": numpy.int64}


def read(path):
    """The tensors of a safetensors file by name."""
    data = pathlib.Path(path).read_bytes()
    start = 8 + struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        if entry["dtype"] == "BF16":  # the upper half of a float
            halves = numpy.frombuffer(data[start + begin:start + end], numpy.uint16)
            values = (halves.astype(numpy.uint32) << 16).view(numpy.float32)
        else:
            values = numpy.frombuffer(data[start + begin:start + end], TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(values.copy()).reshape(entry["shape"])
    return tensors


class Map(nn.Module):
    """A linear map whose weight is stored [in, out]."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.empty(outputs))

    def forward(self, x):
        return x @ self.weight + self.bias


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.c_attn = Map(width, 3 * width)
        self.c_proj = Map(width, width)

    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = (part.reshape(batch, length, self.heads, -1).transpose(1, 2)
                   for part in self.c_attn(x).split(width, dim=2))
        scores = q @ k.transpose(2, 3) / (width // self.heads) ** 0.5
        hidden = torch.ones(length, length, dtype=torch.bool).triu(1)
        seen = scores.masked_fill(hidden, float("-inf")).softmax(3) @ v
        return self.c_proj(seen.transpose(1, 2).reshape(batch, length, width))


class Mlp(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.c_fc = Map(width, inner)
        self.c_proj = Map(inner, width)

    def forward(self, x):
        return self.c_proj(nn.functional.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, width, heads, inner, eps):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, eps)
        self.attn = Attention(width, heads)
        self.ln_2 = nn.LayerNorm(width, eps)
        self.mlp = Mlp(width, inner)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt2(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, eps = config["n_embd"], config["layer_norm_epsilon"]
        self.transformer = nn.ModuleDict({
            "wte": nn.Embedding(config["vocab_size"], width),
            "wpe": nn.Embedding(config["n_positions"], width),
            "h": nn.ModuleList(Block(width, config["n_head"], config["n_inner"], eps)
                               for _ in range(config["n_layer"])),
            "ln_f": nn.LayerNorm(width, eps)})
        self.tied = config["tie_word_embeddings"]
        if not self.tied:
            self.lm_head = nn.Linear(width, config["vocab_size"], bias=False)

    def forward(self, tokens):
        part = self.transformer
        x = part["wte"](tokens) + part["wpe"](torch.arange(tokens.shape[1]))
        for block in part["h"]:
            x = block(x)
        x = part["ln_f"](x)
        return x @ part["wte"].weight.T if self.tied else self.lm_head(x)


def vit(model):
    from torchvision.models.vision_transformer import VisionTransformer
    sizes = {key: int(value) for key, value in (part.split("=") for part in model.split(":")[1].split(","))}
    return VisionTransformer(image_size=sizes["image"], patch_size=sizes["patch"], num_layers=sizes["layers"],
                             num_heads=sizes["heads"], hidden_dim=sizes["width"], mlp_dim=sizes["mlp"],
                             num_classes=sizes["classes"])


def main():
    folder = pathlib.Path(sys.argv[1])
    config = json.loads((folder / "config.json").read_text())
    network = vit(config["model"]) if "model" in config else Gpt2(config)
    network.load_state_dict(read(folder / "model.safetensors"))  # refuses a tensor too many or too few
    given = read(sys.argv[2])
    tokens = given["input"] if given["input"].is_floating_point() else given["input"].long()
    with torch.no_grad():
        logits = network.eval()(tokens)
    difference = (logits - given["logits"]).abs().max().item()
    largest = logits.abs().max().item()
    print(f"{folder.name}: logits to {largest:.4g}, largest difference {difference:.3g}")
    if not difference <= MOST * largest or largest == 0:
        sys.exit(f"{folder.name}: more than {MOST} of the largest logit")


main()
