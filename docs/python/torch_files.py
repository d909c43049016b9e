"""Writes the files of torch.save's that engine/core/src/test/resources/torch holds.

Run with Debian's python3-torch (1.13): /usr/bin/python3 docs/python/torch_files.py FOLDER
Every tensor counts from 0, row by row, as what it is said to be; TorchReaderTest says what is expected.
"""
import argparse
import os
import sys
from collections import OrderedDict

import torch


def tensors():
    grid = torch.arange(6.0).reshape(2, 3)
    weights = OrderedDict()
    weights["grid"] = grid
    weights["transposed"] = torch.arange(6.0).reshape(2, 3).t()
    weights["second.row"] = grid[1]  # shares its storage, with an offset
    weights["column"] = grid[:, 1]  # and with a stride
    weights["permuted"] = torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1)
    weights["scalar"] = torch.tensor(3.0)
    weights["empty"] = torch.zeros(0, 3)
    weights["parameter"] = torch.nn.Parameter(torch.arange(2.0))
    for name, dtype in (("f16", torch.float16), ("bf16", torch.bfloat16), ("f64", torch.float64),
                        ("i64", torch.int64), ("i32", torch.int32), ("i16", torch.int16), ("i8", torch.int8),
                        ("u8", torch.uint8), ("bool", torch.bool)):
        weights[name] = torch.arange(4).to(dtype)
    return weights


def checkpoint():
    module = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(module.parameters())
    module(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    config = {"layers": 2, "rate": 1e-3, "tied": False, "name": "caf\u00e9", "none": None, "sizes": (1, 2, [3]),
              "large": 2 ** 40, "negative": -5, "size": torch.Size([4, 5]), "device": torch.device("cpu"),
              "dtype": torch.float32, "options": argparse.Namespace(x=1)}
    return {"state_dict": tensors(), "optimizer": optimizer.state_dict(), "epoch": 3, "config": config}


class Command:
    def __reduce__(self):
        return os.system, ("touch it-was-run",)


def main():
    folder = sys.argv[1]
    old = {"_use_new_zipfile_serialization": False}
    torch.save(checkpoint(), folder + "/checkpoint.pt")
    torch.save(tensors(), folder + "/legacy.pt", **old)
    torch.save(tensors(), folder + "/protocol4.pt", pickle_protocol=4)
    torch.save(tensors(), folder + "/legacy-protocol4.pt", pickle_protocol=4, **old)
    torch.save({"weight": torch.ones(1), "command": Command()}, folder + "/command.pt")
    torch.save({"weight": torch.ones(1).expand(1 << 30)}, folder + "/expanded.pt")


main()
